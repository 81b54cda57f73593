//! The log as an export reads it: what later entries did to earlier ones, and single reports.

use std::collections::VecDeque;

use armistice_admission::Submission;
use armistice_exporter::History;
use armistice_projection::CHUNK_ENTRIES;
use armistice_report::{Report, entry};
use armistice_tlog::leaf_hash;
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

/// Entries that are read together: the rows of an export come in the order of the log, and a store unpacks as many at once.
const BLOCK_ENTRIES: u64 = 256;
/// Blocks that are kept: at 256 entries of 1 to 10 KiB each, 2 to 20 MiB. Figures lie near their incidents, corrections do not.
const BLOCKS_MAX: usize = 8;

/// Gives single reports.
pub(super) struct Reports<'a> {
    source: &'a Source,
    /// The first index of each block with its entries, the last one used first.
    blocks: VecDeque<(u64, Vec<Vec<u8>>)>,
}

impl<'a> Reports<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self {
            source,
            blocks: VecDeque::new(),
        }
    }

    /// The report of one entry; none when it cannot be read.
    pub(super) fn get(&mut self, index: u64) -> Option<Report> {
        let first = index - index % BLOCK_ENTRIES;
        let block = if let Some(at) = self.blocks.iter().position(|(known, _)| *known == first) {
            self.blocks.remove(at)?
        } else {
            self.blocks.truncate(BLOCKS_MAX - 1);
            let entries = self.source.entries(first..first + BLOCK_ENTRIES);
            // An entry that cannot be read ends its block: those behind it are told as unreadable, too.
            (first, entries.map_while(|item| Some(item.ok()?.1)).collect())
        };
        let bytes = block.1.get(usize::try_from(index - first).ok()?);
        let report = bytes.and_then(|bytes| read(bytes));
        self.blocks.push_front(block);
        report
    }
}

fn read(bytes: &[u8]) -> Option<Report> {
    let note = entry::parse(bytes).ok()?.note.to_vec();
    Some(Submission::read(note).ok()?.report().clone())
}
