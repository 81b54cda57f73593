//! Units: what one number counts. No number has two, and numbers of two are never added.

use armistice_report::{AccessActivity, IncidentKind, ObservationKind, Occurrence, ViolationResponse};
use serde::{Deserialize, Serialize};

use crate::{
    codebook::{Adds, Exercises, Sides},
    cut::Cut,
};

/// What is counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A live report of an incident by one asserter against one accused (view `allegations`).
    Allegation,
    /// Claims joined by links in force (view `incidents`).
    Incident,
    /// What an observer perceived (view `observations`).
    Observation,
    /// Incident × clause × actor, found to be a violation by one assessor (view `findings`).
    Violation,
    /// A document served on a side (view `findings`).
    ViolationReport,
    /// An allegation filed with a mechanism (view `allegations`).
    Complaint,
    /// One assessment by one assessor, of however many entries (view `findings`).
    Assessment,
    /// A denial of access (view `findings`).
    AccessDenial,
    /// People killed, wounded, missing or captured (view `casualties`).
    Person,
    /// A claimant's own number: listed as it stands, never summed (view `tallies`).
    Tally,
}

/// What may follow an incident's kind, its parties and its place.
const OF_CLAIMS: &[Cut] = &[
    Cut::Kind,
    Cut::Group,
    Cut::Part,
    Cut::Domain,
    Cut::Weapon,
    Cut::CivilianEffect,
    Cut::Asserter,
    Cut::AsserterSide,
    Cut::Capacity,
    Cut::Clause,
];

impl Unit {
    /// The word, as it stands in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allegation => "allegation",
            Self::Incident => "incident",
            Self::Observation => "observation",
            Self::Violation => "violation",
            Self::ViolationReport => "violation_report",
            Self::Complaint => "complaint",
            Self::Assessment => "assessment",
            Self::AccessDenial => "access_denial",
            Self::Person => "person",
            Self::Tally => "tally",
        }
    }

    /// The words that a group of a series in this unit may name; empty where the unit has no kinds.
    pub fn kinds(self) -> Vec<&'static str> {
        let words = |words: &[&'static str], more: &'static str| {
            let mut words = words.to_vec();
            words.push(more);
            words
        };
        match self {
            Self::Allegation | Self::Incident | Self::Violation | Self::Complaint => {
                IncidentKind::ALL.iter().map(|kind| kind.as_str()).collect()
            }
            Self::Observation => ObservationKind::ALL.iter().map(|kind| kind.as_str()).collect(),
            Self::ViolationReport => {
                let all: Vec<_> = ViolationResponse::ALL.iter().map(|word| word.as_str()).collect();
                words(&all, "not_answered")
            }
            Self::Assessment => {
                let all: Vec<_> = Occurrence::ALL.iter().map(|word| word.as_str()).collect();
                words(&all, "not_addressed")
            }
            Self::AccessDenial => AccessActivity::ALL.iter().map(|word| word.as_str()).collect(),
            Self::Person => vec!["killed", "wounded", "missing", "captured"],
            Self::Tally => Vec::new(),
        }
    }

    /// What `sides` may be.
    pub(crate) const fn sides(self) -> &'static [Sides] {
        match self {
            Self::Allegation | Self::Incident | Self::Complaint | Self::AccessDenial | Self::Tally => {
                &[Sides::Never, Sides::Accused]
            }
            Self::Observation | Self::Violation | Self::Assessment => &[Sides::Never, Sides::Attributed],
            Self::ViolationReport => &[Sides::Never, Sides::Addressee],
            Self::Person => &[Sides::Own],
        }
    }

    /// What `exercises` may be.
    pub(crate) const fn exercises(self) -> &'static [Exercises] {
        match self {
            Self::Observation => &[
                Exercises::Counted,
                Exercises::CountedAndLabelled,
                Exercises::LeftOut,
            ],
            _ => &[Exercises::ByKind],
        }
    }

    /// What `adds` may be.
    pub(crate) const fn adds(self) -> &'static [Adds] {
        match self {
            Self::Observation => &[Adds::One, Adds::Number],
            Self::Person | Self::Tally => &[Adds::Number],
            _ => &[Adds::One],
        }
    }

    /// What `apart` must hold: two values of these may stand for the same thing.
    pub(crate) const fn apart(self) -> &'static [Cut] {
        match self {
            Self::Observation => &[Cut::Asserter],
            Self::Violation | Self::Assessment => &[Cut::Assessor],
            Self::Person => &[Cut::Side, Cut::Status, Cut::Kind],
            _ => &[],
        }
    }

    /// Whether it is known where it happened.
    pub(crate) const fn has_place(self) -> bool {
        !matches!(self, Self::Assessment | Self::ViolationReport | Self::Tally)
    }

    /// By what a series of this unit can be cut, sides and places aside.
    pub(crate) const fn cuts(self) -> &'static [Cut] {
        match self {
            Self::Allegation | Self::Incident => OF_CLAIMS,
            Self::Complaint => &[
                Cut::Kind,
                Cut::Group,
                Cut::Part,
                Cut::Domain,
                Cut::Weapon,
                Cut::CivilianEffect,
                Cut::Asserter,
                Cut::AsserterSide,
                Cut::Capacity,
                Cut::Clause,
                Cut::Mechanism,
            ],
            Self::Violation => &[
                Cut::Kind,
                Cut::Group,
                Cut::Part,
                Cut::Domain,
                Cut::Weapon,
                Cut::CivilianEffect,
                Cut::Assessor,
                Cut::Clause,
            ],
            Self::Observation => &[
                Cut::Kind,
                Cut::Group,
                Cut::Part,
                Cut::Asserter,
                Cut::AsserterSide,
                Cut::Capacity,
                Cut::Means,
            ],
            Self::ViolationReport | Self::AccessDenial => {
                &[Cut::Kind, Cut::Group, Cut::Part, Cut::Asserter, Cut::AsserterSide]
            }
            Self::Assessment => &[Cut::Kind, Cut::Group, Cut::Part, Cut::Assessor],
            Self::Person => &[Cut::Kind, Cut::Group, Cut::Part, Cut::Status],
            Self::Tally => &[Cut::Asserter, Cut::AsserterSide],
        }
    }
}

/// The domain of a kind of incident, if it has one.
pub(crate) fn domain(kind: &str) -> Option<&'static str> {
    let mut kinds = IncidentKind::ALL.iter();
    let found = kinds.find(|one| one.as_str() == kind)?;
    found.domain().map(armistice_report::Domain::as_str)
}
