//! `peacekeeping`: where the contingent is, what it does, how strong it is; each kept apart by who says so.
//!
//! ```text
//! {"key":"intervention/liaison","row":"intervention","kind":"liaison","reported":1,"by_party":1,"by_contingent":0,…}
//! {"key":"presence/parukh","row":"presence","place":"parukh","reported":1,"by_party":1,"by_contingent":0,…}
//! {"key":"total","row":"total","places_with_presence":2,…}
//! ```
//! Units: report of presence per place, patrol report, intervention report, strength account, request. A party's word about the
//! peacekeepers is not the peacekeepers' word. Strengths are accounts: they stand side by side and are never added.

mod live;
mod rows;
mod sum;

use armistice_report::{
    EffortReported, Event, InterventionKind, PatrolResult, PresenceState, ReinforcementDecision,
    StatementAct, StrengthKind, TimeSpec, Topic, Whole,
};
use serde::{Deserialize, Serialize};

use crate::{
    amount::Amount,
    compact::{By, Span, Where},
    names::Name,
    reading::recorded,
    scene::Scene,
};
pub(crate) use live::Live;

/// What one report says the contingent is or does.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum What {
    Presence {
        place: Where,
        state: PresenceState,
    },
    Patrol {
        route: Box<[Where]>,
        number: Option<Amount>,
        result: PatrolResult,
    },
    Intervention {
        kind: InterventionKind,
        place: Where,
    },
    Strength {
        kind: StrengthKind,
        number: Amount,
        unit: Option<Name>,
    },
    Request {
        requester: Name,
        addressee: Name,
        number: Option<Amount>,
    },
    Effort(Box<Effort>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Effort {
    patrols: Option<u64>,
    observation_hours: Option<u64>,
    posts: Option<u64>,
    cameras_up: Option<u64>,
    cameras_down: Option<u64>,
    uav_flights: Option<u64>,
    access_denials: Option<u64>,
    not_reached: Box<[Where]>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    index: u32,
    original: u32,
    by: By,
    force: Name,
    time: Span,
    what: What,
}

/// What was decided about a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Decision {
    index: u32,
    original: u32,
    request: Option<u32>,
    /// Who decides; `said` is who says so.
    by: Name,
    said: By,
    outcome: ReinforcementDecision,
    number: Option<Amount>,
}

/// A statement on the strength of the contingent.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Remark {
    index: u32,
    original: u32,
    by: By,
    act: StatementAct,
}

/// The mandate that an agreement gives.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mandate {
    index: u32,
    agreement: Name,
    force: Name,
    ceiling: Option<Amount>,
    until: Option<Span>,
}
recorded!(Record, Decision, Remark);

/// Everything about the contingent, in the order of the log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Peacekeeping {
    records: Vec<Record>,
    decisions: Vec<Decision>,
    remarks: Vec<Remark>,
    mandates: Vec<Mandate>,
}

impl Peacekeeping {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let (index, original, by) = (scene.index, scene.original, scene.by);
        match scene.event {
            Event::ReinforcementDecided(decided) => self.decisions.push(Decision {
                index,
                original,
                request: scene.find(&decided.target),
                by: scene.name(&decided.by),
                said: by,
                outcome: decided.decision,
                number: decided.number.as_ref().map(Amount::of),
            }),
            Event::StatementMade(made) => {
                if made.topics.contains(&Topic::PeacekeeperStrength) {
                    self.remarks.push(Remark {
                        index,
                        original,
                        by,
                        act: made.act,
                    });
                }
            }
            Event::AgreementRecorded(recorded) => {
                if let Some(mandate) = &recorded.mandate {
                    self.mandates.push(Mandate {
                        index,
                        agreement: scene.name(&recorded.agreement),
                        force: scene.name(&mandate.force),
                        ceiling: mandate.ceiling.as_ref().map(Amount::of),
                        until: mandate.until.as_ref().map(Span::of),
                    });
                }
            }
            event => {
                if let Some((force, time, what)) = read(scene, event) {
                    self.records.push(Record {
                        index,
                        original,
                        by,
                        force,
                        time,
                        what,
                    });
                }
            }
        }
    }
}

/// The reports that say what a force is or does: force, time, content.
fn read(scene: &mut Scene<'_>, event: &Event) -> Option<(Name, Span, What)> {
    let (force, time, what): (_, &TimeSpec, _) = match event {
        Event::PresenceReported(seen) => {
            let place = scene.place(Some(&seen.place));
            (
                &seen.force,
                &seen.time,
                What::Presence {
                    place,
                    state: seen.state,
                },
            )
        }
        Event::PatrolReported(patrol) => {
            let route = patrol
                .route
                .iter()
                .map(|place| scene.place(Some(place)))
                .collect();
            let number = patrol.number.as_ref().map(Amount::of);
            (
                &patrol.force,
                &patrol.time,
                What::Patrol {
                    route,
                    number,
                    result: patrol.result,
                },
            )
        }
        Event::InterventionReported(act) => {
            let place = scene.place(act.place.as_ref());
            (
                &act.force,
                &act.time,
                What::Intervention {
                    kind: act.kind,
                    place,
                },
            )
        }
        Event::StrengthReported(strength) => {
            let unit = strength.unit.as_ref().map(|unit| scene.name(unit));
            let what = What::Strength {
                kind: strength.kind,
                number: Amount::of(&strength.number),
                unit,
            };
            (&strength.force, &strength.time, what)
        }
        Event::ReinforcementRequested(request) => {
            let (requester, addressee) = (scene.name(&request.requester), scene.name(&request.addressee));
            let number = request.number.as_ref().map(Amount::of);
            (
                &request.force,
                &request.time,
                What::Request {
                    requester,
                    addressee,
                    number,
                },
            )
        }
        Event::EffortReported(effort) => (
            &effort.body,
            &effort.period,
            What::Effort(Box::new(read_effort(scene, effort))),
        ),
        _ => return None,
    };
    Some((scene.name(force), Span::of(time), what))
}

fn read_effort(scene: &mut Scene<'_>, effort: &EffortReported) -> Effort {
    let number = |number: Option<Whole>| number.map(Whole::get);
    Effort {
        patrols: number(effort.patrols),
        observation_hours: number(effort.observation_hours),
        posts: number(effort.posts),
        cameras_up: number(effort.cameras_up),
        cameras_down: number(effort.cameras_down),
        uav_flights: number(effort.uav_flights),
        access_denials: number(effort.access_denials),
        not_reached: effort
            .not_reached
            .iter()
            .map(|area| scene.place(Some(&area.place)))
            .collect(),
    }
}
