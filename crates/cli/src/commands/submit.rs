//! `armistice submit`: drafts are signed and submitted, signed notes are submitted as they are.

use std::path::{Path, PathBuf};

use armistice_ledger::Settings;
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
    /// A refusal is the ledger's, or was given before it was asked.
    verdict: Verdict,
}

/// Submits everything, prints a line for each, and fails when something was refused.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let text = read(&args.file)?;
    let items = drafts::read(&text);
    let keys = args
        .key
        .iter()
        .map(|path| keys::given("--key", path))
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
    // Receipts that were given are shown, whatever happened after them; and nobody reading them makes no refusal good.
    let printed = table(&lines, format).print(format);
    submitted.and_then(|()| refusals(&lines)).and(printed)
}

fn read(path: &Path) -> Outcome<String> {
    let bytes = if path == Path::new("-") {
        files::read_standard_input()?
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
                let line = Line {
                    number: item.line,
                    id,
                    verdict: session.submit_draft(&draft)?,
                };
                push(session, line, lines, receipts)?;
            }
            Body::Bad(refusal) => lines.push(Line {
                number: item.line,
                id: None,
                verdict: Verdict::Refused(refusal),
            }),
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
    let mut verdicts = Vec::with_capacity(notes.len());
    let submitted = session.submit_notes(notes, &mut verdicts);
    for ((number, id), verdict) in numbers.into_iter().zip(ids).zip(verdicts) {
        push(session, Line { number, id, verdict }, lines, receipts)?;
    }
    submitted
}

/// The id in a signed note, as far as one can be read.
fn id_of(note: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(note).ok()?;
    let report: Value = serde_json::from_str(text.lines().next()?).ok()?;
    report.get("id")?.as_str().map(str::to_owned)
}

fn push(session: &Session, line: Line, lines: &mut Vec<Line>, receipts: Option<&Path>) -> Outcome {
    if let (Verdict::Recorded(receipt), Some(folder)) = (&line.verdict, receipts) {
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

fn table(lines: &[Line], format: Format) -> Table {
    let all = [
        "line", "outcome", "index", "id", "hash", "code", "field", "expected", "found", "hint",
    ];
    let any_refused = lines
        .iter()
        .any(|line| matches!(line.verdict, Verdict::Refused(_)));
    // A person reads the refusals below the table; a program finds all of it in the row.
    let columns = match (format, any_refused) {
        (Format::Table, false) => &all[..5],
        (Format::Table, true) => &all[..6],
        _ => &all[..],
    };
    let mut table = Table::new("receipts", columns);
    for line in lines {
        let mut row = match &line.verdict {
            Verdict::Recorded(receipt) => {
                let outcome = if receipt.repeated { "repeated" } else { "recorded" };
                vec![
                    json!(line.number),
                    json!(outcome),
                    json!(receipt.index.0),
                    json!(line.id),
                    json!(receipt.hash.to_string()),
                ]
            }
            Verdict::Refused(refusal) => {
                let detail = Detail::from(refusal);
                vec![
                    json!(line.number),
                    json!("refused"),
                    Value::Null,
                    json!(line.id),
                    Value::Null,
                    json!(detail.code),
                    json!(detail.field),
                    json!(detail.expected),
                    json!(detail.found),
                    json!(detail.hint),
                ]
            }
        };
        row.truncate(columns.len());
        table.push(row);
    }
    table
}

fn refusals(lines: &[Line]) -> Outcome {
    let details: Vec<Detail> = lines
        .iter()
        .filter_map(|line| match &line.verdict {
            Verdict::Recorded(_) => None,
            Verdict::Refused(refusal) => Some(Detail::from(refusal).at(format!("line {}", line.number))),
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
        .hint("what each code means: docs/reference/refusals.md; the whole file may be submitted again"))
}
