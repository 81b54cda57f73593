//! Takes out of a row what the shield hides. The views do it too, for what was redacted before their tree size; this also
//! does it for what came later, and for points that would give a hidden place away.

use crate::{
    Shield,
    json::Json,
    places::{self, POINT},
    row::Row,
};

/// What stands in the place of something redacted, as in the views.
const REDACTED: &str = "redacted";
/// What stands in the place of degrees that are hidden.
const WITHHELD: &str = "withheld";

/// Fields of rows by the field of a report that they come from, where the names differ.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("data.content.place", &["place", "place_named"]),
    ("data.content.area", &["place", "place_named", "area"]),
    ("data.content.places", &["places"]),
    ("data.content.route", &["place", "place_named", "places"]),
    ("data.content.not_reached", &["not_reached"]),
    ("data.content.weapons", &["weapons"]),
    ("data.content.target_kind", &["target_kind"]),
    ("data.content.accused", &["accused", "accused_side", "side"]),
    (
        "data.provenance.asserted_by",
        &["asserted_by", "asserted_by_side", "by", "by_side"],
    ),
];

/// Rewrites the row; true when anything was taken out.
pub(crate) fn row(row: &mut Row, shield: &Shield) -> bool {
    let mut changed = false;
    if row.text("row") == "place" && shield.withholds(row.text("place")) {
        for (name, value) in &mut row.fields {
            if matches!(name.as_str(), "lat" | "lon") && *value != Json::Null {
                *value = Json::Null;
                changed = true;
            }
        }
    }
    let mut labels = Vec::new();
    changed |= redact(&mut row.fields, shield, &mut labels);
    let incident = row
        .text("incident")
        .rsplit('/')
        .next()
        .and_then(|index| index.parse().ok());
    let hidden = incident.is_some_and(|index: u64| shield.hides(index))
        || entries_below(&row.fields)
            .iter()
            .any(|index| shield.hides(*index));
    for (name, value) in &mut row.fields {
        if hidden {
            changed |= without_points(value);
        }
        if let (true, Json::Text(key)) = (name == "key", value) {
            for label in &labels {
                if key.contains(label.as_str()) {
                    *key = key.replace(label, REDACTED);
                    changed = true;
                }
            }
        }
    }
    changed
}

/// The indexes of every entry that a row names, at any depth.
pub(crate) fn entries_below(fields: &[(String, Json)]) -> Vec<u64> {
    let mut found = Vec::new();
    for (_, value) in fields {
        collect(value, &mut found);
    }
    found
}

fn collect(value: &Json, found: &mut Vec<u64>) {
    match value {
        Json::List(items) => items.iter().for_each(|item| collect(item, found)),
        Json::Object(fields) => match (value.get("index").number(), value.get("hash")) {
            (Some(index), Json::Text(_)) => found.push(index),
            _ => fields.iter().for_each(|(_, value)| collect(value, found)),
        },
        _ => {}
    }
}

/// The entries that an object is about: its own `entry` or `entries`, and no deeper ones.
fn own_entries(fields: &[(String, Json)]) -> Vec<u64> {
    let own: Vec<(String, Json)> = fields
        .iter()
        .filter(|(name, _)| matches!(name.as_str(), "entry" | "entries"))
        .cloned()
        .collect();
    entries_below(&own)
}

/// Takes out redacted fields. An object that is about several entries loses a field when it is redacted in all of them.
fn redact(fields: &mut [(String, Json)], shield: &Shield, labels: &mut Vec<String>) -> bool {
    let mut changed = false;
    for (_, value) in fields.iter_mut() {
        changed |= redact_below(value, shield, labels);
    }
    // A count over many entries names none of their words.
    if fields.iter().any(|(name, _)| name == "entries_count") {
        return changed;
    }
    let own = own_entries(fields);
    let Some((first, others)) = own.split_first() else {
        return changed;
    };
    for path in shield.redacted(*first) {
        let in_all = |index: &u64| {
            shield
                .redacted(*index)
                .iter()
                .any(|other| places::covers(other, path))
        };
        let corrected = fields
            .iter()
            .any(|(name, value)| name == "corrected_by" && !value.items().is_empty());
        if corrected || others.iter().all(in_all) {
            changed |= take_out(fields, path, labels);
        }
    }
    changed
}

fn redact_below(value: &mut Json, shield: &Shield, labels: &mut Vec<String>) -> bool {
    match value {
        Json::List(items) => items.iter_mut().fold(false, |changed, item| {
            redact_below(item, shield, labels) | changed
        }),
        Json::Object(fields) => redact(fields, shield, labels),
        _ => false,
    }
}

fn take_out(fields: &mut [(String, Json)], path: &str, labels: &mut Vec<String>) -> bool {
    let mut changed = false;
    let known = SYNONYMS.iter().filter(|(field, _)| places::covers(path, field));
    let names: Vec<&str> = known.flat_map(|(_, names)| names.iter().copied()).collect();
    let last = path
        .strip_prefix("data.content.")
        .and_then(|rest| rest.split(['.', '[']).next());
    for (name, value) in fields {
        let meant = names.contains(&name.as_str()) || last == Some(name.as_str());
        if !meant || *value == Json::Null || value.text() == REDACTED {
            continue;
        }
        if let Json::Text(text) = &*value
            && name.starts_with("place")
        {
            labels.push(text.clone());
        }
        *value = if matches!(value, Json::Text(_)) {
            Json::Text(REDACTED.to_owned())
        } else {
            Json::Null
        };
        changed = true;
    }
    changed
}

/// Replaces the degrees of every label `point:…`.
fn without_points(value: &mut Json) -> bool {
    match value {
        Json::Text(text) => {
            let Some(at) = text.find(POINT) else { return false };
            if text[at + POINT.len()..] == *WITHHELD {
                return false;
            }
            text.truncate(at + POINT.len());
            text.push_str(WITHHELD);
            true
        }
        Json::List(items) => items
            .iter_mut()
            .fold(false, |changed, item| without_points(item) | changed),
        Json::Object(fields) => fields
            .iter_mut()
            .fold(false, |changed, (_, value)| without_points(value) | changed),
        _ => false,
    }
}
