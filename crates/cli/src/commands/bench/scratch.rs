//! A ledger to measure in: founded, with the generator's producers enrolled.

use std::path::{Path, PathBuf};

use armistice_ledger::{Ledger, Outcome as Answer, Settings};
use armistice_tlog::{Hash, SigningKey};
use serde_json::json;

use super::generator::{Generator, is_incident};
use crate::commands::init;
use crate::commands::producer::draft;
use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::LedgerFolder;
use crate::session::{Session, Verdict};
use crate::{files, machine, progress};

/// The origin and the ceasefire of every bench ledger.
pub(super) const ORIGIN: &str = "ledger.example/bench";
pub(super) const CEASEFIRE: &str = "bench";

/// Reports made and submitted at once while a ledger is filled: 20 MB at 1.2 kB each.
const FILL_AT_ONCE: usize = 16_384;

/// A new folder among the system's temporary files, removed when the bench ends.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Outcome<Self> {
        let path = machine::temporary_folder("armistice")?;
        files::create_folder(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is among the temporary files, where it may stay.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Founds a ledger in `path` and enrols the generator's producers.
pub(super) fn found(path: &Path, generator: &Generator, settings: Settings) -> Outcome<Ledger> {
    found_for(path, generator.keys(), settings)
}

/// Founds a ledger in `path` and enrols the producers of `keys`, who may claim.
pub(super) fn found_for<'a>(
    path: &Path,
    keys: impl Iterator<Item = &'a SigningKey>,
    settings: Settings,
) -> Outcome<Ledger> {
    let folder = LedgerFolder::new(path);
    let operator_key = init::found(&folder, CEASEFIRE, ORIGIN, "+04:00", "operator")?.operator_key;
    let ledger = folder.open(settings)?;
    let state = folder.state(ledger.reader())?;
    let mut session = Session::new(ledger.clone(), &state, vec![operator_key])?;
    for key in keys {
        let content =
            json!({"producer": key.name(), "key": key.verifier_key().to_string(), "may": ["claim"]});
        match session.submit_draft(&draft("producer.enrolled.v1", key.name(), &content))? {
            Verdict::Recorded(_) => {}
            Verdict::Refused(refusal) => return Err(refused(&refusal)),
        }
    }
    Ok(ledger)
}

/// Submits all notes at once, as a batch does, and returns the entries' hashes in their order.
pub(super) fn submit_batch(ledger: &Ledger, notes: &[Vec<u8>]) -> Outcome<Vec<Hash>> {
    let answers = ledger.submit_all_blocking(notes.iter().cloned());
    answers
        .into_iter()
        .map(|answer| match answer {
            Ok(Answer::Recorded(receipt)) => Ok(receipt.hash),
            Ok(Answer::Refused(refusal)) => Err(refused(&refusal)),
            Err(error) => Err(
                Failure::new(Exit::Failed, "not_acknowledged", "the ledger gave no receipt")
                    .because(&error)
                    .hint_of(error.hint()),
            ),
        })
        .collect()
}

fn refused(refusal: &armistice_report::Refusal) -> Failure {
    Failure::new(Exit::Failed, "bench", "the ledger refused a report of the bench").because(refusal)
}

/// Bytes that the files under `path` take on disk, as the file system counts its blocks.
pub(super) fn disk_bytes(path: &Path) -> Outcome<u64> {
    use std::os::unix::fs::MetadataExt;
    let failed = |error: std::io::Error| Failure::file("look at", path, &error);
    let mut sum = 0;
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let metadata = entry.metadata().map_err(failed)?;
        sum += if metadata.is_dir() {
            disk_bytes(&entry.path())?
        } else {
            metadata.blocks() * 512
        };
    }
    Ok(sum)
}

/// A closed ledger of `entries` reports in `path`.
pub(super) fn fill(path: &Path, entries: usize) -> Outcome {
    let mut generator = Generator::new(ORIGIN, CEASEFIRE, 1);
    let ledger = found(path, &generator, Settings::default())?;
    let bar = progress::bar("filling a ledger", entries as u64);
    let mut missing = entries;
    while missing > 0 {
        let notes = generator.notes(missing.min(FILL_AT_ONCE));
        let hashes = submit_batch(&ledger, &notes)?;
        let incidents = notes.iter().zip(hashes).filter(|(note, _)| is_incident(note));
        generator.learn(incidents.map(|(_, hash)| hash));
        missing -= notes.len();
        bar.inc(notes.len() as u64);
    }
    ledger.close();
    bar.finish_and_clear();
    Ok(())
}
