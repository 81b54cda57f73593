//! Which fields may be sealed, and taking them out of a report and putting them back.
//!
//! ```text
//! data.provenance.asserted_by.speaker · data.provenance.source.url · data.provenance.verbatim · data.content.place.names
//! ```
//! May be sealed: names of people, words, sources, places. Stays visible: what is counted or answered, by and against whom, when,
//! and which entries it is about. So a sealed field can hide where and from whom, and never what a number is made of.

use std::fmt;

use armistice_report::Name;
use serde_json::Value;

use crate::error::Error;

/// Parts of `data.provenance.asserted_by`.
const ASSERTER: [&str; 3] = ["as_named", "speaker", "office"];
/// Fields of `data.provenance`; each as a whole.
const PROVENANCE: [&str; 4] = ["attribution", "evidence", "source", "verbatim"];
/// Parts of `data.provenance.source`; its `kind` stays.
const SOURCE: [&str; 8] = [
    "captured_at",
    "content_hash",
    "outlet",
    "published_at",
    "published_on",
    "row",
    "title",
    "url",
];
/// Fields of contents that hold a place; each as a whole or in its parts.
const PLACE: [&str; 5] = ["area", "from", "observer", "place", "to"];
/// Parts of a place; its `precision` stays.
const PLACE_PARTS: [&str; 5] = ["lat", "lon", "names", "place", "reference"];
/// Fields of contents that hold lists of places; each as a whole.
const PLACES: [&str; 3] = ["not_reached", "places", "route"];
/// Fields of contents that hold people's words and names.
const WORDS: [&str; 12] = [
    "kind_text",
    "mandate",
    "method_text",
    "office",
    "person",
    "reason",
    "reason_given",
    "remedy",
    "target",
    "tasks",
    "text",
    "weapon_text",
];

/// The path of a field that may be sealed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field(Name);

impl Field {
    /// Checks a path.
    ///
    /// # Errors
    /// [`Error::NotSealable`].
    pub fn new(path: &str) -> Result<Self, Error> {
        let not_sealable = || Error::NotSealable {
            path: path.to_owned(),
        };
        let segments: Vec<&str> = path.split('.').collect();
        let is_sealable = match segments.as_slice() {
            ["data", "provenance", rest @ ..] => provenance(rest),
            ["data", "content", "replacement", "content", rest @ ..] | ["data", "content", rest @ ..] => {
                content(rest)
            }
            _ => false,
        };
        let name = Name::new(path).map_err(|_| not_sealable())?;
        is_sealable.then_some(Self(name)).ok_or_else(not_sealable)
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The path as a report holds it.
    pub fn name(&self) -> &Name {
        &self.0
    }

    /// Takes the value out of the JSON of a draft or report.
    ///
    /// # Errors
    /// [`Error::NotThere`]; [`Error::Reference`], and the report stays as it was.
    pub fn take(&self, report: &mut Value) -> Result<Value, Error> {
        let (parent, name) = self.parent();
        let fields = report.pointer_mut(&parent).and_then(Value::as_object_mut);
        let found = fields.filter(|fields| fields.get(name).is_some_and(|value| !value.is_null()));
        let fields = found.ok_or_else(|| Error::NotThere {
            path: self.to_string(),
        })?;
        if fields.get(name).is_some_and(refers) {
            return Err(Error::Reference {
                path: self.to_string(),
            });
        }
        Ok(fields.remove(name).unwrap_or_default())
    }

    /// Puts a value back where it was. False where the report has no such place.
    pub fn put(&self, report: &mut Value, value: Value) -> bool {
        let (parent, name) = self.parent();
        let fields = report.pointer_mut(&parent).and_then(Value::as_object_mut);
        fields
            .map(|fields| fields.insert(name.to_owned(), value))
            .is_some()
    }

    /// The JSON pointer of the object that holds it, and its name there.
    fn parent(&self) -> (String, &str) {
        let (parent, name) = self.as_str().rsplit_once('.').unwrap_or(("", self.as_str()));
        (format!("/{}", parent.replace('.', "/")), name)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn provenance(rest: &[&str]) -> bool {
    match rest {
        [whole] => PROVENANCE.contains(whole),
        ["asserted_by", part] => ASSERTER.contains(part),
        ["source", part] => SOURCE.contains(part),
        _ => false,
    }
}

fn content(rest: &[&str]) -> bool {
    match rest {
        [whole] => PLACE.contains(whole) || PLACES.contains(whole) || WORDS.contains(whole),
        [place, part] => PLACE.contains(place) && PLACE_PARTS.contains(part),
        _ => false,
    }
}

/// True for the hash of an entry or what a draft writes for it, which some fields hold under the names of words.
fn refers(value: &Value) -> bool {
    let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    value
        .as_str()
        .is_some_and(|text| text.starts_with('@') || is_hash(text))
}
