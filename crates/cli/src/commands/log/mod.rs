//! `armistice log head|get|tail|export`: the log itself.

pub(crate) mod export;

use armistice_admission::Submission;
use armistice_report::entry;
use armistice_tlog::{Index, leaf_hash};
use serde_json::{Value, json, value::RawValue};

use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Format, Table};
use crate::source::From;

/// What to read.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Prints the signed tree head, a C2SP checkpoint
    Head(From),
    /// Prints one entry: its receiving time, and the signed report byte for byte
    Get {
        /// The entry's index, from 0
        index: u64,
        #[command(flatten)]
        from: From,
    },
    /// Lists the last entries
    Tail {
        /// How many
        #[arg(short = 'n', long = "entries", value_name = "N", default_value_t = 10)]
        count: u64,
        #[command(flatten)]
        from: From,
    },
    /// Writes the whole log as plain C2SP tlog-tiles, which anybody can serve, copy and check; run again to go on
    Export(export::Args),
}

/// Reads and prints.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    match command {
        Command::Head(from) => head(from, format),
        Command::Get { index, from } => get(Index(*index), from, format),
        Command::Tail { count, from } => tail(*count, from, format),
        Command::Export(args) => export::run(args, format),
    }
}

fn head(from: &From, format: Format) -> Outcome {
    let source = from.open()?;
    if format == Format::Table {
        return output::raw(source.head());
    }
    let checkpoint = source.checkpoint();
    output::print_value(
        format,
        "",
        &[
            ("origin", json!(checkpoint.origin())),
            ("tree_size", json!(checkpoint.size().0)),
            ("root", json!(checkpoint.root().to_string())),
            ("checkpoint", json!(String::from_utf8_lossy(source.head()))),
        ],
    )
}

/// An entry's parts, for programs; the report keeps the bytes that were signed.
#[derive(serde::Serialize)]
struct Shown<'a> {
    index: u64,
    hash: String,
    received: String,
    report: &'a RawValue,
    signature: &'a str,
}

fn get(index: Index, from: &From, format: Format) -> Outcome {
    let source = from.open()?;
    let bytes = source.entry(index)?;
    if format == Format::Table {
        return output::raw(&bytes);
    }
    let hash = leaf_hash(&bytes).to_string();
    let parts = entry::parse(&bytes).map_err(|_| unreadable(index))?;
    let note = std::str::from_utf8(parts.note).map_err(|_| unreadable(index))?;
    let (text, signature) = note.split_once("\n\n").ok_or_else(|| unreadable(index))?;
    let report = serde_json::from_str::<&RawValue>(text).map_err(|_| unreadable(index))?;
    let received = parts.received.to_string();
    if format == Format::Csv {
        return Table::new("entries", &["index", "hash", "received", "report", "signature"])
            .row(vec![
                json!(index.0),
                json!(hash),
                json!(received),
                json!(text),
                json!(signature.trim_end()),
            ])
            .print(format);
    }
    let shown = Shown {
        index: index.0,
        hash,
        received,
        report,
        signature: signature.trim_end(),
    };
    output::line(&serde_json::to_string(&shown).map_err(|_| unreadable(index))?)
}

fn tail(count: u64, from: &From, format: Format) -> Outcome {
    let source = from.open()?;
    let size = source.size().0;
    let mut table = Table::new("entries", &["index", "received", "source", "type", "id", "hash"]);
    for item in source.entries(size.saturating_sub(count)..size) {
        let (index, bytes) = item?;
        table.push(row(Index(index), &bytes)?);
    }
    table.print(format)?;
    if format == Format::Table && count < size {
        output::remark(&format!("showing the last {count} of {size} entries"));
    }
    Ok(())
}

fn row(index: Index, bytes: &[u8]) -> Outcome<Vec<Value>> {
    let parts = entry::parse(bytes).map_err(|_| unreadable(index))?;
    let submission = Submission::read(parts.note.to_vec()).map_err(|_| unreadable(index))?;
    let report = submission.report();
    Ok(vec![
        json!(index.0),
        json!(parts.received.to_string()),
        json!(report.source.as_str()),
        json!(report.event.event_type().as_str()),
        json!(report.id.as_str()),
        json!(leaf_hash(bytes).to_string()),
    ])
}

fn unreadable(index: Index) -> Failure {
    Failure::new(
        Exit::VerificationFailed,
        "entry_damaged",
        format!("entry {index} cannot be read as an entry"),
    )
    .hint("run `armistice audit`; it names the first bad position")
}
