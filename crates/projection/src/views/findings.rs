//! `findings`: what assessors concluded, what they investigated and what kept them from it. Unit: each its own.
//!
//! ```text
//! {"key":"assessment/000000000030","row":"assessment","assessor":"russian-peacekeepers","occurrence":"confirmed",…}
//! {"key":"total","row":"total","assessments":1,"violations":0,"violation_reports":0,…}
//! {"key":"violation/000000000012/…","row":"violation",…}
//! ```
//! A violation is an incident, a clause, an actor and an assessor who found a violation: one incident may give several, to
//! several sides. A violation report is a document that was served. Neither is ever added to incidents or allegations.

mod live;
mod rows;
mod violations;

use armistice_report::{AccessActivity, AccessManner, Event, InvestigationResult, ViolationResponse};
use serde::{Deserialize, Serialize};

use crate::{
    compact::{By, Span, Where},
    names::Name,
    scene::Scene,
};
pub(crate) use live::Live;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Opened {
    index: u32,
    by: By,
    investigation: Name,
    body: Name,
    requested_by: Option<Name>,
    targets: Box<[u32]>,
    time: Span,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Closed {
    index: u32,
    by: By,
    investigation: Name,
    result: InvestigationResult,
    findings: Box<[u32]>,
    time: Span,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Barred {
    index: u32,
    by: By,
    denied_to: Name,
    denied_by: Name,
    activity: AccessActivity,
    manner: AccessManner,
    place: Where,
    time: Span,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Served {
    index: u32,
    by: By,
    number: Name,
    issued_by: Name,
    addressee: Name,
    targets: Box<[u32]>,
    clauses: Box<[Name]>,
    time: Span,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Response {
    index: u32,
    target: Option<u32>,
    /// Who answers; `said` is who says so.
    by: Name,
    said: By,
    answer: ViolationResponse,
    time: Span,
}

/// Findings beside the assessments, which all views share.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Findings {
    opened: Vec<Opened>,
    closed: Vec<Closed>,
    barred: Vec<Barred>,
    served: Vec<Served>,
    responses: Vec<Response>,
}

impl Findings {
    /// The investigations, closures and violation reports that name an entry. Goes over all of them.
    pub(crate) fn naming(&self, entry: u32) -> impl Iterator<Item = u32> + '_ {
        let opened = self.opened.iter().map(|one| (one.index, &one.targets));
        let closed = self.closed.iter().map(|one| (one.index, &one.findings));
        let served = self.served.iter().map(|one| (one.index, &one.targets));
        let naming = opened.chain(closed).chain(served);
        naming
            .filter(move |(_, named)| named.contains(&entry))
            .map(|(index, _)| index)
    }

    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let (index, by) = (scene.index, scene.by);
        match scene.event {
            Event::InvestigationOpened(opened) => self.opened.push(Opened {
                index,
                by,
                investigation: scene.name(&opened.investigation),
                body: scene.name(&opened.body),
                requested_by: opened.requested_by.as_ref().map(|actor| scene.name(actor)),
                targets: scene.find_all(&opened.targets),
                time: Span::of(&opened.time),
            }),
            Event::InvestigationClosed(closed) => self.closed.push(Closed {
                index,
                by,
                investigation: scene.name(&closed.investigation),
                result: closed.result,
                findings: scene.find_all(&closed.findings),
                time: Span::of(&closed.time),
            }),
            Event::AccessDenied(barred) => self.barred.push(Barred {
                index,
                by,
                denied_to: scene.name(&barred.denied_to),
                denied_by: barred
                    .denied_by
                    .as_ref()
                    .map_or(Name::NOT_STATED, |actor| scene.name(actor)),
                activity: barred.activity,
                manner: barred.manner,
                place: scene.place(barred.place.as_ref()),
                time: Span::of(&barred.time),
            }),
            Event::ViolationReportIssued(issued) => self.served.push(Served {
                index,
                by,
                number: scene.name(&issued.number),
                issued_by: scene.name(&issued.issued_by),
                addressee: scene.name(&issued.addressee),
                targets: scene.find_all(&issued.targets),
                clauses: issued
                    .clauses
                    .iter()
                    .filter_map(|clause| scene.clause(Some(clause)))
                    .collect(),
                time: Span::of(&issued.time),
            }),
            Event::ViolationReportAnswered(answered) => self.responses.push(Response {
                index,
                target: scene.find(&answered.target),
                by: scene.name(&answered.by),
                said: by,
                answer: answered.response,
                time: Span::of(&answered.time),
            }),
            _ => {}
        }
    }
}
