//! Which hashes were seen at which index, in few bytes an entry.
//!
//! The tables hold positions only and look the hashes up beside them: at 1,000,000 entries about 42 MB for the keys
//! and 10 MB for the leaves, whose hashes are in the tree already.

use armistice_tlog::{Hash, Index, Tree};
use hashbrown::HashTable;

/// The unique keys (producer and id) of the entries so far.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    keys: Vec<Hash>,
    table: HashTable<u64>,
}

/// The leaf hashes of the entries so far.
#[derive(Debug, Default)]
pub(crate) struct Leaves {
    table: HashTable<u64>,
}

impl Keys {
    /// The entry that had this key first.
    pub(crate) fn find(&self, key: &Hash) -> Option<Index> {
        let found = self
            .table
            .find(short(key), |at| key_at(&self.keys, *at) == Some(key));
        found.map(|at| Index(*at))
    }

    pub(crate) fn push(&mut self, key: &Hash) {
        let at = self.keys.len() as u64;
        self.keys.push(*key);
        let keys = &self.keys;
        self.table
            .insert_unique(short(key), at, |at| key_at(keys, *at).map_or(0, short));
    }
}

impl Leaves {
    /// The first entry with this leaf hash among those of `tree`.
    pub(crate) fn find(&self, leaf: &Hash, tree: &Tree) -> Option<Index> {
        let found = self
            .table
            .find(short(leaf), |at| tree.leaf(Index(*at)).as_ref() == Some(leaf));
        found.map(|at| Index(*at))
    }

    /// Adds the last leaf of `tree`, whose hash is `leaf`.
    pub(crate) fn push(&mut self, leaf: &Hash, tree: &Tree) {
        let at = tree.size().0.saturating_sub(1);
        let rehash = |at: &u64| tree.leaf(Index(*at)).map_or(0, |leaf| short(&leaf));
        self.table.insert_unique(short(leaf), at, rehash);
    }
}

fn key_at(keys: &[Hash], at: u64) -> Option<&Hash> {
    keys.get(usize::try_from(at).ok()?)
}

/// SHA-256 is spread evenly already: its first bits serve as the table's hash.
fn short(hash: &Hash) -> u64 {
    hash.0.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_pushed_and_nothing_else() {
        let (mut keys, mut leaves, mut tree) = (Keys::default(), Leaves::default(), Tree::new());
        let hash = |n: u64| Hash::sha256(&n.to_be_bytes());
        for n in 0..1_000 {
            keys.push(&hash(n));
            tree.push(hash(n));
            leaves.push(&hash(n), &tree);
        }
        for n in 0..1_000 {
            assert_eq!(keys.find(&hash(n)), Some(Index(n)));
            assert_eq!(leaves.find(&hash(n), &tree), Some(Index(n)));
        }
        assert_eq!(
            (keys.find(&hash(1_000)), leaves.find(&hash(1_000), &tree)),
            (None, None)
        );
    }
}
