//! What an export of an earlier tree size held, as a fingerprint of each row: enough to tell which rows are new or other.
//!
//! 16 bytes an entry. The fingerprints live for one run and are compared with those of the same run only.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Made;
use crate::left_out::Reason;

/// An entry, and what its row was or why there was none.
pub(crate) type Print = (u32, u64);

/// The rows of an earlier tree size; none by default.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    prints: Vec<Print>,
    /// Entries that had a row, sorted.
    written: Vec<u32>,
}

impl Earlier {
    pub(crate) fn add(&mut self, index: u64, made: &Result<Made, Reason>) -> Print {
        // A projection holds no more entries than 32 bits name.
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let mut hasher = DefaultHasher::new();
        made.hash(&mut hasher);
        let print = (index, hasher.finish());
        self.prints.push(print);
        if made.is_ok() {
            self.written.push(index);
        }
        print
    }

    /// Sorts what was added; to be called before anything is looked up.
    pub(crate) fn settle(&mut self) {
        self.prints.sort_unstable();
        self.written.sort_unstable();
    }

    pub(crate) fn had(&self, print: Print) -> bool {
        self.prints.binary_search(&print).is_ok()
    }

    /// The entries that had a row here, and have neither a row nor a reason in `later`.
    pub(crate) fn written_only<'a>(&'a self, later: &'a Self) -> impl Iterator<Item = u64> + 'a {
        let is_known = |index: u32| {
            let at = later.prints.partition_point(|print| print.0 < index);
            later.prints.get(at).is_some_and(|print| print.0 == index)
        };
        self.written
            .iter()
            .copied()
            .filter(move |index| !is_known(*index))
            .map(u64::from)
    }
}
