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
//! It holds no entries and writes no tiles; [`crate::Frontier`] is the smaller sibling for those who only
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

    /// The leaf at a position; `None` beyond this size.
    pub fn leaf(&self, index: Index) -> Option<Hash> {
        self.tree.leaf(index).filter(|_| self.size.contains(index))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Frontier, leaf_hash};
    use proptest::prelude::*;

    /// The definitions of RFC 6962 section 2.1, word for word.
    fn mth(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::sha256(b""),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                node_hash(mth(left), mth(right))
            }
        }
    }

    fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        let (mut path, sibling) = match index.checked_sub(left.len()) {
            None => (path(index, left), mth(right)),
            Some(index) => (path(index, right), mth(left)),
        };
        path.push(sibling);
        path
    }

    fn subproof(old: usize, leaves: &[Hash], complete: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if complete { Vec::new() } else { vec![mth(leaves)] };
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        let (mut proof, sibling) = match old.checked_sub(left.len()) {
            None | Some(0) => (subproof(old, left, complete), mth(right)),
            Some(old) => (subproof(old, right, false), mth(left)),
        };
        proof.push(sibling);
        proof
    }

    /// The largest power of two below the count.
    fn split(count: usize) -> usize {
        count.next_power_of_two() / 2
    }

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    #[test]
    fn roots_are_those_of_the_published_vectors() {
        let entries: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let tree: Tree = entries.iter().map(|entry| leaf_hash(entry)).collect();
        for (size, root) in (0..).zip(roots) {
            assert_eq!(
                tree.root_at(TreeSize(size)).expect("a past size").to_string(),
                root
            );
            assert_eq!(Hash::from_hex(root), tree.root_at(TreeSize(size)).ok());
        }
    }

    #[test]
    fn every_root_and_proof_is_as_defined() {
        let leaves = leaves(70);
        let tree: Tree = leaves.iter().copied().collect();
        let mut frontier = Frontier::new();
        for size in 0..=leaves.len() {
            let now = &leaves[..size];
            let at = tree.at(TreeSize(size as u64)).expect("a past size");
            assert_eq!(
                (at.root(), frontier.root()),
                (mth(now), mth(now)),
                "root at {size}"
            );
            for index in 0..size {
                let proof = tree.inclusion(Index(index as u64), at.size()).expect("an entry");
                assert_eq!(proof, path(index, now), "inclusion of {index} in {size}");
            }
            for old in 1..=size {
                let proof = tree
                    .consistency(TreeSize(old as u64), at.size())
                    .expect("a past size");
                assert_eq!(
                    proof,
                    subproof(old, now, true),
                    "consistency of {old} with {size}"
                );
            }
            assert_eq!(tree.consistency(TreeSize(0), at.size()), Ok(Vec::new()));
            frontier.extend(leaves.get(size).copied());
        }
    }

    #[test]
    fn nothing_beyond_the_tree_is_given() {
        let tree: Tree = leaves(5).into_iter().collect();
        let outside = |asked, size| {
            Err(Error::OutOfRange {
                asked,
                size: TreeSize(size),
            })
        };
        assert_eq!(tree.root_at(TreeSize(6)), outside(6, 5).map(|()| Hash::default()));
        assert_eq!(
            tree.inclusion(Index(3), TreeSize(3)),
            outside(3, 3).map(|()| Vec::new())
        );
        assert_eq!(
            tree.inclusion(Index(0), TreeSize(6)),
            outside(6, 5).map(|()| Vec::new())
        );
        assert_eq!(
            tree.inclusion(Index(0), TreeSize(0)),
            outside(0, 0).map(|()| Vec::new())
        );
        assert_eq!(
            tree.consistency(TreeSize(4), TreeSize(3)),
            outside(4, 3).map(|()| Vec::new())
        );
        assert_eq!(
            tree.consistency(TreeSize(u64::MAX), TreeSize(5)),
            outside(u64::MAX, 5).map(|()| Vec::new())
        );
        assert_eq!(tree.leaf(Index(5)), None);
        assert_eq!(Tree::new().root(), Hash::EMPTY_ROOT);
        assert_eq!(TreeSize(5).next_index(), Index(5));
    }

    #[test]
    fn a_truncated_tree_is_the_tree_it_was() {
        let leaves = leaves(40);
        for size in 0..=leaves.len() {
            let mut tree: Tree = leaves.iter().copied().collect();
            tree.truncate(TreeSize(size as u64 + 100));
            assert_eq!(tree.size(), TreeSize(40));
            tree.truncate(TreeSize(size as u64));
            assert_eq!(
                (tree.size(), tree.root()),
                (TreeSize(size as u64), mth(&leaves[..size]))
            );
            tree.extend(leaves[size..].iter().copied());
            assert_eq!(tree.root(), mth(&leaves));
            let last = tree.inclusion(Index(39), TreeSize(40)).expect("an entry");
            assert_eq!(last, path(39, &leaves));
        }
    }

    proptest! {
        #[test]
        fn room_to_grow_stays_small(count in 2_000..20_000_u64) {
            let mut tree = Tree::new();
            tree.extend(std::iter::repeat_n(Hash::default(), usize::try_from(count).expect("small")));
            let room: usize = tree.levels.iter().map(Vec::capacity).sum();
            prop_assert!(room as u64 <= 2 * count + count / 4 + 64 * 16);
        }
    }
}
