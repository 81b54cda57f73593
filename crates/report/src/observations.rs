//! Claims, second part: what a monitor or an instrument perceived.
//!
//! `{"means":"heard","kind":"explosion_undetermined","number":{"best":3,"relation":"exactly"},"direction":"ne",…}`
//!
//! Source: the annex tables of the OSCE SMM's daily reports. The unit is the observation: where the observer was and where
//! it happened are two fields, no side has to be named, and nothing here adds to a number of incidents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    claims::WEAPONS_MAX,
    event::Rules,
    flaw::{Checked, Flaw},
    ids::ActorId,
    kinds::{ObservationKind, Weapon},
    list::UpTo,
    number::Whole,
    place::PlaceSpec,
    quantity::Quantity,
    refusal::RefusalCode,
    text::Name,
    time::TimeSpec,
    words::words,
};

/// A monitor or an instrument perceived something: a row of an observation table (OSCE SMM annex). Never an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservationRecorded {
    /// How it was perceived.
    pub means: ObservationMeans,
    /// What was perceived.
    pub kind: ObservationKind,
    /// What it is called; required when `kind` is `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_text: Option<Name>,
    /// How many, in events of `kind`.
    pub number: Quantity,
    /// The weapons recognised.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub weapons: UpTo<WEAPONS_MAX, Weapon>,
    /// The weapon as named, such as a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weapon_text: Option<Name>,
    /// Where from the observer, or of flight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// How far from the observer, in metres, by estimate. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<Whole>,
    /// Where the observer was. Give it coarsely, or withheld, where it can endanger somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observer: Option<PlaceSpec>,
    /// Where it happened. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceSpec>,
    /// When.
    pub time: TimeSpec,
    /// What the observer took it for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessed_as: Option<ObservationAssessment>,
    /// Whose act the observer says it was. None means that nobody is named, as OSCE SMM reports do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<ActorId>,
}

words! {
    /// How something was perceived (OSCE SMM, UN missions).
    ObservationMeans {
        /// Seen.
        Seen = "seen",
        /// Heard.
        Heard = "heard",
        /// Seen and heard.
        SeenAndHeard = "seen_and_heard",
        /// By a fixed camera.
        Camera = "camera",
        /// By an unmanned aircraft.
        Uav = "uav",
        /// By radar.
        Radar = "radar",
        /// By an acoustic sensor.
        Acoustic = "acoustic",
        /// From a satellite.
        Satellite = "satellite",
        /// By inspecting the place afterwards.
        Inspection = "inspection",
        /// Not stated.
        NotStated = "not_stated",
    }
}

words! {
    /// A point of the compass.
    Direction {
        /// North.
        North = "n",
        /// North-north-east.
        NorthNorthEast = "nne",
        /// North-east.
        NorthEast = "ne",
        /// East-north-east.
        EastNorthEast = "ene",
        /// East.
        East = "e",
        /// East-south-east.
        EastSouthEast = "ese",
        /// South-east.
        SouthEast = "se",
        /// South-south-east.
        SouthSouthEast = "sse",
        /// South.
        South = "s",
        /// South-south-west.
        SouthSouthWest = "ssw",
        /// South-west.
        SouthWest = "sw",
        /// West-south-west.
        WestSouthWest = "wsw",
        /// West.
        West = "w",
        /// West-north-west.
        WestNorthWest = "wnw",
        /// North-west.
        NorthWest = "nw",
        /// North-north-west.
        NorthNorthWest = "nnw",
        /// All around, or undetermined.
        Various = "various",
    }
}

words! {
    /// What an observer took an observation for.
    ObservationAssessment {
        /// A violation of the ceasefire.
        CeasefireViolation = "ceasefire_violation",
        /// A live-fire exercise.
        LiveFireExercise = "live_fire_exercise",
        /// Demining or controlled detonation.
        ControlledDetonation = "controlled_detonation",
        /// Something without a bearing on the ceasefire.
        Unrelated = "unrelated",
        /// Undetermined.
        Undetermined = "undetermined",
    }
}

impl Rules for ObservationRecorded {
    fn check(&self) -> Checked {
        if self.kind == ObservationKind::Other && self.kind_text.is_none() {
            return Err(Flaw::at(
                RefusalCode::MissingField,
                "kind_text",
                "what it is called, because kind is other",
            ));
        }
        Ok(())
    }
}
