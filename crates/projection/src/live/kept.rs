//! The rows of one view as keys and leaf hashes, with the tree over them.
//!
//! ```text
//! keys      allegation/000000000004 │ allegation/000000000007 │ side/a
//! level 0   leaf                    │ leaf                    │ leaf
//! level 1   node ─────────────────────────┘
//! ```
//! RFC 6962 section 2.1, level `l` holding the roots of the complete subtrees of `2^l` rows. A row with other bytes costs
//! a path; a new or removed row costs what comes after it, which is little: rows of new entries stand at the end of
//! their kind.

use armistice_tlog::{Hash, TreeSize, node_hash};

use crate::Digest;

/// Some 56 bytes and the key of each row, and as much again for the tree.
#[derive(Debug, Default)]
pub(super) struct Kept {
    keys: Vec<Box<str>>,
    levels: Vec<Vec<Hash>>,
}

impl Kept {
    pub(super) fn leaf(&self, key: &str) -> Option<Hash> {
        self.find(key).ok().map(|at| self.levels[0][at])
    }

    pub(super) fn leaves(&self) -> impl Iterator<Item = (&str, Hash)> {
        let hashes = self.levels.first().map_or(&[][..], Vec::as_slice);
        self.keys
            .iter()
            .zip(hashes)
            .map(|(key, leaf)| (key.as_ref(), *leaf))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(AsRef::as_ref)
    }

    pub(super) fn digest(&self) -> Digest {
        let mut root = None;
        for (level, nodes) in self.levels.iter().enumerate() {
            let count = self.keys.len() >> level;
            if count % 2 == 1 {
                let node = nodes[count - 1];
                root = Some(root.map_or(node, |rest| node_hash(node, rest)));
            }
        }
        Digest {
            rows: TreeSize(self.keys.len() as u64),
            root: root.unwrap_or(Hash::EMPTY_ROOT),
        }
    }

    /// Takes over changed rows, which come in key order; `None` removes.
    pub(super) fn apply<'a>(&mut self, changes: impl IntoIterator<Item = (&'a str, Option<Hash>)>) {
        let mut moving = Vec::new();
        for (key, leaf) in changes {
            match (self.find(key), leaf) {
                (Ok(at), Some(leaf)) => self.replace(at, leaf),
                (Err(_), None) => {}
                (Ok(_), None) | (Err(_), Some(_)) => moving.push((key, leaf)),
            }
        }
        let Some(&(first, _)) = moving.first() else { return };
        let from = self.find(first).unwrap_or_else(|at| at);
        let keys = self.keys.split_off(from);
        let leaves = self
            .levels
            .first_mut()
            .map(|leaves| leaves.split_off(from))
            .unwrap_or_default();
        for (level, nodes) in self.levels.iter_mut().enumerate() {
            nodes.truncate(from >> level);
        }
        let mut moving = moving.into_iter().peekable();
        for (key, leaf) in keys.into_iter().zip(leaves) {
            while let Some((new, hash)) = moving.next_if(|&(new, _)| new < key.as_ref()) {
                self.push_new(new, hash);
            }
            if moving.next_if(|&(gone, _)| gone == key.as_ref()).is_none() {
                self.push(key, leaf);
            }
        }
        for (new, hash) in moving {
            self.push_new(new, hash);
        }
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.keys.binary_search_by(|kept| kept.as_ref().cmp(key))
    }

    fn replace(&mut self, at: usize, leaf: Hash) {
        self.levels[0][at] = leaf;
        for level in 1..self.levels.len() {
            let node = at >> level;
            if node >= self.levels[level].len() {
                break;
            }
            let below = &self.levels[level - 1];
            self.levels[level][node] = node_hash(below[2 * node], below[2 * node + 1]);
        }
    }

    fn push_new(&mut self, key: &str, leaf: Option<Hash>) {
        if let Some(leaf) = leaf {
            self.push(key.into(), leaf);
        }
    }

    fn push(&mut self, key: Box<str>, leaf: Hash) {
        self.keys.push(key);
        let mut node = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let nodes = &mut self.levels[level];
            nodes.push(node);
            if nodes.len() % 2 == 1 {
                break;
            }
            node = node_hash(nodes[nodes.len() - 2], nodes[nodes.len() - 1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use armistice_tlog::{Frontier, leaf_hash};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_kept_tree_is_the_tree_over_what_is_kept(
            batches in prop::collection::vec(prop::collection::vec((0..60_u32, any::<Option<u8>>()), 0..20), 1..12)
        ) {
            let mut kept = Kept::default();
            let mut model: BTreeMap<String, Hash> = BTreeMap::new();
            for batch in batches {
                let changes: BTreeMap<String, Option<Hash>> = batch
                    .into_iter()
                    .map(|(key, row)| (format!("k{key:03}"), row.map(|row| leaf_hash(&[row]))))
                    .collect();
                kept.apply(changes.iter().map(|(key, leaf)| (key.as_str(), *leaf)));
                for (key, leaf) in changes {
                    match leaf {
                        Some(leaf) => drop(model.insert(key, leaf)),
                        None => drop(model.remove(&key)),
                    }
                }
                let mut frontier = Frontier::new();
                for leaf in model.values() {
                    frontier.push(*leaf);
                }
                prop_assert_eq!(kept.digest(), Digest { rows: frontier.size(), root: frontier.root() });
                prop_assert!(kept.leaves().eq(model.iter().map(|(key, leaf)| (key.as_str(), *leaf))));
            }
        }
    }
}
