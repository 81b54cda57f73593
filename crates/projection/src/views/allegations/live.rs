//! `allegations`, followed: a claim and those that repeat it share a row; each adds to the row of a side.

use std::collections::{BTreeMap, BTreeSet};

use super::{Allegations, Score, Tally, allegation};
use crate::{
    live::{changed::Changed, groups::Groups, touched::Touched},
    names::Name,
    reading::Reading,
};

/// Which claims share a row, and what each adds to which side.
#[derive(Debug, Default)]
pub(crate) struct Live {
    rows: Groups<u32>,
    scores: BTreeMap<u32, Score>,
    sides: BTreeMap<Name, Tally>,
    dirty: BTreeSet<Name>,
}

impl Live {
    pub(crate) fn update(
        &mut self,
        _: &Allegations,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        let derived = reading.derived;
        for unit in touched.iter() {
            if let Some(claim) = derived.claim(unit) {
                self.rows.place(unit, [claim.repeats.unwrap_or(unit)]);
            }
        }
        let dirty = self.rows.take_dirty();
        for &first in &dirty {
            for &member in self
                .rows
                .members(&first)
                .iter()
                .filter(|&&member| member != first)
            {
                if let Some(claim) = derived.claim(member) {
                    let score = Score::repeated(reading, claim);
                    rescore(&mut self.scores, &mut self.sides, &mut self.dirty, member, score);
                }
            }
        }
        let make = |first| {
            let claim = derived.claim(first).filter(|claim| claim.repeats.is_none())?;
            Some(allegation(reading, claim))
        };
        out.put_each_at("allegation", &dirty, make, |first, score| {
            if let Some(score) = score {
                rescore(&mut self.scores, &mut self.sides, &mut self.dirty, first, score);
            }
        });
        for side in reading.actors.sides() {
            self.sides.entry(side).or_insert_with(|| {
                self.dirty.insert(side);
                Tally::default()
            });
        }
        for side in std::mem::take(&mut self.dirty) {
            let text = reading.text(side);
            match self.sides.get(&side) {
                Some(tally) if tally.claims > 0 || reading.actors.is_side(side) => {
                    out.put("side", text, &tally.row(reading, text));
                }
                _ => out.remove("side", text),
            }
        }
    }
}

fn rescore(
    scores: &mut BTreeMap<u32, Score>,
    sides: &mut BTreeMap<Name, Tally>,
    dirty: &mut BTreeSet<Name>,
    claim: u32,
    score: Score,
) {
    if let Some(old) = scores.remove(&claim) {
        dirty.insert(old.side);
        sides.entry(old.side).or_default().discount(claim, &old);
    }
    dirty.insert(score.side);
    sides.entry(score.side).or_default().count(claim, &score);
    scores.insert(claim, score);
}
