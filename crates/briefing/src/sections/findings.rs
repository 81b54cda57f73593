//! Section 8: findings by the time of saying, and violation reports with their answers.

use armistice_projection::{Projection, View};
use serde::Serialize;

use super::{Dated, contested};
use crate::{
    Error,
    account::{Account, Context, Row, spaced},
    day::Belongs,
    rows::{self, Assessment, Entry, Said, ViolationReport},
};

/// Section 8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Assessments, by the time of saying.
    pub assessments: Dated<FindingLine>,
    /// Violation reports: documents served on a side.
    pub violation_reports: Dated<ViolationReportLine>,
}

/// One assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingLine {
    /// The assessment.
    pub finding: Account,
    /// The entries that it is about.
    pub targets: Vec<Entry>,
    /// Answers to it. Empty: not answered.
    pub answers: Vec<Account>,
}

/// One violation report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViolationReportLine {
    /// Its number, as the body that issued it gives it.
    pub number: String,
    /// The document.
    pub account: Account,
    /// Responses. Empty: not answered.
    pub responses: Vec<Account>,
}

pub(crate) fn section(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Findings, Error> {
    let mut section = Findings::default();
    for row in rows::of::<Assessment>(projection, View::Findings, "assessment")? {
        if !row.counted {
            continue;
        }
        let said = context.reading.logged(row.finding.entry.index)?;
        let said = said_or_found(context, &row, &said)?;
        if said == Belongs::Outside {
            continue;
        }
        for target in &row.targets {
            let words = context.reading.words(target)?;
            context.reading.show(target, &words);
        }
        let line = FindingLine {
            finding: contested::finding(context, &row.finding)?,
            answers: context.answers(&row.finding.answers)?,
            targets: row.targets,
        };
        section.assessments.push(said, line);
    }
    for row in rows::of::<ViolationReport>(projection, View::Findings, "violation_report")? {
        let belongs = context.holds(row.time.as_ref());
        if let Some(entry) = row
            .entries
            .first()
            .filter(|_| row.counted && belongs != Belongs::Outside)
        {
            let line = violation_report(context, &row, entry)?;
            section.violation_reports.push(belongs, line);
        }
    }
    Ok(section)
}

/// An assessment belongs to the day on which it was said or published, else to that of what it found.
fn said_or_found(
    context: &mut Context<'_, '_>,
    row: &Assessment,
    logged: &crate::Logged,
) -> Result<Belongs, Error> {
    let is_stated = logged.report.provenance.as_ref().is_some_and(|said| {
        said.said_at.is_some() || said.source.as_ref().is_some_and(|s| s.published_on.is_some())
    });
    if !is_stated {
        return Ok(context.holds(row.finding.time.as_ref()));
    }
    let said = context.reading.words(&row.finding.entry)?.said(context.day);
    Ok(context.holds(said.as_ref()))
}

fn violation_report(
    context: &mut Context<'_, '_>,
    row: &ViolationReport,
    entry: &Entry,
) -> Result<ViolationReportLine, Error> {
    let name = |id: &str| context.frame.actor(id);
    let what = format!("issued by {} to {}", name(&row.issued_by), name(&row.addressee));
    let mut responses = Vec::new();
    for response in &row.responses {
        let said = Said {
            asserted_by: response.by.clone(),
            asserted_by_side: response.by.clone(),
            capacity: None,
            hedge: None,
        };
        let account = Row {
            says: Some("answers"),
            what: spaced(&response.response),
            time: response.time.as_ref(),
            ..Row::default()
        };
        responses.push(context.account(&said, account, &response.entry)?);
    }
    let account = Row {
        what,
        time: row.time.as_ref(),
        ..Row::default()
    };
    Ok(ViolationReportLine {
        number: row.number.clone(),
        account: context.account(&row.said, account, entry)?,
        responses,
    })
}
