//! `incidents`, followed: the claims of an incident share a row; each incident adds to the total.

use std::collections::BTreeMap;

use super::{Incidents, TotalRow, incident, link_row, note_row, redaction_row};
use crate::{
    live::{
        changed::Changed,
        groups::{Groups, Indexes},
        touched::Touched,
    },
    reading::Reading,
    shapes::named,
};

/// Which claims share a row, and what each incident adds to the total.
#[derive(Debug, Default)]
pub(crate) struct Live {
    incidents: Groups<u32>,
    scores: BTreeMap<u32, TotalRow>,
    total: TotalRow,
    source: Indexes,
}

impl Live {
    pub(crate) fn update(
        &mut self,
        view: &Incidents,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        for unit in touched.iter() {
            if let Some(claim) = reading.derived.claim(unit) {
                self.incidents.place(unit, [claim.incident]);
            }
            if let Some(link) = reading.claims.link(unit) {
                out.put_at("link", unit, &link_row(reading, link));
            }
            if let Ok(at) = view.notes.binary_search_by_key(&unit, |note| note.index) {
                out.put_at("note", unit, &note_row(reading, &view.notes[at]));
            }
            if let Ok(at) = view.redactions.binary_search_by_key(&unit, |one| one.index) {
                out.put_at("redaction", unit, &redaction_row(reading, &view.redactions[at]));
            }
        }
        let dirty = self.incidents.take_dirty();
        let incidents = &self.incidents;
        let make = |first| (!incidents.members(&first).is_empty()).then(|| incident(reading, first));
        let (scores, total, source) = (&mut self.scores, &mut self.total, &mut self.source);
        out.put_each_at("incident", &dirty, make, |first, one| {
            if let Some(old) = scores.remove(&first) {
                total.subtract(&old);
                source.remove(first);
            }
            if let Some(one) = one {
                total.add(&one);
                if one.incidents > 0 {
                    source.insert(first);
                }
                scores.insert(first, one);
            }
        });
        let row = TotalRow {
            unit: "incident",
            entries_count: self.source.len() as u64,
            entries: named(reading, &self.source),
            ..self.total.clone()
        };
        out.put("total", "", &row);
    }
}
