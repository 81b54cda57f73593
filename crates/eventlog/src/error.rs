//! What can go wrong, and what a caller may then rely on.
//!
//! Two kinds of failed append are kept apart: [`AppendError::Refused`] wrote nothing and the writer goes on;
//! [`AppendError::Stopped`] does not know what is on the disk, and this process never writes again.

use std::fmt;
use std::io;
use std::path::PathBuf;

use armistice_tlog::{Hash, Index, TreeSize};

/// Opening or reading failed. Nothing in the store was changed by this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no log in the directory, and [`crate::Missing::Refuse`] was asked for.
    #[error("no log at {dir}", dir = dir.display())]
    NotFound {
        /// The directory that was looked at.
        dir: PathBuf,
    },
    /// Another process has the log open.
    #[error("the log at {dir} is open in another process", dir = dir.display())]
    Locked {
        /// The directory of the log.
        dir: PathBuf,
    },
    /// The signed head is there, and the store that it speaks of is not.
    #[error("the store below {dir} is missing or empty, but its signed head covers {head_size} entries", dir = dir.display())]
    StoreMissing {
        /// The directory of the log.
        dir: PathBuf,
        /// Entries that the head covers.
        head_size: u64,
    },
    /// The store holds fewer entries than the signed head covers.
    #[error("the store below {dir} holds {stored} entries, but its signed head covers {head_size}", dir = dir.display())]
    ShorterThanHead {
        /// The directory of the log.
        dir: PathBuf,
        /// Entries in the store.
        stored: u64,
        /// Entries that the head covers.
        head_size: u64,
    },
    /// The store's first entries are not those that the signed head covers.
    #[error(
        "the first {head_size} entries below {dir} have the root {stored_root}, but its signed head says {head_root}",
        dir = dir.display()
    )]
    RootDiffers {
        /// The directory of the log.
        dir: PathBuf,
        /// Entries that the head covers.
        head_size: u64,
        /// Root of as many stored entries.
        stored_root: Hash,
        /// Root in the head.
        head_root: Hash,
    },
    /// The file `head` is not a checkpoint.
    #[error("the file {path} is not a checkpoint", path = path.display())]
    HeadMalformed {
        /// The head file.
        path: PathBuf,
    },
    /// sled cannot read its own files.
    #[error("the store below {dir} is damaged{}", .at.map(|at| format!(" at byte {at} of store/db")).unwrap_or_default(), dir = dir.display())]
    StoreDamaged {
        /// The directory of the log.
        dir: PathBuf,
        /// Where in sled's file the first message is that cannot be read, if that is known.
        at: Option<u64>,
    },
    /// sled moved a value out of its log into a file that is never synced. This program never writes such values.
    #[error("{path} holds {files} files, and must be empty", path = path.display())]
    BlobsNotEmpty {
        /// sled's directory for such values.
        path: PathBuf,
        /// How many files are in it.
        files: usize,
    },
    /// The store was written in a format that this program does not know.
    #[error("the store below {dir} has the unknown format {found:?}", dir = dir.display())]
    UnknownFormat {
        /// The directory of the log.
        dir: PathBuf,
        /// What the store says, empty if it says nothing.
        found: String,
    },
    /// The store's index does not run readably and without a gap from entry 0.
    #[error("the index of the store is broken at entry {at}")]
    IndexBroken {
        /// The first position that is missing, doubled or unreadable.
        at: Index,
    },
    /// A stored entry cannot be read, or is not the one that the tree covers.
    #[error("entry {index} is damaged in the store")]
    EntryDamaged {
        /// Its position.
        index: Index,
        /// What is wrong with it.
        #[source]
        source: Damaged,
    },
    /// There is no such entry.
    #[error("there is no entry {index}, the log has {size}")]
    NoEntry {
        /// The position that was asked for.
        index: Index,
        /// Entries in the log.
        size: TreeSize,
    },
    /// There is no such tile or bundle, or no such tree size.
    #[error("the log of {size} entries has no {wanted}")]
    BeyondTree {
        /// What was asked for.
        wanted: String,
        /// Entries in the log.
        size: TreeSize,
    },
    /// The operating system failed a read, or a write while opening.
    #[error("{doing} failed at {path}", path = path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's error.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// The next step for a person, one line. None where the message says it all.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotFound { .. } => {
                Some("found a log there first, or name the directory that holds the files `head` and `store`")
            }
            Self::Locked { .. } => {
                Some("stop the other process, or ask it: one process at a time opens a log")
            }
            Self::StoreMissing { .. } | Self::ShorterThanHead { .. } | Self::RootDiffers { .. } => Some(
                "nothing was changed; keep a copy of this directory, then restore the newest backup or rebuild the store from exported tiles; do not delete `head`",
            ),
            Self::HeadMalformed { .. } => {
                Some("nothing was changed; restore the file `head` from a published checkpoint or a backup")
            }
            Self::StoreDamaged { .. }
            | Self::IndexBroken { .. }
            | Self::EntryDamaged { .. }
            | Self::BlobsNotEmpty { .. } => Some(
                "keep a copy of this directory, then restore the newest backup or rebuild the store from exported tiles",
            ),
            Self::UnknownFormat { .. } => Some("open it with the version of this program that wrote it"),
            Self::Io { source, .. } => io_hint(source),
            Self::NoEntry { .. } | Self::BeyondTree { .. } => None,
        }
    }
}

/// What is wrong with a stored entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damaged {
    /// No chunk is stored under the position that the index names.
    #[error("its chunk is missing")]
    ChunkMissing,
    /// sled found its own checksum wrong.
    #[error("the store's page is damaged")]
    Store,
    /// The chunk's bytes are not a chunk, or their checksum is wrong.
    #[error("its chunk cannot be read")]
    Chunk(#[source] crate::chunk::Damage),
    /// The entry reads well, and its leaf hash is another than the tree has.
    #[error("its leaf hash is {found}, the tree has {expected}")]
    LeafDiffers {
        /// Leaf hash in the tree.
        expected: Hash,
        /// Leaf hash of the stored bytes.
        found: Hash,
    },
}

/// Why a batch was refused before anything was written. The writer goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Neither a record nor a cursor.
    #[error("the batch is empty")]
    Empty,
    /// A record above [`crate::limits::ENTRY_BYTES_MAX`].
    #[error("record {record} of the batch has {bytes} bytes, at most {bytes_max} are allowed")]
    EntryTooLarge {
        /// Its position in the batch.
        record: usize,
        /// Its length.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// More records, cursors or bytes than one batch may have.
    #[error("the batch has {found} {what}, at most {allowed} are allowed")]
    BatchTooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        found: usize,
        /// The limit.
        allowed: usize,
    },
    /// A cursor whose name is empty or too long, or whose value is too long.
    #[error("cursor {cursor} of the batch has a name or value of a length that is not allowed")]
    CursorTooLarge {
        /// Its position in the batch.
        cursor: usize,
    },
    /// A head that is no checkpoint, or not one of the stored entries.
    #[error("the head is not a checkpoint of the stored entries")]
    NotOurHead,
    /// The compressor found no memory.
    #[error("the batch could not be compressed")]
    NotCompressed,
    /// The log has as many entries as the store's index can count.
    #[error("the log is full at {size} entries")]
    LogFull {
        /// Entries in the log.
        size: TreeSize,
    },
}

/// An append or a publication failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// Nothing was written; the next batch is welcome.
    #[error("nothing was written")]
    Refused(#[from] Refused),
    /// A write failed, now or earlier. What is on the disk beyond `acknowledged` is unknown until the log is opened
    /// again; this writer refuses everything from here on. Reading goes on.
    #[error("{unacknowledged}: {step} failed, the writer has stopped; {acknowledged} entries are durable")]
    Stopped {
        /// The write that failed first.
        step: &'static str,
        /// Entries that were acknowledged before: all of them are durable.
        acknowledged: TreeSize,
        /// What was asked for now and is not acknowledged.
        unacknowledged: Unacknowledged,
        /// The operating system's error.
        #[source]
        source: io::Error,
    },
}

impl AppendError {
    /// The next step for a person, one line.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Refused(_) => None,
            Self::Stopped { source, .. } => Some(io_hint(source).unwrap_or(
                "find out why the disk failed, then start again: opening decides what of the unacknowledged batch is kept",
            )),
        }
    }
}

/// What the caller has to treat as not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unacknowledged {
    /// A batch of this many records that would begin at this index. It may be found whole, or not at all, at the next
    /// opening.
    Batch {
        /// Where it would have begun.
        first: Index,
        /// How many records it had.
        records: usize,
    },
    /// The publication of a head. The old or the new one is found at the next opening.
    Head,
}

impl fmt::Display for Unacknowledged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch { first, records } => write!(
                f,
                "batch of {records} records at index {first} is not acknowledged"
            ),
            Self::Head => f.write_str("the new head is not published"),
        }
    }
}

fn io_hint(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("free space or move the log, then start again; nothing in the failed batch was acknowledged")
        }
        io::ErrorKind::PermissionDenied => Some("give this user the right to write the log's directory"),
        io::ErrorKind::ReadOnlyFilesystem => {
            Some("the file system is read-only: look for disk errors, then remount it")
        }
        _ => None,
    }
}
