//! Positions: what each voice says on each axis of an incident. Did it occur, who did it, what was it.

use armistice_report::DenialScope;
use serde::Serialize;

use crate::{
    answers::{Answer, AnswerKind, Finding},
    entries::EntryRef,
    names::Name,
    reading::Reading,
    shapes::FindingRow,
    standing::Standing,
};

/// One voice on one axis: nobody's word overwrites another's.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Position<'a> {
    axis: &'static str,
    viewpoint: &'a str,
    says: String,
    entry: EntryRef,
}

/// Every position of live claims, answers and findings, by axis, viewpoint and words.
pub(super) fn positions<'a>(
    reading: &Reading<'a>,
    members: &[&Standing],
    findings: &[&Finding],
) -> Vec<Position<'a>> {
    let mut positions = Vec::new();
    for claim in members.iter().filter(|claim| claim.live) {
        of_claim(reading, claim, &mut positions);
    }
    for finding in findings {
        of_finding(reading, finding, &mut positions);
    }
    positions.sort();
    positions
}

fn of_claim<'a>(reading: &Reading<'a>, claim: &Standing, out: &mut Vec<Position<'a>>) {
    let content = reading.content(claim);
    let mut say = |axis, who: Name, says: String, index| {
        out.push(Position {
            axis,
            viewpoint: reading.text(who),
            says,
            entry: reading.entry(index),
        });
    };
    let by = reading.by(claim.index, content.by).who;
    say("occurrence", by, "claimed".to_owned(), claim.index);
    if content.accused != Name::NOT_STATED {
        say(
            "responsibility",
            by,
            format!("accuses {}", reading.text(content.accused)),
            claim.index,
        );
    }
    if let Some(clause) = content.clause {
        say(
            "characterisation",
            by,
            format!("breach of {}", reading.text(clause)),
            claim.index,
        );
    }
    for answer in reading.answers_to(claim.index) {
        for (axis, says) in answer_axes(answer) {
            let by = reading.by(answer.index, answer.by).who;
            say(axis, by, says.to_owned(), answer.index);
        }
    }
}

fn of_finding<'a>(reading: &Reading<'a>, finding: &Finding, out: &mut Vec<Position<'a>>) {
    let row = FindingRow::new(reading, finding);
    let mut say = |axis, viewpoint: &'a str, says: String, entry| {
        out.push(Position {
            axis,
            viewpoint,
            says,
            entry,
        });
    };
    if let Some(occurrence) = row.occurrence {
        say(
            "occurrence",
            row.assessor,
            occurrence.as_str().to_owned(),
            row.entry,
        );
    }
    for attribution in &row.attribution {
        let says = format!("{} {}", attribution.degree.as_str(), attribution.to);
        say("responsibility", row.assessor, says, row.entry);
    }
    for found in &row.characterisation {
        let clause = found.clause.unwrap_or("no clause");
        say(
            "characterisation",
            row.assessor,
            format!("{} ({clause})", found.finding.as_str()),
            row.entry,
        );
    }
    for answer in reading.answers_to(finding.index) {
        for (axis, says) in answer_axes(answer) {
            let says = format!("{says} the assessment of {}", row.assessor);
            say(
                axis,
                reading.text(reading.by(answer.index, answer.by).who),
                says,
                reading.entry(answer.index),
            );
        }
    }
}

/// On which axes an answer speaks, and what it says there.
fn answer_axes(answer: &Answer) -> Vec<(&'static str, &'static str)> {
    const ALL: [&str; 3] = ["characterisation", "occurrence", "responsibility"];
    match (answer.kind, answer.scope) {
        (AnswerKind::Admitted, _) => vec![("occurrence", "admits"), ("responsibility", "admits")],
        (AnswerKind::Corroborated, _) => vec![("occurrence", "corroborates")],
        (AnswerKind::Denied, Some(DenialScope::Whole) | None) => ALL.map(|axis| (axis, "denies")).to_vec(),
        (AnswerKind::Denied, Some(DenialScope::Occurrence)) => vec![("occurrence", "denies")],
        (AnswerKind::Denied, Some(DenialScope::Responsibility)) => vec![("responsibility", "denies")],
        (AnswerKind::Denied, Some(DenialScope::Characterisation)) => vec![("characterisation", "denies")],
        (AnswerKind::Denied, Some(DenialScope::Figure)) => vec![("figure", "denies")],
        (AnswerKind::Denied, Some(DenialScope::PlaceName)) => vec![("place_name", "denies")],
    }
}
