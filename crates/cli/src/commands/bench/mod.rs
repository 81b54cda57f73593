//! `armistice bench append|replay|audit|import|nats`: what this machine does, beside what it could do.
//!
//! Numbers of one machine on one day mean little; ratios mean more. So each command measures the thing itself and its bound in
//! the same run, in turn, on the same bytes, and prints the median of each and of their ratio (`docs/performance.md`).

mod append;
mod audit;
mod contender;
mod generator;
mod import;
mod measure;
#[cfg(feature = "nats")]
mod nats;
mod replay;
mod scratch;

pub(crate) use scratch::Scratch;

use crate::failure::Outcome;
use crate::output::Format;

/// What to measure.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Signed reports through admission, tree, flush and receipt, beside a plain file and bare signature verification
    Append(append::Args),
    /// All views from the first entry on, beside parsing alone
    Replay(replay::Args),
    /// The audit of an exported log, beside bare signature verification
    Audit(audit::Args),
    /// An import of rows of GED as a process of its own: its rate, and its memory above the log's own
    Import(import::Args),
    /// Reports over JetStream from the producer to the receipt and to a changed view, beside embedded and a plain publish
    #[cfg(feature = "nats")]
    Nats(nats::Args),
}

/// Measures and prints.
pub(crate) fn run(command: &Command, format: Format) -> Outcome {
    match command {
        Command::Append(args) => append::run(args, format),
        Command::Replay(args) => replay::run(args, format),
        Command::Audit(args) => audit::run(args, format),
        Command::Import(args) => import::run(args, format),
        #[cfg(feature = "nats")]
        Command::Nats(args) => nats::run(args, format),
    }
}
