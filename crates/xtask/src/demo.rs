//! `cargo xtask demo`: build `armistice` and play its demo.

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
    let mut demo = run::cargo();
    demo.args(["run", "--quiet", "--locked", "--package", "armistice"]);
    if args.release {
        build.arg("--release");
        demo.arg("--release");
    }
    run::done(&mut build)?;
    run::done(demo.args(["--", "demo"]).args(&args.rest))?;
    run::say("\nnext: cargo xtask test");
    Ok(())
}
