//! The document of a codebook, field by field, as `docs/formats/codebook-v1.md` lists it.
//!
//! Everything that decides how a number comes about is said in the document; nothing is a default that a reader would
//! have to know.

use serde::{Deserialize, Serialize};

use crate::{cut::Cut, unit::Unit};

/// The first field of every codebook document.
pub const FORMAT: &str = "armistice/codebook/v1";

/// A codebook's document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// `armistice/codebook/v1`.
    pub format: String,
    /// Its name: lower-case letters, digits and `-`.
    pub codebook: String,
    /// Its own version, from 1. Another way of counting is another version, or another name.
    pub version: u32,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// What it was made after.
    pub sources: Vec<String>,
    /// The offset from UTC in which days are cut, such as `+04:00`.
    pub zone: String,
    /// The local time at which a day begins, such as `00:00`. A day is named after the date on which it begins.
    pub day_starts: String,
    /// The day on which a week begins.
    pub week_starts: Weekday,
    /// What is counted. The numbers of two series are never added.
    pub series: Vec<Series>,
}

/// One series: what is counted in one unit, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Its name within the codebook.
    pub series: String,
    /// The unit.
    pub unit: Unit,
    /// What it is called.
    pub title: String,
    /// What is counted once, in words.
    pub definition: String,
    /// What one record adds.
    pub adds: Adds,
    /// The kinds that count, in groups and parts. A kind that is in none does not count. Empty where the unit has none.
    pub groups: Vec<Group>,
    /// Whose side a number stands under.
    pub sides: Sides,
    /// What becomes of records that name nobody.
    pub unattributed: Unattributed,
    /// What becomes of exercises.
    pub exercises: Exercises,
    /// Records that their observer took for one of these do not count (unit `observation` only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assessed_as_left_out: Vec<String>,
    /// What becomes of withdrawn records. One value is lawful; it is written so that a reader finds it.
    pub withdrawn: Withdrawn,
    /// What becomes of denied records. One value is lawful; it is written so that a reader finds it.
    pub denied: Denied,
    /// Cuts that every number of the series carries: numbers of two of their values may hold the same thing twice, and are not added.
    pub apart: Vec<Cut>,
}

/// Kinds under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name within the series.
    pub group: String,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// One line of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name within the group.
    pub part: String,
    /// Words of the vocabulary, each in one part of the series at most.
    pub kinds: Vec<String>,
}

/// Declares an enum of lower-case words.
macro_rules! policy {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $variant,)+ }
    };
}

policy! {
    /// The first day of a week.
    Weekday {
        /// Monday, as ISO 8601 has it.
        Monday,
        /// Tuesday.
        Tuesday,
        /// Wednesday.
        Wednesday,
        /// Thursday.
        Thursday,
        /// Friday.
        Friday,
        /// Saturday.
        Saturday,
        /// Sunday.
        Sunday,
    }
}

policy! {
    /// What one record adds to a number.
    Adds {
        /// One, whatever number the record gives.
        One,
        /// The number that the record gives, with its bounds.
        Number,
    }
}

policy! {
    /// Whose side a number stands under.
    Sides {
        /// Nobody's: the series names no side, and cannot be cut by side.
        Never,
        /// The side that is accused by whoever reports.
        Accused,
        /// The side to which an assessor or observer attributes it.
        Attributed,
        /// The side on which a document was served.
        Addressee,
        /// The side whose people they were.
        Own,
    }
}

policy! {
    /// What becomes of records that name nobody.
    Unattributed {
        /// They count, under the value `not_stated`.
        CountedAsNotStated,
        /// They do not count.
        LeftOut,
    }
}

policy! {
    /// What becomes of exercises.
    Exercises {
        /// They count like everything else, and no row tells them apart.
        Counted,
        /// They count, and each row says how much of its number they are.
        CountedAndLabelled,
        /// They do not count.
        LeftOut,
        /// An exercise is a kind of its own; it counts if a group names `live_fire_exercise`.
        ByKind,
    }
}

policy! {
    /// What becomes of withdrawn records.
    Withdrawn {
        /// They do not count; the log and the views still show them.
        LeftOut,
    }
}

policy! {
    /// What becomes of denied records.
    Denied {
        /// They count: a denial is shown beside the number and lowers none.
        Counted,
    }
}
