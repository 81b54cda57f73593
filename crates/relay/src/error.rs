//! What ends the relay. Everything else is tried again.

use armistice_ledger::SubmitError;
use armistice_tlog::{Index, TreeSize};

/// Why the relay cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger has stopped or is closed; nothing was acknowledged that is not in the log.
    #[error("the ledger takes no more submissions")]
    Ledger(#[from] SubmitError),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] armistice_eventlog::Error),
    /// The bus refuses for good: an old server, a stream that somebody defined otherwise, a missing permission.
    #[error("the bus cannot be used")]
    Bus(#[from] armistice_bus::Error),
    /// A publication is refused for good.
    #[error("the bus takes no more entries")]
    Publish(#[from] armistice_bus::PublishError),
    /// The stream holds other bytes at a position than the log: it belongs to another log, or somebody wrote to it.
    #[error("the entry stream holds something else than entry {index} of this log", index = .index.0)]
    Forked {
        /// The entry.
        index: Index,
    },
    /// The stream holds more entries than the log: the log was restored from an older copy.
    #[error("the entry stream holds {published} entries, this log only {size}", size = .size.0)]
    Ahead {
        /// Entries in the stream.
        published: u64,
        /// Entries in the log.
        size: TreeSize,
    },
    /// The streams are not where they were a moment ago.
    #[error("the streams changed while they were looked at")]
    Moved,
    /// The ledger would not record that its intake was set back.
    #[error("the ledger refused to record that its intake was set back")]
    SetBack(#[source] Box<armistice_report::Refusal>),
    /// Somebody else takes from the same inbox: the consumer was taken away again and again.
    #[error("another ledger takes from the same inbox")]
    Contended,
    /// A task ended without saying why: a defect.
    #[error("a task of the relay ended")]
    Ended,
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Ledger(error) => error.hint(),
            Self::Log(error) => error.hint(),
            Self::Bus(error) => error.hint(),
            Self::Publish(error) => error.hint(),
            Self::Forked { .. } => Some(
                "check that this folder and this server belong together; if the stream was tampered with, keep a copy, delete it, and start again: it is refilled from the log",
            ),
            Self::Ahead { .. } => Some(
                "do not publish from this copy: find the newer one, or take the missing entries from the stream; every published checkpoint is a promise",
            ),
            Self::Contended => Some(
                "find the other process: one log has one writer; a copy of the folder must never be served beside it",
            ),
            Self::Moved => None,
            Self::SetBack(_) => Some("run `armistice audit` on this ledger, then start it again"),
            Self::Ended => Some("start the ledger again; nothing that has a receipt is lost"),
        }
    }

    /// Whether beginning again can help: a server that is away comes back, a stream that is gone is made again, and one that
    /// is not where it was is compared with the log first.
    pub(crate) fn is_temporary(&self) -> bool {
        use armistice_bus::{Error as Bus, PublishError as Publish};
        match self {
            Self::Bus(error) => !matches!(
                error,
                Bus::OldServer { .. }
                    | Bus::Unauthorized { .. }
                    | Bus::Denied { .. }
                    | Bus::StreamDiffers { .. }
            ),
            Self::Moved => true,
            Self::Publish(error) => !matches!(
                error,
                Publish::Denied { .. } | Publish::TooLarge { .. } | Publish::BadHeader { .. }
            ),
            _ => false,
        }
    }
}
