//! Replay: entries are parsed on all cores while the fold runs in their order.
//!
//! ```text
//! source:  read c2 │ read c3 │ …
//! cores:           │ parse c1│ parse c2 │ …
//! fold:            │         │ fold c1  │ fold c2 …
//! ```
//! Three stages overlap by `rayon::join`: while one chunk is folded, the next is parsed and the one after it is read.
//! Memory is three chunks. Nothing here checks signatures or admission: `audit` does.

use armistice_report::{Report, Timestamp, entry};
use armistice_tlog::{Hash, leaf_hash};
use rayon::prelude::*;

use crate::{Error, Item, Projection};

/// Entries per chunk: at about 1 KiB of entry and 2 KiB of parsed report, three chunks are some 36 MiB at most typical
/// sizes, and a chunk is long enough (about 10 ms of parsing on 2 cores) that the hand-over costs nothing.
pub const CHUNK_ENTRIES: usize = 4096;

/// An entry that could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError<S: std::error::Error + 'static> {
    /// The source of the entries failed.
    #[error("the entries cannot be read")]
    Source(#[source] S),
    /// The entry is not one that a ledger admits; `armistice audit` tells more.
    #[error("entry {index} is not an admissible entry: {code} at {field:?}")]
    Entry {
        /// Its index.
        index: u64,
        /// The code of the refusal that it would have got.
        code: &'static str,
        /// The field that is wrong.
        field: String,
    },
    /// The projection refused the order.
    #[error(transparent)]
    Fold(#[from] Error),
}

/// A parsed entry, ready to be folded.
struct Parsed {
    index: u64,
    hash: Hash,
    submission: Hash,
    received: Timestamp,
    report: Report,
}

/// Applies the entries of `source`, which come in the order of the log and start where the projection stands.
///
/// `progress` is called on the folding thread after each chunk with the number of entries applied so far.
/// Runs on the current rayon pool.
///
/// # Errors
/// The first bad entry stops the replay; the projection then holds the entries before its chunk.
pub fn replay<S, E>(
    projection: &mut Projection,
    source: S,
    mut progress: impl FnMut(u64) + Send,
) -> Result<(), ReplayError<E>>
where
    S: Iterator<Item = Result<(u64, Vec<u8>), E>> + Send,
    E: std::error::Error + Send + 'static,
{
    let mut source = source;
    let mut raw = read_chunk(&mut source)?;
    let mut parsed: Vec<Parsed> = Vec::new();
    while !raw.is_empty() || !parsed.is_empty() {
        let (folded, (next_raw, next_parsed)) = rayon::join(
            || fold(projection, &parsed, &mut progress),
            || rayon::join(|| read_chunk(&mut source), || parse_chunk(&raw)),
        );
        folded?;
        raw = next_raw?;
        parsed = next_parsed?;
    }
    Ok(())
}

type Raw = Vec<(u64, Vec<u8>)>;

fn read_chunk<E: std::error::Error + 'static>(
    source: &mut impl Iterator<Item = Result<(u64, Vec<u8>), E>>,
) -> Result<Raw, ReplayError<E>> {
    source
        .take(CHUNK_ENTRIES)
        .collect::<Result<_, _>>()
        .map_err(ReplayError::Source)
}

fn parse_chunk<E: std::error::Error + Send + 'static>(raw: &Raw) -> Result<Vec<Parsed>, ReplayError<E>> {
    raw.par_iter()
        .with_min_len(64)
        .map(|(index, bytes)| parse_entry(*index, bytes))
        .collect()
}

fn parse_entry<E: std::error::Error + 'static>(index: u64, bytes: &[u8]) -> Result<Parsed, ReplayError<E>> {
    let refused = |refusal: armistice_report::Refusal| ReplayError::Entry {
        index,
        code: refusal.code.as_str(),
        field: refusal.field.clone(),
    };
    let malformed = |_| ReplayError::Entry {
        index,
        code: "not_an_entry",
        field: String::new(),
    };
    let parts = entry::parse(bytes).map_err(malformed)?;
    let text = note_text(parts.note);
    let report = armistice_report::parse(text).map_err(refused)?;
    Ok(Parsed {
        index,
        hash: leaf_hash(bytes),
        submission: Hash::sha256(parts.note),
        received: parts.received,
        report,
    })
}

/// The signed text of a note that has been admitted: everything up to the empty line before the signature.
fn note_text(note: &[u8]) -> &[u8] {
    let end = note.windows(2).rposition(|pair| pair == b"\n\n");
    end.map_or(note, |end| &note[..=end])
}

fn fold<E: std::error::Error + 'static>(
    projection: &mut Projection,
    parsed: &[Parsed],
    progress: &mut impl FnMut(u64),
) -> Result<(), ReplayError<E>> {
    for entry in parsed {
        projection.apply(&Item {
            index: entry.index,
            hash: entry.hash.0,
            submission: entry.submission.0,
            received: entry.received,
            report: &entry.report,
        })?;
    }
    if !parsed.is_empty() {
        progress(projection.tree_size().0);
    }
    Ok(())
}
