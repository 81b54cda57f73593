//! What admission remembers of each entry: who sent it and of which type it is.
//!
//! Five bytes an entry, so that a report that names an earlier entry can be judged without reading that entry.

use armistice_report::EventType;
use armistice_tlog::Index;

/// Who sent an entry, and its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// The producer's number: its place in the order of enrolment; see [`crate::Producer::number`].
    pub producer: u32,
    /// The report's type.
    pub event_type: EventType,
}

/// The memory of every entry, in the order of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    producers: Vec<u32>,
    types: Vec<EventType>,
}

impl History {
    /// How many entries are remembered: the index that the next one gets.
    pub fn len(&self) -> u64 {
        self.types.len() as u64
    }

    /// Whether nothing was admitted yet, not even the founding.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// What is remembered of the entry at `index`; `None` past the end.
    pub fn get(&self, index: Index) -> Option<Meta> {
        let at = usize::try_from(index.0).ok()?;
        Some(Meta {
            producer: *self.producers.get(at)?,
            event_type: *self.types.get(at)?,
        })
    }

    /// Every entry's memory, from index 0.
    pub fn iter(&self) -> impl Iterator<Item = Meta> + '_ {
        self.producers
            .iter()
            .zip(&self.types)
            .map(|(&producer, &event_type)| Meta { producer, event_type })
    }

    /// Remembers the next entry.
    pub fn push(&mut self, meta: Meta) {
        self.producers.push(meta.producer);
        self.types.push(meta.event_type);
    }
}
