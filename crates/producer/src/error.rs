//! What can go wrong, apart from the ledger's refusals: those are outcomes ([`crate::Outcome::Refused`]).

use armistice_audit::OfflineError;
use armistice_bus::PublishError;
use armistice_report::Refusal;
use armistice_tlog::Hash;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a call of the SDK failed. A report that is in the outbox stays there, whatever it says.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process has the outbox open.
    #[error("the outbox {path:?} is open elsewhere")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be opened or created, or is no outbox.
    #[error("cannot open the outbox {path:?}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the store said.
        #[source]
        cause: Arc<redb::Error>,
    },
    /// The outbox belongs to something else than the settings say.
    #[error("the outbox {path:?} is for the {what} {found}, not {expected}")]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// `format`, `producer`, `ceasefire`, or `ledger`.
        what: &'static str,
        /// What the settings say.
        expected: String,
        /// What the outbox was made for.
        found: String,
    },
    /// The settings do not say where the producer's counter stands, and the outbox does not know. Nothing was created.
    #[error("the outbox {path:?} does not know where the producer's counter stands")]
    CounterUnknown {
        /// The file.
        path: PathBuf,
    },
    /// The key's name cannot be a producer's.
    #[error("a key named {name:?} cannot be a producer's")]
    Name {
        /// The name of the key.
        name: String,
    },
    /// A write or a read of the outbox failed: nothing more is queued in this process; what was queued is kept.
    #[error("the outbox failed")]
    Store(#[source] Arc<redb::Error>),
    /// The outbox holds something that it never writes.
    #[error("the outbox is damaged: {what}")]
    Damaged {
        /// What was found.
        what: &'static str,
    },
    /// The draft or note would be refused by every ledger of this ceasefire, or its id is used: nothing was signed or queued.
    #[error("the report is not valid")]
    Invalid(#[source] Box<Refusal>),
    /// The note is signed by another producer.
    #[error("the note is signed by {found}, and this outbox is for {expected}")]
    NotOurs {
        /// The producer of the outbox.
        expected: String,
        /// The name in the note's signature.
        found: String,
    },
    /// The outbox was opened without a key.
    #[error("there is no key to sign drafts with")]
    NoKey,
    /// The producer has used its last number.
    #[error("the counter of {producer} is at its end")]
    CounterExhausted {
        /// The producer.
        producer: String,
    },
    /// The outbox holds as many reports without a receipt as it may.
    #[error("the outbox is full: {pending_max} reports wait for their receipts")]
    Full {
        /// The limit.
        pending_max: usize,
    },
    /// The server refuses the report for good; it stays in the outbox.
    #[error("the report cannot be published")]
    NotPublished(#[source] Arc<PublishError>),
    /// No connection could be made.
    #[error("cannot connect")]
    NotConnected(#[source] Arc<armistice_bus::Error>),
    /// No receipts can be read.
    #[error("the receipts cannot be followed")]
    NotFollowed(#[source] Arc<armistice_bus::Error>),
    /// What came as a receipt proves nothing; the report stays in the outbox and is sent again.
    #[error("the receipt for submission {submission} does not verify")]
    BadReceipt {
        /// SHA-256 of the note.
        submission: Hash,
        /// What failed.
        #[source]
        cause: Arc<OfflineError>,
    },
    /// What came as an answer cannot be read; the report stays in the outbox and is sent again.
    #[error("the answer for submission {submission} cannot be read")]
    BadAnswer {
        /// SHA-256 of the note.
        submission: Hash,
    },
    /// No runtime could be started.
    #[error("no runtime could be started")]
    Runtime(#[source] Arc<std::io::Error>),
    /// It is connected already.
    #[error("the producer is connected already")]
    Connected,
    /// The producer is closed, or closed before an outcome was known: the report is in the outbox.
    #[error("the producer is closed")]
    Closed,
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::InUse { .. } => {
                "end the other process, or give this one an outbox of its own and another producer"
            }
            Self::Open { .. } => {
                "check the path, its permissions and the free space; never copy an outbox to go on with both"
            }
            Self::Mismatch { .. } => "name the outbox of this producer and ledger, or choose a new file",
            Self::CounterUnknown { .. } => {
                "say the last number that the ledger has of this producer, or 0 if it has never reported there"
            }
            Self::Name { .. } => {
                "use a key whose name has only a-z, 0-9 and hyphens, as the operator enrolled it"
            }
            Self::Store(_) => {
                "free space or check the disk, then start again: what was queued is in the outbox, and nothing else was published"
            }
            Self::Damaged { .. } => {
                "keep a copy of the outbox, and start a new one after the producer's last entry in the ledger"
            }
            Self::Invalid(refusal) => refusal.hint(),
            Self::NotOurs { .. } => "queue the note in the outbox of its own producer",
            Self::NoKey => "open the outbox with the producer's signing key",
            Self::CounterExhausted { .. } => "ask the operator to enrol another producer",
            Self::Full { .. } => "wait until receipts arrive, or check the connection and the ledger",
            Self::NotPublished(cause) => return cause.hint(),
            Self::NotConnected(cause) | Self::NotFollowed(cause) => return cause.hint(),
            Self::BadReceipt { .. } => {
                "check the ledger's verifier key; if it is right, somebody other than the ledger publishes receipts"
            }
            Self::BadAnswer { .. } => "check that ledger and producer are of compatible versions",
            Self::Runtime(_) => "check the limits of the process",
            Self::Connected => "close it and open it again to use another connection",
            Self::Closed => "open the producer again: what was queued is published again",
        })
    }

    pub(crate) fn invalid(refusal: Refusal) -> Self {
        Self::Invalid(Box::new(refusal))
    }
}

/// Any of redb's errors.
pub(crate) fn store(error: impl Into<redb::Error>) -> Error {
    Error::Store(Arc::new(error.into()))
}
