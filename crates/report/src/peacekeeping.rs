//! Peacekeeping: where a force is, what it does, how strong it is, what it covers.
//!
//! `{"force":"russian-contingent","state":"present","place":{"place":"parukh","precision":"exact"},"time":{…}}`
//!
//! Source: Geo-PKO, PACT (operations), OSCE SMM (effort). Who says it is in the provenance: a party's word about a force
//! and the force's own word are counted apart. Precise posts can endanger people: use `withheld` or a coarser precision.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    claims::PLACES_MAX,
    event::Rules,
    findings::{TARGETS_MAX, each_once},
    flaw::{Checked, Flaw},
    frame::ACTORS_MAX,
    ids::{ActorId, EntryHash},
    list::UpTo,
    number::Whole,
    place::PlaceSpec,
    quantity::Quantity,
    refusal::RefusalCode,
    text::{Label, Line},
    time::TimeSpec,
    words::words,
};

/// Parts of a strength, at most.
pub const COMPOSITION_MAX: usize = 32;

/// A force is, or is not, at a place (Geo-PKO).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresenceReported {
    /// The force.
    pub force: ActorId,
    /// The place.
    pub place: PlaceSpec,
    /// Whether it is there.
    pub state: PresenceState,
    /// What it has there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostKind>,
    /// When.
    pub time: TimeSpec,
}

words! {
    /// Whether a force is at a place.
    PresenceState {
        /// It came.
        Established = "established",
        /// It is there, and was.
        Present = "present",
        /// It is there with fewer than before.
        Reduced = "reduced",
        /// It left.
        Left = "left",
        /// It is not there.
        Absent = "absent",
    }
}

words! {
    /// What a force has at a place.
    PostKind {
        /// An observation post.
        ObservationPost = "observation_post",
        /// A checkpoint.
        Checkpoint = "checkpoint",
        /// A base.
        Base = "base",
        /// A headquarters.
        Headquarters = "headquarters",
        /// A patrol passing.
        Patrol = "patrol",
        /// A liaison or negotiation team.
        Team = "team",
        /// Anything else.
        Other = "other",
    }
}

/// A force patrolled, or was kept from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatrolReported {
    /// The force.
    pub force: ActorId,
    /// How it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<PatrolMode>,
    /// Places on the way.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub route: UpTo<PLACES_MAX, PlaceSpec>,
    /// How many patrols. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Quantity>,
    /// How it ended.
    pub result: PatrolResult,
    /// When.
    pub time: TimeSpec,
}

words! {
    /// How a patrol moved.
    PatrolMode {
        /// On foot.
        Foot = "foot",
        /// By vehicle.
        Vehicle = "vehicle",
        /// By aircraft.
        Air = "air",
        /// By unmanned aircraft.
        Uav = "uav",
        /// By boat.
        Boat = "boat",
    }
}

words! {
    /// How a patrol ended.
    PatrolResult {
        /// As planned.
        Completed = "completed",
        /// Cut short.
        Curtailed = "curtailed",
        /// Kept from it.
        Blocked = "blocked",
        /// Not stated.
        NotStated = "not_stated",
    }
}

/// A force did something to keep or restore the ceasefire (PACT).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InterventionReported {
    /// The force.
    pub force: ActorId,
    /// What it did.
    pub kind: InterventionKind,
    /// With or towards whom.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub with: UpTo<ACTORS_MAX, ActorId>,
    /// Where. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceSpec>,
    /// The entries about what it intervened in.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub targets: UpTo<TARGETS_MAX, EntryHash>,
    /// What came of it, in the asserter's word. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<InterventionResult>,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Line>,
    /// When.
    pub time: TimeSpec,
}

words! {
    /// What a force did (after PACT: operations).
    InterventionKind {
        /// It stood between the sides.
        Interposition = "interposition",
        /// It negotiated between the sides.
        Mediation = "mediation",
        /// It worked with a side, or between the sides' commands.
        Liaison = "liaison",
        /// It worked to prevent violations, not said how.
        Prevention = "prevention",
        /// It escorted.
        Escort = "escort",
        /// It evacuated.
        Evacuation = "evacuation",
        /// It patrolled more.
        PatrolIncrease = "patrol_increase",
        /// It set up an observation post.
        ObservationPost = "observation_post",
        /// It blocked an advance.
        BlockAdvance = "block_advance",
        /// It cleared mines.
        Demining = "demining",
        /// It warned.
        Warning = "warning",
        /// It protested.
        ProtestLodged = "protest_lodged",
        /// It used force.
        UseOfForce = "use_of_force",
    }
}

words! {
    /// What came of an intervention, in the asserter's word.
    InterventionResult {
        /// It reached its aim.
        Successful = "successful",
        /// In part.
        Partial = "partial",
        /// It did not.
        Unsuccessful = "unsuccessful",
        /// It goes on.
        Ongoing = "ongoing",
        /// Not known to the asserter.
        Unknown = "unknown",
    }
}

/// How strong a force is (Geo-PKO `no.troops`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrengthReported {
    /// The force.
    pub force: ActorId,
    /// In which sense.
    pub kind: StrengthKind,
    /// How many, in persons unless `unit` says otherwise.
    pub number: Quantity,
    /// The unit of `number`. None means persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Label>,
    /// Parts of it. Their sum is not checked.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub composition: UpTo<COMPOSITION_MAX, StrengthPart>,
    /// Where, when it is the strength at one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceSpec>,
    /// When.
    pub time: TimeSpec,
}

words! {
    /// In which sense a strength is meant.
    StrengthKind {
        /// What the mandate allows.
        Authorized = "authorized",
        /// What the force or its state says.
        Declared = "declared",
        /// What somebody saw.
        Observed = "observed",
        /// What somebody estimates, or says without a source.
        Estimated = "estimated",
    }
}

/// One part of a strength.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrengthPart {
    /// What it is, such as "military observers" or "armoured carriers".
    pub label: Label,
    /// How many.
    pub number: Quantity,
}

/// Somebody asks for more peacekeepers (CAMEO 1034).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReinforcementRequested {
    /// The force that is to be reinforced.
    pub force: ActorId,
    /// Who asks.
    pub requester: ActorId,
    /// Who is asked.
    pub addressee: ActorId,
    /// How many more, in persons. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Quantity>,
    /// Why, in the requester's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// When.
    pub time: TimeSpec,
}

/// Somebody decided on a request for more peacekeepers (CAMEO 0334, 1224).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReinforcementDecided {
    /// The entry of the request.
    pub target: EntryHash,
    /// Who decided.
    pub by: ActorId,
    /// How.
    pub decision: ReinforcementDecision,
    /// How many more, in persons. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Quantity>,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// When.
    pub time: TimeSpec,
}

words! {
    /// How a request for more peacekeepers was decided.
    ReinforcementDecision {
        /// Granted.
        Granted = "granted",
        /// Granted in part.
        PartlyGranted = "partly_granted",
        /// Refused.
        Refused = "refused",
        /// Put off.
        Deferred = "deferred",
    }
}

/// How much a mission watched: the denominator beside every count. No observation is not the same as no violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffortReported {
    /// The mission or force.
    pub body: ActorId,
    /// The period.
    pub period: TimeSpec,
    /// Patrols made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patrols: Option<Whole>,
    /// Hours of observation, in whole hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observation_hours: Option<Whole>,
    /// Posts manned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts: Option<Whole>,
    /// Cameras working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cameras_up: Option<Whole>,
    /// Cameras not working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cameras_down: Option<Whole>,
    /// Flights of unmanned aircraft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uav_flights: Option<Whole>,
    /// Denials of access met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_denials: Option<Whole>,
    /// Areas that were not reached.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub not_reached: UpTo<PLACES_MAX, AreaNotReached>,
}

/// An area that was not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaNotReached {
    /// The area.
    pub place: PlaceSpec,
    /// Why.
    pub reason: NotReachedReason,
}

words! {
    /// Why an area was not reached.
    NotReachedReason {
        /// Access was denied.
        AccessDenied = "access_denied",
        /// It was not safe.
        Security = "security",
        /// Mines.
        Mines = "mines",
        /// Weather or roads.
        WeatherOrRoads = "weather_or_roads",
        /// Not enough people or means.
        Resources = "resources",
        /// Not planned.
        NotPlanned = "not_planned",
        /// Outside the mandate.
        OutsideMandate = "outside_mandate",
        /// Not stated.
        NotStated = "not_stated",
    }
}

impl Rules for PresenceReported {}
impl Rules for PatrolReported {}

impl Rules for InterventionReported {
    fn check(&self) -> Checked {
        each_once(&self.targets)
    }
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.extend(&*self.targets);
    }
}

impl Rules for StrengthReported {}
impl Rules for ReinforcementRequested {}

impl Rules for ReinforcementDecided {
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.push(self.target);
    }
}

impl Rules for EffortReported {
    fn check(&self) -> Checked {
        let numbers = [
            self.patrols,
            self.observation_hours,
            self.posts,
            self.cameras_up,
            self.cameras_down,
            self.uav_flights,
            self.access_denials,
        ];
        if numbers.iter().all(Option::is_none) && self.not_reached.is_empty() {
            let expected = "at least one number, or areas that were not reached";
            return Err(Flaw::at(RefusalCode::MissingField, "patrols", expected));
        }
        Ok(())
    }
}
