//! What `armistice doctor` reads of a ledger's folder, also while `serve` holds it.
//!
//! The signed head is a file of its own (`log/head`), so it can be read beside a running ledger. The store is opened only
//! when nobody holds it, and only to read.

use std::path::Path;

use armistice_report::{CeasefireId, Timestamp, entry};
use armistice_tlog::{Checkpoint, Index, TreeSize};

use super::finding::{Finding, chain};
use super::machine;
use crate::failure::Outcome;
use crate::ledger_folder::LedgerFolder;
use crate::machine as clock;

/// A ledger's folder as it was found.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) findings: Vec<Finding>,
    /// The size of the signed head.
    pub(crate) size: Option<TreeSize>,
    /// The ceasefire, when nobody holds the store.
    pub(crate) ceasefire: Option<CeasefireId>,
}

/// Reads the head, the disk, and the newest entry when nobody holds the store.
pub(crate) fn read(dir: &Path) -> Outcome<Folder> {
    let folder = LedgerFolder::new(dir);
    let mut findings = Vec::new();
    let size = head(dir, &mut findings);
    let mut ceasefire = None;
    match folder.open_to_read() {
        Ok(log) => {
            findings.push(Finding::ok("ledger", "opens, and nobody holds it"));
            ceasefire = folder
                .state(&log.reader)
                .ok()
                .map(|state| state.registry().founding.ceasefire.clone());
            let newest = log.checkpoint.size().0.checked_sub(1).map(Index);
            let received = newest.and_then(|index| received(&log.reader.entry(index).ok()?));
            if let Some(received) = received {
                findings.push(machine::clock_and_log(clock::now(), received));
            }
        }
        Err(failure) if failure.code == "ledger_locked" => {
            findings.push(Finding::note(
                "ledger",
                "is open in another process, as it is while `serve` runs",
            ));
        }
        // Naming a folder that holds no ledger is a mistake of the caller, not a finding.
        Err(failure) if failure.code == "no_ledger" => return Err(failure),
        Err(failure) => findings.push(Finding::problem(
            "ledger",
            std::iter::once(failure.message)
                .chain(failure.causes)
                .collect::<Vec<_>>()
                .join(": "),
            failure.hint.unwrap_or_else(|| {
                "touch nothing, copy the folder, then run `armistice audit --dir`".to_owned()
            }),
        )),
    }
    findings.extend(machine::disk(dir));
    Ok(Folder {
        findings,
        size,
        ceasefire,
    })
}

/// The size of the signed head beside the store.
fn head(dir: &Path, findings: &mut Vec<Finding>) -> Option<TreeSize> {
    let path = dir.join("log").join("head");
    let bytes = std::fs::read(&path).ok()?;
    match Checkpoint::parse_unverified(&bytes) {
        Ok((checkpoint, _)) => {
            findings.push(Finding::ok(
                "log",
                format!("{} entries of {}", checkpoint.size(), checkpoint.origin()),
            ));
            Some(checkpoint.size())
        }
        Err(error) => {
            findings.push(Finding::problem(
                "log",
                format!("{} is no checkpoint: {}", path.display(), chain(&error)),
                "touch nothing, copy the folder, restore the newest backup",
            ));
            None
        }
    }
}

/// When the ledger received an entry.
pub(crate) fn received(bytes: &[u8]) -> Option<Timestamp> {
    Some(entry::parse(bytes).ok()?.received)
}
