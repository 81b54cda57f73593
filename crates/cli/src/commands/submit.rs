//! `armistice submit`: drafts are signed and submitted, signed notes are submitted as they are.

use std::io::Read;
use std::path::{Path, PathBuf};

use armistice_ledger::{Receipt, Settings};
use armistice_report::Refusal;
use serde_json::{Value, json};

use crate::drafts::{self, Body, Item};
use crate::failure::{Detail, Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::output::{Format, Table};
use crate::session::{Session, Verdict};
use crate::{files, keys, ledger_folder, progress};

/// Flags of `submit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ledger's folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// A signing key, made by `armistice key generate`; give it again for files of several producers
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Also writes each receipt and its entry into this folder: INDEX.tlog-proof and INDEX.entry
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
    /// Reports, one JSON object a line, or signed notes; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What became of one item of the file.
struct Line {
    number: usize,
    id: Option<String>,
    result: Result<Receipt, Refused>,
}

/// A refusal, by the ledger or before it.
struct Refused {
    code: String,
    field: Option<String>,
    expected: String,
    found: Option<String>,
}

/// Submits everything, prints a line for each, and fails when something was refused.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let text = read(&args.file)?;
    let items = drafts::read(&text);
    let keys = args
        .key
        .iter()
        .map(|path| keys::read(path))
        .collect::<Outcome<Vec<_>>>()?;
    if keys.is_empty() && items.iter().any(|item| matches!(item.body, Body::Draft(_))) {
        return Err(Failure::new(
            Exit::Usage,
            "no_key",
            "the file holds unsigned reports, and no key was given",
        )
        .hint("add --key FILE; make a key with `armistice key generate NAME --out FILE`"));
    }
    if let Some(folder) = &args.receipts {
        files::create_folder(folder)?;
    }
    let folder = LedgerFolder::new(&args.dir);
    let ledger = folder.open(Settings::default())?;
    let state = folder.state(ledger.reader())?;
    let mut session = Session::new(ledger, &state, keys)?;
    let mut lines = Vec::with_capacity(items.len());
    let submitted = submit_all(&mut session, items, &mut lines, args.receipts.as_deref());
    session.ledger().close();
    // Receipts that were given are shown, whatever happened after them.
    table(&lines, format).print(format)?;
    submitted?;
    refusals(&lines)
}

fn read(path: &Path) -> Outcome<String> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let failed = |error: std::io::Error| Failure::file("read", Path::new("standard input"), &error);
        std::io::stdin()
            .lock()
            .take(files::FILE_BYTES_MAX)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        bytes
    } else {
        files::read(path)?
    };
    String::from_utf8(bytes).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "not_utf8",
            format!("{} is not UTF-8 text", path.display()),
        )
        .because(&error)
    })
}

fn submit_all(
    session: &mut Session,
    items: Vec<Item>,
    lines: &mut Vec<Line>,
    receipts: Option<&Path>,
) -> Outcome {
    let bar = progress::bar("submitting", items.len() as u64);
    let mut waiting: Vec<(usize, Vec<u8>)> = Vec::new();
    for item in items {
        bar.inc(1);
        if !matches!(item.body, Body::Note(_)) {
            flush(session, &mut waiting, lines, receipts)?;
        }
        match item.body {
            Body::Note(note) => waiting.push((item.line, note)),
            Body::Draft(draft) => {
                let id = draft.get("id").and_then(Value::as_str).map(str::to_owned);
                let verdict = session.submit_draft(&draft)?;
                push(
                    session,
                    Line {
                        number: item.line,
                        id,
                        result: result(verdict),
                    },
                    lines,
                    receipts,
                )?;
            }
            Body::Bad(expected) => {
                let refused = Refused {
                    code: "invalid_json".to_owned(),
                    field: None,
                    expected,
                    found: None,
                };
                lines.push(Line {
                    number: item.line,
                    id: None,
                    result: Err(refused),
                });
            }
        }
    }
    flush(session, &mut waiting, lines, receipts)?;
    bar.finish_and_clear();
    Ok(())
}

fn flush(
    session: &mut Session,
    waiting: &mut Vec<(usize, Vec<u8>)>,
    lines: &mut Vec<Line>,
    receipts: Option<&Path>,
) -> Outcome {
    let (numbers, notes): (Vec<usize>, Vec<Vec<u8>>) = std::mem::take(waiting).into_iter().unzip();
    let ids: Vec<Option<String>> = notes.iter().map(|note| id_of(note)).collect();
    let verdicts = session.submit_notes(notes)?;
    for ((number, id), verdict) in numbers.into_iter().zip(ids).zip(verdicts) {
        push(
            session,
            Line {
                number,
                id,
                result: result(verdict),
            },
            lines,
            receipts,
        )?;
    }
    Ok(())
}

/// The id in a signed note, as far as one can be read.
fn id_of(note: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(note).ok()?;
    let report: Value = serde_json::from_str(text.lines().next()?).ok()?;
    report.get("id")?.as_str().map(str::to_owned)
}

fn push(session: &Session, line: Line, lines: &mut Vec<Line>, receipts: Option<&Path>) -> Outcome {
    if let (Ok(receipt), Some(folder)) = (&line.result, receipts) {
        let reader = session.ledger().reader();
        let entry = reader
            .entry(receipt.index)
            .map_err(|error| ledger_folder::read_failure(&error))?;
        files::write_atomically(&folder.join(format!("{}.entry", receipt.index)), &entry)?;
        files::write_atomically(
            &folder.join(format!("{}.tlog-proof", receipt.index)),
            receipt.text.as_bytes(),
        )?;
    }
    lines.push(line);
    Ok(())
}

fn result(verdict: Verdict) -> Result<Receipt, Refused> {
    match verdict {
        Verdict::Recorded(receipt) => Ok(receipt),
        Verdict::Refused(refusal) => Err(refused(&refusal)),
    }
}

fn refused(refusal: &Refusal) -> Refused {
    Refused {
        code: refusal.code.as_str().to_owned(),
        field: Some(refusal.field.clone()).filter(|field| !field.is_empty()),
        expected: refusal.expected.clone(),
        found: refusal.found.clone(),
    }
}

fn table(lines: &[Line], format: Format) -> Table {
    let all = [
        "line", "outcome", "index", "id", "hash", "code", "field", "expected", "found",
    ];
    let any_refused = lines.iter().any(|line| line.result.is_err());
    // A person reads the refusals below the table; a program finds all of it in the row.
    let columns = match (format, any_refused) {
        (Format::Table, false) => &all[..5],
        (Format::Table, true) => &all[..6],
        _ => &all[..],
    };
    let mut table = Table::new("receipts", columns);
    for line in lines {
        let mut row = match &line.result {
            Ok(receipt) => {
                let outcome = if receipt.repeated { "repeated" } else { "recorded" };
                vec![
                    json!(line.number),
                    json!(outcome),
                    json!(receipt.index.0),
                    json!(line.id),
                    json!(receipt.hash.to_string()),
                ]
            }
            Err(refused) => vec![
                json!(line.number),
                json!("refused"),
                Value::Null,
                json!(line.id),
                Value::Null,
                json!(refused.code),
                json!(refused.field),
                json!(refused.expected),
                json!(refused.found),
            ],
        };
        row.truncate(columns.len());
        table.push(row);
    }
    table
}

fn refusals(lines: &[Line]) -> Outcome {
    let details: Vec<Detail> = lines
        .iter()
        .filter_map(|line| line.result.as_ref().err().map(|refused| (line.number, refused)))
        .map(|(line, refused)| Detail {
            at: format!("line {line}"),
            code: refused.code.clone(),
            field: refused.field.clone(),
            expected: refused.expected.clone(),
            found: refused.found.clone(),
            hint: None,
        })
        .collect();
    if details.is_empty() {
        return Ok(());
    }
    let message = if details.len() == lines.len() {
        format!("all of {} submissions refused", lines.len())
    } else {
        format!(
            "{} of {} submissions refused; the others are recorded",
            details.len(),
            lines.len()
        )
    };
    Err(Failure::new(Exit::Refused, "refused", message)
        .details(details)
        .hint("what each code means and what to do: docs/reference/refusals.md; the whole file may be submitted again"))
}
