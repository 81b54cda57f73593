//! The flags of `import`.

use std::path::PathBuf;

use armistice_importer::{DateOrder, Encoding, Release, TableOptions};
use armistice_report::{ProducerName, Zone};
use clap::ValueEnum;

use crate::failure::{Exit, Failure, Outcome};

/// Flags of every import.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// The ledger's folder; with --dry-run it may be left out: then only the file is looked at
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    pub(super) dir: Option<PathBuf>,
    /// The signing key of the producer that reports the rows; it needs the grant `claim`
    #[arg(long, value_name = "FILE", required_unless_present = "dry_run")]
    pub(super) key: Option<PathBuf>,
    /// With --dry-run and --dir, instead of --key: the producer whose reports are looked for
    #[arg(long, value_name = "NAME", requires_all = ["dry_run", "dir"], conflicts_with = "key")]
    pub(super) producer: Option<ProducerName>,
    /// Submits nothing: says what is odd in the file, row by row, and with --dir what would become of the rows
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Where days begin, such as +04:00; a mapping of counts says it itself
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, value_parser = zone)]
    pub(super) zone: Option<Zone>,
    /// Which number of 03/04/2022 is the day; without it such a date is refused
    #[arg(long, value_enum, value_name = "ORDER")]
    pub(super) dates: Option<Dates>,
    /// What stands between cells: a character, or `tab`
    #[arg(long, value_name = "CHAR", default_value = ",")]
    pub(super) delimiter: String,
    /// The encoding, such as utf-8, windows-1252 or windows-1251
    #[arg(long, value_name = "NAME", default_value = "utf-8")]
    pub(super) encoding: String,
    /// With --dry-run: writes what would be submitted as drafts, for `armistice submit` over NATS or elsewhere
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    pub(super) drafts: Option<PathBuf>,
    /// Writes rows that are not carried to this file, with the header; without it FILE.rejected.csv, or nothing in a dry run
    #[arg(long, value_name = "FILE")]
    pub(super) rejected: Option<PathBuf>,
    /// Writes every finding to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(super) findings: Option<PathBuf>,
    /// The table, separated values with a header; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

/// Flags of `import ged`.
#[derive(Debug, clap::Args)]
pub(crate) struct GedArgs {
    /// The release, such as 23.1; without it the one in the file's name
    #[arg(long, value_name = "RELEASE")]
    pub(super) release: Option<Release>,
    /// Another release that the ledger may hold rows of, beside the yearly ones: 23.0.5 for candidate events
    #[arg(long, value_name = "RELEASE")]
    pub(super) previous: Vec<Release>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Flags of `import acled`.
#[derive(Debug, clap::Args)]
pub(crate) struct AcledArgs {
    /// Reviewed rules that make denials out of notes; without them none is made
    #[arg(long, value_name = "FILE", conflicts_with = "deleted")]
    pub(super) denials: Option<PathBuf>,
    /// FILE is the list of deleted events: what the ledger holds of them is retracted
    #[arg(long)]
    pub(super) deleted: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Flags of `import tally`.
#[derive(Debug, clap::Args)]
pub(crate) struct TallyArgs {
    /// What each column is, and what an empty cell means
    #[arg(long, value_name = "FILE")]
    pub(super) mapping: PathBuf,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Which part of a date in numbers comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Dates {
    /// Day, month, year
    Dmy,
    /// Month, day, year
    Mdy,
    /// Year, month, day, and nothing else
    Ymd,
}

impl Common {
    pub(super) fn date_order(&self) -> DateOrder {
        match self.dates {
            None => DateOrder::Unstated,
            Some(Dates::Dmy) => DateOrder::DayMonthYear,
            Some(Dates::Mdy) => DateOrder::MonthDayYear,
            Some(Dates::Ymd) => DateOrder::YearMonthDay,
        }
    }

    pub(super) fn table(&self) -> Outcome<TableOptions> {
        let encoding = Encoding::from_label(&self.encoding).ok_or_else(|| {
            let message = format!("{} is no encoding that tables are read in", self.encoding);
            Failure::new(Exit::Usage, "encoding", message)
                .hint("utf-8, or an encoding of one byte a character: windows-1252, iso-8859-1, windows-1251, koi8-r")
        })?;
        let delimiter = self.delimiter_byte().ok_or_else(|| {
            let message = format!("--delimiter {:?} is not one character", self.delimiter);
            Failure::new(Exit::Usage, "delimiter", message)
                .hint("give one ASCII character, such as ';', or tab")
        })?;
        Ok(TableOptions { encoding, delimiter })
    }

    /// The byte between cells; none when it would be taken for something else.
    pub(super) fn delimiter_byte(&self) -> Option<u8> {
        match self.delimiter.as_bytes() {
            _ if self.delimiter.eq_ignore_ascii_case("tab") => Some(b'\t'),
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Some(*byte),
            _ => None,
        }
    }
}

fn zone(text: &str) -> Result<Zone, String> {
    Zone::new(text).map_err(|_| "expected an offset such as +04:00".to_owned())
}
