//! Violations, assessments, violation reports and denials of access, from the rows of `findings`.

use std::collections::{BTreeMap, HashSet};

use armistice_projection::View;
use serde::Deserialize;

use super::{Fact, LeftOut, Record, Wanted, claims::incidents_of};
use crate::{
    cut::Cut,
    frame::{Frame, REDACTED, own_redacted, read},
    shapes::{Entry, Time},
};

#[derive(Deserialize)]
struct ViolationRow {
    incident: String,
    clause: Option<String>,
    side: String,
    assessor: String,
    entries: Vec<Entry>,
}

impl Record for ViolationRow {
    fn place(&self) -> Option<&str> {
        None
    }

    fn value<'a>(&'a self, cut: Cut, _: &'a Frame, give: &mut dyn FnMut(&'a str)) {
        match cut {
            Cut::Side => give(&self.side),
            Cut::Assessor => give(&self.assessor),
            Cut::Clause => self.clause.as_deref().into_iter().for_each(give),
            _ => {}
        }
    }
}

/// What a violation takes from its own row; the rest it takes from its incident.
const OWN: &[Cut] = &[Cut::Side, Cut::Assessor, Cut::Clause];

/// Violations, each with the kinds, the time and the place of its incident.
pub(super) fn violations(wanted: &Wanted<'_>, left_out: &mut LeftOut, sink: &mut dyn FnMut(Fact)) {
    let mut rows: BTreeMap<String, Vec<ViolationRow>> = BTreeMap::new();
    wanted.projection.for_each_row(View::Findings, |key, row| {
        if key.starts_with("violation/") {
            let mut row: ViolationRow = read(row);
            // Two redacted assessors may be two, and may have found the same: their numbers stand apart.
            if row.assessor == REDACTED {
                row.assessor = own_redacted(key);
            }
            rows.entry(row.incident.clone()).or_default().push(row);
        }
    });
    let keys: HashSet<String> = rows.keys().cloned().collect();
    let mut incidents = incidents_of(wanted, &keys);
    for (key, rows) in rows {
        let Some(incident) = incidents.remove(&key) else {
            // Every claim of the incident was withdrawn.
            left_out.withdrawn += rows.len() as u64;
            continue;
        };
        for row in rows {
            let mut values = wanted.values(&row);
            for ((cut, own), of_incident) in wanted.cuts.iter().zip(&mut values).zip(&incident.values) {
                if !OWN.contains(cut) {
                    own.clone_from(of_incident);
                }
            }
            sink(Fact::new(
                incident.span,
                incident.kinds.clone(),
                values,
                row.entries,
            ));
        }
    }
}

#[derive(Deserialize)]
struct AssessmentRow {
    assessor: String,
    time: Option<Time>,
    occurrence: Option<String>,
    attribution: Vec<Attribution>,
    counted: bool,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Attribution {
    to: String,
    degree: String,
}

impl Record for AssessmentRow {
    fn place(&self) -> Option<&str> {
        None
    }

    fn value<'a>(&'a self, cut: Cut, frame: &'a Frame, give: &mut dyn FnMut(&'a str)) {
        let firm = |one: &&Attribution| {
            ["attributed", "largely_attributed", "likely"].contains(&one.degree.as_str())
        };
        match cut {
            Cut::Side => {
                for one in self.attribution.iter().filter(firm) {
                    give(frame.side(&one.to));
                }
            }
            Cut::Assessor => give(&self.assessor),
            _ => {}
        }
    }
}

/// Assessments; the kind is what they say about the occurrence.
pub(super) fn assessments(wanted: &Wanted<'_>, left_out: &mut LeftOut, sink: &mut dyn FnMut(Fact)) {
    wanted.projection.for_each_row(View::Findings, |key, row| {
        if !key.starts_with("assessment/") {
            return;
        }
        let mut row: AssessmentRow = read(row);
        if row.assessor == REDACTED {
            row.assessor = own_redacted(key);
        }
        if !row.counted {
            left_out.withdrawn += 1;
            return;
        }
        let values = wanted.values(&row);
        let span = row.time.unwrap_or_default().span();
        let kind = row.occurrence.unwrap_or_else(|| "not_addressed".to_owned());
        sink(Fact::new(span, vec![kind], values, row.entries));
    });
}

#[derive(Deserialize)]
struct ReportRow {
    issued_by: String,
    addressee: String,
    responses: Vec<Response>,
    time: Time,
    counted: bool,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Response {
    response: String,
}

impl Record for ReportRow {
    fn place(&self) -> Option<&str> {
        None
    }

    fn value<'a>(&'a self, cut: Cut, frame: &'a Frame, give: &mut dyn FnMut(&'a str)) {
        match cut {
            Cut::Side => give(frame.side(&self.addressee)),
            Cut::Asserter => give(&self.issued_by),
            Cut::AsserterSide => give(frame.side(&self.issued_by)),
            _ => {}
        }
    }
}

/// Violation reports; the kinds are the responses.
pub(super) fn reports(wanted: &Wanted<'_>, left_out: &mut LeftOut, sink: &mut dyn FnMut(Fact)) {
    wanted.projection.for_each_row(View::Findings, |key, row| {
        if !key.starts_with("violation_report/") {
            return;
        }
        let row: ReportRow = read(row);
        if !row.counted {
            left_out.withdrawn += 1;
            return;
        }
        let values = wanted.values(&row);
        let mut kinds: Vec<String> = row.responses.into_iter().map(|one| one.response).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            kinds.push("not_answered".to_owned());
        }
        sink(Fact::new(row.time.span(), kinds, values, row.entries));
    });
}

#[derive(Deserialize)]
struct AccessRow {
    asserted_by: String,
    asserted_by_side: String,
    denied_by_side: String,
    activity: String,
    place: String,
    time: Time,
    counted: bool,
    entries: Vec<Entry>,
}

impl Record for AccessRow {
    fn place(&self) -> Option<&str> {
        Some(&self.place)
    }

    fn value<'a>(&'a self, cut: Cut, _: &'a Frame, give: &mut dyn FnMut(&'a str)) {
        match cut {
            Cut::Side => give(&self.denied_by_side),
            Cut::Asserter => give(&self.asserted_by),
            Cut::AsserterSide => give(&self.asserted_by_side),
            _ => {}
        }
    }
}

/// Denials of access.
pub(super) fn access(wanted: &Wanted<'_>, left_out: &mut LeftOut, sink: &mut dyn FnMut(Fact)) {
    wanted.projection.for_each_row(View::Findings, |key, row| {
        if !key.starts_with("access/") {
            return;
        }
        let row: AccessRow = read(row);
        if !row.counted {
            left_out.withdrawn += 1;
            return;
        }
        let values = wanted.values(&row);
        sink(Fact::new(
            row.time.span(),
            vec![row.activity],
            values,
            row.entries,
        ));
    });
}
