//! Which entry a submission became, by the submission's hash and by producer and id.
//!
//! 32 bytes for each of the two hashes of an entry in lists that are saved as they are, and the tables over them.
//! It holds no entries: whoever wants the bytes reads ENTRIES.

use std::collections::HashMap;

use armistice_admission::unique_key;
use armistice_tlog::Hash;

use crate::copy::Entry;

/// The two hashes of each entry, in the order of the log.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    submissions: Vec<Hash>,
    names: Vec<Hash>,
    by_submission: HashMap<Hash, u32>,
    by_name: HashMap<Hash, u32>,
}

impl Lookup {
    /// Adds the next entry; `submission` is the SHA-256 of its note.
    pub(crate) fn push(&mut self, entry: &Entry, submission: Hash) {
        self.add(submission, entry.submission.unique_key());
    }

    /// From saved lists, which have one length.
    pub(crate) fn restore(submissions: &[u8], names: &[u8]) -> Self {
        let mut lookup = Self::default();
        for (submission, name) in submissions.chunks_exact(32).zip(names.chunks_exact(32)) {
            if let (Some(submission), Some(name)) = (Hash::from_slice(submission), Hash::from_slice(name)) {
                lookup.add(submission, name);
            }
        }
        lookup
    }

    fn add(&mut self, submission: Hash, name: Hash) {
        let index = u32::try_from(self.submissions.len()).expect("the projection takes 2^32 entries at most");
        self.submissions.push(submission);
        self.names.push(name);
        // The first one is the entry; the ledger refuses a second.
        self.by_submission.entry(submission).or_insert(index);
        self.by_name.entry(name).or_insert(index);
    }

    pub(crate) fn submissions(&self) -> &[Hash] {
        &self.submissions
    }

    pub(crate) fn names(&self) -> &[Hash] {
        &self.names
    }

    /// The entry of a submission.
    pub(crate) fn submission(&self, sha256: Hash) -> Option<u64> {
        self.by_submission.get(&sha256).map(|&index| u64::from(index))
    }

    /// The entry of a report.
    pub(crate) fn report(&self, source: &str, id: &str) -> Option<u64> {
        self.by_name
            .get(&unique_key(source, id))
            .map(|&index| u64::from(index))
    }
}
