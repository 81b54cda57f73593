//! `contacts`, followed: readouts of one contact share a row, whose key is that of the first.

use std::collections::BTreeMap;

use armistice_report::ContactMode;

use super::{Contacts, Record, Score, Sum, contact_row};
use crate::{
    compact::Span,
    live::{changed::Changed, groups::Groups, touched::Touched},
    names::Name,
    reading::Reading,
    rows::index_key,
};

/// What readouts of one contact share.
type Key = (Box<[Name]>, ContactMode, Span);

/// Which readouts share a row, and what each contact adds to the total.
#[derive(Debug, Default)]
pub(crate) struct Live {
    contacts: Groups<Key>,
    scores: BTreeMap<Key, Score>,
    sum: Sum,
}

impl Live {
    pub(crate) fn update(
        &mut self,
        view: &Contacts,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        for unit in touched.iter() {
            let record = reading.stands(&view.records, unit);
            let key = record.map(|record| (record.participants.clone(), record.mode, record.time));
            self.contacts.place(unit, key);
        }
        let dirty = self.contacts.take_dirty();
        // All old rows first: the first readout of one contact may be in another one now.
        for key in &dirty {
            if let Some(old) = self.scores.remove(key) {
                self.sum.discount(old);
                out.remove("contact", &index_key(old.first));
            }
        }
        for key in dirty {
            let readouts: Vec<(u32, &Record)> = self
                .contacts
                .members(&key)
                .iter()
                .filter_map(|&unit| Some((unit, reading.stands(&view.records, unit)?)))
                .collect();
            let Some(&(first, _)) = readouts.first() else {
                continue;
            };
            let row = contact_row(reading, &readouts);
            out.put_at("contact", first, &row);
            let score = Score::of(first, &row);
            self.sum.count(score);
            self.scores.insert(key, score);
        }
        out.put("total", "", &self.sum.row(reading));
    }
}
