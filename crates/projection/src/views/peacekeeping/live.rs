//! `peacekeeping`, followed: reports of one kind of intervention, or about one place, share a row; decisions share that of
//! their request; each report adds to the total.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Decision, Peacekeeping, What,
    rows::{Group, effort_row, group_keys, mandate_row, remark_row, request_row, strength_row},
    sum::{Score, Sum},
};
use crate::{
    live::{changed::Changed, groups::Groups, touched::Touched},
    names::Name,
    reading::Reading,
};

/// Which reports share a row, and what each adds to the total.
#[derive(Debug, Default)]
pub(crate) struct Live {
    groups: Groups<(&'static str, String)>,
    /// Decisions in force by the request that they decide.
    decisions: Groups<u32>,
    scores: BTreeMap<u32, Option<Score>>,
    remarks: BTreeMap<u32, Option<Score>>,
    sum: Sum,
    /// Reports of presence by the true place.
    places: Groups<Name>,
    /// Places where somebody says that the force is.
    present: BTreeSet<Name>,
}

impl Live {
    pub(crate) fn update(
        &mut self,
        view: &Peacekeeping,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        for unit in touched.iter() {
            let decision = reading.stands(&view.decisions, unit);
            let decides = decision
                .filter(|_| reading.entries.is_live(unit))
                .and_then(|decision| decision.request);
            self.decisions.place(unit, decides);
            if let Ok(at) = view.mandates.binary_search_by_key(&unit, |mandate| mandate.index) {
                out.put_at("mandate", unit, &mandate_row(reading, &view.mandates[at]));
            }
            self.remark(view, reading, unit, out);
        }
        let decided = self.decisions.take_dirty();
        let units: BTreeSet<u32> = touched.iter().chain(decided).collect();
        for unit in units {
            self.report(view, reading, unit, out);
        }
        self.shared(view, reading, out);
        out.put("total", "", &self.sum.row(reading, self.present.len()));
    }

    fn remark(&mut self, view: &Peacekeeping, reading: &Reading<'_>, unit: u32, out: &mut Changed) {
        let known = self.remarks.remove(&unit);
        self.sum.discount(unit, known.flatten());
        match reading.stands(&view.remarks, unit) {
            Some(remark) => {
                let score = Score::of_remark(reading, unit);
                self.sum.count(unit, score);
                self.remarks.insert(unit, score);
                out.put_at("remark", unit, &remark_row(reading, unit, remark));
            }
            // A correction may leave the contingent's strength out.
            None if known.is_some() => out.remove("remark", &crate::rows::index_key(unit)),
            None => {}
        }
    }

    fn report(&mut self, view: &Peacekeeping, reading: &Reading<'_>, unit: u32, out: &mut Changed) {
        if let Some(old) = self.scores.remove(&unit) {
            self.sum.discount(unit, old);
        }
        let Some(record) = reading.stands(&view.records, unit) else {
            return;
        };
        let decided: Vec<(u32, &Decision)> = self
            .decisions
            .members(&unit)
            .iter()
            .filter_map(|&at| Some((at, reading.stands(&view.decisions, at)?)))
            .collect();
        let score = Score::of(reading, unit, record, &decided);
        self.sum.count(unit, score);
        self.scores.insert(unit, score);
        self.places.place(unit, record.presence());
        let keys = group_keys(reading, unit, record).into_iter();
        self.groups
            .place(unit, keys.map(|(kind, label)| (kind, label.to_owned())));
        if let What::Effort(effort) = &record.what {
            out.put_at("effort", unit, &effort_row(reading, unit, record, effort));
        }
        if let Some(row) = request_row(reading, unit, record, &decided) {
            out.put_at("reinforcement", unit, &row);
        }
        if let Some(row) = strength_row(reading, unit, record) {
            out.put_at("strength", unit, &row);
        }
    }

    fn shared(&mut self, view: &Peacekeeping, reading: &Reading<'_>, out: &mut Changed) {
        for key in self.groups.take_dirty() {
            let group = group(view, reading, self.groups.members(&key));
            let (kind, label) = &key;
            if group.reports.is_empty() {
                out.remove(kind, label);
            } else {
                out.put(kind, label, &group.row(reading, kind, label));
            }
        }
        for place in self.places.take_dirty() {
            if group(view, reading, self.places.members(&place)).is_present(reading) {
                self.present.insert(place);
            } else {
                self.present.remove(&place);
            }
        }
    }
}

fn group<'r>(view: &'r Peacekeeping, reading: &Reading<'_>, units: &[u32]) -> Group<'r> {
    let reports = units.iter();
    Group {
        reports: reports
            .filter_map(|&unit| Some((unit, reading.stands(&view.records, unit)?)))
            .collect(),
    }
}
