//! What can go wrong with a projection: an entry out of order, an unknown view, a snapshot that does not fit.

use armistice_tlog::{Hash, TreeSize};

/// A view or snapshot that could not be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Entries are applied one by one, from index 0, without a gap.
    #[error("entry {found} was given where entry {expected} is next")]
    OutOfOrder {
        /// The index that is next.
        expected: u64,
        /// The index that was given.
        found: u64,
    },
    /// The projection holds as many entries as its 32-bit positions can name.
    #[error("a projection holds at most {max} entries")]
    Full {
        /// The limit.
        max: u64,
    },
    /// No view of that name.
    #[error("there is no view {name:?}; the views are {known}")]
    UnknownView {
        /// What was asked for.
        name: String,
        /// The names that exist, in order.
        known: String,
    },
    /// The view has no row with that key.
    #[error("view {view} has no row with the key {key:?} at tree size {tree_size}")]
    UnknownRow {
        /// The view.
        view: &'static str,
        /// What was asked for.
        key: String,
        /// How many entries were applied.
        tree_size: TreeSize,
    },
    /// The bytes are not a snapshot, or were damaged. Delete it and rebuild from the log.
    #[error("the snapshot cannot be read: {expected}")]
    SnapshotDamaged {
        /// What should have been there.
        expected: &'static str,
    },
    /// The snapshot was made by other versions of the views. Delete it and rebuild from the log.
    #[error("the snapshot holds the views {found}, this program folds {expected}")]
    SnapshotVersion {
        /// `name@version` of this program's views.
        expected: String,
        /// What the snapshot names.
        found: String,
    },
    /// The entries in the snapshot do not lead to the root that its head names.
    #[error("the snapshot's entries lead to root {found}, its head names {expected}")]
    SnapshotRoot {
        /// The root in the head.
        expected: Hash,
        /// The root of the entries.
        found: Hash,
    },
    /// A name cannot be an origin, or a statement has not the shape of `docs/formats/view-v1.md`.
    #[error("the view statement is not as expected: {expected}")]
    Statement {
        /// What should have been there.
        expected: &'static str,
    },
    /// A note, checkpoint, signature or proof was refused.
    #[error("the signed note or proof of the view was refused")]
    Tlog(#[from] armistice_tlog::Error),
}
