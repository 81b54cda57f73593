//! `armistice export FORM`: rows of views, and reports in the shape of other data sets, for other programs.
//!
//! ```text
//! armistice export csv allegations --dir ledger --where row=side --out sides.csv
//! armistice export ged --dir ledger --out ged.csv
//! ```
//! With `--out` a file is written whole or not at all, and what says where it comes from lies beside it. Page:
//! `docs/reference/exporting.md`.

mod asked;
mod log;
mod partial;
mod shaped;
mod tables;

use std::path::PathBuf;

use armistice_exporter::Shape;

use crate::failure::Outcome;
use crate::output::Format;
use crate::source::From;
use crate::views::Condition;

/// The forms.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Rows of a view or a table as CSV, with a CSVW metadata file beside it
    Csv(Table),
    /// Rows of a view or a table as NDJSON: a line that says what it is, then the rows as the digest covers them
    Ndjson(Table),
    /// Points: of one view, or of all that have places; withheld and redacted places have none
    Geojson(Map),
    /// Reports in the shape of ACLED: 31 columns, with a list of what was left out and why
    Acled(Asked),
    /// Reports in the shape of UCDP GED: 49 columns, only events with deaths, with a list of what was left out and why
    Ged(Asked),
    /// Rows of a view or a table as a workbook, with the codebook and where it comes from on sheets of their own
    Xlsx(Table),
}

/// Which log, which of its rows, and where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    #[command(flatten)]
    from: From,
    /// As of the first N entries of the log; what was withheld or redacted later stays hidden
    #[arg(long, value_name = "N")]
    as_of: Option<u64>,
    /// Only what changed since the first N entries
    #[arg(long, value_name = "N")]
    since: Option<u64>,
    /// Only rows whose field has this value; a path reaches into rows (`killed.min=3`); several must all hold
    #[arg(long = "where", value_name = "FIELD=VALUE")]
    conditions: Vec<Condition>,
    /// Under which licence the content is passed on, such as CC-BY-4.0; without it the export says "not stated"
    #[arg(long, value_name = "LICENCE")]
    licence: Option<String>,
    /// The file to write, replaced when it is there; without it the export goes to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Flags of a table.
#[derive(Debug, clap::Args)]
pub(crate) struct Table {
    /// The view or table; `armistice view` lists them
    view: String,
    #[command(flatten)]
    asked: Asked,
}

/// Flags of a map.
#[derive(Debug, clap::Args)]
pub(crate) struct Map {
    /// The view; without it all that have places
    view: Option<String>,
    #[command(flatten)]
    asked: Asked,
}

/// Exports.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    match command {
        Command::Csv(table) => tables::csv(&table.view, &table.asked, format),
        Command::Ndjson(table) => tables::ndjson(&table.view, &table.asked, format),
        Command::Geojson(map) => tables::geojson(map.view.as_deref(), &map.asked, format),
        Command::Xlsx(table) => tables::xlsx(&table.view, &table.asked, format),
        Command::Acled(asked) => shaped::run(Shape::Acled, asked, format),
        Command::Ged(asked) => shaped::run(Shape::Ged, asked, format),
    }
}
