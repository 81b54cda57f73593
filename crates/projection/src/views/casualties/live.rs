//! `casualties`, followed: accounts of one figure share a row, whose key is that of the first; figures add to their side.

use std::collections::{BTreeMap, BTreeSet};

use armistice_report::CasualtyStatus;

use super::{Account, Casualties, Key, Score, Side, figure_row, key, spanned};
use crate::{
    live::{changed::Changed, groups::Groups, touched::Touched},
    names::Name,
    reading::Reading,
    rows::index_key,
};

/// A side and status.
type Sided = (Name, CasualtyStatus);

/// Which accounts share a row, which replaces which, and what each figure adds to the row of its side.
#[derive(Debug, Default)]
pub(crate) struct Live {
    figures: Groups<Key>,
    /// The first account of each figure, as its row was last made.
    firsts: BTreeMap<Key, u32>,
    /// Accounts by the claim whose incident they are about.
    about: Groups<u32>,
    /// Live accounts of the same producer by the one that they supersede.
    superseding: Groups<u32>,
    sides: BTreeMap<Sided, BTreeMap<u32, Score>>,
}

impl Live {
    pub(crate) fn update(
        &mut self,
        view: &Casualties,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        let mut units: BTreeSet<u32> = touched.iter().collect();
        // An account of a claim goes where the claim's incident goes.
        for claim in touched.iter() {
            units.extend(self.about.members(&claim));
        }
        for unit in units.clone() {
            let record = reading.stands(&view.records, unit);
            self.about.place(unit, record.and_then(|record| record.incident));
            let old = record
                .filter(|_| reading.entries.is_live(unit))
                .and_then(|record| record.supersedes)
                .filter(|&old| reading.entries.producer(old) == reading.entries.producer(unit));
            self.superseding.place(unit, old);
        }
        self.about.take_dirty();
        units.extend(self.superseding.take_dirty());
        for unit in units {
            let record = reading.stands(&view.records, unit);
            self.figures
                .place(unit, record.map(|record| key(reading, record)));
        }
        let dirty = self.figures.take_dirty();
        let mut sides = BTreeSet::new();
        // All old rows first: the first account of one figure may be in another one now.
        for key in &dirty {
            let of = (reading.side(key.side), key.status);
            sides.insert(of);
            if let Some(first) = self.firsts.remove(key) {
                out.remove("figure", &index_key(first));
                self.sides.entry(of).or_default().remove(&first);
            }
        }
        for key in dirty {
            self.make(view, reading, key, out);
        }
        for (name, status) in sides {
            let text = reading.text(name);
            let id = format!("{text}/{}", status.as_str());
            let scores = self.sides.entry((name, status)).or_default();
            if scores.is_empty() {
                self.sides.remove(&(name, status));
                out.remove("side", &id);
                continue;
            }
            let mut side = Side::default();
            for score in scores.values() {
                side.add(score);
            }
            out.put("side", &id, &side.row(reading, text, status));
        }
    }

    fn make(&mut self, view: &Casualties, reading: &Reading<'_>, key: Key, out: &mut Changed) {
        let account = |&unit: &u32| {
            let record = reading.stands(&view.records, unit)?;
            let superseded_by = self.superseding.members(&unit).last().copied();
            Some(Account::new(reading, unit, record, superseded_by))
        };
        let accounts: Vec<Account<'_>> = self.figures.members(&key).iter().filter_map(account).collect();
        let Some(first) = accounts.first().map(|account| account.original) else {
            return;
        };
        let numbers = spanned(&accounts);
        out.put_at("figure", first, &figure_row(reading, &key, &accounts, numbers));
        let score = Score::of(&key, &accounts, numbers);
        self.sides
            .entry((reading.side(key.side), key.status))
            .or_default()
            .insert(first, score);
        self.firsts.insert(key, first);
    }
}
