//! `cargo xtask demo`: build `armistice` and play its demo.

use std::process::Command;

use crate::run;

/// Flags of the demo.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Builds with optimisations
    #[arg(long)]
    release: bool,
    /// Passed on to `armistice demo`, after `--`
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds and runs it; fails when the demo's numbers or its audit are not right.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    let mut build = run::cargo();
    build.args(["build", "--quiet", "--locked", "--package", "armistice"]);
    if args.release {
        build.arg("--release");
    }
    run::done(&mut build)?;
    let profile = if args.release { "release" } else { "debug" };
    let program = run::target()?.join(profile).join("armistice");
    run::done(Command::new(program).arg("demo").args(&args.rest))?;
    run::say("\nnext: cargo xtask test");
    Ok(())
}
