//! Which entries share a row, and sets of entries that stay in the order of the log.

use std::collections::{BTreeMap, BTreeSet};

/// Entries in the order of the log, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Indexes(Vec<u32>);

impl Indexes {
    pub(crate) fn insert(&mut self, index: u32) {
        // Nearly always the newest one.
        if self.0.last().is_none_or(|&last| last < index) {
            self.0.push(index);
        } else if let Err(at) = self.0.binary_search(&index) {
            self.0.insert(at, index);
        }
    }

    pub(crate) fn remove(&mut self, index: u32) {
        if let Ok(at) = self.0.binary_search(&index) {
            self.0.remove(at);
        }
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        &self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Entries by the rows that they belong to, and the rows to make again.
#[derive(Debug)]
pub(crate) struct Groups<K> {
    of: BTreeMap<u32, Vec<K>>,
    members: BTreeMap<K, Indexes>,
    dirty: BTreeSet<K>,
}

impl<K> Default for Groups<K> {
    fn default() -> Self {
        Self {
            of: BTreeMap::new(),
            members: BTreeMap::new(),
            dirty: BTreeSet::new(),
        }
    }
}

impl<K: Ord + Clone> Groups<K> {
    /// Says which groups an entry belongs to now; those that it left and those that it is in are dirty.
    pub(crate) fn place(&mut self, unit: u32, keys: impl IntoIterator<Item = K>) {
        let keys: Vec<K> = keys.into_iter().collect();
        let old = self.of.remove(&unit).unwrap_or_default();
        for key in old.iter().filter(|key| !keys.contains(key)) {
            if let Some(members) = self.members.get_mut(key) {
                members.remove(unit);
                if members.is_empty() {
                    self.members.remove(key);
                }
            }
        }
        for key in keys.iter().filter(|key| !old.contains(key)) {
            self.members.entry(key.clone()).or_default().insert(unit);
        }
        self.dirty.extend(old);
        self.dirty.extend(keys.iter().cloned());
        if !keys.is_empty() {
            self.of.insert(unit, keys);
        }
    }

    pub(crate) fn touch(&mut self, key: K) {
        self.dirty.insert(key);
    }

    pub(crate) fn take_dirty(&mut self) -> Vec<K> {
        std::mem::take(&mut self.dirty).into_iter().collect()
    }

    /// The entries of a group, in the order of the log.
    pub(crate) fn members(&self, key: &K) -> &[u32] {
        self.members.get(key).map_or(&[], Indexes::as_slice)
    }
}
