//! Redactions in force: which entries have one, which paths they name, and what rows show in the place of what they hide.
//!
//! ```text
//! data.content.place            →  "place":"redacted","place_named":null
//! data.provenance.asserted_by   →  "asserted_by":"redacted","asserted_by_side":"redacted"
//! ```
//! A redaction is never taken back. It is about an entry and all its versions: what is hidden of an original is hidden of
//! its corrections, and the other way round, since they mostly say the same. It changes what rows show, not what is held
//! here, nor any entry: whoever has the log reads the cleartext there.

use std::collections::{BTreeMap, BTreeSet};

use armistice_report::{Event, RedactionApplied};
use serde::{Deserialize, Serialize};

use crate::{
    compact::{By, Where},
    names::Name,
    scene::Scene,
};

/// What stands in a row in the place of what is hidden.
pub(crate) const REDACTED: &str = "redacted";

/// Fields of contents that hold places; every one of them is hidden by the same rule.
const PLACES: [&str; 7] = ["place", "area", "places", "from", "to", "route", "not_reached"];

/// What is hidden of one original entry and its corrections.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Hidden {
    /// Stands for the place: a name of its own, so that no two redacted places read as one.
    place: Option<Name>,
    by: Option<HiddenBy>,
}

/// What stands for whoever says it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct HiddenBy {
    /// [`REDACTED`].
    who: Name,
    /// A name of its own, where numbers of one observer are added.
    observer: Name,
}

/// Every redaction, in force from its entry on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Redactions {
    /// The paths redacted of an entry, by the entry that a redaction names.
    fields: BTreeMap<u32, BTreeSet<Name>>,
    /// By the original entry.
    hidden: BTreeMap<u32, Hidden>,
}

impl Redactions {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let Event::RedactionApplied(applied) = scene.event else {
            return;
        };
        if let Some(target) = scene.entries.find(&applied.target) {
            self.redact(scene, target, applied);
        }
    }

    fn redact(&mut self, scene: &mut Scene<'_>, target: u32, applied: &RedactionApplied) {
        let named = self.fields.entry(target).or_default();
        named.extend(applied.fields.iter().map(|field| scene.names.intern(field)));
        let original = scene.entries.original_of(target);
        let own = format!("{REDACTED}/{original:012}");
        let hidden = self.hidden.entry(original).or_default();
        for field in &applied.fields {
            if hides_place(field) {
                hidden.place = Some(scene.names.intern(&own));
            }
            if hides_asserter(field) {
                hidden.by = Some(HiddenBy {
                    who: scene.names.intern(REDACTED),
                    observer: scene.names.intern(&own),
                });
            }
        }
    }

    /// Whether a redaction names the entry.
    pub(crate) fn is_redacted(&self, index: u32) -> bool {
        self.fields.contains_key(&index)
    }

    /// The paths redacted of an entry.
    pub(crate) fn fields(&self, index: u32) -> impl Iterator<Item = Name> + '_ {
        self.fields.get(&index).into_iter().flatten().copied()
    }

    /// The place as a row shows it, of an original entry.
    pub(crate) fn place(&self, original: u32, place: Where) -> Where {
        // Also where none is stated in clear: it may have been sealed, and whether there was one is not said.
        match self.hidden.get(&original).and_then(|hidden| hidden.place) {
            Some(own) => Where {
                place: Some(own),
                named: None,
            },
            None => place,
        }
    }

    /// Whether the place of an original entry is hidden.
    pub(crate) fn hides_place(&self, original: u32) -> bool {
        self.hidden
            .get(&original)
            .is_some_and(|hidden| hidden.place.is_some())
    }

    /// Whether it is hidden who says an original entry.
    pub(crate) fn hides_asserter(&self, original: u32) -> bool {
        self.hidden
            .get(&original)
            .is_some_and(|hidden| hidden.by.is_some())
    }

    /// Who says it as a row shows it, of an original entry.
    pub(crate) fn by(&self, original: u32, by: By) -> By {
        match self.hidden.get(&original).and_then(|hidden| hidden.by) {
            Some(hidden) => By {
                who: hidden.who,
                ..by
            },
            None => by,
        }
    }

    /// Whose numbers it adds to, of an original entry.
    pub(crate) fn observer(&self, original: u32, observer: Name) -> Name {
        let hidden = self.hidden.get(&original).and_then(|hidden| hidden.by);
        hidden.map_or(observer, |hidden| hidden.observer)
    }
}

/// A name as a row shows it: those of redacted places and observers differ in keys only.
pub(crate) fn shown(text: &str) -> &str {
    match text.strip_prefix(REDACTED) {
        // An id holds no slash, and other names begin with a word and a colon.
        Some(own) if own.starts_with('/') => REDACTED,
        _ => text,
    }
}

/// Whether a path names a part of where it was: one of the fields that hold places, what is within, or what holds it.
fn hides_place(path: &str) -> bool {
    let segments: Vec<&str> = segments(path).collect();
    match segments.as_slice() {
        ["data"] | ["data", "content"] | ["data", "content", "replacement"] => true,
        ["data", "content", "replacement", "content", rest @ ..] | ["data", "content", rest @ ..] => {
            match rest {
                [] | ["demand"] | ["demand", "place", ..] => true,
                [field, ..] => PLACES.contains(field),
            }
        }
        _ => false,
    }
}

/// Whether a path names who says it, or through whom it came: both are shown as one.
fn hides_asserter(path: &str) -> bool {
    let segments: Vec<&str> = segments(path).collect();
    match segments.as_slice() {
        ["data"]
        | ["data", "provenance"]
        | ["data", "provenance", "asserted_by"]
        | ["data", "provenance", "attribution", ..] => true,
        ["data", "provenance", "asserted_by", part] => ["actor", "as_named"].contains(part),
        _ => false,
    }
}

/// The names of a path, without the numbers of list items.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('.')
        .map(|segment| segment.split('[').next().unwrap_or(segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_hides_what_it_names_holds_or_is_within() {
        for (path, place, by) in [
            ("data.content.place", true, false),
            ("data.content.place.names[0].name", true, false),
            ("data.content.places[2]", true, false),
            ("data.content.replacement.content.area", true, false),
            ("data.content", true, false),
            ("data", true, true),
            ("data.content.demand.place.names", true, false),
            ("data.content.demand.text", false, false),
            ("data.content.replacement", true, false),
            ("data.content.target", false, false),
            ("data.provenance", false, true),
            ("data.provenance.asserted_by", false, true),
            ("data.provenance.asserted_by.as_named", false, true),
            ("data.provenance.asserted_by.speaker", false, false),
            ("data.provenance.attribution[0].name", false, true),
            ("data.provenance.verbatim", false, false),
            ("", false, false),
        ] {
            assert_eq!((hides_place(path), hides_asserter(path)), (place, by), "{path}");
        }
    }

    #[test]
    fn a_name_of_its_own_is_shown_as_the_one_word() {
        for (text, expected) in [
            ("redacted/000000000012", "redacted"),
            ("redacted", "redacted"),
            ("redacted-hill", "redacted-hill"),
            ("parukh", "parukh"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
