//! What counts need of the view `frame`: which place lies within which, and which actor belongs to which side.

use std::collections::HashMap;

use armistice_projection::{Projection, View};
use serde::Deserialize;

use crate::cut::Cut;

/// What stands where nothing is said.
pub(crate) const NOT_STATED: &str = "not_stated";
/// What stands where a redaction took the words away.
pub(crate) const REDACTED: &str = "redacted";
/// Places around each other that are followed, at most: a village, its district, its region, its zone, and as many again.
const WITHIN_MAX: usize = 8;

#[derive(Deserialize)]
struct PlaceRow {
    place: String,
    kind: String,
    within: Option<String>,
}

#[derive(Deserialize)]
struct ActorRow {
    actor: String,
    side: String,
}

/// Places and actors as registered.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    /// Kind and the place around it.
    places: HashMap<String, (String, Option<String>)>,
    sides: HashMap<String, String>,
}

impl Frame {
    pub(crate) fn of(projection: &Projection) -> Self {
        let mut frame = Self::default();
        projection.for_each_row(View::Frame, |key, row| {
            if key.starts_with("place/") {
                let row: PlaceRow = read(row);
                frame.places.insert(row.place, (row.kind, row.within));
            } else if key.starts_with("actor/") {
                let row: ActorRow = read(row);
                frame.sides.insert(row.actor, row.side);
            }
        });
        frame
    }

    /// The side of an actor, as the views have it: the actor itself where it was not registered.
    pub(crate) fn side<'a>(&'a self, actor: &'a str) -> &'a str {
        self.sides.get(actor).map_or(actor, String::as_str)
    }

    /// The value of a cut by place; `None` where it is not stated.
    pub(crate) fn around<'a>(&'a self, cut: Cut, place: &'a str) -> Option<&'a str> {
        if place == REDACTED {
            return Some(REDACTED);
        }
        let kinds: &[&str] = match cut {
            Cut::District => &["district", "sector", "region"],
            Cut::Sector => &["sector"],
            Cut::Region => &["region"],
            Cut::Zone => &["zone"],
            _ => return Some(place),
        };
        kinds.iter().find_map(|kind| self.nearest(kind, place))
    }

    fn nearest<'a>(&'a self, kind: &str, place: &'a str) -> Option<&'a str> {
        let mut at = place;
        for _ in 0..WITHIN_MAX {
            let (found, within) = self.places.get(at)?;
            if found == kind {
                return Some(at);
            }
            at = within.as_deref()?;
        }
        None
    }
}

/// Whether a name stands for one actor, so that two records with it are of the same one.
pub(crate) fn is_named(name: &str) -> bool {
    name != NOT_STATED && name != REDACTED
}

/// The name that stands for a redacted observer or assessor where its numbers are added: of its own for each record, as the views key it.
pub(crate) fn own_redacted(row_key: &str) -> String {
    let index = row_key.rsplit('/').next().unwrap_or(row_key);
    format!("{REDACTED}/{index}")
}

/// A value as rows show it: names of redacted observers differ in keys only.
pub(crate) fn shown(value: &str) -> &str {
    match value.strip_prefix(REDACTED) {
        Some(own) if own.starts_with('/') => REDACTED,
        _ => value,
    }
}

/// Reads the fields that are needed of a row.
pub(crate) fn read<'a, T: Deserialize<'a>>(row: &'a [u8]) -> T {
    serde_json::from_slice(row).expect("the fields of a view's rows are fixed by its version")
}
