//! Whole numbers that every JSON reader holds exactly.
//!
//! `0` … `9007199254740991`, which is 2^53 − 1 (RFC 8259 section 6). No fractions, no sentinels such as −1.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{flaw::Flaw, refusal::RefusalCode};

/// The greatest whole number of a report: 2^53 − 1.
pub const WHOLE_MAX: u64 = (1 << 53) - 1;

/// What a refusal says about a whole number.
pub(crate) const WHOLE_EXPECTED: &str = "a whole number from 0 to 9007199254740991";

/// A whole number from 0 to 2^53 − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Whole(u64);

impl Whole {
    /// Checks and keeps a number.
    ///
    /// # Errors
    /// `out_of_range` above 2^53 − 1.
    pub fn new(number: u64) -> Result<Self, Flaw> {
        if number > WHOLE_MAX {
            return Err(Flaw::new(RefusalCode::OutOfRange, WHOLE_EXPECTED));
        }
        Ok(Self(number))
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl From<u32> for Whole {
    fn from(number: u32) -> Self {
        Self(number.into())
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).and_then(|number| Self::new(number).map_err(de::Error::custom))
    }
}

impl JsonSchema for Whole {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Whole".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": WHOLE_MAX })
    }
}
