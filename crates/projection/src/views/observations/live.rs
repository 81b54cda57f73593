//! `observations`, followed: each has a row of its own and adds to the numbers of its observer, unless it repeats another.

use std::collections::{BTreeMap, BTreeSet};

use super::{Key, Observations, Series, observation_row};
use crate::{
    live::{changed::Changed, groups::Groups, touched::Touched},
    names::Name,
    reading::Reading,
};

/// Which observations may repeat one another, which do, and whose numbers each adds to.
#[derive(Debug, Default)]
pub(crate) struct Live {
    alike: Groups<Key>,
    repeats: BTreeMap<u32, u32>,
    series: Groups<String>,
}

impl Live {
    pub(crate) fn update(
        &mut self,
        view: &Observations,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        let mut dirty = BTreeSet::new();
        for unit in touched.iter() {
            let Some(record) = reading.stands(&view.records, unit) else {
                continue;
            };
            let known = record.root != Name::NOT_STATED && reading.entries.is_live(unit);
            self.alike.place(unit, known.then(|| record.key()));
            if !known {
                self.repeats.remove(&unit);
            }
            dirty.insert(unit);
        }
        self.find_repeats(reading, &mut dirty);
        for unit in dirty {
            let Some(record) = reading.stands(&view.records, unit) else {
                continue;
            };
            let repeats = self.repeats.get(&unit).copied();
            let counted = reading.entries.is_live(unit) && repeats.is_none();
            out.put_at(
                "observation",
                unit,
                &observation_row(reading, unit, record, counted, repeats),
            );
            self.series.place(unit, counted.then(|| record.series(reading)));
        }
        for key in self.series.take_dirty() {
            let mut series: Option<Series> = None;
            for &unit in self.series.members(&key) {
                if let Some(record) = reading.stands(&view.records, unit) {
                    series
                        .get_or_insert_with(|| Series::new(reading, record))
                        .add(unit, record);
                }
            }
            match series {
                Some(series) => out.put("series", &key, &series.row(reading)),
                None => out.remove("series", &key),
            }
        }
    }

    /// The n-th of one producer is the n-th observation with its key; adds to `dirty` those for which that changed.
    fn find_repeats(&mut self, reading: &Reading<'_>, dirty: &mut BTreeSet<u32>) {
        for key in self.alike.take_dirty() {
            let mut numbered: BTreeMap<Name, u32> = BTreeMap::new();
            let mut first: BTreeMap<u32, u32> = BTreeMap::new();
            for &unit in self.alike.members(&key) {
                let number = numbered.entry(reading.entries.producer(unit)).or_default();
                let original = *first.entry(*number).or_insert(unit);
                *number += 1;
                let before = if original == unit {
                    self.repeats.remove(&unit)
                } else {
                    self.repeats.insert(unit, original)
                };
                if before != (original != unit).then_some(original) {
                    dirty.insert(unit);
                }
            }
        }
    }
}
