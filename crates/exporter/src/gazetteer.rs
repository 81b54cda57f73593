//! The registered places, as `frame` has them: names, points and precision, without those that are withheld.

use std::collections::BTreeMap;

use armistice_report::PlacePrecision;

use crate::{Error, Shield, json::Json, row::Row, rows::Rows, rows::Source};

/// A registered place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) names: Json,
    pub(crate) kind: Json,
    pub(crate) within: Option<String>,
    /// Longitude and latitude as the row writes them.
    pub(crate) point: Option<(f64, f64)>,
    pub(crate) precision: Option<PlacePrecision>,
}

/// The registered places by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gazetteer(BTreeMap<String, Place>);

impl Gazetteer {
    /// Reads the rows of `frame`.
    pub(crate) fn read(frame: &Source<'_>, shield: &Shield) -> Result<Self, Error> {
        let mut places = BTreeMap::new();
        Rows::new(frame, shield).each(|line| {
            let row = Row::read("", line)?;
            if row.text("row") == "place" {
                let id = row.text("place").to_owned();
                let point = degrees(row.get("lon")).zip(degrees(row.get("lat")));
                let place = Place {
                    names: row.get("names").clone(),
                    kind: row.get("kind").clone(),
                    within: Some(row.text("within").to_owned()).filter(|within| !within.is_empty()),
                    point: point.filter(|_| !shield.withholds(&id)),
                    precision: precision(row.text("precision")),
                };
                places.insert(id, place);
            }
            Ok(())
        })?;
        Ok(Self(places))
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Place> {
        self.0.get(id)
    }

    /// The first name of the nearest place around `id` that is of one of these kinds, itself included. A name, never a point.
    pub(crate) fn around(&self, id: &str, kinds: &[&str]) -> Option<&str> {
        let mut at = id;
        for _ in 0..WITHIN_STEPS_MAX {
            let place = self.get(at)?;
            if kinds.contains(&place.kind.text()) {
                return place.names.items().first().map(|name| name.get("name").text());
            }
            at = place.within.as_deref()?;
        }
        None
    }
}

/// Steps of `within` that are followed: a registration may lead in a circle.
const WITHIN_STEPS_MAX: usize = 8;

fn degrees(value: &Json) -> Option<f64> {
    match value {
        Json::Number(number) => number.as_f64(),
        _ => None,
    }
}

fn precision(word: &str) -> Option<PlacePrecision> {
    PlacePrecision::ALL
        .iter()
        .copied()
        .find(|known| known.as_str() == word)
}
