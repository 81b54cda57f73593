//! `findings`, followed: what an entry records has a row of its own; assessments share the rows of violations, closures
//! those of their investigation, responses that of the report that they answer.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Findings,
    rows::{Assessments, Score, access_row, assessment_row, closure_row, investigation_row, served_row},
    violations::{Violation, violations_of},
};
use crate::{
    answers::Finding,
    live::{changed::Changed, groups::Groups, touched::Touched},
    names::Name,
    reading::Reading,
};

/// Which entries share a row, and what each assessment adds to the total.
#[derive(Debug, Default)]
pub(crate) struct Live {
    violations: Groups<String>,
    /// The end of each row's key, by the id that names the true assessor.
    violation_rows: BTreeMap<String, String>,
    opened: Groups<Name>,
    closed: Groups<Name>,
    /// Responses by what they answer.
    responses: Groups<u32>,
    scores: BTreeMap<u32, Score>,
    assessments: Assessments,
}

/// The record of one entry, in a list that is in the order of the log.
fn find<T>(list: &[T], index: u32, of: impl Fn(&T) -> u32) -> Option<&T> {
    list.binary_search_by_key(&index, of).ok().map(|at| &list[at])
}

fn finding<'a>(reading: &Reading<'a>, index: u32) -> Option<&'a Finding> {
    find(&reading.answers.findings, index, |one| one.index)
}

impl Live {
    pub(crate) fn update(
        &mut self,
        view: &Findings,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        let mut findings = BTreeSet::new();
        for unit in touched.iter() {
            // Where a claim's incident goes, and whether it stands, decides where violations are.
            findings.extend(reading.findings_about(unit).map(|finding| finding.index));
            if let Some(finding) = finding(reading, unit) {
                findings.insert(unit);
                out.put_at("assessment", unit, &assessment_row(reading, finding));
                if let Some(old) = self.scores.remove(&unit) {
                    self.assessments.discount(unit, old);
                }
                let score = Score::of(reading, finding);
                self.assessments.count(unit, score);
                self.scores.insert(unit, score);
            }
            if let Some(barred) = find(&view.barred, unit, |one| one.index) {
                out.put_at("access", unit, &access_row(reading, barred));
            }
        }
        for unit in findings {
            let keys = finding(reading, unit).map(|finding| violations_of(reading, finding).into_keys());
            self.violations.place(unit, keys.into_iter().flatten());
        }
        self.violations(reading, out);
        self.investigations(view, reading, touched, out);
        self.served(view, reading, touched, out);
        let total = view.total(reading, self.violation_rows.len(), &self.assessments);
        out.put("total", "", &total);
    }

    fn violations(&mut self, reading: &Reading<'_>, out: &mut Changed) {
        for key in self.violations.take_dirty() {
            let mut violation: Option<Violation<'_>> = None;
            for &unit in self.violations.members(&key) {
                let Some(finding) = finding(reading, unit) else {
                    continue;
                };
                if let Some(found) = violations_of(reading, finding).remove(&key) {
                    violation.get_or_insert(found).add(reading, finding);
                }
            }
            if let Some(old) = self.violation_rows.remove(&key) {
                out.remove("violation", &old);
            }
            if let Some(violation) = violation {
                let shown = violation.shown(key.clone());
                out.put("violation", &shown, &violation.row(reading));
                self.violation_rows.insert(key, shown);
            }
        }
    }

    fn investigations(
        &mut self,
        view: &Findings,
        reading: &Reading<'_>,
        touched: &Touched,
        out: &mut Changed,
    ) {
        for unit in touched.iter() {
            if let Some(closed) = find(&view.closed, unit, |one| one.index) {
                out.put_at("closure", unit, &closure_row(reading, closed));
                let live = reading.entries.is_live(unit);
                self.closed.place(unit, live.then_some(closed.investigation));
                self.opened.touch(closed.investigation);
            }
            if let Some(opened) = find(&view.opened, unit, |one| one.index) {
                self.opened.place(unit, [opened.investigation]);
            }
        }
        self.closed.take_dirty();
        for name in self.opened.take_dirty() {
            let closed = self.closed.members(&name).iter();
            let closed: Vec<_> = closed
                .filter_map(|&unit| find(&view.closed, unit, |one| one.index))
                .collect();
            for &unit in self.opened.members(&name) {
                if let Some(opened) = find(&view.opened, unit, |one| one.index) {
                    out.put_at(
                        "investigation",
                        unit,
                        &investigation_row(reading, opened, &closed),
                    );
                }
            }
        }
    }

    fn served(&mut self, view: &Findings, reading: &Reading<'_>, touched: &Touched, out: &mut Changed) {
        for unit in touched.iter() {
            if let Some(response) = find(&view.responses, unit, |one| one.index) {
                let target = response.target.filter(|_| reading.entries.is_live(unit));
                self.responses.place(unit, target);
            }
            if find(&view.served, unit, |one| one.index).is_some() {
                self.responses.touch(unit);
            }
        }
        for unit in self.responses.take_dirty() {
            let Some(served) = find(&view.served, unit, |one| one.index) else {
                continue;
            };
            let responses = self.responses.members(&unit).iter();
            let responses: Vec<_> = responses
                .filter_map(|&at| find(&view.responses, at, |one| one.index))
                .collect();
            out.put_at("violation_report", unit, &served_row(reading, served, &responses));
        }
    }
}
