//! The `violation` rows of `findings`: one for each incident, clause, actor and assessor who found a violation.
//!
//! `violation/000000000012/agreement/1/azerbaijan/russian-peacekeepers`

use std::collections::{BTreeMap, BTreeSet};

use armistice_report::{AttributionDegree, Characterisation};
use serde::Serialize;

use crate::{
    answers::{Attributed, Finding},
    entries::EntryRef,
    names::{NOT_STATED, Name},
    reading::Reading,
    redactions::REDACTED,
    rows::index_key,
};

#[derive(Serialize)]
pub(super) struct ViolationRow<'a> {
    incident: String,
    clause: Option<&'a str>,
    actor: &'a str,
    side: &'a str,
    assessor: &'a str,
    disputed: bool,
    entries: Vec<EntryRef>,
}

/// Incident × clause × actor × assessor, with the assessments that find a violation there. One of them that hides who
/// says it hides the assessor of all: it is one and the same.
pub(super) struct Violation<'a> {
    incident: u32,
    clause: Option<&'a str>,
    actor: &'a str,
    assessor: &'a str,
    disputed: bool,
    /// The first assessment that hides the assessor.
    hidden: Option<u32>,
    entries: BTreeSet<u32>,
}

impl<'a> Violation<'a> {
    pub(super) fn add(&mut self, reading: &Reading<'_>, finding: &Finding) {
        self.disputed |= reading.denials_of(finding.index).next().is_some();
        if reading.hides(finding.index, finding.by, finding.assessor) {
            self.hidden.get_or_insert(finding.index);
        }
        self.entries.insert(finding.index);
    }

    /// The end of the row's key, for the id that names the true assessor.
    pub(super) fn shown(&self, id: String) -> String {
        match (self.hidden, id.strip_suffix(self.assessor)) {
            (Some(first), Some(rest)) => format!("{rest}{REDACTED}/{}", index_key(first)),
            _ => id,
        }
    }

    pub(super) fn row(&self, reading: &Reading<'a>) -> ViolationRow<'a> {
        ViolationRow {
            incident: format!("incident/{}", index_key(self.incident)),
            clause: self.clause,
            actor: self.actor,
            side: reading
                .names
                .find(self.actor)
                .map_or(self.actor, |name| reading.side_text(name)),
            assessor: if self.hidden.is_some() {
                REDACTED
            } else {
                self.assessor
            },
            disputed: self.disputed,
            entries: reading.entries(self.entries.iter().copied()),
        }
    }
}

/// The violations that an assessment in force finds, by ids that name the true assessor, each once; its index is not in them yet.
pub(super) fn violations_of<'a>(reading: &Reading<'a>, finding: &Finding) -> BTreeMap<String, Violation<'a>> {
    let mut violations = BTreeMap::new();
    if !reading.entries.is_live(finding.index) {
        return violations;
    }
    let claims = finding
        .targets
        .iter()
        .filter_map(|&target| reading.derived.claim(target));
    let incidents: BTreeSet<u32> = claims
        .filter(|claim| claim.live)
        .map(|claim| claim.incident)
        .collect();
    for found in finding
        .characterisation
        .iter()
        .filter(|found| found.finding == Characterisation::Violation)
    {
        for actor in actors(reading, finding, found.actor) {
            for &incident in &incidents {
                let clause = reading.option(found.clause);
                let assessor = reading.text(finding.assessor);
                let parts = [
                    &index_key(incident),
                    clause.unwrap_or(NOT_STATED),
                    actor,
                    assessor,
                ];
                let violation = Violation {
                    incident,
                    clause,
                    actor,
                    assessor,
                    disputed: false,
                    hidden: None,
                    entries: BTreeSet::new(),
                };
                violations.insert(parts.join("/"), violation);
            }
        }
    }
    violations
}

/// Whose violation it is: as the clause finding says, else whoever the assessment attributes the act to.
fn actors<'a>(reading: &Reading<'a>, finding: &Finding, named: Option<Name>) -> Vec<&'a str> {
    if let Some(actor) = named {
        return vec![reading.text(actor)];
    }
    let firm = |degree| {
        !matches!(
            degree,
            AttributionDegree::NotAttributable | AttributionDegree::NotAddressed
        )
    };
    let mut actors: Vec<&str> = finding
        .attribution
        .iter()
        .filter(|&&(_, degree)| firm(degree))
        .map(|&(attributed, _)| match attributed {
            Attributed::Actor(actor) => reading.text(actor),
            Attributed::ThirdParty => "third_party",
            Attributed::Unidentified => "unidentified",
        })
        .collect();
    if actors.is_empty() {
        actors.push(NOT_STATED);
    }
    actors
}
