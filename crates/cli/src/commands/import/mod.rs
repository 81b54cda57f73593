//! `armistice import`: rows of data sets and tables of counts are signed and submitted as reports.
//!
//! ```text
//! armistice import ged GEDEvent_v23_1.csv --dry-run
//! armistice import ged GEDEvent_v23_1.csv --dir ledger --key ucdp.key --zone +04:00
//! armistice import acled acled.csv --dir ledger --key acled.key --denials denials.toml
//! armistice import acled deleted.csv --deleted --dir ledger --key acled.key
//! armistice import tally loc.csv --mapping loc.toml --dir ledger --key desk.key
//! ```
//! What a row becomes is decided in `armistice-importer`; here files are opened, the log is asked what it holds of the row, and
//! what is new goes in by groups. The ids follow from the file: a second import adds nothing, and one that was killed goes on
//! where it stopped. A whole row is never in memory twice, and no list of rows is kept.

mod args;
mod batch;
mod findings;
mod rejected;
mod target;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use armistice_importer::{Release, Rows, acled, ged, tally};

use self::args::{AcledArgs, Common, GedArgs, TallyArgs};
use self::batch::Batches;
use self::findings::Findings;
use self::target::Target;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::Format;
use crate::{files, progress};

/// What to import.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Rows of the UCDP Georeferenced Event Dataset
    Ged(GedArgs),
    /// Rows of ACLED, or its list of deleted events
    Acled(AcledArgs),
    /// A table of counts, as a mapping says
    Tally(TallyArgs),
}

/// A file that is read as a stream.
type Input = Box<dyn Read>;

/// Imports and prints what became of the rows.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    match command {
        Command::Ged(args) => import(&args.common, format, |input| ged_rows(args, input)),
        Command::Acled(args) => import(&args.common, format, |input| acled_rows(args, input)),
        Command::Tally(args) => import(&args.common, format, |input| tally_rows(args, input)),
    }
}

fn ged_rows(args: &GedArgs, input: Input) -> Outcome<Rows<Input>> {
    let named = || {
        let name = args.common.file.file_name().unwrap_or_default().to_string_lossy();
        Release::in_file_name(&name)
    };
    let release = args.release.or_else(named).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            "no_release",
            "the file's name does not say which release of GED it is",
        )
        .hint("say it with --release, such as --release 23.1: it is part of every id")
    })?;
    let options = ged::Options {
        release,
        previous: args.previous.clone(),
        zone: args.common.zone,
        dates: args.common.date_order(),
    };
    Rows::ged(input, &args.common.table()?, options).map_err(|error| unreadable(&args.common.file, &error))
}

fn acled_rows(args: &AcledArgs, input: Input) -> Outcome<Rows<Input>> {
    let table = args.common.table()?;
    if args.deleted {
        return Rows::acled_deleted(input, &table).map_err(|error| unreadable(&args.common.file, &error));
    }
    let denials = match &args.denials {
        Some(path) => acled::Denials::parse(&text(path)?).map_err(|error| unreadable(path, &error))?,
        None => acled::Denials::default(),
    };
    let options = acled::Options {
        zone: args.common.zone,
        dates: args.common.date_order(),
        denials,
    };
    Rows::acled(input, &table, options).map_err(|error| unreadable(&args.common.file, &error))
}

fn tally_rows(args: &TallyArgs, input: Input) -> Outcome<Rows<Input>> {
    let mapping =
        tally::Mapping::parse(&text(&args.mapping)?).map_err(|error| unreadable(&args.mapping, &error))?;
    Rows::tally(input, &args.common.table()?, mapping).map_err(|error| unreadable(&args.common.file, &error))
}

/// Reads the whole file. What was recorded before a failure stays, and so do its counts.
fn import(common: &Common, format: Format, rows: impl FnOnce(Input) -> Outcome<Rows<Input>>) -> Outcome {
    let (input, bytes) = open(&common.file)?;
    let mut rows = rows(input)?;
    let mut target = Target::open(common)?;
    let mut findings = Findings::open(common, &rows)?;
    let bar = progress::bytes_bar("rows", bytes);
    let imported = {
        let mut batches = Batches::new(&mut target, &mut findings);
        let read = all(&mut rows, &mut batches, &bar, &common.file);
        // Also after a row that cannot be read: what stands before it is good.
        batches.flush().and(read)
    };
    bar.finish_and_clear();
    let size = target.close();
    let printed = findings.finish(format, common.dry_run, size);
    // Where the rejected rows could not be written, that is told and not where they should be.
    imported.and(printed).and_then(|()| findings.rejected())
}

fn all(
    rows: &mut Rows<Input>,
    batches: &mut Batches<'_>,
    bar: &indicatif::ProgressBar,
    file: &Path,
) -> Outcome {
    while let Some(row) = rows.next() {
        let row = row.map_err(|error| unreadable(file, &error))?;
        let number = row.number;
        batches.push(row)?;
        bar.set_position(rows.bytes());
        if number.is_multiple_of(PROGRESS_ROWS) {
            bar.set_message(format!("row {number}"));
        }
    }
    Ok(())
}

/// Rows between two changes of the text beside the progress bar.
const PROGRESS_ROWS: u64 = 256;

fn open(path: &Path) -> Outcome<(Input, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(std::io::stdin().lock()), None));
    }
    let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    let metadata = file
        .metadata()
        .map_err(|error| Failure::file("read", path, &error))?;
    let bytes = metadata.is_file().then_some(metadata.len());
    Ok((Box::new(file), bytes))
}

fn text(path: &Path) -> Outcome<String> {
    String::from_utf8(files::read(path)?).map_err(|error| {
        let message = format!("{} is not UTF-8 text", path.display());
        Failure::new(Exit::Usage, "not_utf8", message).because(&error)
    })
}

fn unreadable(path: &Path, error: &armistice_importer::Error) -> Failure {
    let message = format!("cannot import {}", path.display());
    Failure::new(Exit::Usage, "import_file", message)
        .because(error)
        .hint_of(error.hint())
}
