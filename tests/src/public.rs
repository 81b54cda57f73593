//! A log's public bytes in memory: what anybody can download, and what somebody might have changed.

use armistice_audit::{Audit, Source, SourceError, Verdict, audit};
use armistice_eventlog::Reader;
use armistice_tlog::{TilePath, VerifierKey, tile};
use std::collections::BTreeMap;

/// Path → bytes of every published file, the checkpoint included.
#[derive(Clone, Debug)]
pub struct Public {
    /// The files.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Public {
    /// Everything that a log of the reader's size publishes.
    pub fn of(reader: &Reader) -> Self {
        let head = reader.head().expect("a head");
        let mut files = BTreeMap::from([("checkpoint".to_owned(), head.note)]);
        for path in tile::paths(head.size) {
            files.insert(path.to_string(), reader.tile(&path).expect("a tile"));
        }
        Self { files }
    }

    /// The same with one bit flipped.
    #[must_use]
    pub fn flipped(&self, path: &str, byte: usize, bit: u8) -> Self {
        let mut changed = self.clone();
        changed.files.get_mut(path).expect("a file")[byte] ^= 1 << bit;
        changed
    }

    /// Audits it, with a kept checkpoint if one is given.
    pub fn audit(&self, key: &VerifierKey, kept: Option<&[u8]>) -> Verdict {
        let given = Audit {
            key,
            policy: None,
            kept,

            progress: &|_, _| {},
        };
        audit(self, &given).expect("memory can be read")
    }
}

impl Source for Public {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.files.get("checkpoint").cloned().ok_or(SourceError::Missing)
    }

    fn tile(&self, path: &TilePath) -> Result<Vec<u8>, SourceError> {
        self.files
            .get(&path.to_string())
            .cloned()
            .ok_or(SourceError::Missing)
    }
}
