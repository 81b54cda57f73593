//! The signed head: what the log last promised, kept where sled cannot lose it.
//!
//! ```text
//! <dir>/head        a checkpoint (c2sp.org/tlog-checkpoint), replaced by rename
//! <dir>/head.next   the next one while it is written; means nothing
//! ```
//!
//! Only its size and root are read here. Its signature is the ledger's business.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use armistice_tlog::{Checkpoint, Hash, TreeSize};

use crate::disk::head_path;
use crate::error::Error;
use crate::limits::HEAD_BYTES_MAX;

/// The head file and what it says, not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The signed note as it was published.
    pub note: Vec<u8>,
    /// Entries that it covers.
    pub size: TreeSize,
    /// Root of as many entries.
    pub root: Hash,
}

impl Head {
    /// Reads size and root of a checkpoint. None if the bytes are no checkpoint or more than [`HEAD_BYTES_MAX`].
    pub fn parse_unverified(note: &[u8]) -> Option<Self> {
        if note.len() > HEAD_BYTES_MAX {
            return None;
        }
        let (checkpoint, _) = Checkpoint::parse_unverified(note).ok()?;
        Some(Self {
            note: note.to_vec(),
            size: checkpoint.size(),
            root: checkpoint.root(),
        })
    }

    /// Reads the head of the log in `dir`. None if there is none.
    pub(crate) fn load(dir: &Path) -> Result<Option<Self>, Error> {
        let path = head_path(dir);
        let failed = |source| Error::Io {
            doing: "reading the head",
            path: path.clone(),
            source,
        };
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed)?,
        };
        let mut note = Vec::new();
        file.take(HEAD_BYTES_MAX as u64 + 1)
            .read_to_end(&mut note)
            .map_err(failed)?;
        Self::parse_unverified(&note)
            .map(Some)
            .ok_or(Error::HeadMalformed { path: path.clone() })
    }
}
