//! The rows of `findings`.

use std::collections::{BTreeMap, BTreeSet};

use armistice_report::{AccessActivity, AccessManner, InvestigationResult, ViolationResponse};
use serde::Serialize;

use super::{
    Barred, Closed, Findings, Opened, Response, Served,
    violations::{Violation, violations_of},
};
use crate::{
    answers::Finding,
    compact::SpanRow,
    entries::EntryRef,
    live::groups::Indexes,
    names::Name,
    reading::Reading,
    rows::Rows,
    shapes::{AnswerRow, ByRow, FindingRow, named},
};

#[derive(Serialize)]
pub(super) struct AccessRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    denied_to: &'a str,
    denied_by: &'a str,
    denied_by_side: &'a str,
    activity: AccessActivity,
    manner: AccessManner,
    place: &'a str,
    time: SpanRow,
    counted: bool,
    answers: Vec<AnswerRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct AssessmentRow<'a> {
    #[serde(flatten)]
    finding: FindingRow<'a>,
    disputed: bool,
    counted: bool,
    targets: Vec<EntryRef>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct ClosedRow<'a> {
    result: InvestigationResult,
    #[serde(flatten)]
    by: ByRow<'a>,
    findings: Vec<EntryRef>,
    time: SpanRow,
    entry: EntryRef,
}

#[derive(Serialize)]
pub(super) struct InvestigationRow<'a> {
    investigation: &'a str,
    body: &'a str,
    requested_by: Option<&'a str>,
    #[serde(flatten)]
    by: ByRow<'a>,
    state: &'static str,
    targets: Vec<EntryRef>,
    closed: Vec<ClosedRow<'a>>,
    time: SpanRow,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct ClosureRow<'a> {
    investigation: &'a str,
    #[serde(flatten)]
    closed: ClosedRow<'a>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct ResponseRow<'a> {
    response: ViolationResponse,
    by: &'a str,
    time: SpanRow,
    entry: EntryRef,
}

#[derive(Serialize)]
pub(super) struct ServedRow<'a> {
    number: &'a str,
    issued_by: &'a str,
    addressee: &'a str,
    #[serde(flatten)]
    by: ByRow<'a>,
    clauses: Vec<&'a str>,
    targets: Vec<EntryRef>,
    responses: Vec<ResponseRow<'a>>,
    answered: bool,
    counted: bool,
    time: SpanRow,
    answers: Vec<AnswerRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
pub(super) struct TotalRow {
    unit: &'static str,
    assessments: u64,
    assessments_disputed: u64,
    violations: usize,
    violation_reports: usize,
    access_denials: usize,
    investigations_open: usize,
    investigations_closed: usize,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

impl Findings {
    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let mut violations: BTreeMap<String, Violation<'_>> = BTreeMap::new();
        for finding in &reading.answers.findings {
            for (key, violation) in violations_of(reading, finding) {
                violations.entry(key).or_insert(violation).add(reading, finding);
            }
        }
        let mut assessments = Assessments::default();
        for finding in &reading.answers.findings {
            assessments.count(finding.index, Score::of(reading, finding));
        }
        let total = self.total(reading, violations.len(), &assessments);
        let violations: BTreeMap<String, Violation<'_>> = violations
            .into_iter()
            .map(|(id, violation)| (violation.shown(id), violation))
            .collect();
        for barred in &self.barred {
            out.push_at("access", barred.index, &access_row(reading, barred));
        }
        for finding in &reading.answers.findings {
            out.push_at("assessment", finding.index, &assessment_row(reading, finding));
        }
        for closed in &self.closed {
            out.push_at("closure", closed.index, &closure_row(reading, closed));
        }
        self.investigation_rows(reading, out);
        out.push("total", "", &total);
        for (key, violation) in violations {
            out.push("violation", &key, &violation.row(reading));
        }
        self.served_rows(reading, out);
    }

    pub(super) fn total(
        &self,
        reading: &Reading<'_>,
        violations: usize,
        assessments: &Assessments,
    ) -> TotalRow {
        let live = |index: &u32| reading.entries.is_live(*index);
        let closed: BTreeSet<Name> = self
            .closed
            .iter()
            .filter(|one| live(&one.index))
            .map(|one| one.investigation)
            .collect();
        let opened: BTreeSet<Name> = self
            .opened
            .iter()
            .filter(|one| live(&one.index))
            .map(|one| one.investigation)
            .collect();
        TotalRow {
            unit: "each its own",
            assessments: assessments.source.len() as u64,
            assessments_disputed: assessments.disputed,
            violations,
            violation_reports: self.served.iter().filter(|one| live(&one.index)).count(),
            access_denials: self.barred.iter().filter(|one| live(&one.index)).count(),
            investigations_open: opened.difference(&closed).count(),
            investigations_closed: closed.len(),
            entries_count: assessments.source.len() as u64,
            entries: named(reading, &assessments.source),
        }
    }

    fn investigation_rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let mut closures: BTreeMap<Name, Vec<&Closed>> = BTreeMap::new();
        for closed in self
            .closed
            .iter()
            .filter(|closed| reading.entries.is_live(closed.index))
        {
            closures.entry(closed.investigation).or_default().push(closed);
        }
        for opened in &self.opened {
            let closed = closures.get(&opened.investigation).map_or(&[][..], Vec::as_slice);
            out.push_at(
                "investigation",
                opened.index,
                &investigation_row(reading, opened, closed),
            );
        }
    }

    fn served_rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let mut responses: BTreeMap<u32, Vec<&Response>> = BTreeMap::new();
        for response in self
            .responses
            .iter()
            .filter(|response| reading.entries.is_live(response.index))
        {
            if let Some(target) = response.target {
                responses.entry(target).or_default().push(response);
            }
        }
        for served in &self.served {
            let responses = responses.get(&served.index).map_or(&[][..], Vec::as_slice);
            out.push_at(
                "violation_report",
                served.index,
                &served_row(reading, served, responses),
            );
        }
    }
}

/// What one assessment adds to the total.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score {
    live: bool,
    disputed: bool,
}

/// What is counted of all assessments.
#[derive(Debug, Default)]
pub(super) struct Assessments {
    disputed: u64,
    source: Indexes,
}

impl Score {
    pub(super) fn of(reading: &Reading<'_>, finding: &Finding) -> Self {
        let live = reading.entries.is_live(finding.index);
        Self {
            live,
            disputed: live && reading.denials_of(finding.index).next().is_some(),
        }
    }
}

impl Assessments {
    pub(super) fn count(&mut self, index: u32, score: Score) {
        if score.live {
            self.source.insert(index);
            self.disputed += u64::from(score.disputed);
        }
    }

    /// Takes back what [`Assessments::count`] added.
    pub(super) fn discount(&mut self, index: u32, score: Score) {
        if score.live {
            self.source.remove(index);
            self.disputed -= u64::from(score.disputed);
        }
    }
}

pub(super) fn access_row<'a>(reading: &Reading<'a>, barred: &Barred) -> AccessRow<'a> {
    AccessRow {
        by: ByRow::new(reading, barred.index, barred.by),
        denied_to: reading.text(barred.denied_to),
        denied_by: reading.text(barred.denied_by),
        denied_by_side: reading.side_text(barred.denied_by),
        activity: barred.activity,
        manner: barred.manner,
        place: reading.place_text(barred.index, barred.place),
        time: barred.time.row(),
        counted: reading.entries.is_live(barred.index),
        answers: AnswerRow::all(reading, barred.index),
        entries: reading.versions(barred.index),
    }
}

pub(super) fn closure_row<'a>(reading: &Reading<'a>, closed: &Closed) -> ClosureRow<'a> {
    ClosureRow {
        investigation: reading.text(closed.investigation),
        closed: closed_row(reading, closed),
        entries: reading.versions(closed.index),
    }
}

/// An investigation with its closures in force.
pub(super) fn investigation_row<'a>(
    reading: &Reading<'a>,
    opened: &Opened,
    closed: &[&Closed],
) -> InvestigationRow<'a> {
    InvestigationRow {
        investigation: reading.text(opened.investigation),
        body: reading.named(opened.index, opened.by, opened.body),
        requested_by: opened
            .requested_by
            .map(|name| reading.named(opened.index, opened.by, name)),
        by: ByRow::new(reading, opened.index, opened.by),
        state: match (reading.entries.is_live(opened.index), closed.is_empty()) {
            (false, _) => "retracted",
            (true, true) => "open",
            (true, false) => "closed",
        },
        targets: reading.entries(opened.targets.iter().copied()),
        closed: closed.iter().map(|one| closed_row(reading, one)).collect(),
        time: opened.time.row(),
        entries: reading.entries(
            reading
                .version_indexes(opened.index)
                .chain(closed.iter().map(|one| one.index)),
        ),
    }
}

pub(super) fn assessment_row<'a>(reading: &Reading<'a>, finding: &Finding) -> AssessmentRow<'a> {
    let row = FindingRow::new(reading, finding);
    let answers = row.answers.iter().map(|answer| answer.entry.index);
    AssessmentRow {
        disputed: reading.denials_of(finding.index).next().is_some(),
        counted: reading.entries.is_live(finding.index),
        targets: reading.entries(finding.targets.iter().copied()),
        entries: reading.entries(reading.version_indexes(finding.index).chain(answers)),
        finding: row,
    }
}

fn closed_row<'a>(reading: &Reading<'a>, closed: &Closed) -> ClosedRow<'a> {
    ClosedRow {
        result: closed.result,
        by: ByRow::new(reading, closed.index, closed.by),
        findings: reading.entries(closed.findings.iter().copied()),
        time: closed.time.row(),
        entry: reading.entry(closed.index),
    }
}

pub(super) fn served_row<'a>(
    reading: &Reading<'a>,
    served: &Served,
    responses: &[&Response],
) -> ServedRow<'a> {
    ServedRow {
        number: reading.text(served.number),
        issued_by: reading.named(served.index, served.by, served.issued_by),
        addressee: reading.text(served.addressee),
        by: ByRow::new(reading, served.index, served.by),
        clauses: served
            .clauses
            .iter()
            .map(|&clause| reading.text(clause))
            .collect(),
        targets: reading.entries(served.targets.iter().copied()),
        responses: responses
            .iter()
            .map(|response| ResponseRow {
                response: response.answer,
                by: reading.named(response.index, response.said, response.by),
                time: response.time.row(),
                entry: reading.entry(response.index),
            })
            .collect(),
        answered: !responses.is_empty(),
        counted: reading.entries.is_live(served.index),
        time: served.time.row(),
        answers: AnswerRow::all(reading, served.index),
        entries: reading.entries(
            reading
                .version_indexes(served.index)
                .chain(responses.iter().map(|response| response.index)),
        ),
    }
}
