//! The rows of one view that were made again, until it is known which of them are not as they were.

use std::collections::BTreeMap;

use armistice_tlog::{Hash, leaf_hash};
use rayon::prelude::*;
use serde::Serialize;

use super::kept::Kept;
use crate::rows::{index_key, render};

/// Rows that are made on all cores at once; fewer are made where they are asked for.
const ROWS_IN_PARALLEL_MIN: usize = 256;

/// What one view made again.
pub(crate) struct Changed {
    rows: BTreeMap<String, Option<Made>>,
    /// Whether anybody wants the bytes, not only the hashes.
    bytes: bool,
    /// Every row of the view was made: what is not among them is gone.
    whole: bool,
}

struct Made {
    leaf: Hash,
    bytes: Vec<u8>,
}

impl Changed {
    pub(super) fn new(bytes: bool) -> Self {
        Self {
            rows: BTreeMap::new(),
            bytes,
            whole: false,
        }
    }

    /// One row: `kind/id` is its key.
    pub(crate) fn put<T: Serialize>(&mut self, kind: &str, id: &str, fields: &T) {
        let (key, made) = make(kind, id, fields, self.bytes);
        self.rows.insert(key, Some(made));
    }

    /// One row that belongs to one entry.
    pub(crate) fn put_at<T: Serialize>(&mut self, kind: &str, index: u32, fields: &T) {
        self.put(kind, &index_key(index), fields);
    }

    /// The row of each item, or none where `row` makes none; `seen` gets what is to be counted of it.
    pub(crate) fn put_each_at<T: Serialize, S: Send>(
        &mut self,
        kind: &str,
        items: &[u32],
        row: impl Fn(u32) -> Option<(T, S)> + Sync,
        mut seen: impl FnMut(u32, Option<S>),
    ) {
        let bytes = self.bytes;
        let one = |&item: &u32| {
            row(item).map(|(fields, summary)| (make(kind, &index_key(item), &fields, bytes), summary))
        };
        let made: Vec<Option<((String, Made), S)>> = if items.len() < ROWS_IN_PARALLEL_MIN {
            items.iter().map(one).collect()
        } else {
            items.par_iter().with_min_len(64).map(one).collect()
        };
        for (&item, made) in items.iter().zip(made) {
            let summary = made.map(|((key, made), summary)| {
                self.rows.insert(key, Some(made));
                summary
            });
            if summary.is_none() {
                self.remove(kind, &index_key(item));
            }
            seen(item, summary);
        }
    }

    /// A row that is no more, unless it is put again.
    pub(crate) fn remove(&mut self, kind: &str, id: &str) {
        self.rows.entry(format!("{kind}/{id}")).or_default();
    }

    /// A row that the view made as a whole.
    pub(crate) fn give(&mut self, key: &str, row: &[u8]) {
        let made = Made {
            leaf: leaf_hash(row),
            bytes: if self.bytes { row.to_vec() } else { Vec::new() },
        };
        self.rows.insert(key.to_owned(), Some(made));
    }

    /// Every row of the view was given: the others are no more.
    pub(crate) fn is_whole(&mut self) {
        self.whole = true;
    }

    /// Brings `kept` up to date; gives the rows that are not as they were, in key order.
    pub(super) fn settle(mut self, kept: &mut Kept, whole: bool) -> Vec<(String, Option<Vec<u8>>)> {
        if whole || self.whole {
            for key in kept.keys() {
                if !self.rows.contains_key(key) {
                    self.rows.insert(key.to_owned(), None);
                }
            }
        }
        self.rows
            .retain(|key, made| kept.leaf(key) != made.as_ref().map(|made| made.leaf));
        kept.apply(
            self.rows
                .iter()
                .map(|(key, made)| (key.as_str(), made.as_ref().map(|made| made.leaf))),
        );
        self.rows
            .into_iter()
            .map(|(key, made)| (key, made.map(|made| made.bytes)))
            .collect()
    }
}

fn make<T: Serialize>(kind: &str, id: &str, fields: &T, keep: bool) -> (String, Made) {
    let mut bytes = Vec::new();
    let key = render(&mut bytes, kind, id, fields);
    let leaf = leaf_hash(&bytes);
    if !keep {
        bytes = Vec::new();
    }
    (key, Made { leaf, bytes })
}
