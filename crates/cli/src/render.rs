//! The only place that prints failures.
//!
//! ```text
//! error: cannot open the ledger in /var/lib/armistice
//!   cause: the stored tree has 17 entries, the signed head says 18
//! hint: run `armistice audit --dir /var/lib/armistice`; nothing was changed
//! ```
//!
//! With `-o json` or `-o ndjson` the same parts are one JSON object on standard error:
//! `{"error":{"code":…,"message":…,"causes":[…],"details":[…],"hint":…,"exit":3}}`.
//! Colour appears only on a terminal and not when `NO_COLOR` is set.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::failure::{Detail, Failure};
use crate::output::Format;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const CAUSE: Style = Style::new().dimmed();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Characters of what was expected that a person is shown; JSON carries all of them.
const EXPECTED_CHARS_MAX: usize = 160;

#[derive(Serialize)]
struct Envelope<'a> {
    error: Parts<'a>,
}

#[derive(Serialize)]
struct Parts<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    causes: &'a [String],
    #[serde(skip_serializing_if = "<[Detail]>::is_empty")]
    details: &'a [Detail],
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    exit: u8,
}

/// Prints `failure` to standard error in the format that the data would have had, and returns its exit code.
pub(crate) fn failure(failure: &Failure, format: Format) -> ExitCode {
    if failure.silent {
        return ExitCode::SUCCESS;
    }
    let mut stderr = anstream::stderr().lock();
    // A failure that cannot be printed still ends with its exit code.
    let _ = match format {
        Format::Json | Format::Ndjson => write_json(&mut stderr, failure),
        Format::Table | Format::Csv => write_text(&mut stderr, failure),
    };
    ExitCode::from(failure.exit as u8)
}

/// Prints what `clap` found wrong with the command line; help and version go to standard output with exit code 0.
pub(crate) fn usage(error: &clap::Error, format: Format) -> ExitCode {
    if !error.use_stderr() || matches!(format, Format::Table | Format::Csv) {
        let _ = error.print();
    } else {
        let text = error.render().to_string();
        let (message, rest) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
        let causes: Vec<String> = rest
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(Into::into)
            .collect();
        let parts = Parts {
            code: "usage",
            message: message.strip_prefix("error: ").unwrap_or(message),
            causes: &causes,
            details: &[],
            hint: None,
            exit: 2,
        };
        let mut stderr = anstream::stderr().lock();
        let _ = serde_json::to_writer(&mut stderr, &Envelope { error: parts });
        let _ = writeln!(stderr);
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn write_json(to: &mut impl Write, failure: &Failure) -> std::io::Result<()> {
    let parts = Parts {
        code: failure.code,
        message: &failure.message,
        causes: &failure.causes,
        details: &failure.details,
        hint: failure.hint.as_deref(),
        exit: failure.exit as u8,
    };
    serde_json::to_writer(&mut *to, &Envelope { error: parts })?;
    writeln!(to)
}

fn write_text(to: &mut impl Write, failure: &Failure) -> std::io::Result<()> {
    writeln!(to, "{ERROR}error:{ERROR:#} {}", failure.message)?;
    for cause in &failure.causes {
        writeln!(to, "  {CAUSE}cause:{CAUSE:#} {cause}")?;
    }
    // A file with a hundred refusals of one kind needs the advice once; JSON repeats it.
    let mut hinted = BTreeSet::new();
    for detail in &failure.details {
        write_detail(to, detail)?;
        match &detail.hint {
            Some(hint) if hinted.insert(hint) => writeln!(to, "    {HINT}hint:{HINT:#} {hint}")?,
            _ => {}
        }
    }
    if let Some(hint) = &failure.hint {
        writeln!(to, "{HINT}hint:{HINT:#} {hint}")?;
    }
    Ok(())
}

fn write_detail(to: &mut impl Write, detail: &Detail) -> std::io::Result<()> {
    write!(to, "  {}: {}", detail.at, detail.code)?;
    if let Some(field) = &detail.field {
        write!(to, " at {field}")?;
    }
    write!(to, ": expected {}", shortened(&detail.expected))?;
    if let Some(found) = &detail.found {
        write!(to, ", found {found}")?;
    }
    writeln!(to)
}

/// A list of every allowed word is for programs; a person gets its beginning.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(EXPECTED_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Exit;

    fn sample() -> Failure {
        Failure::new(Exit::Refused, "refused", "1 of 2 submissions was refused")
            .details(vec![Detail {
                at: "line 2".into(),
                code: "out_of_range".into(),
                field: Some("data.content.place.lat".into()),
                expected: "-90 to 90".into(),
                found: Some("91".into()),
                hint: Some("see docs/reference/refusals.md#out_of_range".into()),
            }])
            .hint("correct the refused lines and submit them again")
    }

    #[test]
    fn text_names_message_details_and_hint() {
        let mut bytes = Vec::new();
        write_text(&mut anstream::StripStream::new(&mut bytes), &sample()).unwrap();
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap(), @r"
        error: 1 of 2 submissions was refused
          line 2: out_of_range at data.content.place.lat: expected -90 to 90, found 91
            hint: see docs/reference/refusals.md#out_of_range
        hint: correct the refused lines and submit them again
        ");
    }

    #[test]
    fn the_same_hint_is_printed_once() {
        let mut failure = sample();
        failure.details.push(failure.details[0].clone().at("line 3"));
        let mut bytes = Vec::new();
        write_text(&mut anstream::StripStream::new(&mut bytes), &failure).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            (text.matches("line ").count(), text.matches("hint:").count()),
            (2, 2),
            "{text}"
        );
    }

    #[test]
    fn json_carries_the_same_parts() {
        let mut bytes = Vec::new();
        write_json(&mut bytes, &sample()).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(value["error"]["exit"], 6);
        assert_eq!(value["error"]["details"][0]["field"], "data.content.place.lat");
    }
}
