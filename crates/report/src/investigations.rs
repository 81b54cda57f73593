//! Findings, first part: looking into something, and being kept from it.
//!
//! `{"investigation":"inq-1","body":"monitors","targets":["5f70…"],"time":{…}}`
//!
//! Source: CTSAMVM (inquiry, site visit, denial of access), UNOMIG. What comes out of it is an
//! [`crate::IncidentAssessed`]; an investigation that was closed says nothing about who did what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::Rules,
    findings::{TARGETS_MAX, each_once},
    flaw::Checked,
    ids::{ActorId, EntryHash, InvestigationId},
    list::UpTo,
    place::PlaceSpec,
    text::{Line, Passage},
    time::TimeSpec,
    words::words,
};

/// Somebody began to look into something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvestigationOpened {
    /// Its id.
    pub investigation: InvestigationId,
    /// Who investigates.
    pub body: ActorId,
    /// The entries that it is about.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub targets: UpTo<TARGETS_MAX, EntryHash>,
    /// At whose request. None means of its own accord, or not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<ActorId>,
    /// On what mandate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Line>,
    /// When.
    pub time: TimeSpec,
}

/// Somebody ended looking into something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvestigationClosed {
    /// Its id.
    pub investigation: InvestigationId,
    /// How it ended.
    pub result: InvestigationResult,
    /// The findings that came out of it.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub findings: UpTo<TARGETS_MAX, EntryHash>,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Passage>,
    /// When.
    pub time: TimeSpec,
}

words! {
    /// How an investigation ended.
    InvestigationResult {
        /// With findings.
        FindingsIssued = "findings_issued",
        /// Without being able to say.
        Inconclusive = "inconclusive",
        /// Because access was denied.
        AccessDenied = "access_denied",
        /// Because it was outside the mandate.
        OutsideMandate = "outside_mandate",
        /// Because who asked for it withdrew the request.
        Withdrawn = "withdrawn",
        /// Otherwise.
        Discontinued = "discontinued",
    }
}

/// Monitors, peacekeepers or investigators were kept from a place or an act (CTSAMVM; CAMEO 093).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessDenied {
    /// Who was kept from it.
    pub denied_to: ActorId,
    /// Who kept them from it. None means not identified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied_by: Option<ActorId>,
    /// What they meant to do.
    pub activity: AccessActivity,
    /// In which way they were kept from it.
    pub manner: AccessManner,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceSpec>,
    /// When.
    pub time: TimeSpec,
    /// The reason that was given to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_given: Option<Line>,
    /// The investigation that it hindered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub investigation: Option<InvestigationId>,
}

words! {
    /// What somebody meant to do when access was denied.
    AccessActivity {
        /// Look at a site.
        SiteVisit = "site_visit",
        /// Patrol.
        Patrol = "patrol",
        /// Fly an unmanned aircraft, or keep its signal.
        UavFlight = "uav_flight",
        /// Keep a camera or another instrument.
        Instrument = "instrument",
        /// Speak with people.
        Interview = "interview",
        /// Pass a road or checkpoint.
        Passage = "passage",
        /// Bring aid.
        Aid = "aid",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// In which way access was denied.
    AccessManner {
        /// Refused.
        Refused = "refused",
        /// Delayed.
        Delayed = "delayed",
        /// Given under conditions.
        Conditional = "conditional",
        /// Blocked by mines, fire or obstacles.
        Obstructed = "obstructed",
        /// By threat or force.
        Threat = "threat",
        /// By interference with signals.
        Interference = "interference",
        /// Not stated.
        NotStated = "not_stated",
    }
}

impl Rules for InvestigationOpened {
    fn check(&self) -> Checked {
        each_once(&self.targets)
    }
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.extend(&*self.targets);
    }
}

impl Rules for InvestigationClosed {
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.extend(&*self.findings);
    }
}

impl Rules for AccessDenied {}
