//! What the rows of one moment were computed from: every message and answer carries it.

use armistice_projection::{Digest, Live, View};
use armistice_tlog::{Hash, TreeSize};

use crate::copy::Verified;

/// The views at one verified tree size.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) tree_size: TreeSize,
    pub(crate) root: Hash,
    /// The signed note.
    pub(crate) checkpoint: String,
    pub(crate) codebook: Option<String>,
    /// By the place of the view in [`View::ALL`].
    digests: Vec<Digest>,
}

impl Stamp {
    /// Of views that hold exactly the entries of `verified`, after their changes were asked for.
    pub(crate) fn new(live: &Live, verified: &Verified) -> Self {
        Self {
            tree_size: verified.checkpoint.size(),
            root: verified.checkpoint.root(),
            checkpoint: verified.note.clone(),
            codebook: live.projection().codebook().map(|codebook| codebook.to_string()),
            digests: View::ALL.iter().map(|&view| live.digest(view)).collect(),
        }
    }

    pub(crate) fn digest(&self, view: View) -> Digest {
        self.digests[view as usize]
    }

    /// The last entry that was counted.
    pub(crate) fn index(&self) -> u64 {
        self.tree_size.0.saturating_sub(1)
    }
}
