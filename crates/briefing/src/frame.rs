//! Names: of actors, and all names of places with who uses each.

use std::collections::BTreeMap;

use armistice_projection::{Projection, View};
use serde::{Deserialize, Serialize};

use crate::{Error, rows};

/// How far up `within` is followed.
const STEPS_MAX: usize = 8;
/// What is left out by a redaction.
pub(crate) const REDACTED: &str = "redacted";
/// What a source does not name.
pub(crate) const NOT_STATED: &str = "not_stated";
/// What a source names but keeps to itself.
pub(crate) const WITHHELD: &str = "withheld";

/// One name, and who uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// The name.
    pub name: String,
    /// Its language.
    pub language: Option<String>,
    /// Who uses it; `None` when that is not stated.
    pub used_by: Option<String>,
}

/// A place with every name that it goes by. None of them is "the" name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Its registered id, `named:…`, `point:…`, `not_stated`, `withheld` or `redacted`.
    pub place: String,
    /// All its names, in the order of the view `frame`.
    pub names: Vec<Name>,
    /// The names in one line, or what stands for them.
    pub shown: String,
    /// The id of the nearest district, sector or region around it, or `not_stated`.
    pub district: String,
}

#[derive(Debug, Deserialize)]
struct ActorRow {
    actor: String,
    role: String,
    names: Vec<Name>,
}

#[derive(Debug, Deserialize)]
struct PlaceRow {
    place: String,
    kind: Option<String>,
    within: Option<String>,
    names: Vec<Name>,
    precision: Option<String>,
}

/// The registrations that a report needs.
#[derive(Debug)]
pub(crate) struct Frame {
    actors: BTreeMap<String, ActorRow>,
    places: BTreeMap<String, PlaceRow>,
}

impl Frame {
    pub(crate) fn of(projection: &Projection) -> Result<Self, Error> {
        let actors: Vec<ActorRow> = rows::of(projection, View::Frame, "actor")?;
        let places: Vec<PlaceRow> = rows::of(projection, View::Frame, "place")?;
        Ok(Self {
            actors: actors.into_iter().map(|row| (row.actor.clone(), row)).collect(),
            places: places.into_iter().map(|row| (row.place.clone(), row)).collect(),
        })
    }

    /// The registered sides, by their code.
    pub(crate) fn sides(&self) -> Vec<String> {
        self.actors
            .values()
            .filter(|row| row.role == "side")
            .map(|row| row.actor.clone())
            .collect()
    }

    /// An actor's name: one that nobody in particular uses, else its id.
    pub(crate) fn actor(&self, id: &str) -> String {
        if id == NOT_STATED {
            return "not stated".to_owned();
        }
        if let Some(named) = id.strip_prefix("named:") {
            return named.to_owned();
        }
        self.actors
            .get(id)
            .and_then(|row| row.names.iter().find(|name| name.used_by.is_none()))
            .map_or_else(|| id.to_owned(), |name| name.name.clone())
    }

    /// A place of a row: a registered id, `named:…`, `point:…`, `words:…`, `redacted` or nothing.
    pub(crate) fn place(&self, id: Option<&str>, words: Option<&str>) -> Place {
        let id = id.unwrap_or(NOT_STATED);
        let row = self.places.get(id);
        let is_withheld = row.is_some_and(|row| row.precision.as_deref() == Some(WITHHELD));
        if is_withheld || id == WITHHELD {
            return bare(WITHHELD, "withheld");
        }
        if let Some(row) = row {
            let names: Vec<&str> = row.names.iter().map(|name| name.name.as_str()).collect();
            let shown = if names.is_empty() {
                id.to_owned()
            } else {
                names.join(" / ")
            };
            return Place {
                place: id.to_owned(),
                shown,
                names: row.names.clone(),
                district: self.district(id),
            };
        }
        if let Some(named) = id.strip_prefix("named:") {
            return bare(id, named);
        }
        if let Some(point) = id.strip_prefix("point:") {
            return bare(id, point);
        }
        match id {
            NOT_STATED => bare(id, "not stated"),
            REDACTED => bare(id, "redacted"),
            _ if id.starts_with("words:") => bare(id, words.unwrap_or("described, not named")),
            _ => bare(id, id),
        }
    }

    /// The nearest district around a place, else the nearest sector, else the nearest region.
    fn district(&self, id: &str) -> String {
        let mut around = Vec::new();
        let mut next = Some(id);
        for _ in 0..STEPS_MAX {
            let Some(row) = next.and_then(|id| self.places.get(id)) else {
                break;
            };
            around.push(row);
            next = row.within.as_deref();
        }
        ["district", "sector", "region"]
            .iter()
            .find_map(|kind| around.iter().find(|row| row.kind.as_deref() == Some(kind)))
            .map_or_else(|| NOT_STATED.to_owned(), |row| row.place.clone())
    }
}

fn bare(place: &str, shown: &str) -> Place {
    Place {
        place: place.to_owned(),
        names: Vec::new(),
        shown: shown.to_owned(),
        district: NOT_STATED.to_owned(),
    }
}
