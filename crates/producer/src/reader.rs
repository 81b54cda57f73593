//! The reading side of an outbox: only what a transaction has committed can be seen, so only that can be published.

use crate::Error;
use crate::error::store;
use crate::settings::Counter;
use crate::tables::{COUNTER, IDS, NOTES, PENDING, RECEIPTS, REFUSED};
use crate::ticket::Receipt;
use armistice_report::Refusal;
use armistice_tlog::{Hash, Index, TlogProof};
use redb::{Database, ReadableDatabase, ReadableTable, ReadableTableMetadata};
use std::sync::Arc;

/// A report that waits for its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its place in the outbox; smaller is earlier.
    pub position: u64,
    /// The report's id.
    pub id: String,
    /// SHA-256 of the signed note.
    pub submission: Hash,
}

/// A report that was refused, as it was signed. The refusal is not signed: the note is kept as evidence, and in case that it
/// was not the ledger who refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedReport {
    /// The report's id; it is free for a corrected report.
    pub id: String,
    /// Why.
    pub refusal: Refusal,
    /// The signed note.
    pub note: Vec<u8>,
}

/// A note that waits for its outcome.
#[derive(Debug, Clone)]
pub(crate) struct Queued {
    pub(crate) position: u64,
    pub(crate) submission: Hash,
    pub(crate) note: Vec<u8>,
}

/// Reads what is committed. Reads do not wait for the writer; their pages are mostly in memory.
#[derive(Debug, Clone)]
pub(crate) struct Reader(Arc<Database>);

impl Reader {
    pub(crate) fn new(db: Arc<Database>) -> Self {
        Self(db)
    }

    /// Up to `max` notes that wait, after the position `after` and not after `through`, in their order.
    pub(crate) fn between(&self, after: u64, through: u64, max: usize) -> Result<Vec<Queued>, Error> {
        if after >= through {
            return Ok(Vec::new());
        }
        let txn = self.0.begin_read().map_err(store)?;
        let pending = txn.open_table(PENDING).map_err(store)?;
        let notes = txn.open_table(NOTES).map_err(store)?;
        let range = pending.range(after + 1..=through).map_err(store)?;
        range
            .take(max)
            .map(|row| {
                let (position, waiting) = row.map_err(store)?;
                queued(&notes, position.value(), Hash(waiting.value().0))
            })
            .collect()
    }

    /// The notes at these positions, as far as they wait.
    pub(crate) fn at(&self, positions: &[u64]) -> Result<Vec<Queued>, Error> {
        let txn = self.0.begin_read().map_err(store)?;
        let pending = txn.open_table(PENDING).map_err(store)?;
        let notes = txn.open_table(NOTES).map_err(store)?;
        let mut found = Vec::with_capacity(positions.len());
        for position in positions {
            if let Some(waiting) = pending.get(position).map_err(store)? {
                found.push(queued(&notes, *position, Hash(waiting.value().0))?);
            }
        }
        Ok(found)
    }

    /// Everything that waits, in order.
    pub(crate) fn pending(&self) -> Result<Vec<Pending>, Error> {
        let txn = self.0.begin_read().map_err(store)?;
        let pending = txn.open_table(PENDING).map_err(store)?;
        pending
            .iter()
            .map_err(store)?
            .map(|row| {
                let (position, waiting) = row.map_err(store)?;
                let (submission, id) = waiting.value();
                Ok(Pending {
                    position: position.value(),
                    id: id.to_owned(),
                    submission: Hash(submission),
                })
            })
            .collect()
    }

    /// Everything that was refused and is kept, in order.
    pub(crate) fn refused(&self) -> Result<Vec<RefusedReport>, Error> {
        let txn = self.0.begin_read().map_err(store)?;
        let refused = txn.open_table(REFUSED).map_err(store)?;
        refused
            .iter()
            .map_err(store)?
            .map(|row| {
                let (_, kept) = row.map_err(store)?;
                let (id, refusal, note) = kept.value();
                Ok(RefusedReport {
                    id: id.to_owned(),
                    refusal: serde_json::from_str(refusal).map_err(|_| Error::Damaged {
                        what: "a refusal that is none",
                    })?,
                    note: note.to_vec(),
                })
            })
            .collect()
    }

    pub(crate) fn pending_count(&self) -> Result<u64, Error> {
        let txn = self.0.begin_read().map_err(store)?;
        let pending = txn.open_table(PENDING).map_err(store)?;
        pending.len().map_err(store)
    }

    /// The position of the report with this id, waiting or kept.
    pub(crate) fn position(&self, id: &str) -> Result<Option<u64>, Error> {
        let txn = self.0.begin_read().map_err(store)?;
        let ids = txn.open_table(IDS).map_err(store)?;
        Ok(ids.get(id).map_err(store)?.map(|found| found.value()))
    }

    /// The note at `position`, waiting or kept.
    pub(crate) fn note(&self, position: u64) -> Result<Option<Vec<u8>>, Error> {
        let txn = self.0.begin_read().map_err(store)?;
        let notes = txn.open_table(NOTES).map_err(store)?;
        Ok(notes
            .get(position)
            .map_err(store)?
            .map(|note| note.value().to_vec()))
    }

    /// Where the producer's counter stands.
    pub(crate) fn counter(&self) -> Result<Counter, Error> {
        counter(&self.0).map(|(_, counter)| counter)
    }

    /// The note at `position` and its receipt, if it has one.
    pub(crate) fn kept(&self, position: u64) -> Result<Option<(Hash, Option<Receipt>)>, Error> {
        let txn = self.0.begin_read().map_err(store)?;
        let notes = txn.open_table(NOTES).map_err(store)?;
        let Some(note) = notes.get(position).map_err(store)? else {
            return Ok(None);
        };
        let receipts = txn.open_table(RECEIPTS).map_err(store)?;
        let kept = receipts.get(position).map_err(store)?;
        let receipt = kept.map(|kept| receipt(kept.value(), note.value())).transpose()?;
        Ok(Some((Hash::sha256(note.value()), receipt)))
    }
}

fn queued(
    notes: &impl ReadableTable<u64, &'static [u8]>,
    position: u64,
    submission: Hash,
) -> Result<Queued, Error> {
    let note = notes.get(position).map_err(store)?;
    let note = note.ok_or(Error::Damaged {
        what: "a pending report without its note",
    })?;
    Ok(Queued {
        position,
        submission,
        note: note.value().to_vec(),
    })
}

/// A kept receipt, with the entry that it proves.
pub(crate) fn receipt(kept: (&str, u64, [u8; 32], &str), note: &[u8]) -> Result<Receipt, Error> {
    let (_, index, hash, text) = kept;
    let proof = TlogProof::parse(text.as_bytes()).map_err(|_| Error::Damaged {
        what: "a receipt that is none",
    })?;
    let mut entry = proof.extra.unwrap_or_default();
    entry.extend_from_slice(note);
    Ok(Receipt {
        index: Index(index),
        hash: Hash(hash),
        repeated: true,
        text: text.to_owned(),
        entry,
    })
}

/// The next position, and the producer's counter.
pub(crate) fn counter(db: &Database) -> Result<(u64, Counter), Error> {
    let txn = db.begin_read().map_err(store)?;
    let table = txn.open_table(COUNTER).map_err(store)?;
    let found = table.get(()).map_err(store)?;
    let (next, sequence, previous) = found.ok_or(Error::Damaged { what: "no counter" })?.value();
    Ok((
        next,
        Counter {
            sequence,
            previous: previous.map(Hash),
        },
    ))
}
