//! The marks that refusals leave in the log, limited so that a flood of bad submissions stays small.
//!
//! Up to [`MARKS_MAX`] refusals are listed one by one in one `refusal.recorded` entry (hash, producer where the
//! signature proved it, code). Beyond that, or beyond the allowed entries a minute, they are counted by code and producer.
//! Counts that were not written yet when the process dies are lost; a listed mark is durable before its
//! refusal is answered, as long as the minute's entries are not used up.

use armistice_report::{
    MARKS_MAX, ProducerName, RefusalCode, RefusalMark, RefusalRecorded, RefusalSum, SUMS_MAX, Sha256,
    Timestamp, UpTo, WHOLE_MAX, Whole, Window,
};
use armistice_tlog::Hash;
use std::collections::BTreeMap;

/// Sums that name a producer, at most: what is left of an entry's sums when each code has one without a producer.
const NAMED_SUMS_MAX: usize = SUMS_MAX - RefusalCode::ALL.len();
const MINUTE_MICROS: i64 = 60_000_000;

/// Refusals that are not in the log yet.
#[derive(Debug)]
pub(crate) struct Marks {
    entries_per_minute_max: u32,
    /// `None` before the first entry.
    minute_began: Option<Timestamp>,
    entries_this_minute: u32,
    listed: Vec<RefusalMark>,
    counted: BTreeMap<(RefusalCode, Option<ProducerName>), u64>,
    /// Receiving times of the first and the last of them.
    window: Option<(Timestamp, Timestamp)>,
}

impl Marks {
    pub(crate) fn new(entries_per_minute_max: u32) -> Self {
        Self {
            entries_per_minute_max,
            minute_began: None,
            entries_this_minute: 0,
            listed: Vec::new(),
            counted: BTreeMap::new(),
            window: None,
        }
    }

    /// Notes one refusal; `producer` only where its signature verified, since anybody can write a name.
    pub(crate) fn note(
        &mut self,
        sha256: Hash,
        producer: Option<ProducerName>,
        code: RefusalCode,
        now: Timestamp,
    ) {
        self.window = Some((self.window.map_or(now, |(first, _)| first), now));
        if self.listed.len() < MARKS_MAX {
            self.listed.push(RefusalMark {
                submission_sha256: Sha256(sha256.0),
                producer,
                code,
            });
            return;
        }
        let key = (code, producer);
        // Producers are counted apart while there is room; past it their refusals are counted by code alone.
        let key = if self.counted.len() < NAMED_SUMS_MAX || self.counted.contains_key(&key) {
            key
        } else {
            (code, None)
        };
        *self.counted.entry(key).or_default() += 1;
    }

    /// Whether anything waits to be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.window.is_none()
    }

    /// The content of the next `refusal.recorded` entry, if one may be written now. `closing`: the process ends in order,
    /// so what is left is written whatever the minute allows.
    pub(crate) fn take(&mut self, now: Timestamp, closing: bool) -> Option<RefusalRecorded> {
        let (from, to) = self.window?;
        if self
            .minute_began
            .is_none_or(|began| now.as_micros() - began.as_micros() >= MINUTE_MICROS)
        {
            self.minute_began = Some(now);
            self.entries_this_minute = 0;
        }
        if self.entries_this_minute >= self.entries_per_minute_max && !closing {
            return None;
        }
        self.entries_this_minute += 1;
        self.window = None;
        let sums = std::mem::take(&mut self.counted)
            .into_iter()
            .map(|((code, producer), count)| RefusalSum {
                code,
                producer,
                count: whole(count),
            })
            .collect();
        Some(RefusalRecorded {
            marks: bounded(std::mem::take(&mut self.listed)),
            aggregated: bounded(sums),
            window: Window { from, to },
        })
    }
}

/// Both lists are filled up to their limits and no further.
fn bounded<const MAX: usize, T>(mut items: Vec<T>) -> UpTo<MAX, T> {
    items.truncate(MAX);
    UpTo::new(items).unwrap_or_default()
}

fn whole(count: u64) -> Whole {
    Whole::new(count.min(WHOLE_MAX)).unwrap_or(Whole::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros((1_700_000_000 + second) * 1_000_000).expect("in range")
    }

    fn flood(marks: &mut Marks, refusals: usize, now: Timestamp) {
        for n in 0..refusals {
            let hash = Hash::sha256(&n.to_be_bytes());
            marks.note(hash, None, RefusalCode::BadSignature, now);
        }
    }

    #[test]
    fn a_flood_is_listed_then_counted() {
        let mut marks = Marks::new(2);
        flood(&mut marks, 1_000, at(0));
        let entry = marks.take(at(0), false).expect("the first of the minute");
        assert_eq!(entry.marks.len(), MARKS_MAX);
        assert_eq!(
            entry.aggregated.iter().map(|one| one.count.get()).sum::<u64>(),
            1_000 - MARKS_MAX as u64
        );
        assert!(marks.is_empty());
    }

    #[test]
    fn a_minute_has_its_number_of_entries_and_nothing_is_forgotten() {
        let mut marks = Marks::new(2);
        for _ in 0..2 {
            flood(&mut marks, 1, at(0));
            assert!(marks.take(at(0), false).is_some());
        }
        flood(&mut marks, 300, at(59));
        assert!(marks.take(at(59), false).is_none());
        let entry = marks.take(at(60), false).expect("a new minute");
        assert_eq!((entry.marks.len(), entry.aggregated.len()), (MARKS_MAX, 1));
        assert_eq!(entry.window.from, at(59));
    }

    #[test]
    fn closing_writes_what_is_left() {
        let mut marks = Marks::new(0);
        flood(&mut marks, 3, at(0));
        assert!(marks.take(at(0), false).is_none());
        assert_eq!(marks.take(at(0), true).map(|entry| entry.marks.len()), Some(3));
        assert!(marks.take(at(0), true).is_none());
    }

    #[test]
    fn the_fullest_entry_fits() {
        let mut marks = Marks::new(1);
        let names: Vec<_> = (0..64)
            .map(|n| ProducerName::new(&format!("{n:0>64}")).expect("a name"))
            .collect();
        for (n, code) in RefusalCode::ALL.iter().cycle().take(20_000).enumerate() {
            let hash = Hash::sha256(&n.to_be_bytes());
            marks.note(hash, Some(names[n % names.len()].clone()), *code, at(0));
        }
        let entry = marks.take(at(0), false).expect("the first of the minute");
        assert!(entry.aggregated.len() <= SUMS_MAX);
        let summed = entry.aggregated.iter().map(|one| one.count.get()).sum::<u64>();
        assert_eq!(entry.marks.len() as u64 + summed, 20_000);
        // Envelope and signature line stay below 2,000 bytes.
        let json = serde_json::to_string(&entry).expect("content");
        assert!(
            json.len() + 2_000 <= armistice_report::NOTE_BYTES_MAX,
            "{} bytes",
            json.len()
        );
    }
}
