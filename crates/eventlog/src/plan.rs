//! The plan of a commit: all hashes and all bytes, and no write.
//!
//! `plan(edge, batch)` is a pure function of the log's size and the batch. What it returns is written in one atomic
//! step and folded into memory afterwards, by the same function that opening uses. It does not look at time, at keys
//! that are already there, or at what an entry says.

use armistice_tlog::{Index, TreeSize, leaf_hash};

use crate::chunk::Encoder;
use crate::disk::Put;
use crate::error::Refused;
use crate::leaves::{Fingerprint, Leaf};
use crate::limits::{
    BATCH_BYTES_MAX, BATCH_CURSORS_MAX, BATCH_ENTRIES_MAX, CHUNK_ENTRIES_MAX, CHUNK_RAW_BYTES_MAX,
    CURSOR_BYTES_MAX, CURSOR_NAME_BYTES_MAX, ENTRY_BYTES_MAX, LOG_ENTRIES_MAX, VALUE_BYTES_MAX,
};
use crate::{keys, leaves};

/// What one append writes, all or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The entries, in the order of their positions. At most [`BATCH_ENTRIES_MAX`]; may be empty if there are cursors.
    pub records: Vec<Record>,
    /// Cursors that move with them: name and value. A later pair of one name wins.
    pub cursors: Vec<(String, Vec<u8>)>,
}

/// One entry and the key under which it is found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The entry, at most [`ENTRY_BYTES_MAX`] bytes.
    pub bytes: Vec<u8>,
    /// Any 32 bytes that are spread like a hash. Its first eight are kept; the store does not refuse a second record
    /// of one key.
    pub key: [u8; 32],
}

/// A commit, ready to be written.
pub(crate) struct Planned {
    /// One per record.
    pub(crate) leaves: Vec<Leaf>,
    /// First index of each chunk.
    pub(crate) chunks: Vec<Index>,
    /// What is written.
    pub(crate) puts: Vec<Put>,
}

/// Plans the commit of `batch` behind `edge` entries.
pub(crate) fn plan(edge: TreeSize, batch: &Batch, encoder: &mut Encoder) -> Result<Planned, Refused> {
    check(edge, batch)?;
    let leaves: Vec<Leaf> = batch
        .records
        .iter()
        .map(|record| Leaf {
            hash: leaf_hash(&record.bytes),
            fingerprint: Fingerprint::of(&record.key),
        })
        .collect();
    let mut planned = Planned {
        leaves,
        chunks: Vec::new(),
        puts: Vec::new(),
    };
    let mut at = 0;
    while at < batch.records.len() {
        let len = chunk_len(&batch.records[at..]);
        encode_chunk(edge, at..at + len, batch, encoder, &mut planned)?;
        at += len;
    }
    for (name, value) in &batch.cursors {
        planned.puts.push(Put {
            key: keys::cursor(name),
            value: value.clone(),
        });
    }
    Ok(planned)
}

fn check(edge: TreeSize, batch: &Batch) -> Result<(), Refused> {
    if batch.records.is_empty() && batch.cursors.is_empty() {
        return Err(Refused::Empty);
    }
    let at_most = |what, found, allowed| {
        if found > allowed {
            Err(Refused::BatchTooLarge { what, found, allowed })
        } else {
            Ok(())
        }
    };
    at_most("records", batch.records.len(), BATCH_ENTRIES_MAX)?;
    at_most("cursors", batch.cursors.len(), BATCH_CURSORS_MAX)?;
    for (record, bytes) in batch.records.iter().map(|record| record.bytes.len()).enumerate() {
        if bytes > ENTRY_BYTES_MAX {
            return Err(Refused::EntryTooLarge {
                record,
                bytes,
                bytes_max: ENTRY_BYTES_MAX,
            });
        }
    }
    for (cursor, (name, value)) in batch.cursors.iter().enumerate() {
        if name.is_empty() || name.len() > CURSOR_NAME_BYTES_MAX || value.len() > CURSOR_BYTES_MAX {
            return Err(Refused::CursorTooLarge { cursor });
        }
    }
    let bytes = batch
        .records
        .iter()
        .map(|record| record.bytes.len())
        .sum::<usize>()
        + batch
            .cursors
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum::<usize>();
    at_most("bytes", bytes, BATCH_BYTES_MAX)?;
    if edge.0 + batch.records.len() as u64 > LOG_ENTRIES_MAX {
        return Err(Refused::LogFull { size: edge });
    }
    Ok(())
}

/// How many of these records (there is at least one) make the next chunk.
fn chunk_len(records: &[Record]) -> usize {
    let mut raw = 0;
    let fits = records.iter().take(CHUNK_ENTRIES_MAX).take_while(|record| {
        raw += 2 + record.bytes.len();
        raw <= CHUNK_RAW_BYTES_MAX
    });
    fits.count().max(1)
}

/// Encodes one chunk, or its two halves if the value would be too long to stay in a sled page.
fn encode_chunk(
    edge: TreeSize,
    range: std::ops::Range<usize>,
    batch: &Batch,
    encoder: &mut Encoder,
    planned: &mut Planned,
) -> Result<(), Refused> {
    let records = &batch.records[range.clone()];
    let value = encoder
        .encode(records.iter().map(|record| record.bytes.as_slice()))
        .map_err(|_| Refused::NotCompressed)?;
    if value.len() > VALUE_BYTES_MAX && records.len() > 1 {
        let middle = range.start + records.len() / 2;
        encode_chunk(edge, range.start..middle, batch, encoder, planned)?;
        return encode_chunk(edge, middle..range.end, batch, encoder, planned);
    }
    let first = Index(edge.0 + range.start as u64);
    let leaves = leaves::encode(&planned.leaves[range]);
    planned.chunks.push(first);
    planned.puts.push(Put {
        key: keys::entries(first).to_vec(),
        value,
    });
    planned.puts.push(Put {
        key: keys::leaves(first).to_vec(),
        value: leaves,
    });
    Ok(())
}
