//! The saved history of admission, so that opening a long log does not read every report again.
//!
//! ```text
//! "armistice/admission/v1\n"  SHA-256 of the type names  tree size u64 LE  root 32 bytes  received i64 LE (µs)  {producer u32 LE, type u8} × size  SHA-256
//! ```
//!
//! A follower, never the truth: it is used only if its root is the log's own at that size, and may be deleted
//! at any time. `type` is the place in `EventType::ALL`; the names' hash makes a file that was written with another list nothing.

use armistice_admission::{History, Meta};
use armistice_report::{EventType, Timestamp};
use armistice_tlog::{Hash, TreeSize};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

const MAGIC: &[u8] = b"armistice/admission/v1\n";
const HEADER_BYTES: usize = MAGIC.len() + 32 + 8 + 32 + 8;
const META_BYTES: usize = 5;

/// A history and the tree that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) root: Hash,
    pub(crate) received: Timestamp,
    pub(crate) history: History,
}

impl Snapshot {
    pub(crate) fn size(&self) -> TreeSize {
        TreeSize(self.history.len())
    }

    /// Writes beside, syncs, renames: a reader sees the old file or the new one, never half of one.
    pub(crate) fn save(&self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("tmp");
        let mut file = fs::File::create(&beside)?;
        file.write_all(&self.encode())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    }

    /// The snapshot at `path`; `None` if there is none or it is not whole.
    pub(crate) fn load(path: &Path) -> Option<Self> {
        Self::decode(&fs::read(path).ok()?)
    }

    fn encode(&self) -> Vec<u8> {
        let count = self.history.len();
        let mut bytes =
            Vec::with_capacity(HEADER_BYTES + usize::try_from(count).unwrap_or(0) * META_BYTES + 32);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&type_names().0);
        bytes.extend_from_slice(&count.to_le_bytes());
        bytes.extend_from_slice(&self.root.0);
        bytes.extend_from_slice(&self.received.as_micros().to_le_bytes());
        for meta in self.history.iter() {
            bytes.extend_from_slice(&meta.producer.to_le_bytes());
            bytes.push(type_number(meta.event_type));
        }
        let sum = Hash::sha256(&bytes);
        bytes.extend_from_slice(&sum.0);
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, sum) = bytes.split_last_chunk::<32>()?;
        if Hash::sha256(body).0 != *sum {
            return None;
        }
        let rest = body.strip_prefix(MAGIC)?.strip_prefix(&type_names().0)?;
        let (count, rest) = rest.split_first_chunk::<8>()?;
        let (root, rest) = rest.split_first_chunk::<32>()?;
        let (received, metas) = rest.split_first_chunk::<8>()?;
        let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
        if metas.len() != count.checked_mul(META_BYTES)? {
            return None;
        }
        let mut history = History::default();
        for meta in metas.chunks_exact(META_BYTES) {
            let (producer, kind) = meta.split_first_chunk::<4>()?;
            let event_type = *EventType::ALL.get(usize::from(*kind.first()?))?;
            history.push(Meta {
                producer: u32::from_le_bytes(*producer),
                event_type,
            });
        }
        let received = Timestamp::from_micros(i64::from_le_bytes(*received))?;
        Some(Self {
            root: Hash(*root),
            received,
            history,
        })
    }
}

/// SHA-256 of the names of all types in their order, each with a line feed.
fn type_names() -> Hash {
    let names: String = EventType::ALL
        .iter()
        .flat_map(|one| [one.as_str(), "\n"])
        .collect();
    Hash::sha256(names.as_bytes())
}

fn type_number(event_type: EventType) -> u8 {
    let place = EventType::ALL.iter().position(|one| *one == event_type);
    // There are far fewer than 256 types; a place past the table makes the snapshot unreadable, which is harmless.
    place
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let mut history = History::default();
        for (producer, event_type) in EventType::ALL.iter().enumerate() {
            let producer = u32::try_from(producer).expect("few types");
            history.push(Meta {
                producer,
                event_type: *event_type,
            });
        }
        Snapshot {
            root: Hash::sha256(b"root"),
            received: Timestamp::from_micros(1_700_000_000_000_001).expect("in range"),
            history,
        }
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("admission");
        snapshot().save(&path).expect("saved");
        assert_eq!(Snapshot::load(&path), Some(snapshot()));
    }

    #[test]
    fn a_flipped_bit_or_a_cut_makes_it_nothing() {
        let bytes = snapshot().encode();
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert_eq!(Snapshot::decode(&flipped), None, "byte {at}");
            assert_eq!(Snapshot::decode(&bytes[..at]), None, "cut at {at}");
        }
    }
}
