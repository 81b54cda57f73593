//! The digest of a view, and the proof of one row.
//!
//! RFC 6962 section 2.1 over the rows in key order: leaf = SHA-256(0x00 ‖ the row's JSON), no line feed.
//! `docs/formats/view-v1.md` is the page. The rows are hashed as they are made; they are never held together.

use armistice_tlog::{Frontier, Hash, Index, Tree, TreeSize, leaf_hash};

/// The digest of a view: the number of its rows and the root over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// How many rows the view has.
    pub rows: TreeSize,
    /// The RFC 6962 root over the rows in key order.
    pub root: Hash,
}

/// A row with its proof under the view's digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProof {
    /// The row's position in key order.
    pub index: Index,
    /// The row's canonical JSON, without a line feed: its leaf is `leaf_hash` of these bytes.
    pub row: Vec<u8>,
    /// The inclusion path, the leaf's sibling first.
    pub path: Vec<Hash>,
    /// The digest that the path leads to.
    pub digest: Digest,
}

/// Collects a digest row by row.
#[derive(Default)]
pub(crate) struct Digesting(Frontier);

impl Digesting {
    pub(crate) fn push(&mut self, row: &[u8]) {
        self.0.push(leaf_hash(row));
    }

    pub(crate) fn finish(&self) -> Digest {
        Digest {
            rows: self.0.size(),
            root: self.0.root(),
        }
    }
}

/// Collects all leaves and keeps the row that was asked for.
pub(crate) struct Proving<'a> {
    key: &'a str,
    tree: Tree,
    found: Option<(Index, Vec<u8>)>,
}

impl<'a> Proving<'a> {
    pub(crate) fn new(key: &'a str) -> Self {
        Self {
            key,
            tree: Tree::new(),
            found: None,
        }
    }

    pub(crate) fn push(&mut self, key: &str, row: &[u8]) {
        if key == self.key {
            self.found = Some((self.tree.size().next_index(), row.to_vec()));
        }
        self.tree.push(leaf_hash(row));
    }

    /// The proof; `None` when no row had the key.
    pub(crate) fn finish(self) -> Option<RowProof> {
        let (index, row) = self.found?;
        let rows = self.tree.size();
        let path = self
            .tree
            .inclusion(index, rows)
            .expect("the row was pushed into this tree");
        Some(RowProof {
            index,
            row,
            path,
            digest: Digest {
                rows,
                root: self.tree.root(),
            },
        })
    }
}
