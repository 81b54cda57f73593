//! `armistice bench nats`: what the way over JetStream costs, and how soon a report is seen.
//!
//! ```text
//! embedded      notes ─────────────────────────────────────────► ledger ──► receipt
//! over NATS     notes ──► outbox ──► SUBMITTED ──► relay ──► ledger ──► RECEIPTS ──► outbox: verified, kept
//! plain         notes ──► a stream that the server syncs for each message
//! delay         report ──► … ──► ENTRIES ──► projection ──► VIEWS ──► subscriber
//! ```
//! The servers are real ones, started here; ledger, producers, projection and subscriber run in this process, each with a
//! connection of its own, and share its cores with the servers.

mod delay;
mod path;
mod plain;
mod site;

use std::path::PathBuf;
use std::time::Duration;

use armistice_bus::local;

use self::delay::Delays;
use self::site::{Site, Sync};
use super::generator::{Generator, is_incident};
use super::measure::{Findings, Series, as_f64, percentile_ms};
use super::scratch::{CEASEFIRE, ORIGIN, Scratch, found, submit_batch};
use crate::failure::Outcome;
use crate::machine::Stopwatch;
use crate::nats_access;
use crate::output::Format;
use crate::progress;
use crate::runtime;

/// The ratio to a plain publish with `sync_interval: always` that is aimed at.
const PLAIN_RATIO_MIN: f64 = 10.0;
/// The longest delay from a submission to a changed view, for 99 % of the reports, in milliseconds.
const DELAY_P99_MS_MAX: f64 = 50.0;
/// Messages of the plain publish in a round: it is slow where a sync is.
const PLAIN_SHARE: usize = 8;

/// Flags of `bench nats`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Reports in all rounds together, for each contender
    #[arg(long, value_name = "N", default_value_t = 61_440)]
    entries: usize,
    /// Rounds; each measures every contender once, in another order
    #[arg(long, value_name = "N", default_value_t = 6)]
    rounds: usize,
    /// Reports a second while the delay is measured
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    rate: u32,
    /// How long the delay is measured; 0 leaves it out
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    seconds: u32,
    /// The nats-server program; `cargo xtask nats-server` installs one and prints its path
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
}

#[derive(Default)]
struct Results {
    embedded: Series,
    plain: Series,
    always: Series,
    default: Series,
}

/// Measures and prints.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let binary = match &args.server {
        Some(path) => path.clone(),
        None => local::binary().map_err(|error| nats_access::failure("cannot find nats-server", &error))?,
    };
    let scratch = Scratch::new()?;
    let mut results = Results::default();
    let rounds = args.rounds.max(1);
    let each = (args.entries / rounds).max(super::generator::PRODUCERS);
    {
        let mut embedded = Generator::new(ORIGIN, CEASEFIRE, 1);
        let ledger = found(
            &scratch.path().join("embedded"),
            &embedded,
            armistice_ledger::Settings::default(),
        )?;
        let mut always = Site::start(&binary, &scratch.path().join("always"), 2, Sync::Always)?;
        let mut default = Site::start(&binary, &scratch.path().join("default"), 3, Sync::Default)?;
        let bar = progress::bar("measuring", rounds as u64);
        for round in 0..rounds {
            for turn in 0..4 {
                match (turn + round) % 4 {
                    0 => {
                        let notes = embedded.notes(each);
                        let started = Stopwatch::start();
                        let hashes = submit_batch(&ledger, &notes)?;
                        results.embedded.push(notes.len(), started.elapsed());
                        let incidents = notes.iter().zip(hashes).filter(|(note, _)| is_incident(note));
                        embedded.learn(incidents.map(|(_, hash)| hash));
                    }
                    1 => {
                        let notes = always.notes(each / PLAIN_SHARE);
                        let time = runtime::block_on(plain::publish(&always, &notes))?;
                        results.plain.push(notes.len(), time);
                    }
                    2 => results.always.push(each, path::round(&mut always, each)?),
                    _ => results.default.push(each, path::round(&mut default, each)?),
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        ledger.close();
        always.stop()?;
        default.stop()?;
    }
    let delays = match args.seconds {
        0 => None,
        seconds => {
            let mut site = Site::start(&binary, &scratch.path().join("delay"), 4, Sync::Default)?;
            let delays = delay::measure(&mut site, args.rate, seconds)?;
            site.stop()?;
            Some(delays)
        }
    };
    report(&results, delays).print(format)
}

fn report(results: &Results, delays: Option<Delays>) -> Findings {
    let mut findings = Findings::new();
    let rate = "reports/s";
    findings.value("embedded, to the receipt", results.embedded.median(), rate);
    findings.value(
        "plain publish, sync_interval always",
        results.plain.median(),
        "messages/s",
    );
    findings.value(
        "producer to receipt, sync_interval always",
        results.always.median(),
        rate,
    );
    findings.value(
        "producer to receipt, default sync_interval",
        results.default.median(),
        rate,
    );
    findings.at_least(
        "producer to receipt with always, to plain publish with always",
        results.always.ratio_to(&results.plain),
        "times",
        PLAIN_RATIO_MIN,
    );
    findings.value(
        "producer to receipt with always, to embedded",
        results.always.ratio_to(&results.embedded),
        "times",
    );
    findings.value(
        "producer to receipt with default, to embedded",
        results.default.ratio_to(&results.embedded),
        "times",
    );
    if let Some(mut delays) = delays {
        findings.value("reports while the delay was measured", as_f64(delays.rate), rate);
        delay(&mut findings, "report to receipt", &mut delays.receipts, None);
        delay(
            &mut findings,
            "report to changed view",
            &mut delays.views,
            Some(DELAY_P99_MS_MAX),
        );
    }
    findings
}

fn delay(findings: &mut Findings, name: &str, times: &mut [Duration], p99_ms_max: Option<f64>) {
    findings.value(
        &format!("{name}, half of them at most"),
        percentile_ms(times, 0.5),
        "ms",
    );
    let measure = format!("{name}, 99 % of them at most");
    let p99 = percentile_ms(times, 0.99);
    match p99_ms_max {
        Some(max) => findings.at_most(&measure, p99, "ms", max),
        None => findings.value(&measure, p99, "ms"),
    }
}
