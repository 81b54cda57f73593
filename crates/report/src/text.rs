//! Bounded text: what people wrote, with a limit in bytes and no control characters.
//!
//! `"\"complete lie\", said the army's spokesman"`
//!
//! A control character is any of C0, DEL, C1 and the separators U+2028 and U+2029: each of them can forge a line in
//! somebody's terminal, log or table. Nothing is trimmed or normalised: the bytes are the producer's.

use std::{borrow::Cow, fmt, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{flaw::Flaw, refusal::RefusalCode};

/// A word or two: a unit, a number of a document. 128 bytes.
pub type Label = Text<128>;
/// A name of a person, office, place or thing. 256 bytes.
pub type Name = Text<256>;
/// A title, an address, one sentence. 1,024 bytes.
pub type Line = Text<1024>;
/// A passage of somebody's words. 8,192 bytes, so that several fit into one entry of 65,535.
pub type Passage = Text<8192>;

/// Text of 1 to `BYTES_MAX` bytes of UTF-8 without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const BYTES_MAX: usize>(String);

/// True for characters that no string of a report may hold: C0, DEL, C1, U+2028 and U+2029.
pub fn is_control(c: char) -> bool {
    c.is_control() || c == '\u{2028}' || c == '\u{2029}'
}

/// True when a string holds a control character; bytes first, because nearly every string is clean ASCII.
pub(crate) fn has_control(text: &str) -> bool {
    // 0xC2 begins C1 controls, 0xE2 begins U+2028 and U+2029: only then are characters decoded.
    let suspect = |b: &u8| *b < 0x20 || *b == 0x7f || *b == 0xc2 || *b == 0xe2;
    text.as_bytes().iter().any(suspect) && text.chars().any(is_control)
}

impl<const BYTES_MAX: usize> Text<BYTES_MAX> {
    /// Checks and keeps a text.
    ///
    /// # Errors
    /// `empty`, `too_long` or `control_character`.
    pub fn new(text: impl Into<String>) -> Result<Self, Flaw> {
        let text = text.into();
        if text.is_empty() {
            return Err(Flaw::new(
                RefusalCode::Empty,
                "at least one character; leave the field out when there is nothing to say",
            ));
        }
        if text.len() > BYTES_MAX {
            return Err(Flaw::new(
                RefusalCode::TooLong,
                format!("at most {BYTES_MAX} bytes of UTF-8"),
            ));
        }
        if has_control(&text) {
            return Err(Flaw::new(
                RefusalCode::ControlCharacter,
                "text without control characters",
            ));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const BYTES_MAX: usize> Deref for Text<BYTES_MAX> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const BYTES_MAX: usize> AsRef<str> for Text<BYTES_MAX> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<const BYTES_MAX: usize> fmt::Display for Text<BYTES_MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const BYTES_MAX: usize> TryFrom<&str> for Text<BYTES_MAX> {
    type Error = Flaw;
    fn try_from(text: &str) -> Result<Self, Flaw> {
        Self::new(text)
    }
}

impl<const BYTES_MAX: usize> TryFrom<String> for Text<BYTES_MAX> {
    type Error = Flaw;
    fn try_from(text: String) -> Result<Self, Flaw> {
        Self::new(text)
    }
}

impl<'de, const BYTES_MAX: usize> Deserialize<'de> for Text<BYTES_MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).and_then(|text| Self::new(text).map_err(de::Error::custom))
    }
}

impl<const BYTES_MAX: usize> JsonSchema for Text<BYTES_MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Text{BYTES_MAX}").into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // JSON Schema counts characters; the limit in bytes is the narrower one and is the one that binds.
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": BYTES_MAX,
            "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$",
        })
    }
}
