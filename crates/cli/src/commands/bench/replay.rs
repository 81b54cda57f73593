//! `armistice bench replay`: all views from the first entry on, beside parsing alone.

use std::path::PathBuf;

use armistice_ledger::Settings;
use armistice_projection::{Projection, View};
use armistice_report::{entry, parse};
use rayon::prelude::*;

use super::measure::{Findings, Series, as_f64, mib};
use super::scratch::{Scratch, fill};
use crate::failure::Outcome;
use crate::ledger_folder::{LedgerFolder, ReadOnly};
use crate::machine::{self, Stopwatch};
use crate::output::Format;
use crate::progress;
use crate::views;

/// Entries a second that are aimed at, or [`PARSING_RATIO_MIN`] of the parsing bound, whichever is lower.
const RATE_MIN: f64 = 150_000.0;
const PARSING_RATIO_MIN: f64 = 0.7;
/// Seconds that opening 1,000,000 entries may take.
const OPEN_SECONDS_MAX: f64 = 5.0;
/// Resident memory after opening, and after all views were made, MiB.
const RESIDENT_MIB_MAX: f64 = 800.0;
/// Entries read at once for the parsing bound: 5 MB at 1.2 kB each.
const CHUNK: usize = 4_096;

/// Flags of `bench replay`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Entries of the ledger that is made for it
    #[arg(long, value_name = "N", default_value_t = 100_000, conflicts_with = "dir")]
    entries: usize,
    /// Measures this ledger instead, such as one that `bench append --dir` kept
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Rounds; each measures replay and parsing once
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,
}

/// Measures and prints.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let scratch = Scratch::new()?;
    let folder = args.dir.clone().unwrap_or_else(|| scratch.path().join("ledger"));
    if args.dir.is_none() {
        fill(&folder, args.entries)?;
    }
    machine::forget_highest_resident();
    let ledger_folder = LedgerFolder::new(&folder);
    let started = Stopwatch::start();
    let ledger = ledger_folder.open(Settings::default())?;
    let open_seconds = started.elapsed().as_secs_f64();
    ledger.close();
    drop(ledger);
    let log = ledger_folder.open_to_read()?;
    let open_resident = machine::resident_bytes();
    let size = usize::try_from(log.checkpoint.size().0).unwrap_or(usize::MAX);
    let (mut replay, mut parsing) = (Series::default(), Series::default());
    let mut digest_seconds = 0.0;
    let bar = progress::bar("measuring", args.rounds as u64);
    for round in 0..args.rounds.max(1) {
        for turn in 0..2 {
            let started = Stopwatch::start();
            if (turn + round).is_multiple_of(2) {
                let projection = project(&log)?;
                replay.push(size, started.elapsed());
                let started = Stopwatch::start();
                for view in View::ALL {
                    projection.digest(*view);
                }
                digest_seconds = started.elapsed().as_secs_f64();
            } else {
                parse_all(&log)?;
                parsing.push(size, started.elapsed());
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut findings = Findings::new();
    findings.value("entries", as_f64(size as u64), "entries");
    findings.at_most("opening, ready to append", open_seconds, "s", OPEN_SECONDS_MAX);
    if let Some((_, highest)) = open_resident {
        findings.at_most(
            "resident memory while opening, highest",
            mib(highest),
            "MiB",
            RESIDENT_MIB_MAX,
        );
    }
    findings.value(
        "reading and parsing alone, all cores",
        parsing.median(),
        "entries/s",
    );
    let target = RATE_MIN.min((PARSING_RATIO_MIN * parsing.median()).round());
    findings.at_least("replay of all views", replay.median(), "entries/s", target);
    findings.value("replay to parsing", replay.ratio_to(&parsing), "ratio");
    findings.value("digests of all views", digest_seconds, "s");
    if let Some((_, highest)) = machine::resident_bytes() {
        findings.at_most("resident memory, highest", mib(highest), "MiB", RESIDENT_MIB_MAX);
    }
    findings.print(format)
}

fn project(log: &ReadOnly) -> Outcome<Projection> {
    views::project(log.entries(), log.checkpoint.size().0)
}

/// What any reader of the log has to do before it can count: read the entries and parse the reports.
fn parse_all(log: &ReadOnly) -> Outcome {
    let mut entries = log.entries();
    loop {
        let chunk = entries.by_ref().take(CHUNK).collect::<Outcome<Vec<_>>>()?;
        if chunk.is_empty() {
            return Ok(());
        }
        let parsed = chunk
            .par_iter()
            .filter(|(_, bytes)| {
                let note = entry::parse(bytes).map(|parts| parts.note).unwrap_or_default();
                let end = note
                    .windows(2)
                    .position(|pair| pair == b"\n\n")
                    .map_or(0, |end| end + 1);
                parse(&note[..end]).is_ok()
            })
            .count();
        assert_eq!(parsed, chunk.len(), "every entry of a ledger holds a report");
    }
}
