//! What can go wrong: the ledger's stream is not one ledger's ([`Conflict`]), or something around it failed ([`Error`]).

use std::path::PathBuf;

use armistice_bus::{FollowError, PublishError};
use armistice_tlog::{Hash, TreeSize};

/// What the stream shows is not the history of one ledger. A person must look; the notes are the evidence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// A checkpoint that the ledger's key does not vouch for.
    #[error("a checkpoint is not signed by {expected}")]
    NotSigned {
        /// The name of the key.
        expected: String,
        /// The note.
        note: Box<str>,
        /// Why it was refused.
        #[source]
        source: armistice_tlog::Error,
    },
    /// Two signed checkpoints that cannot both be true.
    #[error(
        "the ledger signed root {signed} for tree size {size}, its entries and earlier checkpoints lead to root {found}"
    )]
    Fork {
        /// The size that it speaks of.
        size: TreeSize,
        /// The root that it names.
        signed: Hash,
        /// The root that this copy has for that size.
        found: Hash,
        /// The note that does not fit.
        note: Box<str>,
        /// The newest note that did; empty when there was none.
        verified: Box<str>,
    },
    /// The stream has another entry than it had before.
    #[error("entry {index} has leaf hash {found}, this copy had {expected} there")]
    OtherEntry {
        /// Its position.
        index: u64,
        /// What this copy had.
        expected: Hash,
        /// What came now.
        found: Hash,
        /// The newest verified note; empty when there was none.
        verified: Box<str>,
    },
    /// Entries are missing from the stream.
    #[error("the stream goes on with entry {found} where entry {expected} is next")]
    Gap {
        /// The next index.
        expected: u64,
        /// The index that came.
        found: u64,
    },
    /// Bytes that no ledger would have recorded.
    #[error("entry {index} is not an entry: {expected}")]
    Unreadable {
        /// Its position.
        index: u64,
        /// What should have been there.
        expected: String,
    },
    /// Entry 0 founds another ledger.
    #[error("entry 0 founds the ledger {found}, expected {expected}")]
    OtherLedger {
        /// The key and ceasefire that were asked for.
        expected: String,
        /// Those of entry 0.
        found: String,
    },
}

impl Conflict {
    /// The evidence, as text: what is wrong, then the notes that show it.
    pub fn evidence(&self) -> String {
        let mut text = format!("armistice/evidence/v1\n{self}\n");
        let mut add = |what: &str, note: &str| {
            if !note.is_empty() {
                for part in ["\n--- ", what, "\n", note] {
                    text.push_str(part);
                }
            }
        };
        match self {
            Self::NotSigned { note, .. } => add("the note", note),
            Self::Fork { note, verified, .. } => {
                add("the note that does not fit", note);
                add("the newest note that did", verified);
            }
            Self::OtherEntry { verified, .. } => add("the newest verified note", verified),
            Self::Gap { .. } | Self::Unreadable { .. } | Self::OtherLedger { .. } => {}
        }
        text
    }
}

/// A replica or a subscription that could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The stream is not the history of one ledger.
    #[error("the stream of {ledger} cannot be believed")]
    Conflict {
        /// The ledger's origin.
        ledger: String,
        /// What is wrong.
        #[source]
        source: Box<Conflict>,
        /// Where the evidence was kept; `None` without a state folder.
        evidence: Option<PathBuf>,
    },
    /// The connection, a stream or a request failed.
    #[error("the message server could not be used")]
    Bus(#[from] armistice_bus::Error),
    /// Following a stream failed.
    #[error("a stream could not be followed")]
    Follow(#[from] FollowError),
    /// The changes cannot be published.
    #[error("the views could not be published")]
    Publish(#[source] PublishError),
    /// The state could not be written.
    #[error("cannot write {path}", path = path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        #[source]
        source: std::io::Error,
    },
    /// The views refused an entry.
    #[error("the views cannot take the next entry")]
    Views(#[from] armistice_projection::Error),
    /// A part of the program ended by itself.
    #[error("{task} ended unexpectedly")]
    Task {
        /// What it did.
        task: &'static str,
        /// Why, where it is known.
        #[source]
        source: Option<tokio::task::JoinError>,
    },
    /// A message on VIEWS is not what its page says.
    #[error("message {sequence} of VIEWS is not as expected: {expected}")]
    Message {
        /// Its sequence.
        sequence: u64,
        /// What should have been there.
        expected: &'static str,
    },
}

impl Error {
    /// Whether the data is wrong, not the machine: exit code 3.
    pub fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::Conflict { .. } | Self::Follow(FollowError::Gap { .. })
        )
    }

    /// The next step for a person, one line.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Conflict { .. } => Some(
                "keep the evidence, ask the ledger's operator, and compare with another replica; `armistice audit` checks the log itself",
            ),
            Self::Bus(error) => error.hint(),
            Self::Follow(error) => error.hint(),
            Self::Publish(error) => error.hint(),
            Self::State { .. } => {
                Some("free space or name another folder with --state; the folder may be deleted at any time")
            }
            Self::Views(_) | Self::Task { .. } | Self::Message { .. } => None,
        }
    }
}
