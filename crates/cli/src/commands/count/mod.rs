//! `armistice count [SERIES]`: how much there was, by a codebook, by period and by cut.
//!
//! ```text
//! armistice count allegations --dir D --by day --cut side,district
//! armistice count --dir D --codebook un-zone --by month -o csv
//! ```
//! Every number carries its codebook's hash, its unit, its effort and its entries. What it counts and leaves out is decided
//! in `armistice-desk`; here is only which codebook, and how the rows are printed.

mod print;
pub(crate) mod select;

use std::path::PathBuf;

use armistice_desk::{By, Cut, Query, counts};
use clap::ValueEnum;

use crate::commands::view;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::Format;
use crate::source::From;

pub(crate) use print::series_lines;

/// Flags of `count`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The series of the codebook, for example allegations; without a name, every series
    series: Option<String>,
    #[command(flatten)]
    from: From,
    /// As of the first N entries of the log
    #[arg(long, value_name = "N")]
    as_of: Option<u64>,
    /// How long the periods are; where they begin is the codebook's
    #[arg(long, value_enum, default_value_t, value_name = "PERIOD")]
    by: Length,
    /// By what to divide, for example side,district; `not_stated` is a value of each
    #[arg(long, value_delimiter = ',', value_name = "CUTS")]
    cut: Vec<Cut>,
    /// Only what has this value of a cut; several must all hold
    #[arg(long = "where", value_name = "CUT=VALUE", value_parser = condition)]
    only: Vec<(Cut, String)>,
    /// A codebook that the log adopted [default: the one that it adopted last]
    #[arg(long, value_name = "ID", conflicts_with = "codebook_file")]
    codebook: Option<String>,
    /// A codebook that the log need not have adopted
    #[arg(long, value_name = "FILE")]
    codebook_file: Option<PathBuf>,
}

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Length {
    /// Days of the codebook's zone
    Day,
    /// Weeks
    Week,
    /// Months of the calendar
    Month,
    /// All times together
    #[default]
    Whole,
}

impl std::convert::From<Length> for By {
    fn from(length: Length) -> Self {
        match length {
            Length::Day => Self::Day,
            Length::Week => Self::Week,
            Length::Month => Self::Month,
            Length::Whole => Self::Whole,
        }
    }
}

fn condition(text: &str) -> Result<(Cut, String), String> {
    let (cut, value) = text
        .split_once('=')
        .ok_or("expected cut=value, for example side=azerbaijan")?;
    let cut = cut
        .parse()
        .map_err(|error: armistice_desk::Error| error.to_string())?;
    Ok((cut, value.to_owned()))
}

/// Counts and prints.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let file = args.codebook_file.as_deref().map(select::of_file).transpose()?;
    let projection = view::project(&args.from.open()?, args.as_of)?;
    let chosen = match file {
        Some(codebook) => select::Chosen::not_adopted(codebook, &projection),
        None => select::adopted(&projection, args.codebook.as_deref())?,
    };
    let query = Query {
        series: args.series.clone(),
        by: args.by.into(),
        cuts: args.cut.clone(),
        only: args.only.clone(),
    };
    let counted = counts(&projection, &chosen.codebook, &query).map_err(|error| failure(&error))?;
    print::print(&chosen, &counted, format)
}

fn failure(error: &armistice_desk::Error) -> Failure {
    use armistice_desk::Error;
    let (exit, code, hint) = match error {
        Error::UnknownSeries { .. } => (
            Exit::NotFound,
            "no_series",
            "`armistice codebook show ID` lists what each series counts",
        ),
        Error::UnknownCut { .. } | Error::CutNotInSeries { .. } => (
            Exit::Usage,
            "no_cut",
            "docs/reference/counts.md lists the cuts of each unit",
        ),
        _ => (
            Exit::Failed,
            "too_many_rows",
            "use fewer cuts, longer periods, or --where",
        ),
    };
    Failure::new(exit, code, error.to_string()).hint(hint)
}
