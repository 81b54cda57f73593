//! Developer's tasks, run as `cargo xtask TASK`.
//!
//! ```text
//! cargo xtask demo         build and play the demo: four days of a ceasefire, their numbers, their audit
//! cargo xtask test         run every test and every documentation example, say how many ran
//! cargo xtask nats-server  install the message server that the tests run, print where it is
//! cargo xtask powercut     cut the power under a ledger (root, a loop device, ext4)
//! ```
//!
//! Nothing here is shipped, and nothing here is needed to use `armistice`.

mod demo;
mod nats_server;
mod powercut;
mod run;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer's tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Builds `armistice` and plays its demo
    Demo(demo::Args),
    /// Runs all tests and all documentation examples; installs the message server that some of them run
    Test(test::Args),
    /// Prints where the message server is that the tests run; installs it below `target` if it is not there
    NatsServer,
    /// Cuts the power under a ledger and checks every receipt afterwards
    Powercut(powercut::Args),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Demo(args) => demo::run(&args),
        Task::Test(args) => test::run(&args),
        Task::NatsServer => nats_server::run(),
        Task::Powercut(args) => powercut::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            run::say(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}
