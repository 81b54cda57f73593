//! The log as an export reads it: what later entries did to earlier ones, and single reports.

use armistice_admission::Submission;
use armistice_exporter::History;
use armistice_projection::CHUNK_ENTRIES;
use armistice_report::{Report, entry};
use armistice_tlog::{Index, leaf_hash};
use rayon::prelude::*;

use crate::failure::{Exit, Failure, Outcome};
use crate::progress;
use crate::source::Source;

/// Reads the whole log, also behind `--as-of`: what was withheld later is withheld from every export.
///
/// Memory is one chunk of entries, and some 20 bytes for each entry of the log.
pub(super) fn history(source: &Source) -> Outcome<History> {
    let size = source.size().0;
    let bar = progress::bar("reading what is withheld", size);
    let mut entries = source.entries(0..size);
    let mut history = History::default();
    loop {
        let chunk: Vec<(u64, Vec<u8>)> = entries.by_ref().take(CHUNK_ENTRIES).collect::<Outcome<_>>()?;
        if chunk.is_empty() {
            break;
        }
        let reports: Vec<Option<Report>> = chunk.par_iter().map(|(_, bytes)| read(bytes)).collect();
        for ((index, bytes), report) in chunk.iter().zip(reports) {
            let report = report.ok_or_else(|| {
                let message = format!("entry {index} cannot be read as an entry");
                Failure::new(Exit::VerificationFailed, "entry_damaged", message)
                    .hint("run `armistice audit`; it names the first bad position")
            })?;
            history.add(*index, leaf_hash(bytes).0, &report);
            bar.set_position(*index);
        }
    }
    bar.finish_and_clear();
    history.settle();
    Ok(history)
}

/// The report of one entry.
pub(super) fn report(source: &Source, index: u64) -> Option<Report> {
    read(&source.entry(Index(index)).ok()?)
}

fn read(bytes: &[u8]) -> Option<Report> {
    let note = entry::parse(bytes).ok()?.note.to_vec();
    Some(Submission::read(note).ok()?.report().clone())
}
