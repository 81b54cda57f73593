//! Redacted words: no row of any view or table gives them away, neither as of before the redaction nor among what changed.

use serde_json::{Value, json};

use crate::log::{Log, day};

/// Words that are nowhere else in a log: what the place is called, who says it, and who passed it on.
const PLACE: &str = "Zplaceword";
const ASSERTER: &str = "zasserterword";
const NAMED: &str = "Znamedword";

fn place() -> Value {
    json!({"names": [{"name": PLACE}], "precision": "exact"})
}

fn registered() -> Value {
    json!({"place": "zplaceword", "precision": "exact"})
}

fn number(n: u64) -> Value {
    json!({"min": n, "best": n, "max": n, "relation": "exactly"})
}

/// A report of each type that has a place or that others count by who says it, with the field of its place.
#[expect(clippy::too_many_lines, reason = "a table of reports")]
fn contents(place: &Value) -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "incident.reported.v1",
            "place",
            json!({"kind": "mortar", "accused": "a", "time": day(), "place": place}),
        ),
        (
            "observation.recorded.v1",
            "place",
            json!({"means": "uav", "kind": "explosion_impact", "number": number(3), "place": place, "time": day()}),
        ),
        (
            "tally.claimed.v1",
            "places",
            json!({"accused": "a", "period": day(), "number": number(3), "unit": "shots", "places": [place]}),
        ),
        (
            "casualties.reported.v1",
            "area",
            json!({"side": "a", "status": "military", "killed": number(3), "area": place, "period": day()}),
        ),
        (
            "control.claimed.v1",
            "place",
            json!({"place": place, "controller": "a", "previous": "b", "mode": "captured", "since": day()}),
        ),
        (
            "movement.reported.v1",
            "from",
            json!({"kind": "advance", "actor": "a", "from": place, "time": day()}),
        ),
        (
            "movement.reported.v1",
            "to",
            json!({"kind": "advance", "actor": "a", "to": place, "time": day()}),
        ),
        (
            "access.denied.v1",
            "place",
            json!({"denied_to": "a", "denied_by": "b", "activity": "site_visit", "manner": "refused", "place": place, "time": day()}),
        ),
        (
            "violation_report.issued.v1",
            "places",
            json!({"number": "1", "issued_by": "a", "addressee": "b", "targets": ["@target"], "clauses": [], "places": [place], "time": day()}),
        ),
        (
            "presence.reported.v1",
            "place",
            json!({"force": "a", "place": place, "state": "present", "time": day()}),
        ),
        (
            "patrol.reported.v1",
            "route",
            json!({"force": "a", "mode": "vehicle", "route": [place], "number": number(1), "result": "completed", "time": day()}),
        ),
        (
            "intervention.reported.v1",
            "place",
            json!({"force": "a", "kind": "liaison", "place": place, "result": "ongoing", "time": day()}),
        ),
        (
            "strength.reported.v1",
            "place",
            json!({"force": "a", "kind": "declared", "number": number(5), "unit": "persons", "place": place, "time": day()}),
        ),
        (
            "reinforcement.requested.v1",
            "",
            json!({"force": "a", "requester": "a", "addressee": "b", "number": number(5), "time": day()}),
        ),
        (
            "effort.reported.v1",
            "not_reached",
            json!({"body": "a", "period": day(), "patrols": 1, "not_reached": [{"place": place, "reason": "mines"}]}),
        ),
        (
            "statement.made.v1",
            "demand",
            json!({"act": "demand", "addressees": ["a"], "demand": {"kind": "withdrawal", "of": "a", "place": place}, "time": day()}),
        ),
        (
            "contact.reported.v1",
            "place",
            json!({"participants": [{"actor": "a"}, {"actor": "b"}], "mode": "phone", "topics": ["situation"], "place": place, "time": day()}),
        ),
        (
            "claim.denied.v1",
            "",
            json!({"target": "@target", "scope": "whole"}),
        ),
        (
            "responsibility.admitted.v1",
            "",
            json!({"target": "@target", "extent": "partial"}),
        ),
        (
            "claim.corroborated.v1",
            "",
            json!({"target": "@target", "basis": "own_observation", "independent": true}),
        ),
        (
            "incident.assessed.v1",
            "",
            json!({"assessor": "a", "targets": ["@target"], "occurrence": "confirmed"}),
        ),
        (
            "investigation.opened.v1",
            "",
            json!({"investigation": "i", "body": "a", "targets": ["@target"], "time": day()}),
        ),
    ]
}

/// A log with the report that is redacted, and one like it by somebody else that is not.
fn log(of: &str, content: &Value, by: &Value) -> Log {
    let mut log = Log::founded();
    let place = json!({"place": "zplaceword", "kind": "settlement", "names": [{"name": PLACE}], "precision": "exact"});
    log.add(
        "analyst",
        "place.registered.v1",
        "place",
        json!({"content": place}),
    );
    let target = json!({"kind": "sniper", "accused": "b", "time": day()});
    let provenance = json!({"asserted_by": {"actor": "a", "capacity": "party"}, "hedge": "claimed"});
    log.add(
        "desk",
        "incident.reported.v1",
        "target",
        json!({"provenance": provenance, "content": target}),
    );
    let mut provenance = json!({"asserted_by": by, "hedge": "claimed"});
    provenance["attribution"] = json!([{"name": NAMED, "role": "speaker"}]);
    if of == "incident.assessed.v1" || of == "investigation.opened.v1" {
        provenance["hedge"] = json!("stated");
    }
    log.add(
        "desk",
        of,
        "told",
        json!({"provenance": provenance, "content": content}),
    );
    log
}

/// No export of rows has the word: as of before the redaction, of what changed since, and of the whole.
fn check(name: &str, mut log: Log, field: &str, words: &[&str]) -> Vec<String> {
    let mut flaws = Vec::new();
    let before = log.len();
    let found = log.exports(before).rows();
    assert!(
        words.iter().any(|word| found.contains(word)),
        "{name}: {words:?} is in no row at all"
    );
    log.redact("told", field);
    let size = log.len();
    for (what, text) in [
        ("as of before", log.exports(before).rows()),
        ("changes", log.exports_since(size, Some(before)).changes(before)),
        ("whole", log.exports(size).rows()),
    ] {
        // The registration of the place is a report of its own.
        for line in text.lines().filter(|line| !line.contains("\"settlement\"")) {
            for word in words {
                if line.contains(word) {
                    flaws.push(format!("{name} {field}, {what}: {word}: {line}"));
                }
            }
        }
    }
    flaws
}

#[test]
fn a_redacted_place_is_in_no_row() {
    let mut flaws = Vec::new();
    for place in [place(), registered()] {
        for (of, field, content) in contents(&place) {
            if field.is_empty() || field == "not_reached" && place == registered() {
                continue;
            }
            let by = json!({"actor": "b", "capacity": "party"});
            for path in [format!("data.content.{field}"), "data.content".to_owned()] {
                // Rows of these do not name the place.
                if matches!(
                    of,
                    "contact.reported.v1" | "violation_report.issued.v1" | "strength.reported.v1"
                ) {
                    continue;
                }
                flaws.extend(check(of, log(of, &content, &by), &path, &[PLACE, "zplaceword"]));
            }
        }
    }
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

#[test]
fn a_redacted_asserter_is_in_no_row() {
    let mut flaws = Vec::new();
    for by in [
        json!({"actor": ASSERTER, "capacity": "party"}),
        json!({"as_named": NAMED}),
    ] {
        for (of, _, content) in contents(&registered()) {
            for path in [
                "data.provenance.asserted_by",
                "data.provenance",
                "data.provenance.attribution",
            ] {
                flaws.extend(check(of, log(of, &content, &by), path, &[ASSERTER, NAMED]));
            }
        }
    }
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

/// Sums over a redacted report and over others of the same place or observer: no sum that names the report has the word.
#[test]
fn a_sum_does_not_connect_a_redacted_report_with_its_words() {
    let by = json!({"actor": ASSERTER, "capacity": "party"});
    let mut flaws = Vec::new();
    for (of, _, content) in contents(&registered()) {
        for (path, word) in [
            ("data.content", "zplaceword"),
            ("data.provenance.asserted_by", ASSERTER),
        ] {
            let mut log = log(of, &content, &by);
            let told = format!("\"index\":{},", log.len() - 1);
            if of == "incident.assessed.v1" || of == "investigation.opened.v1" {
                continue;
            }
            let mut other = content.clone();
            let when = json!({"earliest": "2022-03-26T20:00:00Z", "latest": "2022-03-27T19:59:59Z", "precision": "day"});
            for field in ["time", "period", "since"] {
                if other.get(field).is_some() {
                    other[field] = when.clone();
                }
            }
            let provenance = json!({"asserted_by": by, "hedge": "claimed"});
            log.add(
                "desk",
                of,
                "other",
                json!({"provenance": provenance, "content": other}),
            );
            let before = log.len();
            log.redact("told", path);
            let as_of = log.exports(before).rows();
            let changes = log.exports_since(before + 1, Some(before)).changes(before);
            // Rows as of after the redaction are the views' own: these know which report is redacted.
            let removed = changes.lines().filter(|line| line.contains("\"removed\""));
            for line in as_of.lines().chain(removed) {
                if line.contains(&told) && line.contains("entries_count") && line.contains(word) {
                    flaws.push(format!("{of} {path}: {line}"));
                }
            }
        }
    }
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}
