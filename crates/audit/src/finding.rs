//! The first thing that is wrong, with its position.

use armistice_report::Refusal;
use armistice_tlog::{Hash, Index, TreeSize};

/// What is wrong with a log. Each names the first position that shows it.
#[derive(Debug, thiserror::Error)]
pub enum Finding {
    /// The checkpoint is not a checkpoint, or not signed by the key.
    #[error("the checkpoint does not verify under the given key")]
    Checkpoint(#[source] armistice_tlog::Error),
    /// A log or witness of the policy signed, and its signature does not verify; or the policy knows no such log.
    #[error("the checkpoint fails under the policy")]
    Policy(#[source] armistice_tlog::Error),
    /// The policy is not met.
    #[error("the policy's quorum does not hold: {cosigned} of its witnesses cosigned")]
    Quorum {
        /// Witnesses of the policy whose cosignature verified.
        cosigned: usize,
    },
    /// A tile or bundle is missing.
    #[error("{path} is missing; it covers entries from {first} on", first = .first.0)]
    Missing {
        /// Its path.
        path: String,
        /// The first entry that it covers.
        first: Index,
    },
    /// A tile or bundle is damaged at its source.
    #[error("{path} is damaged; it covers entries from {first} on", first = .first.0)]
    Damaged {
        /// Its path.
        path: String,
        /// The first entry that it covers.
        first: Index,
        /// What the source said.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A bundle or tile has the wrong form.
    #[error("{path} is not well formed; it covers entries from {first} on", first = .first.0)]
    Malformed {
        /// Its path.
        path: String,
        /// The first entry that it covers.
        first: Index,
    },
    /// An entry's hash is not the one in its level 0 tile.
    #[error("entry {index} and its hash in {path} disagree", index = .index.0)]
    EntryHash {
        /// The entry.
        index: Index,
        /// The tile.
        path: String,
    },
    /// A tile above level 0 does not hold the hashes of the tiles below it.
    #[error("{path} does not hold the hash of the entries from {first} on", first = .first.0)]
    Tile {
        /// The tile.
        path: String,
        /// The first entry below the first wrong hash.
        first: Index,
    },
    /// The entries do not make the checkpoint's root.
    #[error("the entries make the root {computed}, the checkpoint says {signed}")]
    Root {
        /// What the entries make.
        computed: Hash,
        /// What was signed.
        signed: Hash,
    },
    /// An entry's header is not one.
    #[error("entry {index} has no valid header", index = .index.0)]
    Header {
        /// The entry.
        index: Index,
    },
    /// The receiving time goes back.
    #[error("the receiving time of entry {index} is before that of the entry before it", index = .index.0)]
    TimeBackwards {
        /// The entry.
        index: Index,
    },
    /// Entry 0 does not found a ledger, or another one than the checkpoint's.
    #[error("entry 0 does not found this ledger")]
    Founding(#[source] armistice_admission::StateError),
    /// Entry 0 names another origin or key than the checkpoint's.
    #[error("entry 0 founds a ledger with another {what} than the one that was audited")]
    OtherLedger {
        /// `origin` or `key`.
        what: &'static str,
    },
    /// An entry should have been refused.
    #[error("entry {index} is not admissible", index = .index.0)]
    Inadmissible {
        /// The entry.
        index: Index,
        /// Why.
        #[source]
        refusal: Box<Refusal>,
    },
    /// An entry has the producer and id of an earlier one.
    #[error("entry {index} has the producer and id of entry {first}", index = .index.0, first = .first.0)]
    Repeated {
        /// The entry.
        index: Index,
        /// The earlier one.
        first: Index,
    },
    /// The kept checkpoint is not signed by the key.
    #[error("the kept checkpoint does not verify under the given key")]
    KeptUnsigned(#[source] armistice_tlog::Error),
    /// The log is shorter than the kept checkpoint says.
    #[error("the log has {now} entries, the kept checkpoint says {kept}", now = .now.0, kept = .kept.0)]
    Shrunk {
        /// Entries now.
        now: TreeSize,
        /// Entries then.
        kept: TreeSize,
    },
    /// The log's first entries are not those of the kept checkpoint: its history was rewritten.
    #[error("the first {size} entries make the root {computed}, the kept checkpoint says {kept}", size = .size.0)]
    Rewritten {
        /// The kept size.
        size: TreeSize,
        /// The root now.
        computed: Hash,
        /// The kept root.
        kept: Hash,
    },
    /// The views cannot take an entry.
    #[error("entry {index} cannot be folded into the views", index = .index.0)]
    Fold {
        /// The entry.
        index: Index,
        /// Why.
        #[source]
        source: armistice_projection::Error,
    },
}

impl Finding {
    /// The first entry that the finding is about; `None` where it is about the whole log.
    pub fn position(&self) -> Option<Index> {
        match self {
            Self::Missing { first, .. }
            | Self::Damaged { first, .. }
            | Self::Malformed { first, .. }
            | Self::Tile { first, .. } => Some(*first),
            Self::EntryHash { index, .. }
            | Self::Header { index }
            | Self::TimeBackwards { index }
            | Self::Inadmissible { index, .. }
            | Self::Repeated { index, .. }
            | Self::Fold { index, .. } => Some(*index),
            Self::Founding(_) | Self::OtherLedger { .. } => Some(Index(0)),
            Self::Checkpoint(_)
            | Self::Policy(_)
            | Self::Quorum { .. }
            | Self::Root { .. }
            | Self::KeptUnsigned(_)
            | Self::Shrunk { .. }
            | Self::Rewritten { .. } => None,
        }
    }
}
