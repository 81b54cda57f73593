//! `armistice report daily --date D`: one local day, as Markdown, HTML or JSON.

use std::collections::VecDeque;
use std::path::PathBuf;

use armistice_admission::Submission;
use armistice_briefing::{self as briefing, Codebook, Error, Hidden, Logged, Options};
use armistice_projection::{AdoptedCodebook, Projection, View};
use armistice_report::{Date, Zone, entry};

use crate::commands::view;
use crate::failure::{Exit, Failure, Outcome};
use crate::files;
use crate::output::{self, Format};
use crate::source::{From, Source};
use crate::views;

/// Flags of `report daily`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The day, in the zone of the codebook, or of the ledger where the codebook's text is not in the log
    #[arg(long, value_name = "DATE", value_parser = date)]
    date: Date,
    #[command(flatten)]
    from: From,
    /// As of the first N entries of the log; what was redacted later stays hidden
    #[arg(long, value_name = "N")]
    as_of: Option<u64>,
    /// The first N entries were known to earlier reports; without it, those received before the day
    #[arg(long, value_name = "N")]
    since: Option<u64>,
    /// The codebook, by its id: one that the log adopted; without it the one in force
    #[arg(long, value_name = "ID")]
    codebook: Option<String>,
    /// The form; without it Markdown, or JSON with -o json
    #[arg(long, value_name = "FORM", value_enum)]
    format: Option<Form>,
    /// The file to write, replaced when it is there; without it the report goes to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// Markdown
    Md,
    /// One HTML page that prints
    Html,
    /// One JSON document
    Json,
}

/// Makes the report and writes it.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let source = args.from.open()?;
    let projection = view::project(&source, args.as_of)?;
    let adopted = codebook(&projection, args.codebook.as_deref())?;
    let text = adopted.text.as_deref();
    let document = text.and_then(|text| armistice_desk::Codebook::parse(text).ok());
    let options = Options {
        date: args.date,
        zone: document
            .as_ref()
            .map_or_else(|| zone(&projection), armistice_desk::Codebook::zone),
        since: args.since,
        hidden: hidden(&source, &projection)?,
        codebook: Codebook {
            codebook: adopted.id,
            sha256: adopted.sha256,
            index: adopted.index,
            hash: adopted.hash.to_string(),
        },
    };
    let mut blocks = Blocks::new(&source);
    let mut read = |index: u64| blocks.logged(index);
    let daily = briefing::daily(&projection, &mut read, &options, document.as_ref())
        .map_err(|error| failed(&error))?;
    let form = args.format.unwrap_or(match format {
        Format::Table | Format::Csv => Form::Md,
        Format::Json | Format::Ndjson => Form::Json,
    });
    let text = match form {
        Form::Md => briefing::markdown(&daily),
        Form::Html => briefing::html(&daily),
        Form::Json => briefing::json(&daily),
    };
    let text = text.map_err(|error| failed(&error))?;
    match &args.out {
        Some(path) => files::write_atomically(path, text.as_bytes()),
        None => output::raw(text.as_bytes()),
    }
}

fn date(text: &str) -> Result<Date, String> {
    Date::new(text).map_err(|_| "a day such as 2022-03-26".to_owned())
}

/// The codebook of this id that was adopted last, or the one in force.
fn codebook(projection: &Projection, id: Option<&str>) -> Outcome<AdoptedCodebook> {
    let adopted = projection.codebooks();
    let known: Vec<&str> = adopted.iter().map(|codebook| codebook.id.as_str()).collect();
    let known = known.join(", ");
    let mut found = adopted
        .into_iter()
        .rev()
        .filter(|codebook| id.is_none_or(|id| codebook.id == id));
    found.next().ok_or_else(|| {
        let message = match id {
            Some(id) => format!("the log has adopted no codebook {id}"),
            None => "the log names no codebook".to_owned(),
        };
        Failure::new(Exit::NotFound, "no_codebook", message).hint(format!("it has adopted: {known}"))
    })
}

/// The ledger's zone.
fn zone(projection: &Projection) -> Zone {
    let rows = views::rows(projection, View::Producers);
    let ledger = rows.iter().find(|row| row.kind() == "ledger");
    ledger
        .and_then(|row| Zone::new(row.text("zone")).ok())
        .unwrap_or(Zone::UTC)
}

/// What entries behind `--as-of` redacted: it stays hidden in every report that is made from now on.
fn hidden(source: &Source, projection: &Projection) -> Outcome<Hidden> {
    let size = projection.tree_size().0;
    let mut hidden = Hidden::new();
    if size == source.size().0 {
        return Ok(hidden);
    }
    let whole = view::project(source, None)?;
    for index in 0..size {
        let fields = whole.redacted_fields(index);
        if !fields.is_empty() {
            hidden.insert(index, fields.into_iter().map(str::to_owned).collect());
        }
    }
    Ok(hidden)
}

/// Entries that a log stores together: reading one of them unpacks them all.
const BLOCK_ENTRIES: u64 = 256;
/// Blocks that are kept: 16 × 256 entries of at most 64 KiB, and of about 1 KiB as a rule.
const BLOCKS_MAX: usize = 16;

/// The entries of the log, read by blocks, the last few kept.
struct Blocks<'a> {
    source: &'a Source,
    kept: VecDeque<(u64, Vec<Vec<u8>>)>,
}

impl<'a> Blocks<'a> {
    fn new(source: &'a Source) -> Self {
        Self {
            source,
            kept: VecDeque::with_capacity(BLOCKS_MAX),
        }
    }

    fn logged(&mut self, index: u64) -> Option<Logged> {
        let block = index / BLOCK_ENTRIES;
        if !self.kept.iter().any(|(kept, _)| *kept == block) {
            let first = block * BLOCK_ENTRIES;
            let entries = self.source.entries(first..first + BLOCK_ENTRIES);
            let entries = entries.map(|entry| entry.map(|(_, bytes)| bytes));
            let entries: Vec<Vec<u8>> = entries.collect::<Outcome<_>>().ok()?;
            if self.kept.len() == BLOCKS_MAX {
                self.kept.pop_front();
            }
            self.kept.push_back((block, entries));
        }
        let (_, entries) = self.kept.iter().find(|(kept, _)| *kept == block)?;
        let bytes = entries.get(usize::try_from(index % BLOCK_ENTRIES).ok()?)?;
        let parts = entry::parse(bytes).ok()?;
        let submission = Submission::read(parts.note.to_vec()).ok()?;
        Some(Logged {
            received: parts.received,
            report: submission.report().clone(),
        })
    }
}

fn failed(error: &Error) -> Failure {
    match error {
        Error::Since { .. } => Failure::new(Exit::NotFound, "no_such_size", error.to_string())
            .hint("--since counts entries from the first one, and is at most --as-of"),
        Error::Empty => Failure::new(Exit::NotFound, "no_entries", error.to_string()),
        Error::Day { .. } => Failure::new(Exit::Usage, "usage", error.to_string()),
        Error::Entry { .. } => Failure::new(Exit::VerificationFailed, "entry_damaged", error.to_string())
            .hint("run `armistice audit`; it names the first bad position"),
        _ => Failure::new(Exit::Failed, "report", "the report cannot be made").because(error),
    }
}
