//! Section 3: contested claims, each beside its denial and its counter-claim, with equal weight.

use armistice_projection::{Projection, View};
use serde::Serialize;

use super::incidents;
use crate::{
    Error,
    account::{Account, Context, Row, spaced},
    day::Belongs,
    rows::{self, Answer, Claim, Finding, Incident, Said},
};

/// Section 3.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contested {
    /// Incidents with a claim, an answer or an assessment of the day that somebody contests.
    pub incidents: Vec<ContestedIncident>,
}

/// One contested incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContestedIncident {
    /// Its key in the view `incidents`.
    pub incident: String,
    /// Every word that holds of it.
    pub status: Vec<String>,
    /// One line for each claim, by the code of the side that says it and then by the log.
    pub lines: Vec<Line>,
}

/// A claim or a finding, what it is answered with, and what is claimed against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// `claim` or `finding`.
    pub row: &'static str,
    /// What is claimed or found.
    pub claim: Account,
    /// Denials and other answers. Empty: not answered, which is not consent.
    pub answers: Vec<Account>,
    /// Claims of other sides about the same incident, and accusations in general words.
    pub counter_claims: Vec<Account>,
}

pub(crate) fn section(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Contested, Error> {
    let mut section = Contested::default();
    let keep = |row: &Incident| row.counted && is_contested(row);
    for row in rows::some(projection, View::Incidents, "incident", keep)? {
        if touches(context, &row)? {
            section.incidents.push(incident(context, &row)?);
        }
    }
    Ok(section)
}

fn is_contested(row: &Incident) -> bool {
    let words = [
        "disputed",
        "disputed_by_others",
        "mutual_accusation",
        "assessment_disputed",
    ];
    row.status.iter().any(|word| words.contains(&word.as_str()))
}

/// A claim of the incident, an answer to it or to a finding, or the finding itself is of the day or overlaps it.
fn touches(context: &mut Context<'_, '_>, row: &Incident) -> Result<bool, Error> {
    if incidents::belongs(context.day, row) != Belongs::Outside {
        return Ok(true);
    }
    let claims = row.claims.iter().flat_map(|claim| &claim.answers);
    let findings = row.assessments.iter().flat_map(|finding| &finding.answers);
    let answers: Vec<&Answer> = claims.chain(findings).collect();
    for answer in answers {
        let said = context.answer_time(answer)?;
        if context.holds(said.as_ref()) != Belongs::Outside {
            return Ok(true);
        }
    }
    for finding in &row.assessments {
        let said = context.reading.words(&finding.entry)?.said(context.day);
        if context.holds(said.as_ref()) != Belongs::Outside {
            return Ok(true);
        }
    }
    Ok(false)
}

fn incident(context: &mut Context<'_, '_>, row: &Incident) -> Result<ContestedIncident, Error> {
    let mut claims: Vec<&Claim> = row.claims.iter().collect();
    claims.sort_by(|a, b| {
        (&a.said.asserted_by_side, a.entry.index).cmp(&(&b.said.asserted_by_side, b.entry.index))
    });
    let mut lines = Vec::with_capacity(claims.len() + row.assessments.len());
    for claim in &claims {
        let mut counter_claims = Vec::new();
        for other in claims.iter().filter(|other| counters(claim, other)) {
            counter_claims.push(incidents::claim(context, other)?);
        }
        for answer in &claim.answers {
            counter_claims.extend(in_passing(context, answer)?);
        }
        lines.push(Line {
            row: "claim",
            claim: incidents::claim(context, claim)?,
            answers: context.answers(&claim.answers)?,
            counter_claims,
        });
    }
    for finding in &row.assessments {
        lines.push(Line {
            row: "finding",
            claim: self::finding(context, finding)?,
            answers: context.answers(&finding.answers)?,
            counter_claims: Vec::new(),
        });
    }
    Ok(ContestedIncident {
        incident: row.key.clone(),
        status: row.status.iter().map(|word| spaced(word)).collect(),
        lines,
    })
}

/// Another claim counters this one when another side makes it and accuses another side than this one does.
fn counters(claim: &Claim, other: &Claim) -> bool {
    other.entry != claim.entry
        && other.said.asserted_by_side != claim.said.asserted_by_side
        && other.accused_side != claim.accused_side
}

/// An accusation in general words, made with an answer: shown, counted nowhere.
fn in_passing(context: &mut Context<'_, '_>, answer: &Answer) -> Result<Option<Account>, Error> {
    let Some(accusation) = &answer.counter_accusation else {
        return Ok(None);
    };
    let mut account = context.answer(answer)?;
    "alleges in general words".clone_into(&mut account.says);
    account.what = format!(
        "accused: {}; counted nowhere",
        context.frame.actor(&accusation.accused)
    );
    account.words = None;
    account.text = context
        .reading
        .words(&answer.entry)?
        .text("content.counter_accusation.text");
    Ok(Some(account))
}

/// A finding, axis by axis.
pub(crate) fn finding(context: &mut Context<'_, '_>, finding: &Finding) -> Result<Account, Error> {
    let mut parts = Vec::new();
    if finding.assessor != finding.asserted_by {
        parts.push(format!("assessor: {}", context.frame.actor(&finding.assessor)));
    }
    parts.extend(
        finding
            .occurrence
            .as_ref()
            .map(|word| format!("occurrence: {}", spaced(word))),
    );
    for attribution in &finding.attribution {
        let to = context.frame.actor(&attribution.to);
        parts.push(format!("{} to {to}", spaced(&attribution.degree)));
    }
    for of in &finding.characterisation {
        let clause = of
            .clause
            .as_ref()
            .map(|clause| format!(" of {clause}"))
            .unwrap_or_default();
        let actor = of
            .actor
            .as_ref()
            .map(|actor| format!(" by {}", context.frame.actor(actor)));
        parts.push(format!(
            "{}{clause}{}",
            spaced(&of.finding),
            actor.unwrap_or_default()
        ));
    }
    parts.extend(
        finding
            .standard_of_proof
            .as_ref()
            .map(|word| format!("standard of proof: {}", spaced(word))),
    );
    let said = Said {
        asserted_by: finding.asserted_by.clone(),
        asserted_by_side: finding.asserted_by.clone(),
        capacity: finding.capacity.clone(),
        hedge: None,
    };
    let row = Row {
        says: Some("finds"),
        what: parts.join("; "),
        time: finding.time.as_ref(),
        ..Row::default()
    };
    context.account(&said, row, &finding.entry)
}
