//! placeholder
use std::path::PathBuf;
/// Flags of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Keeps the ledger in this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}
pub(crate) fn run(_: &Args, _: crate::output::Format) -> crate::failure::Outcome { Ok(()) }
