//! One file per subcommand: its flags, and the wiring of the crates that do the work.

pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod codebook;
pub(crate) mod completions;
pub(crate) mod count;
pub(crate) mod demo;
#[cfg(feature = "nats")]
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod man;
#[cfg(feature = "nats")]
pub(crate) mod nats_config;
#[cfg(feature = "nats")]
pub(crate) mod office;
pub(crate) mod producer;
#[cfg(feature = "nats")]
pub(crate) mod project;
pub(crate) mod receipt;
pub(crate) mod redact;
pub(crate) mod report;
pub(crate) mod resolve;
pub(crate) mod seal;
#[cfg(feature = "nats")]
pub(crate) mod serve;
pub(crate) mod submit;
pub(crate) mod unseal;
pub(crate) mod view;
#[cfg(feature = "nats")]
pub(crate) mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{self, Cli, Command};
use crate::failure::Outcome;
use crate::{render, trace};

/// Parses the command line, runs the command, and turns its outcome into an exit code.
pub(crate) fn run(arguments: Vec<OsString>) -> ExitCode {
    let format_hint = args::format_hint(&arguments);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return render::usage(&error, format_hint),
    };
    let format = cli.output;
    match trace::start(cli.verbose).and_then(|()| dispatch(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => render::failure(&failure, format),
    }
}

fn dispatch(cli: Cli) -> Outcome {
    let format = cli.output;
    match cli.command {
        Command::Init(args) => init::run(&args, format),
        Command::Key(command) => key::run(&command, format),
        Command::Producer(command) => producer::run(&command, format),
        Command::Submit(args) => submit::run(&args, format),
        Command::Import(command) => import::run(&command, format),
        Command::Seal(args) => seal::run(&args),
        Command::Unseal(args) => unseal::run(&args, format),
        Command::Redact(args) => redact::run(&args, format),
        Command::View(args) => view::run(&args, format),
        Command::Export(command) => export::run(&command, format),
        Command::Report(command) => report::run(&command, format),
        Command::Resolve(command) => resolve::run(&command, format),
        Command::Count(args) => count::run(&args, format),
        Command::Codebook(command) => codebook::run(&command, format),
        Command::Log(command) => log::run(&command, format),
        Command::Audit(args) => audit::run(&args, format),
        Command::Receipt(command) => receipt::run(&command, format),
        Command::Demo(args) => demo::run(&args, format),
        Command::Bench(command) => bench::run(&command, format),
        #[cfg(feature = "nats")]
        Command::Serve(args) => serve::run(&args, format),
        #[cfg(feature = "nats")]
        Command::NatsConfig(args) => nats_config::run(&args, format),
        #[cfg(feature = "nats")]
        Command::Office(args) => office::run(&args, format),
        #[cfg(feature = "nats")]
        Command::Doctor(args) => doctor::run(&args, format),
        #[cfg(feature = "nats")]
        Command::Project(args) => project::run(&args, format),
        #[cfg(feature = "nats")]
        Command::Watch(args) => watch::run(&args, format),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}
