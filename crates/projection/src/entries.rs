//! What every view needs to know about every entry: its hash, who sent it, its type, what took it back.
//!
//! About 45 bytes an entry. Retractions and corrections take effect here, by one rule for all types
//! (`docs/reference/views.md`, "Corrections and retractions"): only from the producer that sent the target, only on
//! an original, the correction with the same type. Admission refuses the others; should one get in, it changes nothing.
//! It keeps no content.

use std::collections::BTreeMap;

use armistice_report::{EntryHash, EventType, Family};
use hashbrown::HashTable;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::names::Name;

/// An entry as a row names it: its index, its hash, and whether something of it was redacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct EntryRef {
    pub(crate) index: u32,
    pub(crate) hash: EntryHash,
    /// A redaction is in force; left out where none is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) redacted: bool,
}

/// The memory of every entry, in the order of the log.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    hashes: Vec<[u8; 32]>,
    producers: Vec<Name>,
    types: Vec<EventType>,
    /// Original entry → the retractions in force, oldest first.
    retractions: BTreeMap<u32, Vec<u32>>,
    /// Original entry → the corrections in force, oldest first; the last one is what counts.
    corrections: BTreeMap<u32, Vec<u32>>,
    /// Correction in force → the original.
    originals: BTreeMap<u32, u32>,
    /// By the first 8 bytes of the hash; the whole hash is compared.
    lookup: HashTable<u32>,
}

impl Entries {
    /// Remembers the next entry.
    pub(crate) fn push(&mut self, hash: [u8; 32], producer: Name, event_type: EventType) {
        let index = u32::try_from(self.hashes.len()).expect("the projection refuses entries beyond 32 bits");
        self.hashes.push(hash);
        self.producers.push(producer);
        self.types.push(event_type);
        let hashes = &self.hashes;
        self.lookup
            .insert_unique(bucket(&hash), index, |&at| bucket(&hashes[at as usize]));
    }

    /// The index of the entry with this hash.
    pub(crate) fn find(&self, hash: &EntryHash) -> Option<u32> {
        self.lookup
            .find(bucket(&hash.0), |&at| self.hashes[at as usize] == hash.0)
            .copied()
    }

    pub(crate) fn hash(&self, index: u32) -> EntryHash {
        EntryHash(self.hashes[index as usize])
    }

    pub(crate) fn producer(&self, index: u32) -> Name {
        self.producers[index as usize]
    }

    pub(crate) fn event_type(&self, index: u32) -> EventType {
        self.types[index as usize]
    }

    pub(crate) fn hashes(&self) -> &[[u8; 32]] {
        &self.hashes
    }

    /// Takes `target` back, if the entry at `by` may.
    pub(crate) fn retract(&mut self, target: u32, by: u32) {
        if self.may_withdraw(target, by) {
            self.retractions.entry(target).or_default().push(by);
        }
    }

    /// Puts the content of the entry at `by` in the place of `target`, if it may; says whether it did.
    pub(crate) fn correct(&mut self, target: u32, by: u32, replacement: EventType) -> bool {
        let lawful = self.may_withdraw(target, by) && self.event_type(target) == replacement;
        if lawful {
            self.corrections.entry(target).or_default().push(by);
            self.originals.insert(by, target);
        }
        lawful
    }

    /// Whether an entry still stands.
    pub(crate) fn is_live(&self, index: u32) -> bool {
        !self.retractions.contains_key(&index)
    }

    pub(crate) fn retractions_of(&self, index: u32) -> &[u32] {
        self.retractions.get(&index).map_or(&[], Vec::as_slice)
    }

    /// What an entry takes back, if it is a retraction in force. Goes over all retractions.
    pub(crate) fn retracted_by(&self, by: u32) -> impl Iterator<Item = u32> + '_ {
        let retractions = self.retractions.iter();
        retractions
            .filter(move |(_, all)| all.contains(&by))
            .map(|(&target, _)| target)
    }

    pub(crate) fn corrections_of(&self, index: u32) -> &[u32] {
        self.corrections.get(&index).map_or(&[], Vec::as_slice)
    }

    /// The entry whose content stands for an original: its last correction, or itself.
    pub(crate) fn current(&self, index: u32) -> u32 {
        self.corrections_of(index).last().copied().unwrap_or(index)
    }

    /// The entry that a correction in force corrects, otherwise the entry itself.
    pub(crate) fn original_of(&self, index: u32) -> u32 {
        self.originals.get(&index).copied().unwrap_or(index)
    }

    fn may_withdraw(&self, target: u32, by: u32) -> bool {
        let event_type = self.event_type(target);
        let original = !matches!(event_type, EventType::ClaimCorrected | EventType::ClaimRetracted);
        // What frame and curation say is replaced by a newer registration or an unlinking, never taken back.
        let said = !matches!(
            event_type.family(),
            Family::Founding | Family::Frame | Family::Curation
        );
        original && said && self.producer(target) == self.producer(by)
    }
}

/// The part of the entries that a snapshot keeps.
#[derive(Serialize, Deserialize)]
struct Saved<H, P, T, M, O> {
    hashes: H,
    producers: P,
    types: T,
    retractions: M,
    corrections: M,
    originals: O,
}

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // One byte a type: its place in the list of all types, which is stable for ever.
        let types: Vec<u8> = self.types.iter().map(|&event_type| ordinal(event_type)).collect();
        Saved {
            hashes: &self.hashes,
            producers: &self.producers,
            types,
            retractions: &self.retractions,
            corrections: &self.corrections,
            originals: &self.originals,
        }
        .serialize(serializer)
    }
}

type Loaded = Saved<Vec<[u8; 32]>, Vec<Name>, Vec<u8>, BTreeMap<u32, Vec<u32>>, BTreeMap<u32, u32>>;

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Loaded::deserialize(deserializer)?;
        if saved.hashes.len() != saved.types.len() || saved.hashes.len() != saved.producers.len() {
            return Err(serde::de::Error::custom("lists of one length"));
        }
        let mut entries = Self::default();
        for ((hash, producer), kind) in saved.hashes.into_iter().zip(saved.producers).zip(saved.types) {
            let known = EventType::ALL.get(usize::from(kind));
            entries.push(
                hash,
                producer,
                *known.ok_or_else(|| serde::de::Error::custom("a known type"))?,
            );
        }
        entries.retractions = saved.retractions;
        entries.corrections = saved.corrections;
        entries.originals = saved.originals;
        Ok(entries)
    }
}

/// The place of a type in the list of all types.
pub(crate) fn ordinal(event_type: EventType) -> u8 {
    // Fieldless and declared in the order of `ALL`; a test compares the two.
    event_type as u8
}

fn bucket(hash: &[u8; 32]) -> u64 {
    u64::from_le_bytes(*hash.first_chunk().expect("a hash has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_kept_as_its_place_in_the_list() {
        for (at, &event_type) in EventType::ALL.iter().enumerate() {
            assert_eq!(usize::from(ordinal(event_type)), at);
        }
    }
}
