//! The marks that refusals leave in the log, limited so that a flood of bad submissions stays small.
//!
//! Up to [`MARKS_MAX`] refusals are listed one by one in one `refusal.recorded` entry (hash, producer where the
//! signature proved it, code). Beyond that they are counted by code and producer.
//! A refusal after a quiet minute is marked at once, in the group that answers it. While refusals keep coming, the time
//! between two entries doubles, up to four hours, unless the list is full; full ones are limited by the minute.
//! Marks that wait when the process is killed are lost; they are written when it ends in order.

use armistice_report::{
    MARKS_MAX, ProducerName, RefusalCode, RefusalMark, RefusalRecorded, RefusalSum, SUMS_MAX, Sha256,
    Timestamp, UpTo, WHOLE_MAX, Whole, Window,
};
use armistice_tlog::Hash;
use std::collections::BTreeMap;

/// Sums that name a producer, at most: what is left of an entry's sums when each code has one without a producer.
const NAMED_SUMS_MAX: usize = SUMS_MAX - RefusalCode::ALL.len();
const SECOND_MICROS: i64 = 1_000_000;
const MINUTE_MICROS: i64 = 60 * SECOND_MICROS;
/// The longest time between two entries while refusals keep coming: at one a minute, where keeping coming begins, 240
/// refusals an entry.
const INTERVAL_MICROS_MAX: i64 = 240 * MINUTE_MICROS;

/// Refusals that are not in the log yet.
#[derive(Debug)]
pub(crate) struct Marks {
    entries_per_minute_max: u32,
    pace: Pace,
    listed: Vec<RefusalMark>,
    counted: BTreeMap<(RefusalCode, Option<ProducerName>), u64>,
    /// Receiving times of the first and the last of them.
    window: Option<(Timestamp, Timestamp)>,
}

/// When the next entry may be written. Follows the clock as it is, back or forth, not the log's receiving time.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    minute_began: Option<Timestamp>,
    entries_this_minute: u32,
    last: Option<Timestamp>,
    interval_micros: i64,
}

impl Pace {
    /// Micros since `then`; a clock that stepped back counts as a long time, so that marks never stall.
    fn since(then: Option<Timestamp>, clock: Timestamp) -> i64 {
        let passed = then.map_or(i64::MAX, |then| {
            clock.as_micros().saturating_sub(then.as_micros())
        });
        if passed < 0 { i64::MAX } else { passed }
    }

    fn allows(&self, clock: Timestamp, full: bool, per_minute_max: u32) -> bool {
        let minute_is_over = Self::since(self.minute_began, clock) >= MINUTE_MICROS;
        let entries = if minute_is_over {
            0
        } else {
            self.entries_this_minute
        };
        let has_room = entries < per_minute_max;
        has_room && (full || Self::since(self.last, clock) >= self.interval_micros)
    }

    fn wrote(&mut self, clock: Timestamp) {
        if Self::since(self.minute_began, clock) >= MINUTE_MICROS {
            (self.minute_began, self.entries_this_minute) = (Some(clock), 0);
        }
        self.entries_this_minute += 1;
        let passed = Self::since(self.last, clock);
        let keeps_coming = passed < MINUTE_MICROS.max(self.interval_micros.saturating_mul(2));
        self.interval_micros = if keeps_coming {
            self.interval_micros
                .saturating_mul(2)
                .clamp(SECOND_MICROS, INTERVAL_MICROS_MAX)
        } else {
            0
        };
        self.last = Some(clock);
    }
}

impl Marks {
    pub(crate) fn new(entries_per_minute_max: u32) -> Self {
        Self {
            entries_per_minute_max,
            pace: Pace::default(),
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

    /// The content of the next `refusal.recorded` entry, if one may be written at `clock`. `closing`: the process ends in
    /// order, so what is left is written whatever the pace allows.
    pub(crate) fn take(&mut self, clock: Timestamp, closing: bool) -> Option<RefusalRecorded> {
        let (from, to) = self.window?;
        let full = self.listed.len() >= MARKS_MAX;
        if !closing && !self.pace.allows(clock, full, self.entries_per_minute_max) {
            return None;
        }
        self.pace.wrote(clock);
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
            flood(&mut marks, MARKS_MAX, at(0));
            assert!(marks.take(at(0), false).is_some());
        }
        flood(&mut marks, 300, at(59));
        assert!(marks.take(at(59), false).is_none());
        let entry = marks.take(at(60), false).expect("a new minute");
        assert_eq!((entry.marks.len(), entry.aggregated.len()), (MARKS_MAX, 1));
        assert_eq!(entry.window.from, at(59));
    }

    #[test]
    fn a_refusal_after_a_quiet_minute_is_marked_at_once() {
        let mut marks = Marks::new(60);
        for n in 0..10 {
            flood(&mut marks, 1, at(n * 61));
            assert!(marks.take(at(n * 61), false).is_some(), "refusal {n}");
        }
    }

    #[test]
    fn a_slow_flood_stays_small_too() {
        for (every_seconds, entries_max) in [(1, 500), (10, 500), (59, 500)] {
            let mut marks = Marks::new(60);
            let mut entries = 0;
            let mut listed = 0;
            for n in 0..100_000 {
                flood(&mut marks, 1, at(n * every_seconds));
                if let Some(entry) = marks.take(at(n * every_seconds), false) {
                    entries += 1;
                    listed += entry.marks.len();
                }
            }
            listed += marks.take(at(0), true).map_or(0, |entry| entry.marks.len());
            assert!(
                entries <= entries_max,
                "one in {every_seconds} s: {entries} entries"
            );
            assert_eq!(listed, 100_000, "one in {every_seconds} s");
        }
    }

    #[test]
    fn a_clock_that_steps_back_does_not_stall_the_marks() {
        let mut marks = Marks::new(1);
        flood(&mut marks, MARKS_MAX, at(86_400));
        assert!(marks.take(at(86_400), false).is_some());
        flood(&mut marks, 1, at(0));
        assert!(marks.take(at(0), false).is_some());
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
