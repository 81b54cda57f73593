//! The Merkle tree in memory: every complete node, so that every proof is a few look-ups.
//!
//! ```
//! use armistice_tlog::{Index, Tree, TreeSize, leaf_hash, proof};
//!
//! let mut tree = Tree::new();
//! tree.extend([b"a", b"b", b"c"].map(|entry| leaf_hash(entry)));
//! let old = tree.root_at(TreeSize(2))?;
//! let path = tree.inclusion(Index(0), TreeSize(3))?;
//! proof::verify_inclusion(leaf_hash(b"a"), Index(0), TreeSize(3), &path, tree.root())?;
//! let path = tree.consistency(TreeSize(2), TreeSize(3))?;
//! proof::verify_consistency(TreeSize(2), TreeSize(3), &path, old, tree.root())?;
//! # Ok::<(), armistice_tlog::Error>(())
//! ```
//! Source: RFC 6962 section 2.1 (roots, `PATH`, `PROOF`).
//!
//! Level 0 holds the leaves, level `l` the roots of the complete subtrees of `2^l` leaves, in order:
//! about 64 bytes a leaf, and at most an eighth more for room to grow. The incomplete nodes at the right
//! edge are not stored; [`Tree::at`] computes them once for a size.
//!
//! It holds no entries and writes no tiles; [`Frontier`] is the smaller sibling for those who only
//! need a root.

use crate::{Error, Hash, Index, TreeSize, node_hash, tile};

/// Levels that a tree of up to `2^64 - 1` leaves has: complete nodes of `2^0` to `2^63` leaves.
const LEVELS: usize = 64;

/// An append-only Merkle tree that keeps all complete nodes in memory.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// `levels[l][i]` is the root of the leaves `i * 2^l .. (i + 1) * 2^l`.
    levels: Vec<Vec<Hash>>,
}

/// A tree as it was at one size: makes many proofs under one root without repeating its right edge.
#[derive(Debug, Clone)]
pub struct TreeAt<'a> {
    tree: &'a Tree,
    size: TreeSize,
    root: Hash,
    /// `edge[l]` is the root of the leaves after the last complete node of level `l`, if any.
    edge: [Hash; LEVELS],
}

impl Tree {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves.
    pub fn size(&self) -> TreeSize {
        TreeSize(self.levels.first().map_or(0, Vec::len) as u64)
    }

    /// Appends a leaf and completes the nodes that it completes: one node hash on average.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let nodes = &mut self.levels[level];
            if nodes.len() == nodes.capacity() {
                // An eighth more, not twice as much: at a million leaves doubling would waste 64 MB.
                nodes.reserve_exact(16 + nodes.len() / 8);
            }
            nodes.push(node);
            let count = nodes.len();
            if count % 2 == 1 {
                break;
            }
            node = node_hash(nodes[count - 2], nodes[count - 1]);
        }
    }

    /// The leaf at a position.
    pub fn leaf(&self, index: Index) -> Option<Hash> {
        self.node(0, index.0)
    }

    /// The current root; [`Hash::EMPTY_ROOT`] without leaves.
    pub fn root(&self) -> Hash {
        self.edges(self.size()).1
    }

    /// The root when the tree had `size` leaves.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the tree is smaller.
    pub fn root_at(&self, size: TreeSize) -> Result<Hash, Error> {
        self.check_size(size)?;
        Ok(self.edges(size).1)
    }

    /// The tree at an earlier or the current size.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the tree is smaller.
    pub fn at(&self, size: TreeSize) -> Result<TreeAt<'_>, Error> {
        self.check_size(size)?;
        let (edge, root) = self.edges(size);
        Ok(TreeAt {
            tree: self,
            size,
            root,
            edge,
        })
    }

    /// The inclusion proof of an entry in the tree of `size` leaves, leaf's sibling first.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the tree or the size is too small.
    pub fn inclusion(&self, index: Index, size: TreeSize) -> Result<Vec<Hash>, Error> {
        let mut path = Vec::with_capacity(LEVELS);
        self.at(size)?.inclusion_into(index, &mut path)?;
        Ok(path)
    }

    /// The proof that the tree of `new` leaves extends the tree of `old` leaves. Empty when `old` is zero or
    /// both are equal.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the tree is smaller than `new`, or `new` than `old`.
    pub fn consistency(&self, old: TreeSize, new: TreeSize) -> Result<Vec<Hash>, Error> {
        let at = self.at(new)?;
        let mut path = Vec::with_capacity(LEVELS);
        at.consistency_into(old, &mut path)?;
        Ok(path)
    }

    /// The hashes of a tile: `width` nodes of tree level `8 * level`, from node `256 * n`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the tree does not have them all yet.
    pub fn tile_hashes(&self, level: u8, n: u64, width: u16) -> Result<&[Hash], Error> {
        let missing = Error::OutOfRange {
            asked: n,
            size: self.size(),
        };
        let nodes = self
            .levels
            .get(usize::from(level) * usize::from(tile::HEIGHT))
            .map_or(&[][..], Vec::as_slice);
        let start = n
            .checked_mul(tile::WIDTH as u64)
            .and_then(|start| usize::try_from(start).ok());
        let end = start.and_then(|start| start.checked_add(usize::from(width)));
        match (start, end) {
            (Some(start), Some(end)) => nodes.get(start..end).ok_or(missing),
            _ => Err(missing),
        }
    }

    /// Forgets every leaf from position `size` on. Does nothing when the tree is not larger.
    pub fn truncate(&mut self, size: TreeSize) {
        for (level, nodes) in self.levels.iter_mut().enumerate() {
            if let Ok(count) = usize::try_from(size.0 >> level) {
                nodes.truncate(count);
            }
        }
    }

    fn node(&self, level: usize, index: u64) -> Option<Hash> {
        self.levels.get(level)?.get(usize::try_from(index).ok()?).copied()
    }

    /// A node that the size of the tree implies.
    fn complete(&self, level: usize, index: u64) -> Hash {
        self.node(level, index).expect("a tree holds every complete node")
    }

    fn check_size(&self, size: TreeSize) -> Result<(), Error> {
        if size > self.size() {
            return Err(Error::OutOfRange {
                asked: size.0,
                size: self.size(),
            });
        }
        Ok(())
    }

    /// The incomplete right edge of each level, and the root. `size` is at most the tree's.
    fn edges(&self, size: TreeSize) -> ([Hash; LEVELS], Hash) {
        let mut edge = [Hash::EMPTY_ROOT; LEVELS];
        let mut rest = None;
        for (level, slot) in edge.iter_mut().enumerate() {
            if let Some(hash) = rest {
                *slot = hash;
            }
            let count = size.0 >> level;
            if count % 2 == 1 {
                let node = self.complete(level, count - 1);
                rest = Some(rest.map_or(node, |rest| node_hash(node, rest)));
            }
        }
        (edge, rest.unwrap_or(Hash::EMPTY_ROOT))
    }
}

impl Extend<Hash> for Tree {
    fn extend<T: IntoIterator<Item = Hash>>(&mut self, leaves: T) {
        for leaf in leaves {
            self.push(leaf);
        }
    }
}

impl FromIterator<Hash> for Tree {
    fn from_iter<T: IntoIterator<Item = Hash>>(leaves: T) -> Self {
        let mut tree = Self::new();
        tree.extend(leaves);
        tree
    }
}

impl TreeAt<'_> {
    /// Number of leaves.
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// The root at this size.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Replaces `path` by the inclusion proof of an entry: look-ups only, no hashing.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when there is no such entry at this size; `path` is then empty.
    pub fn inclusion_into(&self, index: Index, path: &mut Vec<Hash>) -> Result<(), Error> {
        path.clear();
        if !self.size.contains(index) {
            return Err(Error::OutOfRange {
                asked: index.0,
                size: self.size,
            });
        }
        self.climb(0, index.0, path);
        Ok(())
    }

    /// Replaces `path` by the proof that this tree extends the tree of `old` leaves.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when `old` is larger; `path` is then empty.
    pub fn consistency_into(&self, old: TreeSize, path: &mut Vec<Hash>) -> Result<(), Error> {
        path.clear();
        if old > self.size {
            return Err(Error::OutOfRange {
                asked: old.0,
                size: self.size,
            });
        }
        if old == self.size || old == TreeSize::ZERO {
            return Ok(());
        }
        // The last complete subtree of the old tree that is aligned; everything left of it comes on the climb.
        let level = old.0.trailing_zeros();
        let last = (old.0 >> level) - 1;
        if last > 0 {
            // Otherwise that subtree is the whole old tree, whose root the verifier has.
            path.push(self.tree.complete(level as usize, last));
        }
        self.climb(level as usize, last, path);
        Ok(())
    }

    /// Appends the siblings from a node up to the root's child.
    fn climb(&self, mut level: usize, mut node: u64, path: &mut Vec<Hash>) {
        // The last node of the level, complete or not.
        let mut last = (self.size.0 - 1) >> level;
        while last > 0 {
            let sibling = node ^ 1;
            if sibling < self.size.0 >> level {
                path.push(self.tree.complete(level, sibling));
            } else if sibling == last {
                path.push(self.edge[level]);
            }
            // Else the node is the last one and rises without a sibling.
            node >>= 1;
            last >>= 1;
            level += 1;
        }
    }
}
