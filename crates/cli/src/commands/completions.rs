//! `armistice completions SHELL`: a completion script on standard output.

use clap::CommandFactory;

use crate::args::Cli;
use crate::failure::Outcome;
use crate::output;

/// Prints a completion script.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell that will read the script
    shell: clap_complete::Shell,
}

/// Writes the script.
pub(crate) fn run(args: &Args) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "armistice", &mut script);
    output::raw(&script)
}
