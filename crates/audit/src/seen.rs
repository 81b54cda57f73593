//! Which hashes were seen at which index, in few bytes an entry.
//!
//! The tables hold positions only and look the hashes up beside them: at 1,000,000 entries about 26 MB for the keys
//! and 10 MB for the leaves, whose hashes are in the tree already.

use armistice_tlog::{Hash, Index, Tree};
use hashbrown::HashTable;

/// The unique keys (producer and id) of the entries so far.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// Half of each SHA-256: 128 bits, too many for anybody to make two that agree.
    keys: Vec<u128>,
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
        let key = half(key);
        self.table
            .find(short(key), |at| self.key_at(*at) == key)
            .map(|at| Index(*at))
    }

    pub(crate) fn push(&mut self, key: &Hash) {
        let key = half(key);
        let at = self.keys.len() as u64;
        self.keys.push(key);
        let keys = &self.keys;
        self.table
            .insert_unique(short(key), at, |at| short(key_of(keys, *at)));
    }

    fn key_at(&self, at: u64) -> u128 {
        key_of(&self.keys, at)
    }
}

impl Leaves {
    /// The first entry with this leaf hash among those of `tree`.
    pub(crate) fn find(&self, leaf: &Hash, tree: &Tree) -> Option<Index> {
        let found = self.table.find(leaf_short(leaf), |at| {
            tree.leaf(Index(*at)).as_ref() == Some(leaf)
        });
        found.map(|at| Index(*at))
    }

    /// Adds the last leaf of `tree`, whose hash is `leaf`.
    pub(crate) fn push(&mut self, leaf: &Hash, tree: &Tree) {
        let at = tree.size().0.saturating_sub(1);
        let rehash = |at: &u64| tree.leaf(Index(*at)).map_or(0, |leaf| leaf_short(&leaf));
        self.table.insert_unique(leaf_short(leaf), at, rehash);
    }
}

fn key_of(keys: &[u128], at: u64) -> u128 {
    usize::try_from(at)
        .ok()
        .and_then(|at| keys.get(at))
        .copied()
        .unwrap_or_default()
}

fn half(hash: &Hash) -> u128 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.0[..16]);
    u128::from_be_bytes(bytes)
}

// SHA-256 is spread evenly already: its bits serve as the table's hash.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half of the key is the table's hash"
)]
fn short(key: u128) -> u64 {
    key as u64
}

fn leaf_short(hash: &Hash) -> u64 {
    short(half(hash))
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
