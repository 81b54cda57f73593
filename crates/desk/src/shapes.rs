//! The parts of views' rows that are read here, and how entries are named in ours.

use armistice_projection::Projection;
use armistice_report::Timestamp;
use armistice_tlog::Hash;
use serde::{Deserialize, Serialize};

use crate::calendar::Span;

/// Entries that a counting row names, as in the views; the count beside them has no limit.
pub(crate) const ROW_ENTRIES_MAX: usize = 256;

/// An entry in a row that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Entry {
    pub(crate) index: u64,
    #[serde(default)]
    pub(crate) redacted: bool,
}

/// An entry in a row that is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EntryRef {
    index: u64,
    hash: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
}

impl EntryRef {
    pub(crate) fn new(projection: &Projection, entry: Entry) -> Self {
        let hash = usize::try_from(entry.index)
            .ok()
            .and_then(|at| projection.leaf_hashes().get(at));
        Self {
            index: entry.index,
            hash: hash.map_or_else(String::new, |hash| Hash(*hash).to_string()),
            redacted: entry.redacted,
        }
    }

    pub(crate) fn all(projection: &Projection, entries: &[Entry]) -> Vec<Self> {
        entries
            .iter()
            .map(|entry| Self::new(projection, *entry))
            .collect()
    }
}

/// A time in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Time {
    pub(crate) earliest: Option<Timestamp>,
    pub(crate) latest: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) precision: Option<String>,
}

impl Time {
    /// The time as the calendar takes it. An exact time with one end only is that moment.
    pub(crate) fn span(&self) -> Span {
        let exact = self.precision.as_deref() == Some("exact");
        let other = |end: Option<Timestamp>| end.filter(|_| exact);
        Span {
            earliest: self.earliest.or(other(self.latest)),
            latest: self.latest.or(other(self.earliest)),
        }
    }
}

/// `part/part/…`; a slash within a part is written `%2F`, so that two lists of parts never give one key.
pub(crate) fn key(parts: &[&str], more: &[&str]) -> String {
    let mut key = String::new();
    for part in parts.iter().chain(more) {
        if !key.is_empty() {
            key.push('/');
        }
        key.push_str(&part.replace('%', "%25").replace('/', "%2F"));
    }
    key
}

/// A row's canonical JSON.
pub(crate) fn json(row: &impl Serialize) -> String {
    serde_json::to_string(row).expect("rows have string keys and no numbers without a JSON form")
}

/// The first entries of a list, as many as rows name.
pub(crate) fn first(entries: &[Entry]) -> &[Entry] {
    &entries[..entries.len().min(ROW_ENTRIES_MAX)]
}
