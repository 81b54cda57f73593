//! A refusal: the lawful no to a submission, as data.
//!
//! `{"code":"out_of_range","field":"data.content.place.lat","expected":"decimal degrees from -90 to 90"}`
//!
//! The code is stable for ever and recorded in the ledger; the other parts are for people and may be worded better.
//! Every code has a section in `docs/reference/refusals.md`. A refusal is not an error of ours: it has no cause and no
//! backtrace.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::code::RefusalCode;
use crate::{
    flaw::{Flaw, MARK},
    json::join,
    number::WHOLE_EXPECTED,
    text::is_control,
};

/// Longest quotation of what was found, in characters: a line of a terminal.
const FOUND_CHARS_MAX: usize = 80;
/// Longest path, in characters: the deepest lawful one has fewer than 100, the names in an unlawful one are the sender's.
const FIELD_CHARS_MAX: usize = 200;

/// Why a submission did not become an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The stable code.
    pub code: RefusalCode,
    /// The path to the field, such as `data.content.place.lat`; empty when it is about the whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What would have been right.
    pub expected: String,
    /// What was there instead, shortened and without control characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused as {}", self.code)?;
        if !self.field.is_empty() {
            write!(f, " at {}", self.field)?;
        }
        write!(f, ": expected {}", self.expected)?;
        match &self.found {
            Some(found) => write!(f, ", found {found}"),
            None => Ok(()),
        }
    }
}

impl Refusal {
    /// A refusal of one field; `field` is empty when it is about the whole.
    pub fn new(code: RefusalCode, field: impl Into<String>, expected: impl Into<String>) -> Self {
        let field = quote(&field.into(), FIELD_CHARS_MAX);
        Self {
            code,
            field,
            expected: expected.into(),
            found: None,
        }
    }

    /// The same refusal with a quotation of what was there.
    #[must_use]
    pub fn found(mut self, found: &str) -> Self {
        self.found = Some(quote(found, FOUND_CHARS_MAX));
        self
    }

    /// What to do next.
    pub const fn hint(&self) -> &'static str {
        self.code.hint()
    }

    /// A flaw below `base`.
    pub(crate) fn from_flaw(flaw: Flaw, base: &str) -> Self {
        Self::new(flaw.code, join(base, &flaw.field), flaw.expected)
    }

    /// The same as a flaw, for a reader within a reader.
    pub(crate) fn into_flaw(self) -> Flaw {
        Flaw {
            code: self.code,
            field: self.field.into(),
            expected: self.expected,
        }
    }

    /// Reads the text of a JSON error; `path` leads to the value at which it was raised.
    pub(crate) fn from_json(error: &serde_json::Error, path: &str) -> Self {
        let text = error.to_string();
        if let Some(flaw) = marked(&text) {
            return Self::from_flaw(flaw, path);
        }
        let message = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
        if error.is_syntax() || error.is_eof() {
            return from_syntax(message, error.column(), path);
        }
        from_data(message, path)
    }
}

/// Quotes what a sender wrote: shortened, without control characters.
fn quote(text: &str, chars_max: usize) -> String {
    let tame = |c: char| if is_control(c) { '\u{fffd}' } else { c };
    let mut quoted: String = text.chars().take(chars_max).map(tame).collect();
    if text.chars().nth(chars_max).is_some() {
        quoted.push('…');
    }
    quoted
}

/// Takes a flaw out of an error's text.
fn marked(text: &str) -> Option<Flaw> {
    let mut parts = text.split(MARK).skip(1);
    let (code, field, expected) = (parts.next()?, parts.next()?, parts.next()?);
    let code = RefusalCode::ALL
        .iter()
        .copied()
        .find(|one| one.as_str() == code)?;
    Some(Flaw {
        code,
        field: field.to_owned().into(),
        expected: expected.to_owned(),
    })
}

/// JSON that is not JSON. The words are `serde_json`'s; tests hold the codes that they lead to.
fn from_syntax(message: &str, column: usize, path: &str) -> Refusal {
    if message.starts_with("control character") {
        let expected = "text without control characters (C0, DEL, C1, U+2028, U+2029)";
        return Refusal::new(RefusalCode::ControlCharacter, path, expected);
    }
    if message.starts_with("number out of range") {
        return Refusal::new(RefusalCode::OutOfRange, path, "a number within the field's range");
    }
    let expected = "one JSON object (RFC 8259) and nothing after it";
    Refusal::new(RefusalCode::InvalidJson, path, expected).found(&format!("{message} at byte {column}"))
}

/// JSON that does not fit the type. The words are serde's; tests hold the codes that they lead to.
fn from_data(message: &str, path: &str) -> Refusal {
    let name = message.split('`').nth(1).unwrap_or_default();
    // From the right: what was found is the sender's and may hold the same words.
    let wanted = message
        .rsplit_once(", expected ")
        .map_or("", |(_, wanted)| wanted);
    // Some faults of a field are raised at the object that holds it, some at the field.
    let below = || {
        if last(path) == name {
            path.to_owned()
        } else {
            join(path, name)
        }
    };
    if message.starts_with("unknown field") {
        let wanted = if wanted.is_empty() { "no fields" } else { wanted };
        return Refusal::new(RefusalCode::UnknownField, below(), wanted).found(name);
    }
    if message.starts_with("missing field") {
        if name == "target" || name == "targets" {
            return Refusal::new(
                RefusalCode::MissingTarget,
                below(),
                "the hash of the entry that is answered",
            );
        }
        return Refusal::new(RefusalCode::MissingField, below(), "this field");
    }
    if message.starts_with("duplicate field") {
        return Refusal::new(RefusalCode::DuplicateField, below(), "each field once");
    }
    if message.starts_with("unknown variant") {
        let code = if last(path) == "type" {
            RefusalCode::UnknownType
        } else {
            RefusalCode::InvalidValue
        };
        return Refusal::new(code, path, wanted).found(name);
    }
    let found = message
        .split_once(": ")
        .and_then(|(_, rest)| rest.rsplit_once(", expected "));
    let is_number = found.is_some_and(|(found, _)| found.starts_with("integer"));
    let code = if message.starts_with("invalid value") && is_number {
        RefusalCode::OutOfRange
    } else {
        RefusalCode::InvalidValue
    };
    let expected = match wanted {
        "" => message,
        "u64" | "u32" => WHOLE_EXPECTED,
        "f64" => "a number",
        "a boolean" => "true or false",
        wanted if wanted.starts_with("struct ") => "an object",
        wanted => wanted,
    };
    Refusal {
        found: found.map(|(found, _)| quote(found, FOUND_CHARS_MAX)),
        ..Refusal::new(code, path, expected)
    }
}

/// The last field of a path.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}
