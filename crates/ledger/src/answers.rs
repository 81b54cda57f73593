//! What the callers of a group are told, once everything that they are told is on disk.

use crate::error::SubmitError;
use crate::ledger::{Outcome, Waiting};
use crate::receipt::{Receipt, receipt_under, stored_receipt};
use armistice_eventlog::Reader;
use armistice_report::{Refusal, Timestamp, entry};
use armistice_tlog::{Index, TreeAt};
use tracing::error;

/// The answer to one submission of a group, before its receipt is made.
pub(crate) enum Answer {
    /// It became, or is, the record at this position of the group.
    Entry { position: usize, repeated: bool },
    /// It is the entry at this index since earlier.
    Stored(Index),
    /// It was refused.
    Refused(Refusal),
    /// It could not be judged.
    Failed(SubmitError),
}

/// Answers everybody of a group whose first entry is `first`, under the checkpoint that covers the group.
pub(crate) fn give(
    reader: &Reader,
    first: Index,
    received: Timestamp,
    answers: Vec<(Waiting, Answer)>,
    checkpoint: &str,
) {
    let size = reader.size();
    let mut fresh = Vec::with_capacity(answers.len());
    for (waiting, decided) in answers {
        match decided {
            Answer::Entry { position, repeated } => fresh.push((waiting, position, repeated)),
            Answer::Stored(index) => {
                answer(
                    waiting,
                    stored_receipt(reader, index, size, checkpoint).map(Outcome::Recorded),
                );
            }
            Answer::Refused(refusal) => answer(waiting, Ok(Outcome::Refused(refusal))),
            Answer::Failed(error) => answer(waiting, Err(error)),
        }
    }
    let header = entry::header(received);
    let receipt = |tree: &TreeAt<'_>, position: usize, repeated| -> Result<Outcome, SubmitError> {
        let index = Index(first.0 + position as u64);
        let (hash, text) = receipt_under(tree, index, &header, checkpoint)?;
        Ok(Outcome::Recorded(Receipt {
            index,
            hash,
            repeated,
            text,
        }))
    };
    // One tree for all: its right edge is hashed once, not once a receipt. On this thread alone: the cores are busy
    // verifying the next group, and waiting for a place among them takes longer than the receipts do.
    let given = reader.at(size, |tree| {
        for (waiting, position, repeated) in fresh {
            answer(waiting, receipt(tree, position, repeated));
        }
    });
    if let Err(error) = given {
        // The size is the reader's own. The callers' channels are dropped, which tells them to ask again.
        error!(tree_size = size.0, error = %error, "receipts not given");
    }
}

/// Answers one caller.
pub(crate) fn answer(waiting: Waiting, outcome: Result<Outcome, SubmitError>) {
    // A caller that went away does not need its answer; the entry is in the log all the same.
    let _ = waiting.send(outcome);
}
