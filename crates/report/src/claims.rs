//! Claims: what somebody says happened.
//!
//! `{"kind":"sabotage_raid","accused":"karabakh-armenian","target":"…","outcome":"repelled","time":{…}}`
//!
//! Source: UCDP GED codebook 22.1, the ACLED codebook, the tables of the OSCE SMM's daily reports. A claim is not a
//! finding: `accused` is who is named by the asserter, `outcome` is the asserter's word. A tally is one claim about a
//! number and is never expanded into incidents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::Rules,
    flaw::{Checked, Flaw},
    frame::ClauseRef,
    ids::{ActorId, EntryHash},
    kinds::{IncidentKind, Weapon},
    list::UpTo,
    observations::Direction,
    place::PlaceSpec,
    quantity::Quantity,
    refusal::RefusalCode,
    text::{Label, Line, Name},
    time::TimeSpec,
    words::words,
};

/// Weapons of one report, at most.
pub const WEAPONS_MAX: usize = 16;
/// Rows of a tally's breakdown, at most.
pub const BREAKDOWN_MAX: usize = 64;
/// Places in one list of a report, at most.
pub const PLACES_MAX: usize = 32;

/// Somebody says that something happened which may break the ceasefire (GED event, ACLED battles, explosions and
/// violence against civilians; CAMEO 18-20).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentReported {
    /// What happened, in the asserter's account.
    pub kind: IncidentKind,
    /// What it is called; required when `kind` is `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_text: Option<Name>,
    /// The weapons named.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub weapons: UpTo<WEAPONS_MAX, Weapon>,
    /// The weapon as named, such as a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weapon_text: Option<Name>,
    /// Whom the asserter accuses. None means nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accused: Option<ActorId>,
    /// What or whom it was aimed at, in the source's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Line>,
    /// Whom or what it hit or was aimed at, as a class (ACLED civilian targeting).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_kind: Option<TargetKind>,
    /// How it ended, in the asserter's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// When.
    pub time: TimeSpec,
    /// Where. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceSpec>,
    /// The clause that the asserter says is broken. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<ClauseRef>,
    /// How many events of `kind` this one report is about. None means not stated; it is no number of incidents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Quantity>,
    /// The mechanism, such as a mission or a joint commission, with which the asserter filed it as a complaint. None means
    /// that it was not filed, or that this is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_with: Option<ActorId>,
}

words! {
    /// Whom or what an incident was aimed at.
    TargetKind {
        /// Troops, positions, military equipment.
        Military = "military",
        /// Civilians.
        Civilians = "civilians",
        /// Civilian objects: houses, schools, pipelines, fields.
        CivilianObject = "civilian_object",
        /// Peacekeepers or their posts.
        Peacekeepers = "peacekeepers",
        /// Monitors, their vehicles, cameras or aircraft.
        Monitors = "monitors",
        /// Aid workers or aid.
        Aid = "aid",
        /// Journalists.
        Journalists = "journalists",
        /// A line, zone or airspace, without anybody in it.
        Area = "area",
        /// Not stated.
        Unknown = "unknown",
    }
}

words! {
    /// How something ended, in the asserter's word.
    Outcome {
        /// It was thrown back.
        Repelled = "repelled",
        /// It did not reach its aim.
        Unsuccessful = "unsuccessful",
        /// It reached its aim in part.
        Partial = "partial",
        /// It reached its aim.
        Achieved = "achieved",
        /// Who did it withdrew.
        Withdrew = "withdrew",
        /// It had not ended.
        Ongoing = "ongoing",
        /// Not known to the asserter.
        Unknown = "unknown",
    }
}

/// A number that somebody gives for a period, in a unit of their own. Never expanded into incidents, never added up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TallyClaimed {
    /// Whom the asserter accuses. None means nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accused: Option<ActorId>,
    /// The period counted.
    pub period: TimeSpec,
    /// The number, in `unit`.
    pub number: Quantity,
    /// The unit in the asserter's own words, such as "ceasefire violations" or "shots".
    pub unit: Name,
    /// Parts of the number, as the asserter gives them. Their sum is not checked.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub breakdown: UpTo<BREAKDOWN_MAX, TallyPart>,
    /// Places named.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub places: UpTo<PLACES_MAX, PlaceSpec>,
}

/// One part of a tally.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TallyPart {
    /// What the part is, in the asserter's words.
    pub label: Name,
    /// Its number.
    pub number: Quantity,
    /// Its unit, when it is another than the tally's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Label>,
}

/// Somebody says how many people were killed, wounded, missing or captured (GED deaths, ACLED fatalities).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasualtiesReported {
    /// Whose people they were. None means not stated, or no side's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<ActorId>,
    /// What they were.
    pub status: CasualtyStatus,
    /// Deaths stated by the asserter, in persons. None means not stated; 0 means stated as none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub killed: Option<Quantity>,
    /// Wounded, in persons. None means not stated; 0 means stated as none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wounded: Option<Quantity>,
    /// Missing, in persons. None means not stated; 0 means stated as none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Quantity>,
    /// Captured or detained, in persons. None means not stated; 0 means stated as none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Quantity>,
    /// The incident that it happened in, as the asserter says. Then no area and period are needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<EntryHash>,
    /// The area. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<PlaceSpec>,
    /// The period. Required when no incident is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<TimeSpec>,
    /// The earlier figures of the same asserter that these take the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<EntryHash>,
}

words! {
    /// What casualties were.
    CasualtyStatus {
        /// Soldiers, police or fighters of a side.
        Military = "military",
        /// Civilians.
        Civilian = "civilian",
        /// Peacekeepers.
        Peacekeeper = "peacekeeper",
        /// Monitors.
        Monitor = "monitor",
        /// Journalists.
        Journalist = "journalist",
        /// Aid workers.
        AidWorker = "aid_worker",
        /// Several of these, not told apart.
        Mixed = "mixed",
        /// Not stated.
        Unknown = "unknown",
    }
}

/// Somebody says who holds a place (ACLED territory sub-types, CAMEO 192). A claim of control is not control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlClaimed {
    /// The place.
    pub place: PlaceSpec,
    /// Who holds it, in the asserter's account. Required, unless `mode` is `withdrew`: then None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controller: Option<ActorId>,
    /// Who held it before; required when `mode` is `withdrew`, and then the one who withdrew. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<ActorId>,
    /// How it came to be so.
    pub mode: ControlMode,
    /// Since when. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<TimeSpec>,
    /// The clause that the asserter says is broken by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<ClauseRef>,
}

words! {
    /// How control of a place came to be, in the asserter's account.
    ControlMode {
        /// The controller took it.
        Captured = "captured",
        /// `previous` withdrew. Who holds it now is said only where `controller` is given.
        Withdrew = "withdrew",
        /// The controller held it and holds it still.
        Retained = "retained",
        /// A peacekeeping force holds it.
        PeacekeeperControlled = "peacekeeper_controlled",
        /// More than one are there; `controller` is the one of whom it is said.
        Contested = "contested",
    }
}

/// Somebody says that troops, weapons or works moved or appeared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementReported {
    /// What moved, as a class.
    pub kind: MovementKind,
    /// Whose. None means nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// From where. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PlaceSpec>,
    /// Where to, or where they are. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PlaceSpec>,
    /// The direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// How many, in `unit`. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Quantity>,
    /// The unit of `number`, such as "vehicles" or "persons"; required with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Label>,
    /// Weapons named.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub weapons: UpTo<WEAPONS_MAX, Weapon>,
    /// When.
    pub time: TimeSpec,
}

words! {
    /// What moved.
    MovementKind {
        /// Troops arrived or took positions.
        Deployment = "deployment",
        /// Troops gathered.
        Concentration = "concentration",
        /// Troops went forward.
        Advance = "advance",
        /// Troops went back.
        Withdrawal = "withdrawal",
        /// Troops took turns.
        Rotation = "rotation",
        /// A column or convoy.
        Convoy = "convoy",
        /// Weapons were brought in.
        WeaponsIn = "weapons_in",
        /// Weapons were taken out.
        WeaponsOut = "weapons_out",
        /// Works: trenches, posts, roads, mines.
        Fortification = "fortification",
        /// An exercise.
        Exercise = "exercise",
        /// Civilians fled or were moved.
        Displacement = "displacement",
        /// Aircraft or unmanned aircraft.
        Flight = "flight",
        /// Ships or boats.
        Naval = "naval",
        /// Anything else.
        Other = "other",
    }
}

impl Rules for IncidentReported {
    fn check(&self) -> Checked {
        if self.kind == IncidentKind::Other && self.kind_text.is_none() {
            return Err(Flaw::at(
                RefusalCode::MissingField,
                "kind_text",
                "what it is called, because kind is other",
            ));
        }
        Ok(())
    }
}

impl Rules for TallyClaimed {}

impl Rules for CasualtiesReported {
    fn check(&self) -> Checked {
        if [&self.killed, &self.wounded, &self.missing, &self.captured]
            .iter()
            .all(|figure| figure.is_none())
        {
            let expected = "at least one of killed, wounded, missing, captured";
            return Err(Flaw::at(RefusalCode::MissingField, "killed", expected));
        }
        if self.incident.is_none() && self.period.is_none() {
            return Err(Flaw::at(
                RefusalCode::MissingField,
                "period",
                "an incident, or a period with or without an area",
            ));
        }
        Ok(())
    }

    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.extend(self.incident);
        out.extend(self.supersedes);
    }
}

impl Rules for ControlClaimed {
    fn check(&self) -> Checked {
        let withdrew = self.mode == ControlMode::Withdrew;
        if withdrew && self.previous.is_none() {
            let expected = "who withdrew, because mode is withdrew";
            return Err(Flaw::at(RefusalCode::MissingField, "previous", expected));
        }
        if !withdrew && self.controller.is_none() {
            let expected = "who holds it, unless mode is withdrew";
            return Err(Flaw::at(RefusalCode::MissingField, "controller", expected));
        }
        Ok(())
    }
}

impl Rules for MovementReported {
    fn check(&self) -> Checked {
        if self.number.is_some() && self.unit.is_none() {
            return Err(Flaw::at(RefusalCode::MissingField, "unit", "the unit of number"));
        }
        Ok(())
    }
}
