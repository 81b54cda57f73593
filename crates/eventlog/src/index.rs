//! What is kept in memory of every entry: about 90 bytes, so that no proof and no lookup reads the disk.
//!
//! The Merkle tree holds all its levels (64 bytes an entry), the fingerprints 8, and two hash tables hold 32-bit
//! positions and no copies of keys: a position leads to the hash in the tree or to the fingerprint, and that is
//! compared. Arithmetic and what it costs a larger log: docs/decisions/0003-index-in-memory.md.
//!
//! Opening and appending fill it with the same function, [`Memory::fold`]. It does not know about the disk.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use armistice_tlog::{Hash, Index, Tree, TreeSize};
use hashbrown::HashTable;

use crate::leaves::{Fingerprint, Leaf};

/// The index of one log.
pub(crate) struct Memory {
    tree: Tree,
    fingerprints: Vec<Fingerprint>,
    by_hash: HashTable<u32>,
    by_key: HashTable<u32>,
    /// First index of each chunk, ascending.
    chunks: Vec<u32>,
    /// In memory, so that a reader never sees a cursor that is applied and not yet durable.
    cursors: BTreeMap<String, Vec<u8>>,
    /// Seeded by the system, so that nobody outside can choose keys that meet in one bucket.
    seed: RandomState,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            tree: Tree::default(),
            fingerprints: Vec::new(),
            by_hash: HashTable::new(),
            by_key: HashTable::new(),
            chunks: Vec::new(),
            cursors: BTreeMap::new(),
            seed: RandomState::new(),
        }
    }

    /// Adds chunks and the leaves of their entries behind the current size. `chunks` are the first indexes, in order.
    pub(crate) fn fold(&mut self, chunks: &[Index], leaves: impl IntoIterator<Item = Leaf>) {
        self.chunks.extend(chunks.iter().map(|first| position(first.0)));
        for leaf in leaves {
            let at = position(self.tree.size().0);
            self.tree.push(leaf.hash);
            self.fingerprints.push(leaf.fingerprint);
            self.insert(at, leaf);
        }
    }

    /// Moves a cursor.
    pub(crate) fn move_cursor(&mut self, name: &str, value: &[u8]) {
        // A cursor moves with each batch: its name is there already.
        match self.cursors.get_mut(name) {
            Some(current) => value.clone_into(current),
            None => {
                self.cursors.insert(name.to_owned(), value.to_vec());
            }
        }
    }

    /// The value of a cursor.
    pub(crate) fn cursor(&self, name: &str) -> Option<&[u8]> {
        self.cursors.get(name).map(Vec::as_slice)
    }

    fn insert(&mut self, at: u32, leaf: Leaf) {
        let Self {
            tree,
            fingerprints,
            by_hash,
            by_key,
            seed,
            ..
        } = self;
        let hash_of = |hash: &Hash| seed.hash_one(&hash.0[..8]);
        // The first of two equal entries is the one that is found.
        let same = |&other: &u32| tree.leaf(Index(other.into())) == Some(leaf.hash);
        if by_hash.find(hash_of(&leaf.hash), same).is_none() {
            by_hash.insert_unique(hash_of(&leaf.hash), at, |&other| {
                tree.leaf(Index(other.into())).map_or(0, |hash| hash_of(&hash))
            });
        }
        by_key.insert_unique(seed.hash_one(leaf.fingerprint.0), at, |&other| {
            seed.hash_one(fingerprints[other as usize].0)
        });
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn size(&self) -> TreeSize {
        self.tree.size()
    }

    /// Position of the first entry with this leaf hash.
    pub(crate) fn find_hash(&self, hash: &Hash) -> Option<Index> {
        let same = |&at: &u32| self.tree.leaf(Index(at.into())) == Some(*hash);
        self.by_hash
            .find(self.seed.hash_one(&hash.0[..8]), same)
            .map(|&at| Index(at.into()))
    }

    /// Positions of the entries whose key has this fingerprint, ascending.
    pub(crate) fn find_key(&self, fingerprint: Fingerprint) -> Vec<Index> {
        let hash = self.seed.hash_one(fingerprint.0);
        let mut found: Vec<Index> = self
            .by_key
            .iter_hash(hash)
            .filter(|&&at| self.fingerprints[at as usize] == fingerprint)
            .map(|&at| Index(at.into()))
            .collect();
        found.sort_unstable_by_key(|index| index.0);
        found
    }

    /// First index and length of the chunk that holds this entry. None beyond the log.
    pub(crate) fn chunk_of(&self, index: Index) -> Option<(Index, usize)> {
        if index.0 >= self.size().0 {
            return None;
        }
        let next = self.chunks.partition_point(|&first| u64::from(first) <= index.0);
        let first = u64::from(*self.chunks.get(next.checked_sub(1)?)?);
        let end = self.chunks.get(next).map_or(self.size().0, |&first| first.into());
        Some((Index(first), usize::try_from(end - first).ok()?))
    }
}

fn position(index: u64) -> u32 {
    u32::try_from(index).expect("LOG_ENTRIES_MAX keeps positions within 32 bits")
}
