//! Cuts: by what a count can be divided. Each becomes a field of the rows.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// Declares the cuts with their words.
macro_rules! cuts {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)+) => {
        /// By what a count is divided.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Cut {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
        }

        impl Cut {
            /// Every cut, in the order in which rows carry them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word: the name of the field in the rows.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

cuts! {
    /// The side that the series names: accused, attributed, served on, or whose people they were.
    Side = "side",
    /// The nearest registered place of the kind `district` around the place, else `sector`, else `region`.
    District = "district",
    /// The nearest registered place of the kind `sector`.
    Sector = "sector",
    /// The nearest registered place of the kind `region`.
    Region = "region",
    /// The nearest registered place of the kind `zone`.
    Zone = "zone",
    /// The place as the views name it.
    Place = "place",
    /// The group of the codebook.
    Group = "group",
    /// The part of the codebook's group.
    Part = "part",
    /// The vocabulary's domain of the kind: ground, air, maritime, weapons, access, conduct.
    Domain = "domain",
    /// The kind, a word of the vocabulary.
    Kind = "kind",
    /// Each weapon that is named.
    Weapon = "weapon",
    /// Whether civilians, civilian objects, aid or journalists were hit or aimed at, by the asserter's account.
    CivilianEffect = "civilian_effect",
    /// Who says it: the actor.
    Asserter = "asserter",
    /// Who says it: the side that the actor belongs to.
    AsserterSide = "asserter_side",
    /// In which capacity it was said.
    Capacity = "capacity",
    /// Who assessed.
    Assessor = "assessor",
    /// The clause of the agreement.
    Clause = "clause",
    /// How it was perceived.
    Means = "means",
    /// The mechanism with which a complaint was filed.
    Mechanism = "mechanism",
    /// What the people were: military, civilian, …
    Status = "status",
}

impl Cut {
    /// Cuts by where it happened: every unit has them that has a place.
    pub(crate) const PLACES: &'static [Self] = &[
        Self::District,
        Self::Sector,
        Self::Region,
        Self::Zone,
        Self::Place,
    ];
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Cut {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .iter()
            .copied()
            .find(|cut| cut.as_str() == text)
            .ok_or_else(|| Error::UnknownCut {
                cut: text.to_owned(),
                known: Self::ALL
                    .iter()
                    .map(|cut| cut.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }
}
