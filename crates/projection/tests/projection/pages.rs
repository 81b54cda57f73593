//! The pages about views show real rows: the fields of every kind of row, and the examples of the format.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use armistice_projection::View;
use armistice_report::{EventType, Family};
use armistice_tlog::Hash;
use serde_json::{Map, Value, json};

use crate::{
    log::{Entry, Log},
    scenario,
};

/// One report of every type, with contents as full as they get.
const REPORTS: &str = include_str!("../../../report/tests/golden/reports-v1.ndjson");

/// Objects that many rows hold, by the name that the page gives them.
const SHARED: [(&str, &str); 6] = [
    ("Entry", "{index, hash}"),
    ("Time", "{earliest, latest, precision}"),
    ("Number", "{min, best, max}"),
    ("Count", "{of, count}"),
    (
        "Answer",
        "{answer, scope, by, by_side, capacity, counter_accusation: {accused, counted}, entry: Entry}",
    ),
    (
        "Finding",
        "{assessor, asserted_by, capacity, time: Time, occurrence, attribution: [{to, degree}], \
         characterisation: [{clause, actor, finding}], standard_of_proof, answers: [Answer], entry: Entry}",
    ),
];

/// What a field holds, as far as any row shows it. `serde_json::Map` would sort the fields; this keeps their order.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shape {
    list: bool,
    fields: Vec<(String, Shape)>,
}

impl Shape {
    /// Adds what one more row shows.
    fn see(&mut self, value: &Ordered) {
        match value {
            Ordered::List(items) => {
                self.list = true;
                for item in items {
                    self.see(item);
                }
            }
            Ordered::Object(fields) => {
                // The one field that is left out where it does not hold, and that the page explains by itself.
                let fields = match fields.as_slice() {
                    [rest @ .., (last, _)] if last == "redacted" => rest,
                    all => all,
                };
                if self.fields.is_empty() {
                    self.fields = fields
                        .iter()
                        .map(|(name, _)| (name.clone(), Self::default()))
                        .collect();
                }
                let names = |of: &mut dyn Iterator<Item = &String>| of.cloned().collect::<Vec<_>>();
                assert_eq!(
                    names(&mut self.fields.iter().map(|(name, _)| name)),
                    names(&mut fields.iter().map(|(name, _)| name)),
                    "every row of a kind has the same fields in the same order"
                );
                for ((_, shape), (_, value)) in self.fields.iter_mut().zip(fields) {
                    shape.see(value);
                }
            }
            Ordered::Leaf => {}
        }
    }

    fn text(&self) -> String {
        let fields = self.fields.iter().map(|(name, shape)| match shape.text() {
            held if held.is_empty() => name.clone(),
            held => format!("{name}: {held}"),
        });
        let mut text = fields.collect::<Vec<_>>().join(", ");
        if !text.is_empty() {
            text = format!("{{{text}}}");
        }
        for (name, shared) in SHARED {
            if text == shared {
                name.clone_into(&mut text);
            }
        }
        match (self.list, text.is_empty()) {
            (true, true) => "[\u{2026}]".to_owned(),
            (true, false) => format!("[{text}]"),
            (false, _) => text,
        }
    }
}

/// JSON whose objects keep the order of their fields.
enum Ordered {
    Leaf,
    List(Vec<Ordered>),
    Object(Vec<(String, Ordered)>),
}

impl<'de> serde::Deserialize<'de> for Ordered {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Ordered;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Ordered, E> {
                Ok(Ordered::Leaf)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Ordered, E> {
                Ok(Ordered::Leaf)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Ordered, E> {
                Ok(Ordered::Leaf)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Ordered, E> {
                Ok(Ordered::Leaf)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Ordered, E> {
                Ok(Ordered::Leaf)
            }
            fn visit_str<E>(self, _: &str) -> Result<Ordered, E> {
                Ok(Ordered::Leaf)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Ordered, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Ordered::List(items))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Ordered::Object(fields))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The scenario, and after it one report of every type that speaks of the scenario's entries.
fn full() -> Log {
    let mut log = scenario::log();
    for line in REPORTS.lines() {
        let report: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| report[field].as_str().unwrap().to_owned();
        let (of, id) = (text("type"), format!("golden-{}", text("id")));
        if of == "ledger.founded.v1" {
            continue;
        }
        let mut data = report["data"].clone();
        let mut named = targets(&of).iter().cycle();
        name_targets(&mut data, &mut || named.next().unwrap().to_string());
        log.add("demo-newsdesk", &of, &id, data);
    }
    more(&mut log);
    log
}

/// Entries of the scenario that a report of this type can be about.
fn targets(of: &str) -> &'static [&'static str] {
    match of {
        "claim.corrected.v1" | "claim.corroborated.v1" => &["@r06"],
        "claim.retracted.v1" => &["@r18"],
        "incidents.unlinked.v1" => &["@golden-r-40"],
        "reinforcement.decided.v1" => &["@r19"],
        "violation_report.answered.v1" => &["@golden-r-29"],
        "investigation.closed.v1" => &["@r23"],
        _ => &["@r03", "@r04"],
    }
}

/// Puts entries that are there in the place of hashes that are made up; those begin with e0.
fn name_targets(value: &mut Value, next: &mut dyn FnMut() -> String) {
    match value {
        Value::String(text) if text.len() == 64 && text.starts_with("e0") => *text = next(),
        Value::Array(items) => items.iter_mut().for_each(|item| name_targets(item, next)),
        Value::Object(fields) => fields.values_mut().for_each(|field| name_targets(field, next)),
        _ => {}
    }
}

/// What neither has: an answer and an assessment for everything, figures of an area and figures that replace others.
fn more(log: &mut Log) {
    let says = |content: Value| {
        json!({
            "provenance": {"asserted_by": {"actor": "azerbaijan"}, "hedge": "stated"},
            "content": content,
        })
    };
    let month =
        json!({"earliest": "2022-03-01T00:00:00Z", "latest": "2022-03-31T23:59:59Z", "precision": "month"});
    let one = json!({"best": 1, "relation": "exactly"});
    let mut figure = json!({
        "side": "azerbaijan", "status": "military", "killed": one, "wounded": one, "missing": one, "captured": one,
        "area": {"place": "askeran", "precision": "adm2"}, "period": month,
    });
    log.add(
        "demo-newsdesk",
        "casualties.reported.v1",
        "figure-1",
        says(figure.clone()),
    );
    figure["supersedes"] = json!("@figure-1");
    log.add(
        "demo-newsdesk",
        "casualties.reported.v1",
        "figure-2",
        says(figure),
    );
    for entry in log.entries.clone() {
        let of = entry.report.event_type();
        if [EventType::IncidentReported, EventType::ObservationRecorded].contains(&of) {
            let id = format!("again-{}", entry.report.id);
            log.add("demo-azerbaijan-mod", of.as_str(), &id, data(&entry));
        }
    }
    let ended = json!({"agreement": "trilateral-2020-11", "manner": "unknown", "time": month});
    log.add("demo-analyst", "agreement.ended.v1", "ended", says(ended));
    for entry in log.entries.clone() {
        let (id, of) = (&entry.report.id, entry.report.event_type());
        let target = format!("@{id}");
        if of == EventType::IncidentsLinked || of.family() == Family::Founding || id.starts_with("r21") {
            continue;
        }
        let assessed = json!({
            "assessor": "russian-peacekeepers", "targets": [target], "occurrence": "confirmed", "time": month,
            "attribution": [{"actor": "azerbaijan", "degree": "likely"}], "characterisation": [{"finding": "violation"}],
        });
        log.add(
            "demo-peacekeepers",
            "incident.assessed.v1",
            &format!("a-{id}"),
            says(assessed),
        );
        for (answer, target) in [("d", target), ("e", format!("@a-{id}"))] {
            let denied = json!({
                "target": target, "scope": "whole", "counter_accusation": {"accused": "armenia", "text": "of the same"},
            });
            log.add(
                "demo-azerbaijan-mod",
                "claim.denied.v1",
                &format!("{answer}-{id}"),
                says(denied),
            );
        }
    }
}

/// Corrections and retractions of everything, and numbers that a producer's counter should not have.
fn amended(log: &mut Log) {
    for entry in log.entries.clone() {
        let (source, id) = (entry.report.source.to_string(), &entry.report.id);
        let target = format!("@{id}");
        let mut data = data(&entry);
        if entry.report.event_type().family().is_correctable() {
            let replacement = json!({"type": entry.report.event_type(), "content": data["content"]});
            data["content"] =
                json!({"target": target, "reason": "publisher_error", "replacement": replacement});
            log.add(&source, "claim.corrected.v1", &format!("c-{id}"), data.clone());
            data["content"] = json!({"target": target, "reason": "publisher_error"});
            log.add(&source, "claim.retracted.v1", &format!("t-{id}"), data);
        }
    }
    let note = json!({"content": {"targets": ["@r03"], "text": "numbered"}});
    for (id, seq) in [("fork", 1), ("gap", 1_000_000)] {
        let prev = Some(Hash([7; 32]));
        log.add_numbered("demo-analyst", "note.added.v1", id, note.clone(), seq, prev);
    }
}

/// The `data` of an entry, its hashes in place.
fn data(entry: &Entry) -> Value {
    let line: Value = serde_json::from_str(&armistice_report::to_json_line(&entry.report)).unwrap();
    line["data"].clone()
}

fn shapes() -> BTreeMap<(&'static str, String), Shape> {
    let mut log = full();
    let before = log.fold(log.entries.len());
    amended(&mut log);
    let after = log.fold(log.entries.len());
    let mut shapes: BTreeMap<(&'static str, String), Shape> = BTreeMap::new();
    for (projection, view) in [before, after]
        .iter()
        .flat_map(|one| View::ALL.iter().map(move |view| (one, view)))
    {
        for row in projection.rows(*view) {
            let kind: Map<String, Value> = serde_json::from_str(&row).unwrap();
            let key = (view.name(), kind["row"].as_str().unwrap().to_owned());
            shapes
                .entry(key)
                .or_default()
                .see(&serde_json::from_str(&row).unwrap());
        }
    }
    shapes
}

fn section() -> String {
    let mut out = String::from("## Fields\n");
    out.push_str("What each row holds, in this order, after `key` and `row`; made from real rows and compared by a test.\n");
    out.push_str("`[Entry]` is a list of entries, `[\u{2026}]` a list of words, `{\u{2026}}` an object. Objects that many rows hold have a name here.\n");
    out.push_str("An `Entry` of which something was redacted has `\"redacted\":true` as a third field:\n\n");
    for (name, shared) in SHARED {
        writeln!(out, "- `{name}`: `{shared}`").unwrap();
    }
    out.push_str("\n| view | row | fields |\n|---|---|---|\n");
    for ((view, kind), shape) in shapes() {
        let text = shape.text();
        let fields = text
            .strip_prefix("{key, row, ")
            .and_then(|text| text.strip_suffix('}'))
            .unwrap();
        writeln!(out, "| `{view}` | `{kind}` | `{fields}` |").unwrap();
    }
    out
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs")).join(name)
}

fn page(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

/// Compares a page with what it should be; `UPDATE=1` writes it.
fn check(name: &str, committed: &str, made: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test asks for permission to rewrite its own pages"
    )]
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        fs::write(path(name), made).unwrap();
        return;
    }
    assert!(
        committed == made,
        "docs/{name} is old: run this test with UPDATE=1\n{made}"
    );
}

#[test]
fn the_fields_of_every_kind_of_row() {
    let page = page("reference/views.md");
    let head = &page[..page.find("## Fields\n").unwrap_or(page.len())];
    check("reference/views.md", &page, &format!("{head}{}", section()));
    // The page's first table names the same kinds of row.
    let shapes = shapes();
    for view in View::ALL {
        let start = format!("| `{view}` | ");
        let line = head.lines().find(|line| line.starts_with(&start)).unwrap();
        let cell = line.split(" | ").nth(2).unwrap().trim_end_matches(" |");
        let mut named: Vec<&str> = cell
            .split(", ")
            .map(|key| key.trim_matches('`').split('/').next().unwrap())
            .collect();
        named.sort_unstable();
        let seen: Vec<&str> = shapes
            .keys()
            .filter(|(of, _)| *of == view.name())
            .map(|(_, kind)| kind.as_str())
            .collect();
        assert_eq!(named, seen, "{view}");
    }
}

#[test]
fn the_examples_of_the_format_are_what_the_scenario_gives() {
    let log = scenario::log();
    let projection = log.fold(log.entries.len());
    let rows = projection.rows(View::Contacts);
    let statement = projection.statement(View::Contacts).unwrap();
    let text = statement.to_checkpoint().unwrap().to_text();
    let name = text.lines().next().unwrap();
    let examples = [
        format!("{}\n", rows.last().unwrap()),
        format!("{text}\n\u{2014} {name} \u{2026}\n"),
    ];
    let page = page("formats/view-v1.md");
    // The first two blocks of the page are the examples; what stands around them stays.
    let parts = page.split("```text\n").enumerate().map(|(at, part)| {
        let example = at.checked_sub(1).and_then(|block| examples.get(block));
        match (example, part.find("```")) {
            (Some(example), Some(end)) => format!("{example}{}", &part[end..]),
            _ => part.to_owned(),
        }
    });
    let made = parts.collect::<Vec<_>>().join("```text\n");
    check("formats/view-v1.md", &page, &made);
}
