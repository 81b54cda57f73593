//! Where something happened, as far as the source knows and may say.
//!
//! `{"place":"parukh","names":[{"name":"Parukh"},{"name":"Farrukh","language":"az"}],"precision":"near_25km"}`
//!
//! Source: UCDP GED codebook 22.1 (`where_prec`) and ACLED (`geo_precision`). No name is "the" name and there is no
//! country field: to whom a place belongs is often what the dispute is about.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    checked::checked,
    flaw::{Checked, Flaw},
    ids::{ActorId, LanguageTag, PlaceId},
    list::UpTo,
    refusal::RefusalCode,
    text::{Line, Name},
    words::words,
};

/// Names in one place, at most.
pub const PLACE_NAMES_MAX: usize = 16;

/// A place with its uncertainty. At least one of `place`, `names`, `lat` with `lon`, `reference` is given, unless the
/// place is withheld.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct PlaceSpec {
    /// A registered place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceId>,
    /// Names that the source uses, each with who uses it.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub names: UpTo<PLACE_NAMES_MAX, PlaceName>,
    /// Latitude in decimal degrees, WGS 84, -90 to 90, kept to 7 decimals. Only together with `lon`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<Latitude>,
    /// Longitude in decimal degrees, WGS 84, -180 to 180, kept to 7 decimals. Only together with `lat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<Longitude>,
    /// How fine the source's own statement is (UCDP GED `where_prec`, ACLED `geo_precision`).
    pub precision: PlacePrecision,
    /// The source's own words, such as "6 km north-west of X" or "the hills to the west".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Line>,
}
checked!(PlaceSpec);

impl PlaceSpec {
    fn check(&self) -> Checked {
        match (self.lat, self.lon) {
            (Some(_), None) => {
                return Err(Flaw::at(
                    RefusalCode::MissingField,
                    "lon",
                    "lat and lon together, or neither",
                ));
            }
            (None, Some(_)) => {
                return Err(Flaw::at(
                    RefusalCode::MissingField,
                    "lat",
                    "lat and lon together, or neither",
                ));
            }
            _ => {}
        }
        if self.precision == PlacePrecision::Withheld {
            let field = if self.lat.is_some() {
                "lat"
            } else if self.reference.is_some() {
                "reference"
            } else {
                return Ok(());
            };
            return Err(Flaw::at(
                RefusalCode::Contradiction,
                field,
                "no point and no description of a place that is withheld",
            ));
        }
        if self.place.is_none() && self.names.is_empty() && self.lat.is_none() && self.reference.is_none() {
            let expected = "place, names, lat with lon, or reference, unless precision is withheld";
            return Err(Flaw::at(RefusalCode::MissingField, "place", expected));
        }
        Ok(())
    }

    /// Latitude and longitude in decimal degrees, when there is a point.
    pub fn point(&self) -> Option<(f64, f64)> {
        Some((self.lat?.degrees(), self.lon?.degrees()))
    }
}

/// One name of a place and who uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceName {
    /// The name as it is written.
    pub name: Name,
    /// The language of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageTag>,
    /// The actor who uses the name. None means not stated, not "everybody".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_by: Option<ActorId>,
}

words! {
    /// How fine a stated place is.
    PlacePrecision {
        /// The place itself. UCDP GED `where_prec` 1, ACLED `geo_precision` 1.
        Exact = "exact",
        /// Within about 25 km of a known place. UCDP GED 2, ACLED 2.
        Near25Km = "near_25km",
        /// A district or municipality. UCDP GED 3, ACLED 2.
        SecondOrderDivision = "adm2",
        /// A province or region. UCDP GED 4, ACLED 3.
        FirstOrderDivision = "adm1",
        /// A line, a road, a front or an area without clear edges. UCDP GED 5; ACLED has no code.
        LinearOrFuzzy = "linear_or_fuzzy",
        /// No finer than a whole country. UCDP GED 6; ACLED has no code.
        Country = "country",
        /// International waters or airspace. UCDP GED 7; ACLED has no code.
        InternationalWatersOrAir = "intl_waters_air",
        /// Known to the publisher and not said, to protect people. Neither has a code; never shown as a centre point.
        Withheld = "withheld",
    }
}

impl PlacePrecision {
    /// The `where_prec` of UCDP GED codebook 22.1, 1 to 7; `None` where it has none.
    pub const fn ucdp_where_prec(self) -> Option<u8> {
        match self {
            Self::Exact => Some(1),
            Self::Near25Km => Some(2),
            Self::SecondOrderDivision => Some(3),
            Self::FirstOrderDivision => Some(4),
            Self::LinearOrFuzzy => Some(5),
            Self::Country => Some(6),
            Self::InternationalWatersOrAir => Some(7),
            Self::Withheld => None,
        }
    }

    /// The `geo_precision` of ACLED, 1 to 3; `None` where it has none.
    pub const fn acled_geo_precision(self) -> Option<u8> {
        match self {
            Self::Exact => Some(1),
            Self::Near25Km | Self::SecondOrderDivision => Some(2),
            Self::FirstOrderDivision => Some(3),
            Self::LinearOrFuzzy | Self::Country | Self::InternationalWatersOrAir | Self::Withheld => None,
        }
    }
}

/// Decimal places of a degree that are kept: 10^-7 degrees are about 1 cm.
const PER_DEGREE: f64 = 1e7;

/// Declares an angle kept as a whole number of 10^-7 degrees, so that equal places are equal bytes in every view.
macro_rules! angle {
    ($(#[$meta:meta])* $name:ident, $limit:literal, $expected:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            e7: i32,
        }

        impl $name {
            /// Rounds to 7 decimals and keeps an angle.
            ///
            /// # Errors
            /// `out_of_range` outside the limits, and for what is not a number.
            pub fn new(degrees: f64) -> Result<Self, Flaw> {
                if !(-$limit..=$limit).contains(&degrees) {
                    return Err(Flaw::new(RefusalCode::OutOfRange, $expected));
                }
                #[expect(clippy::cast_possible_truncation, reason = "180 * 10^7 fits into 31 bits")]
                let e7 = (degrees * PER_DEGREE).round() as i32;
                Ok(Self { e7 })
            }

            /// The angle in decimal degrees.
            pub fn degrees(self) -> f64 {
                f64::from(self.e7) / PER_DEGREE
            }

            /// The angle in units of 10^-7 degrees.
            pub const fn e7(self) -> i32 {
                self.e7
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.degrees().fmt(f)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_f64(self.degrees())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                f64::deserialize(deserializer).and_then(|degrees| Self::new(degrees).map_err(de::Error::custom))
            }
        }
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "number", "minimum": -$limit, "maximum": $limit })
            }
        }
    };
}

angle!(
    /// A latitude, WGS 84.
    Latitude, 90.0, "decimal degrees from -90 to 90"
);
angle!(
    /// A longitude, WGS 84.
    Longitude, 180.0, "decimal degrees from -180 to 180"
);
