//! The `armistice` command: founds a ledger, takes signed reports, shows what they say, and audits all of it.
//!
//! ```text
//! armistice init --dir D --ceasefire karabakh-2020 --origin ledger.example/karabakh
//! armistice submit --dir D --key newsdesk.key reports.ndjson
//! armistice view allegations --dir D --as-of 22 -o json
//! armistice audit --dir D
//! ```
//!
//! This is the only crate that reads the clock, the environment and the command line ([`machine`]), and [`render`] is the
//! only place that prints failures. It holds no rule of its own: what is admitted, how it is counted and whether a log is
//! right are decided by the crates further in. The map is `docs/architecture.md`.

mod args;
mod commands;
mod drafts;
mod entry_name;
mod failure;
mod files;
mod group_session;
mod keys;
mod ledger_folder;
#[cfg(feature = "nats")]
mod lookup;
mod machine;
#[cfg(feature = "nats")]
mod nats_access;
mod output;
mod progress;
#[cfg(feature = "nats")]
mod remote_session;
mod render;
#[cfg(feature = "nats")]
mod runtime;
mod sealed_keys;
mod session;
mod source;
mod strict_json;
mod tile_folder;
mod trace;
mod views;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run(std::env::args_os().collect())
}
