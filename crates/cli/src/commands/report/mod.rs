//! `armistice report`: reports made from the log and from nothing else.

pub(crate) mod daily;

use crate::failure::Outcome;
use crate::output::Format;

/// Which report.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// The report of one local day, in the order that the field uses; the same log gives the same bytes
    Daily(daily::Args),
}

/// Makes and prints it.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    match command {
        Command::Daily(args) => daily::run(args, format),
    }
}
