//! `armistice bench audit`: the whole audit of an exported log, beside bare signature verification.

use std::path::PathBuf;

use armistice_report::entry;
use armistice_tlog::{SingleNote, VerifierKey};
use rayon::prelude::*;

use super::measure::{Findings, Series, as_f64, mib};
use super::scratch::{Scratch, disk_bytes, fill};
use crate::commands::audit::{PublicBytes, check};
use crate::commands::log::export;
use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::machine::{self, Stopwatch};
use crate::output::Format;
use crate::source::{Source, open_tiles};
use crate::tile_folder::TileFolder;

/// The ratio to strict verification on all cores that is aimed at.
const VERIFICATION_RATIO_MIN: f64 = 0.7;
/// Resident memory of an audit, MiB.
const RESIDENT_MIB_MAX: f64 = 800.0;
/// Entries verified at once for the bound.
const CHUNK: usize = 4_096;

/// Flags of `bench audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Entries of the ledger that is made for it
    #[arg(long, value_name = "N", default_value_t = 100_000, conflicts_with = "dir")]
    entries: usize,
    /// Measures this ledger instead, such as one that `bench append --dir` kept
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Rounds; each measures the audit and the verification once
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
    let exported = scratch.path().join("public");
    let key = LedgerFolder::new(&folder).log_key()?.verifier_key();
    let started = Stopwatch::start();
    {
        let log = LedgerFolder::new(&folder).open_to_read()?;
        export::export(&log, &exported)?;
    }
    let export_seconds = started.elapsed().as_secs_f64();
    let tiles = open_tiles(&exported)?;
    let keys = producer_keys(&tiles)?;
    let size = usize::try_from(tiles.checkpoint.size().0).unwrap_or(usize::MAX);
    machine::forget_highest_resident();
    let (mut audits, mut verification) = (Series::default(), Series::default());
    for round in 0..args.rounds.max(1) {
        for turn in 0..2 {
            if (turn + round).is_multiple_of(2) {
                let bytes = PublicBytes(Source::Tiles(open_tiles(&exported)?));
                let started = Stopwatch::start();
                let verdict = check(&bytes, &key, None, None)?;
                audits.push(size, started.elapsed());
                if let Some(finding) = &verdict.finding {
                    let message = "the audit of the bench's own ledger failed";
                    return Err(Failure::new(Exit::VerificationFailed, "bench", message).because(finding));
                }
            } else {
                verify_all(&tiles, &keys, size, &mut verification)?;
            }
        }
    }
    let mut findings = Findings::new();
    findings.value("entries", as_f64(size as u64), "entries");
    findings.value("export", export_seconds, "s");
    findings.value("exported", mib(disk_bytes(&exported)?), "MiB");
    findings.value(
        "strict Ed25519 verification, all cores",
        verification.median(),
        "entries/s",
    );
    findings.value("audit", audits.median(), "entries/s");
    findings.at_least(
        "audit to verification",
        audits.ratio_to(&verification),
        "ratio",
        VERIFICATION_RATIO_MIN,
    );
    if let Some((_, highest)) = machine::resident_bytes() {
        findings.at_most("resident memory, highest", mib(highest), "MiB", RESIDENT_MIB_MAX);
    }
    findings.print(format)
}

/// Only verification is timed, not reading: the bound is what the signatures alone cost.
fn verify_all(tiles: &TileFolder, keys: &[VerifierKey], size: usize, series: &mut Series) -> Outcome {
    let mut entries = tiles.entries(0..tiles.checkpoint.size().0);
    let mut time = std::time::Duration::ZERO;
    loop {
        let chunk = entries.by_ref().take(CHUNK).collect::<Outcome<Vec<_>>>()?;
        if chunk.is_empty() {
            break;
        }
        let started = Stopwatch::start();
        let verified = chunk
            .par_iter()
            .filter(|(_, bytes)| is_signed(bytes, keys))
            .count();
        time += started.elapsed();
        assert_eq!(
            verified,
            chunk.len(),
            "every entry of the bench is signed by a known key"
        );
    }
    series.push(size, time);
    Ok(())
}

fn is_signed(bytes: &[u8], keys: &[VerifierKey]) -> bool {
    let Ok(parts) = entry::parse(bytes) else {
        return false;
    };
    let Ok(note) = SingleNote::parse(parts.note) else {
        return false;
    };
    let key = keys.iter().find(|key| key.matches(&note.signature));
    key.is_some_and(|key| key.verify_line(note.text, &note.signature).is_ok())
}

/// The keys that the log itself enrols; enough for a bench, never for an audit.
fn producer_keys(tiles: &TileFolder) -> Outcome<Vec<VerifierKey>> {
    let mut keys = Vec::new();
    for item in tiles.entries(0..64) {
        let (_, bytes) = item?;
        for word in String::from_utf8_lossy(&bytes).split('"') {
            keys.extend(VerifierKey::parse(word).ok());
        }
    }
    Ok(keys)
}
