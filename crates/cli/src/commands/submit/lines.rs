//! What became of each item of the file: the table of receipts, and the failure that sums up what has none.

use std::path::Path;

use armistice_report::Refusal;
use armistice_tlog::{Hash, Index};
use serde_json::{Value, json};

use crate::failure::{Detail, Exit, Failure, Outcome};
use crate::files;
use crate::output::{Format, Table};

/// What became of one item.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    /// It is in the log.
    Recorded(Recorded),
    /// It is not, and why. A refusal is the ledger's, or was given before it was asked.
    Refused(Refusal),
    /// It is signed and in the outbox, and has no receipt yet.
    #[cfg(feature = "nats")]
    Pending,
    /// It was neither signed nor queued: what it refers to is not known yet.
    #[cfg(feature = "nats")]
    NotSent(String),
}

/// A receipt in short.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) index: Index,
    pub(super) hash: Hash,
    pub(super) repeated: bool,
}

/// One line of the table.
#[derive(Debug)]
pub(super) struct Line {
    /// Where it stands in the file; none for what was in the outbox before.
    pub(super) number: Option<usize>,
    pub(super) id: Option<String>,
    pub(super) fate: Fate,
}

/// Writes a receipt and its entry into a folder: `INDEX.tlog-proof` and `INDEX.entry`.
pub(super) fn keep(folder: &Path, index: Index, entry: &[u8], receipt: &str) -> Outcome {
    files::write_atomically(&folder.join(format!("{index}.entry")), entry)?;
    files::write_atomically(&folder.join(format!("{index}.tlog-proof")), receipt.as_bytes())
}

/// The id in a signed note, as far as one can be read.
pub(super) fn id_of(note: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(note).ok()?;
    let report: Value = serde_json::from_str(text.lines().next()?).ok()?;
    report.get("id")?.as_str().map(str::to_owned)
}

/// The table of all lines.
pub(super) fn table(lines: &[Line], format: Format) -> Table {
    let all = [
        "line", "outcome", "index", "id", "hash", "code", "field", "expected", "found", "hint",
    ];
    let any_refused = lines.iter().any(|line| matches!(line.fate, Fate::Refused(_)));
    // A person reads the refusals below the table; a program finds all of it in the row.
    let columns = match (format, any_refused) {
        (Format::Table, false) => &all[..5],
        (Format::Table, true) => &all[..6],
        _ => &all[..],
    };
    let mut table = Table::new("receipts", columns);
    for line in lines {
        let mut row = row(line);
        row.truncate(columns.len());
        table.push(row);
    }
    table
}

fn row(line: &Line) -> Vec<Value> {
    let without_entry = |outcome: &str| {
        vec![
            json!(line.number),
            json!(outcome),
            Value::Null,
            json!(line.id),
            Value::Null,
        ]
    };
    match &line.fate {
        Fate::Recorded(receipt) => {
            let outcome = if receipt.repeated { "repeated" } else { "recorded" };
            vec![
                json!(line.number),
                json!(outcome),
                json!(receipt.index.0),
                json!(line.id),
                json!(receipt.hash.to_string()),
            ]
        }
        Fate::Refused(refusal) => {
            let detail = Detail::from(refusal);
            let mut row = without_entry("refused");
            row.extend([
                json!(detail.code),
                json!(detail.field),
                json!(detail.expected),
                json!(detail.found),
                json!(detail.hint),
            ]);
            row
        }
        #[cfg(feature = "nats")]
        Fate::Pending => without_entry("pending"),
        #[cfg(feature = "nats")]
        Fate::NotSent(_) => without_entry("not_sent"),
    }
}

/// The failure of what was refused.
pub(super) fn refusals(lines: &[Line]) -> Outcome {
    let details: Vec<Detail> = lines
        .iter()
        .filter_map(|line| match &line.fate {
            Fate::Refused(refusal) => Some(Detail::from(refusal).at(place(line))),
            _ => None,
        })
        .collect();
    if details.is_empty() {
        return Ok(());
    }
    let undecided = lines
        .iter()
        .any(|line| !matches!(line.fate, Fate::Refused(_) | Fate::Recorded(_)));
    let others = if undecided {
        "others have no receipt yet"
    } else {
        "the others are recorded"
    };
    let message = if details.len() == lines.len() {
        format!("all of {} submissions refused", lines.len())
    } else {
        format!(
            "{} of {} submissions refused; {others}",
            details.len(),
            lines.len()
        )
    };
    Err(Failure::new(Exit::Refused, "refused", message)
        .details(details)
        .hint("what each code means: docs/reference/refusals.md; the whole file may be submitted again"))
}

fn place(line: &Line) -> String {
    match (line.number, &line.id) {
        (Some(number), _) => format!("line {number}"),
        (None, Some(id)) => format!("report {id}"),
        (None, None) => String::new(),
    }
}

/// The failure of what has no receipt yet.
#[cfg(feature = "nats")]
pub(super) fn undecided(lines: &[Line]) -> Outcome {
    let pending = lines
        .iter()
        .filter(|line| matches!(line.fate, Fate::Pending))
        .count();
    let unsent = lines.iter().find_map(|line| match &line.fate {
        Fate::NotSent(why) => Some((place(line), why)),
        _ => None,
    });
    let of = lines.len();
    if let Some((place, why)) = unsent {
        let message = format!(
            "not everything was sent: {place} {why}; {pending} of {of} submissions have no receipt yet"
        );
        return Err(Failure::new(Exit::CouldNotCheck, "not_sent", message)
            .hint("submit the same file again later: what has a receipt is not sent twice"));
    }
    if pending == 0 {
        return Ok(());
    }
    let message = format!("{pending} of {of} submissions have no receipt yet; they are in the outbox");
    Err(Failure::new(Exit::CouldNotCheck, "pending", message)
        .hint("run the same command without FILE to send what is in the outbox and wait for its receipts"))
}
