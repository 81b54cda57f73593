//! The command line. One subcommand, one file in `commands/`; each file holds its own flags.

use clap::{Parser, Subcommand};

use crate::commands::{
    audit, bench, codebook, completions, count, demo, export, import, init, key, log, man, producer, receipt,
    redact, report, resolve, seal, submit, unseal, view,
};
#[cfg(feature = "nats")]
use crate::commands::{doctor, nats_config, office, project, serve, watch};
use crate::output::Format;

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 failed, 2 usage, 3 verification failed, 4 not found, 5 not permitted,
6 refused or conflict, 7 could not check.

Start with `armistice demo`: four days of a real ceasefire, in a ledger that you can check.";

/// Verifiable ledger of ceasefire violations.
///
/// Armistice records who said what about a ceasefire: signed reports in, numbers that anyone can recompute out.
/// It never decides who is right.
#[derive(Debug, Parser)]
#[command(name = "armistice", version, after_help = AFTER_HELP, arg_required_else_help = true, max_term_width = 110)]
pub(crate) struct Cli {
    /// The form of the data on standard output; with json and ndjson, errors are JSON as well
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub(crate) output: Format,

    /// Says more about what is done, on standard error (-vv: each record); `ARMISTICE_LOG` sets a filter
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Founds a ledger: makes the operator's and the log's key and writes entry 0
    Init(init::Args),
    /// Makes and shows signing keys
    #[command(subcommand)]
    Key(key::Command),
    /// Says who may publish: enrols producers, changes and revokes their keys
    #[command(subcommand)]
    Producer(producer::Command),
    /// Signs and submits reports, and prints a receipt for each
    Submit(submit::Args),
    /// Signs and submits the rows of data sets and of tables of counts
    #[command(subcommand)]
    Import(import::Command),
    /// Encrypts fields of drafts under keys that are kept outside the log
    Seal(seal::Args),
    /// Shows the sealed fields of an entry to whoever has their keys
    Unseal(unseal::Args),
    /// Says in the log that fields of an entry are no longer shown, and destroys the keys of those that were sealed
    Redact(redact::Args),
    /// Shows a view: numbers, with the entries, the tree and the digest that they come from
    View(view::Args),
    /// Exports rows and reports for other programs: CSV, NDJSON, GeoJSON, XLSX, and the shapes of ACLED and UCDP GED
    #[command(subcommand)]
    Export(export::Command),
    /// Makes reports for people: the day, in the order that the field uses
    #[command(subcommand)]
    Report(report::Command),
    /// Resolves vague words for times and quantities by a named rule; prints the result and applies nothing
    #[command(subcommand)]
    Resolve(resolve::Command),
    /// Counts by a codebook: a number with its unit, its period, its effort and its entries
    Count(count::Args),
    /// Lists, shows, checks and adopts codebooks: which kinds count, and how
    #[command(subcommand)]
    Codebook(codebook::Command),
    /// Reads the log itself
    #[command(subcommand)]
    Log(log::Command),
    /// Checks the whole log: signatures, tree, admission and views
    Audit(audit::Args),
    /// Checks receipts and exported rows without a ledger
    #[command(subcommand)]
    Receipt(receipt::Command),
    /// Plays four days of a real ceasefire into a new ledger, shows what it says, and audits it
    Demo(demo::Args),
    /// Measures this machine
    #[command(subcommand)]
    Bench(bench::Command),
    /// Serves a ledger over NATS: takes submissions, publishes entries, checkpoints and receipts
    #[cfg(feature = "nats")]
    Serve(Box<serve::Args>),
    /// Writes configurations of nats-server: one server, a cluster, or a field office, with a login for each producer
    #[cfg(feature = "nats")]
    NatsConfig(Box<nats_config::Args>),
    /// Makes the streams of a field office
    #[cfg(feature = "nats")]
    Office(office::Args),
    /// Looks at a ledger's folder, its NATS servers and this machine, and says what to do
    #[cfg(feature = "nats")]
    Doctor(doctor::Args),
    /// Follows a ledger over NATS as a verified copy: keeps the views, publishes their changes, answers questions
    #[cfg(feature = "nats")]
    Project(Box<project::Args>),
    /// Shows a view's rows and then their changes as they come over NATS
    #[cfg(feature = "nats")]
    Watch(Box<watch::Args>),
    /// Prints a completion script for a shell
    Completions(completions::Args),
    /// Writes the manual pages
    Man(man::Args),
}

/// The output format that a command line which does not parse asked for, as far as it can be told.
pub(crate) fn format_hint(args: &[std::ffi::OsString]) -> Format {
    let mut args = args.iter().filter_map(|arg| arg.to_str());
    let mut found = Format::Table;
    while let Some(arg) = args.next() {
        let value = match arg {
            "-o" | "--output" => args.next(),
            _ => arg
                .strip_prefix("--output=")
                .or_else(|| arg.strip_prefix("-o"))
                .map(|value| value.strip_prefix('=').unwrap_or(value)),
        };
        match value {
            Some("json") => found = Format::Json,
            Some("ndjson") => found = Format::Ndjson,
            Some("csv") => found = Format::Csv,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_tree_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_format_is_found_in_a_broken_command_line() {
        for (args, expected) in [
            (
                &["armistice", "view", "--nonsense", "-o", "json"][..],
                Format::Json,
            ),
            (&["armistice", "-ondjson"], Format::Ndjson),
            (&["armistice", "--output=csv"], Format::Csv),
            (&["armistice", "-o"], Format::Table),
        ] {
            assert_eq!(
                format_hint(&args.iter().map(Into::into).collect::<Vec<_>>()),
                expected,
                "{args:?}"
            );
        }
    }
}
