//! `armistice demo`: the fighting around Farrukh / Furukh / Parukh, 24–27 March 2022, as reported and as disputed.
//!
//! A new ledger takes the reports of `tests/scenarios/karabakh-2022-03.ndjson`, signed with keys made on the spot; then everything that
//! is shown is computed from its entries, and the log is exported and audited from the exported bytes alone.
//! Nothing is prepared: the same commands work on any ledger.

mod contested;
mod numbers;
mod play;
mod story;

use std::path::PathBuf;

use crate::commands::bench::Scratch;
use crate::failure::Outcome;
use crate::output::{self, Format};

/// Flags of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Keeps the ledger in this new folder; without it, it is thrown away at the end
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Plays the scenario and tells what it says.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let scratch = Scratch::new()?;
    let folder = args.dir.clone().unwrap_or_else(|| scratch.path().join("ledger"));
    let played = play::play(&folder)?;
    let numbers = numbers::all(&played);
    let printed = match format {
        Format::Table => output::text(&story::tell(&played, &numbers, args.dir.as_deref())),
        _ => numbers::table(&numbers).print(format),
    };
    play::verdict(&played).and(printed)
}
