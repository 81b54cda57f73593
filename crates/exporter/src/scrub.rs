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

/// Fields of rows that say where: all of them are taken out when a part of any place of the report is redacted.
const WHERE: &[&str] = &[
    "place",
    "place_named",
    "places",
    "area",
    "from",
    "to",
    "not_reached",
    "district",
    "districts",
];
/// Fields of rows that say who says it, or on which side that is.
const WHO: &[&str] = &[
    "asserted_by",
    "asserted_by_side",
    "by",
    "by_side",
    "claimant_side",
    "filed_by_side",
    "observer",
    "viewpoint",
];
/// Fields that gather who says it over the accounts of a row.
const WHO_OF_MANY: &[&str] = &["alleged_by", "origins", "sides"];
/// Fields that name others who say it, and not their entries.
const WHO_UNTOLD: &[&str] = &["corroborated_by"];
/// Fields that mostly repeat who says it: taken out of rows about one report, but not out of sums over many.
const WHO_OF_ONE: &[&str] = &["assessor", "body", "denied_to", "issued_by", "readout_by"];

/// Fields of rows by the field of a report that they come from, where the names differ.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("data.content.accused", &["accused", "accused_side", "side"]),
    ("data.content.period", &["period", "time"]),
    ("data.content.quantity", &["count", "number"]),
    ("data.content.weapons", &["weapons"]),
    ("data.content.target_kind", &["target_kind"]),
];

/// What is taken out of an object.
#[derive(Clone, Default)]
struct Taken {
    /// Lists of fields.
    lists: Vec<&'static [&'static str]>,
    /// It is a sum by these words: the reports within it repeat them.
    is_sum: bool,
    /// Paths of other fields.
    paths: Vec<String>,
}

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
    let (size, mut labels) = (shield.size_of(row), Vec::new());
    changed |= redact(&mut row.fields, (shield, size), &Taken::default(), &mut labels);
    let below = entries_below(&row.fields);
    let redacted = below.iter().find(|index| !shield.redacted(**index).is_empty());
    if let Some(index) = redacted {
        changed |= clean_key(&mut row.fields, &labels, *index);
        if row.text("change") == "removed" {
            reduce(row, *index);
            return true;
        }
    }
    let incident = incident_of(&row.fields);
    let hidden = incident.into_iter().chain(below).any(|index| shield.hides(index));
    if hidden {
        for (_, value) in &mut row.fields {
            changed |= without_points(value);
        }
    }
    changed
}

/// The first claim of the incident that a row is about.
fn incident_of(fields: &[(String, Json)]) -> Option<u64> {
    let incident = Json::field(fields, "incident").text();
    incident.rsplit('/').next()?.parse().ok()
}

/// A row as it was, of which something is redacted: that it is gone is told, and nothing of what it said.
fn reduce(row: &mut Row, index: u64) {
    let kind = row.text("row").to_owned();
    row.fields
        .retain(|(name, _)| KEPT_OF_REMOVED.contains(&name.as_str()));
    for (name, value) in &mut row.fields {
        // Words of other fields may stand in the key; a number alone does not tell them.
        if let (true, Json::Text(key)) = (name == "key", value)
            && key.split('/').skip(1).any(|part| !is_index(part))
        {
            *key = format!("{kind}/{REDACTED}/{index:012}");
        }
    }
}

/// Fields that say nothing of a report.
const KEPT_OF_REMOVED: &[&str] = &["change", "key", "row", "unit", "entries_count", "entries"];

fn is_index(part: &str) -> bool {
    part == REDACTED || part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Writes `redacted/<index>` where a part of the key is one of the labels, as the views do.
fn clean_key(fields: &mut [(String, Json)], labels: &[String], index: u64) -> bool {
    let mut changed = false;
    for (name, value) in fields {
        let (true, Json::Text(key)) = (name == "key", value) else {
            continue;
        };
        for label in labels.iter().filter(|label| !label.is_empty()) {
            let part = format!("/{label}/");
            let padded = format!("{key}/");
            if padded.contains(&part) {
                let cleaned = padded.replace(&part, &format!("/{REDACTED}/{index:012}/"));
                cleaned[..cleaned.len() - 1].clone_into(key);
                changed = true;
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
        Json::Object(fields) => {
            if let (Some(index), Json::Text(_)) = (value.get("index").number(), value.get("hash")) {
                found.push(index);
                return;
            }
            // Tables of the desk name an entry by its index alone.
            found.extend(value.get("entry").number());
            for (_, value) in fields {
                collect(value, found);
            }
        }
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
    entries_below(&[(String::new(), Json::Object(own))])
}

/// The entries of the answers, accounts and versions within an object.
fn nested_entries(fields: &[(String, Json)]) -> Vec<u64> {
    let mut found = Vec::new();
    for (name, value) in fields {
        if !matches!(name.as_str(), "entry" | "entries") {
            collect(value, &mut found);
        }
    }
    found
}

/// Takes out redacted fields; an object that names no entry of its own is about those of the object around it.
fn redact(
    fields: &mut [(String, Json)],
    at: (&Shield, u64),
    around: &Taken,
    labels: &mut Vec<String>,
) -> bool {
    let own = own_entries(fields);
    let mut taken = if own.is_empty() {
        around.clone()
    } else {
        Taken::of(fields, &own, at)
    };
    if around.is_sum {
        taken.lists.extend_from_slice(&around.lists);
    }
    let mut changed = false;
    for (_, value) in fields.iter_mut() {
        changed |= redact_below(value, at, &taken, labels);
    }
    for (name, value) in fields {
        if taken.takes(name) {
            changed |= take_out(name, value, labels);
        }
    }
    changed
}

fn redact_below(value: &mut Json, at: (&Shield, u64), around: &Taken, labels: &mut Vec<String>) -> bool {
    match value {
        Json::List(items) => items.iter_mut().fold(false, |changed, item| {
            redact_below(item, at, around, labels) | changed
        }),
        Json::Object(fields) => redact(fields, at, around, labels),
        _ => false,
    }
}

impl Taken {
    /// What is taken out of an object that is about these entries. Where it was and who says it are taken out when they
    /// are redacted in any of them, so that no row connects the one that is redacted with a word of it; another field
    /// when it is redacted in all of them.
    fn of(fields: &[(String, Json)], own: &[u64], (shield, size): (&Shield, u64)) -> Self {
        let count = Json::field(fields, "entries_count").number();
        let paths = Self::paths(fields, own, shield, count);
        let who_untold = shield.any_late(size, places::is_asserter);
        if let Some(count) = count.filter(|count| *count > 1) {
            // The views have sorted what was redacted before into sums of its own.
            let is_cut = count > own.len() as u64;
            let any = |is: fn(&str) -> bool| {
                own.iter().any(|index| shield.is_late(*index, size, is))
                    || is_cut && shield.any_late(size, is)
            };
            let lists = [
                (WHERE, any(places::is_named_place)),
                (WHO, any(places::is_asserter)),
                (WHO_OF_MANY, any(places::is_asserter)),
                (WHO_UNTOLD, who_untold),
            ];
            return Self::new(lists, true, paths);
        }
        let any = |index: &u64, is: fn(&str) -> bool| shield.redacted(*index).iter().any(|path| is(path));
        // An answer's own asserter is not the asserter of what it answers.
        let nested = nested_entries(fields);
        let mut speakers = own
            .iter()
            .enumerate()
            .filter(|(at, index)| *at == 0 || !nested.contains(index));
        let who = speakers.any(|(_, index)| any(index, places::is_asserter));
        let incident = incident_of(fields).filter(|_| *Json::field(fields, "districts") != Json::Null);
        let place = own.iter().any(|index| any(index, places::is_named_place))
            || incident.is_some_and(|index| shield.hides(index));
        let is_late = |index: &u64| shield.is_late(*index, size, places::is_asserter);
        let lists = [
            (WHERE, place),
            (WHO, who),
            (WHO_OF_ONE, who),
            (WHO_OF_MANY, own.iter().any(is_late)),
            (WHO_UNTOLD, who_untold),
        ];
        Self::new(lists, false, paths)
    }

    fn new<const N: usize>(
        lists: [(&'static [&'static str], bool); N],
        is_sum: bool,
        paths: Vec<String>,
    ) -> Self {
        let lists = lists.into_iter().filter(|(_, is_taken)| *is_taken);
        Self {
            lists: lists.map(|(list, _)| list).collect(),
            is_sum,
            paths,
        }
    }

    fn paths(fields: &[(String, Json)], own: &[u64], shield: &Shield, count: Option<u64>) -> Vec<String> {
        let Some((first, others)) = own.split_first() else {
            return Vec::new();
        };
        if count.is_some_and(|count| count > own.len() as u64) {
            return Vec::new();
        }
        let corrected = Json::field(fields, "corrected_by");
        let is_corrected = count.is_none() && !corrected.items().is_empty();
        let paths = shield.redacted(*first).iter().filter(|path| {
            let in_all = |index: &u64| {
                let mut paths = shield.redacted(*index).iter();
                paths.any(|other| places::covers(other, path))
            };
            is_corrected || others.iter().all(in_all)
        });
        paths.cloned().collect()
    }

    fn takes(&self, name: &str) -> bool {
        let is_path = |path: &String| {
            let mut known = SYNONYMS.iter().filter(|(field, _)| places::covers(path, field));
            let last = path
                .strip_prefix("data.content.")
                .and_then(|rest| rest.split(['.', '[']).next());
            last == Some(name) || known.any(|(_, names)| names.contains(&name))
        };
        self.lists.iter().any(|list| list.contains(&name)) || self.paths.iter().any(is_path)
    }
}

/// Takes a value out; words of it go to the labels that no key may hold.
fn take_out(name: &str, value: &mut Json, labels: &mut Vec<String>) -> bool {
    if *value == Json::Null || matches!(name, "key" | "row" | "entry" | "entries") {
        return false;
    }
    if let Json::Text(text) = &*value {
        if text == REDACTED {
            return false;
        }
        labels.push(text.clone());
        *value = Json::Text(REDACTED.to_owned());
        return true;
    }
    labels.extend(value.items().iter().map(|item| item.text().to_owned()));
    *value = Json::Null;
    true
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
