//! `armistice bench import`: how fast rows go in, and how much memory it takes above what the log needs anyway.
//!
//! ```text
//! sample ──repeated with new ids──► file of N rows
//! process 1: import of the file            highest resident memory: the import's
//! process 2: import of its first row again into the same ledger, which is there:  the log's own
//! ```
//! The log keeps an index of every entry in memory, so that both numbers grow with the log; their difference is what reading,
//! deciding, signing and writing take, and should not grow. Both are `VmHWM` of processes of their own, as Linux counts it.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use armistice_ledger::Settings;

use super::measure::{Findings, as_f64, mib};
use super::scratch::{self, Scratch};
use crate::failure::{Exit, Failure, Outcome};
use crate::machine::Stopwatch;
use crate::output::Format;
use crate::{files, keys, progress};

/// Resident memory of the import above the log's own, MiB.
const ABOVE_MIB_MAX: f64 = 300.0;
/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// Flags of `bench import`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rows of the file that is made for it
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    rows: u64,
    /// A file of UCDP GED, of which the rows are repeated with new ids
    #[arg(long, value_name = "FILE")]
    sample: PathBuf,
    /// Makes the file and the ledger in this new folder and keeps them
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// A process that ended well.
struct Ran {
    seconds: f64,
    highest: Option<u64>,
}

/// Measures and prints.
pub(crate) fn run(args: &Args, format: Format) -> Outcome {
    let scratch = Scratch::new()?;
    let folder = args.dir.clone().unwrap_or_else(|| scratch.path().to_owned());
    files::create_folder(&folder)?;
    let (all, one) = (folder.join("all.csv"), folder.join("one.csv"));
    let bytes = repeat(&args.sample, &all, args.rows)?;
    repeat(&args.sample, &one, 1)?;
    let (ledger, key) = found(&folder)?;
    let import = process(&folder, &[&all, &ledger, &key])?;
    let own = process(&folder, &[&one, &ledger, &key])?;
    let mut findings = Findings::new();
    findings.value("rows", as_f64(args.rows), "rows");
    findings.value("file", mib(bytes), "MiB");
    findings.value("import", import.seconds, "s");
    findings.value(
        "import: rate",
        as_f64(args.rows) / import.seconds.max(1e-9),
        "rows/s",
    );
    findings.value("ledger on disk", mib(scratch::disk_bytes(&ledger)?), "MiB");
    findings.value("opening the ledger and looking up one row", own.seconds, "s");
    if let (Some(whole), Some(log)) = (import.highest, own.highest) {
        findings.value("resident memory, highest: import", mib(whole), "MiB");
        findings.value("resident memory, highest: the log's own", mib(log), "MiB");
        let above = mib(whole.saturating_sub(log));
        findings.at_most("resident memory above the log's own", above, "MiB", ABOVE_MIB_MAX);
    }
    findings.print(format)
}

/// Writes `rows` rows of the sample under its header, with ids from 1; gives the bytes. One pass of the sample is in memory.
fn repeat(sample: &Path, to: &Path, rows: u64) -> Outcome<u64> {
    let failed = |error: csv::Error| {
        Failure::new(
            Exit::Usage,
            "sample",
            format!("cannot repeat {}", sample.display()),
        )
        .because(&error)
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(sample)
        .map_err(failed)?;
    let records = reader
        .byte_records()
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    let Some((header, records)) = records.split_first().filter(|(_, records)| !records.is_empty()) else {
        return Err(Failure::new(
            Exit::Usage,
            "sample",
            format!("{} has no rows", sample.display()),
        ));
    };
    let file = File::create(to).map_err(|error| Failure::file("create", to, &error))?;
    let mut writer = csv::Writer::from_writer(BufWriter::new(file));
    writer.write_byte_record(header).map_err(failed)?;
    let bar = progress::bar("making a file", rows);
    for (number, record) in (1..=rows).zip(records.iter().cycle()) {
        let id = number.to_string();
        let cells = std::iter::once(id.as_bytes()).chain(record.iter().skip(1));
        writer.write_record(cells).map_err(failed)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    writer
        .flush()
        .map_err(|error| Failure::file("write", to, &error))?;
    let metadata = std::fs::metadata(to).map_err(|error| Failure::file("read", to, &error))?;
    Ok(metadata.len())
}

/// A ledger with one producer, and that producer's key in a file.
fn found(folder: &Path) -> Outcome<(PathBuf, PathBuf)> {
    let (ledger, key_path) = (folder.join("ledger"), folder.join("importer.key"));
    let key = keys::generate("importer")?;
    keys::write(&key_path, &key)?;
    scratch::found_for(&ledger, std::iter::once(&key), Settings::default())?.close();
    Ok((ledger, key_path))
}

/// The highest resident memory of a process that runs, in bytes, as Linux tells it; none elsewhere.
fn highest_resident(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

/// Runs an import of a file as a process of its own and looks at its memory until it ends.
fn process(folder: &Path, [file, ledger, key]: &[&Path; 3]) -> Outcome<Ran> {
    let failed =
        |error: std::io::Error| Failure::new(Exit::Failed, "bench", "cannot run the import").because(&error);
    let program = std::env::current_exe().map_err(failed)?;
    let started = Stopwatch::start();
    let mut child = Command::new(program)
        .args(["import", "ged", "--release", "23.1", "--zone", "+00:00", "--dir"])
        .arg(ledger)
        .arg("--key")
        .args([key, file])
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let mut highest = None;
    let status = loop {
        highest = highest.max(highest_resident(&child));
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        std::thread::sleep(LOOK);
    };
    if !status.success() {
        return Err(Failure::new(Exit::Failed, "bench", "the import failed"));
    }
    Ok(Ran {
        seconds: started.elapsed().as_secs_f64(),
        highest,
    })
}
