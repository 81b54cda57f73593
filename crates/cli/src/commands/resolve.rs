//! `armistice resolve time|quantity WORDS`: what a named rule makes of vague words. Printed, never applied.
//!
//! ```text
//! armistice resolve time "since Thursday" --said-at 2022-03-26 --zone +04:00
//! armistice resolve quantity "more than a dozen"
//! ```
//! The rules are those of `armistice-wording`; their page is `docs/reference/wording.md`.

use armistice_report::{Date, RuleId, Timestamp, Zone};
use armistice_wording::{RULES, Unresolved, quantity, time};
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Format, Table};

/// What the words are about.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Words for a time, counted from the day on which they were said or published
    Time(Time),
    /// Words for a number
    Quantity(Quantity),
    /// Lists the rules
    Rules,
}

/// Flags of `resolve time`.
#[derive(Debug, clap::Args)]
pub(crate) struct Time {
    /// The words, such as "since Thursday"
    words: String,
    /// When they were said or published: a day, or a moment in RFC 3339; relative words count from this day
    #[arg(long, alias = "anchor", value_name = "TIME")]
    said_at: String,
    /// The zone in which the source counts its days
    #[arg(
        long,
        value_name = "ZONE",
        default_value = "+00:00",
        allow_hyphen_values = true
    )]
    zone: String,
}

/// Flags of `resolve quantity`.
#[derive(Debug, clap::Args)]
pub(crate) struct Quantity {
    /// The words, such as "more than a dozen"
    words: String,
}

/// Resolves and prints, or says why not with exit code 4.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    match command {
        Command::Time(args) => resolve_time(args, format),
        Command::Quantity(args) => {
            let found = quantity(&args.words).map_err(|error| unresolved(&args.words, &error))?;
            print(&args.words, &found.rule, &found.value, format)
        }
        Command::Rules => rules().print(format),
    }
}

fn resolve_time(args: &Time, format: Format) -> Outcome {
    let usage = |what: &str, expected: &str| {
        Failure::new(
            Exit::Usage,
            "usage",
            format!("{what} is not as expected: {expected}"),
        )
    };
    let zone = Zone::new(&args.zone).map_err(|_| usage("--zone", "an offset such as +04:00"))?;
    let anchor = Date::new(&args.said_at)
        .ok()
        .or_else(|| {
            // RFC 3339 with any offset; reports are written in UTC.
            let moment: jiff::Timestamp = args.said_at.parse().ok()?;
            Some(Timestamp::new(&moment.to_string()).ok()?.date_in(zone))
        })
        .ok_or_else(|| usage("--said-at", "a day such as 2022-03-26, or a moment in RFC 3339"))?;
    let found = time(&args.words, anchor, zone).map_err(|error| unresolved(&args.words, &error))?;
    print(&args.words, &found.rule, &found.value, format)
}

fn unresolved(words: &str, error: &Unresolved) -> Failure {
    Failure::new(
        Exit::NotFound,
        error.code(),
        format!("{words:?} is not resolved"),
    )
    .because(error)
    .hint("nothing is guessed: write the value yourself and keep the words in `verbatim`; `armistice resolve rules` lists the rules")
}

fn print(words: &str, rule: &RuleId, value: &impl Serialize, format: Format) -> Outcome {
    let value = serde_json::to_value(value)
        .map_err(|error| Failure::new(Exit::Failed, "row", "the value is no JSON").because(&error))?;
    if format == Format::Table {
        output::line(&format!("rule       {rule}"))?;
        output::line(&format!("words      {words}"))?;
        let shown = value.as_object().into_iter().flatten();
        for (name, value) in shown.filter(|(name, _)| !["rule", "verbatim"].contains(&name.as_str())) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            output::line(&format!("{name:<10} {text}"))?;
        }
        output::line(&format!("as JSON    {value}"))?;
        output::remark("Nothing was applied. Whoever writes the report looks and decides.");
        return Ok(());
    }
    let fields = [
        ("rule", json!(rule.as_str())),
        ("words", json!(words)),
        ("value", value),
    ];
    output::print_value(format, "", &fields)
}

fn rules() -> Table {
    let mut table = Table::new("rules", &["rule", "words", "gives", "source"]);
    for rule in RULES {
        let words: Vec<Value> = rule.examples.iter().map(|words| json!(words)).collect();
        table.push(vec![
            json!(rule.id),
            json!(words),
            json!(rule.gives),
            json!(rule.source),
        ]);
    }
    table
}
