//! What can go wrong, apart from refusals: those are data, not errors.

use armistice_admission::StateError;
use armistice_report::Refusal;
use armistice_tlog::{Hash, Index, TreeSize};
use std::path::PathBuf;
use std::sync::Arc;

/// What stops the writer for the life of the process.
#[derive(Debug, thiserror::Error)]
pub enum StopCause {
    /// A write failed, or the store refused a batch that should have been within its limits.
    #[error("the log cannot be written")]
    Append(#[from] armistice_eventlog::AppendError),
    /// The ledger's own signature over a new tree head does not verify: memory or processor is at fault.
    #[error("the new checkpoint does not verify under the ledger's own key")]
    Checkpoint(#[source] armistice_tlog::Error),
}

impl StopCause {
    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Append(error) => error.hint(),
            Self::Checkpoint(_) => Some(
                "check this machine's memory, then start the ledger again; nothing without a receipt is acknowledged",
            ),
        }
    }
}

/// Why a submission got no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SubmitError {
    /// The writer has stopped: a write failed and the state of the disk is unknown. Nothing without a receipt is acknowledged.
    #[error("the ledger stopped writing after {size} entries")]
    Stopped {
        /// The entries that are acknowledged.
        size: TreeSize,
        /// The failure that stopped it.
        #[source]
        cause: Arc<StopCause>,
    },
    /// The ledger is closing or its threads have ended.
    #[error("the ledger is closed")]
    Closed,
    /// The entry could not be read back.
    #[error("the log could not be read")]
    Store(#[source] Arc<armistice_eventlog::Error>),
    /// A stored entry is not an entry.
    #[error("entry {index} cannot be read as an entry", index = .index.0)]
    Unreadable {
        /// Its position.
        index: Index,
    },
}

impl SubmitError {
    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Stopped { cause, .. } => cause.hint(),
            Self::Closed => Some(
                "start the ledger again and resend: a report that is in the log already gets its first receipt again",
            ),
            Self::Store(cause) => cause.hint(),
            Self::Unreadable { .. } => {
                Some("run `armistice audit` on this ledger; it names the first bad position")
            }
        }
    }
}

impl From<armistice_eventlog::Error> for SubmitError {
    fn from(error: armistice_eventlog::Error) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// Why a ledger cannot be founded or opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store refused to open.
    #[error("the log's store cannot be opened")]
    Store(#[from] armistice_eventlog::Error),
    /// A write failed while founding or while signing what was found unsigned: the log is as before, or complete.
    #[error("the ledger cannot be completed")]
    Stopped(#[from] StopCause),
    /// An entry past the signed head, which no receipt ever covered, should have been refused.
    #[error("stored entry {index}, past the signed head, is not admissible", index = .index.0)]
    Inadmissible {
        /// Its position.
        index: Index,
        /// Why.
        #[source]
        refusal: Box<Refusal>,
    },
    /// An entry could not be read back.
    #[error("the stored entries past the signed head cannot be judged")]
    Tail(#[source] SubmitError),
    /// There is a ledger already.
    #[error("the directory holds a ledger of {size} entries already", size = .size.0)]
    Exists {
        /// Its size.
        size: TreeSize,
    },
    /// There is no founding entry.
    #[error("the directory holds no ledger")]
    Empty,
    /// More than the founding is stored, and no signed head beside it.
    #[error("{size} entries are stored, but no signed head is kept beside them", size = .size.0)]
    HeadMissing {
        /// How many entries are stored.
        size: TreeSize,
    },
    /// The head beside the store is not signed by the ledger's key.
    #[error("the signed head does not verify under the ledger's key")]
    HeadNotOurs(#[source] armistice_tlog::Error),
    /// The key is not the one that entry 0 names.
    #[error("the key is not the ledger's: entry 0 names {expected}")]
    WrongKey {
        /// The verifier key of entry 0.
        expected: String,
    },
    /// A stored entry cannot be read as an entry or as a report.
    #[error("stored entry {index} is not an entry", index = .index.0)]
    BadEntry {
        /// Its position.
        index: Index,
        /// Its leaf hash as stored.
        hash: Hash,
    },
    /// The entries cannot be folded.
    #[error("the entries do not make a ledger")]
    State(#[from] StateError),
    /// A thread could not be started, or a file of the ledger could not be read or written.
    #[error("cannot use {path:?}")]
    Io {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl OpenError {
    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Store(error) => error.hint(),
            Self::Stopped(cause) => cause.hint(),
            Self::Tail(error) => error.hint(),
            Self::Inadmissible { .. } => Some(
                "keep a copy of this directory, then restore the newest backup: something other than this ledger wrote to it",
            ),
            Self::Exists { .. } => Some("choose another directory; a ledger is founded once"),
            Self::Empty => Some("found one with `armistice init`"),
            Self::HeadMissing { .. } => Some(
                "restore the file `head` from the newest backup or from a published checkpoint; without it nobody can tell whether entries are missing",
            ),
            Self::HeadNotOurs(_) => {
                Some("restore the file `head` of this ledger; it was replaced or belongs to another")
            }
            Self::WrongKey { .. } => Some("give the log key that this ledger was founded with"),
            Self::BadEntry { .. } | Self::State(_) => {
                Some("run `armistice audit` on this ledger; it names the first bad position")
            }
            Self::Io { .. } => Some("check the path, its permissions and the free space"),
        }
    }
}
