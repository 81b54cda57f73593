//! `armistice bench append`: from a signed report to its receipt.

use std::path::PathBuf;
use std::time::Duration;

use armistice_ledger::{Ledger, Outcome as Answer, Settings};
use armistice_tlog::VerifierKey;

use super::contender::{in_parallel, plain_file, plain_file_shared, verify};
use super::generator::{Generator, is_incident};
use super::measure::{Findings, Series, as_f64, mib, percentile_ms};
use super::scratch::{CEASEFIRE, ORIGIN, Scratch, disk_bytes, found, submit_batch};
use crate::failure::Outcome;
use crate::machine::{self, Stopwatch};
use crate::output::Format;
use crate::progress;

/// Reports in a group of the batch measurement.
const GROUP: usize = 1_024;
/// The ratio to strict verification on all cores that is aimed at.
const VERIFICATION_RATIO_MIN: f64 = 0.7;
/// Bytes on disk, indexes and tiles included, to raw bytes.
const DISK_RATIO_MAX: f64 = 0.65;
/// Resident memory of an appending ledger, MiB.
const RESIDENT_MIB_MAX: f64 = 512.0;

/// Flags of `bench append`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Reports in all rounds together
    #[arg(long, value_name = "N", default_value_t = 122_880)]
    entries: usize,
    /// Rounds; each measures every contender once, in another order
    #[arg(long, value_name = "N", default_value_t = 6)]
    rounds: usize,
    /// Threads that submit single reports at the same time; 0 leaves that measurement out
    #[arg(long, value_name = "N", default_value_t = 64)]
    submitters: usize,
    /// Keeps the ledger of the batches in this folder, for `bench replay` and `bench audit`
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Everything that is measured in turn.
struct Course {
    scratch: Scratch,
    batch_folder: PathBuf,
    batches: (Generator, Ledger),
    singles: Option<(Generator, Ledger)>,
    keys: Vec<VerifierKey>,
    submitters: usize,
    raw_bytes: u64,
}

#[derive(Default)]
struct Results {
    ledger: Series,
    file: Series,
    verification: Series,
    ledger_shared: Series,
    file_shared: Series,
    ledger_waits: Vec<Duration>,
    file_waits: Vec<Duration>,
}

/// Measures and prints.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let each = (args.entries / args.rounds.max(1)).max(GROUP);
    let mut course = Course::new(args)?;
    let mut results = Results::default();
    let bar = progress::bar("measuring", args.rounds as u64);
    for round in 0..args.rounds.max(1) {
        course.round(round, each, &mut results)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let resident = machine::resident_bytes();
    course.batches.1.close();
    if let Some((_, ledger)) = &course.singles {
        ledger.close();
    }
    let disk = disk_bytes(&course.batch_folder)?;
    report(args, &course, &mut results, disk, resident).print(format)
}

impl Course {
    fn new(args: &Args) -> Outcome<Self> {
        let scratch = Scratch::new()?;
        let batches = Generator::new(ORIGIN, CEASEFIRE, 1);
        let keys = batches
            .keys()
            .map(armistice_tlog::SigningKey::verifier_key)
            .collect();
        let settings = Settings {
            group_items_max: GROUP,
            ..Settings::default()
        };
        let batch_folder = args.dir.clone().unwrap_or_else(|| scratch.path().join("batches"));
        let ledger = found(&batch_folder, &batches, settings)?;
        let singles = if args.submitters == 0 {
            None
        } else {
            // Its own ledger and its own reports: answers in the other one name entries that are not in this one.
            let generator = Generator::new(ORIGIN, CEASEFIRE, 2);
            let ledger = found(&scratch.path().join("singles"), &generator, Settings::default())?;
            Some((generator, ledger))
        };
        let batches = (batches, ledger);
        Ok(Self {
            scratch,
            batch_folder,
            batches,
            singles,
            keys,
            submitters: args.submitters,
            raw_bytes: 0,
        })
    }

    /// Every contender once, on the same notes. Who comes first changes from round to round, since the first one after the
    /// generator finds a cooler machine.
    fn round(&mut self, round: usize, each: usize, results: &mut Results) -> Outcome {
        let notes = self.batches.0.notes(each);
        self.raw_bytes += notes.iter().map(|note| note.len() as u64 + 47).sum::<u64>();
        let file = self.scratch.path().join("plain-file.tmp");
        for turn in 0..3 {
            match (turn + round) % 3 {
                0 => results.verification.push(notes.len(), verify(&notes, &self.keys)),
                1 => results.file.push(notes.len(), plain_file(&file, &notes, GROUP)?),
                _ => {
                    let started = Stopwatch::start();
                    let hashes = submit_batch(&self.batches.1, &notes)?;
                    results.ledger.push(notes.len(), started.elapsed());
                    let incidents = notes.iter().zip(hashes).filter(|(note, _)| is_incident(note));
                    self.batches.0.learn(incidents.map(|(_, hash)| hash));
                }
            }
        }
        self.shared_round(round, each / 4, &file, results)?;
        // The plain file only has to take the bytes; kept, it would fill the disk.
        let _ = std::fs::remove_file(&file);
        Ok(())
    }

    fn shared_round(
        &mut self,
        round: usize,
        each: usize,
        file: &std::path::Path,
        results: &mut Results,
    ) -> Outcome {
        let Some((generator, ledger)) = &mut self.singles else {
            return Ok(());
        };
        let notes = generator.notes(each);
        for turn in 0..2 {
            if (turn + round).is_multiple_of(2) {
                let started = Stopwatch::start();
                let waits = in_parallel(&notes, self.submitters, &|note| {
                    matches!(ledger.submit_blocking(note.to_vec()), Ok(Answer::Recorded(_)))
                });
                results.ledger_shared.push(notes.len(), started.elapsed());
                results.ledger_waits.extend(waits);
            } else {
                let (time, waits) = plain_file_shared(file, &notes, self.submitters)?;
                results.file_shared.push(notes.len(), time);
                results.file_waits.extend(waits);
            }
        }
        Ok(())
    }
}

fn report(
    args: &Args,
    course: &Course,
    results: &mut Results,
    disk_bytes: u64,
    resident: Option<(u64, u64)>,
) -> Findings {
    let mut findings = Findings::new();
    let rate = "entries/s";
    findings.value(
        "batches of 1024: ledger, to the receipt",
        results.ledger.median(),
        rate,
    );
    findings.value(
        "batches of 1024: plain file, fdatasync per group",
        results.file.median(),
        rate,
    );
    findings.value(
        "strict Ed25519 verification, all cores",
        results.verification.median(),
        rate,
    );
    let ratio = results.ledger.ratio_to(&results.verification);
    findings.at_least(
        "batches of 1024: ledger to verification",
        ratio,
        "ratio",
        VERIFICATION_RATIO_MIN,
    );
    findings.value(
        "batches of 1024: ledger to plain file",
        results.ledger.ratio_to(&results.file),
        "ratio",
    );
    if course.singles.is_some() {
        report_shared(args.submitters, results, &mut findings);
    }
    let entries = course.batches.1.reader().size().0;
    findings.value("entries in the ledger of the batches", as_f64(entries), "entries");
    findings.value(
        "mean entry",
        as_f64(course.raw_bytes) / as_f64(entries.max(1)),
        "bytes",
    );
    let ratio = as_f64(disk_bytes) / as_f64(course.raw_bytes.max(1));
    findings.at_most("bytes on disk to raw bytes", ratio, "ratio", DISK_RATIO_MAX);
    if let Some((_, highest)) = resident {
        findings.at_most("resident memory, highest", mib(highest), "MiB", RESIDENT_MIB_MAX);
    }
    findings
}

fn report_shared(submitters: usize, results: &mut Results, findings: &mut Findings) {
    let name = |what: &str| format!("{submitters} submitters: {what}");
    let rate = "entries/s";
    findings.value(
        &name("ledger, to the receipt"),
        results.ledger_shared.median(),
        rate,
    );
    findings.value(
        &name("plain file, group commit"),
        results.file_shared.median(),
        rate,
    );
    let ratio = results.ledger_shared.ratio_to(&results.file_shared);
    findings.value(&name("ledger to plain file"), ratio, "ratio");
    for (who, waits) in [
        ("ledger", &mut results.ledger_waits),
        ("plain file", &mut results.file_waits),
    ] {
        findings.value(
            &name(&format!("{who}, half wait at most")),
            percentile_ms(waits, 0.5),
            "ms",
        );
        findings.value(
            &name(&format!("{who}, 99 % wait at most")),
            percentile_ms(waits, 0.99),
            "ms",
        );
    }
}
