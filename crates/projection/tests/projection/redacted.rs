//! Redactions: what rows show in the place of what is hidden, and that no number changes.

use armistice_projection::{Projection, View};
use serde_json::{Value, json};

use crate::log::{Log, check};

fn says(actor: &str, content: Value) -> Value {
    json!({"provenance": {"asserted_by": {"actor": actor, "capacity": "party"}, "hedge": "claimed"}, "content": content})
}

fn attack(by: &str, place: &str) -> Value {
    let place = json!({"place": place, "precision": "exact"});
    says(
        by,
        json!({"kind": "mortar", "accused": "a", "time": {"precision": "unknown"}, "place": place}),
    )
}

fn log() -> Log {
    let mut log = Log::founded();
    for side in ["a", "b"] {
        let content = json!({"actor": side, "role": "side", "names": [{"name": side}]});
        log.add(
            "demo-analyst",
            "actor.registered.v1",
            side,
            json!({"content": content}),
        );
    }
    log
}

fn redact(log: &mut Log, target: &str, fields: &[&str]) {
    let content = json!({"target": format!("@{target}"), "fields": fields, "reason": "safety"});
    let id = format!("redact-{}", log.entries.len());
    log.add(
        "demo-analyst",
        "redaction.applied.v1",
        &id,
        json!({"content": content}),
    );
}

/// The rows without their entries' marks: what a redaction that hides nothing else may not change.
fn unmarked(projection: &Projection, view: View) -> Vec<String> {
    let rows = projection.rows(view).into_iter();
    rows.map(|row| row.replace(",\"redacted\":true", ""))
        .filter(|row| !row.contains("redaction/"))
        .collect()
}

#[test]
fn a_redacted_place_and_asserter_read_redacted_and_no_number_changes() {
    let mut log = log();
    let at = log.add("demo-newsdesk", "incident.reported.v1", "c", attack("b", "x"));
    let key = format!("allegation/{at:012}");
    let before = log.rows(View::Allegations).row("side/a").clone();
    redact(
        &mut log,
        "c",
        &["data.content.place", "data.provenance.asserted_by"],
    );
    let rows = log.rows(View::Allegations);
    rows.check(
        &key,
        json!({
            "place": "redacted", "place_named": null, "asserted_by": "redacted", "asserted_by_side": "redacted",
            "capacity": "party", "counted": true,
            "entries": [{"index": at, "hash": log.hash("c"), "redacted": true}],
        }),
    );
    let after = rows.row("side/a");
    for (field, value) in before.as_object().unwrap() {
        match field.as_str() {
            "alleged_by" => assert_eq!(after[field], json!([{"of": "redacted", "count": 1}])),
            "entries" => assert_eq!(after[field][0]["redacted"], true),
            _ => assert_eq!(&after[field], value, "{field}"),
        }
    }
    let incidents = log.rows(View::Incidents);
    let incident = incidents.row(&format!("incident/{at:012}"));
    check(
        &incident["claims"][0],
        json!({"place": "redacted", "asserted_by": "redacted"}),
    );
    assert_eq!(incident["positions"][0]["viewpoint"], "redacted");
    assert_eq!(incident["sides"], json!(["a", "redacted"]));
    incidents.check(
        &format!("redaction/{:012}", at + 1),
        json!({
            "fields": ["data.content.place", "data.provenance.asserted_by"], "reason": "safety",
            "about": [{"index": at, "hash": log.hash("c"), "redacted": true}],
        }),
    );
}

#[test]
fn a_redaction_of_another_field_marks_the_entry_and_hides_nothing_else() {
    let mut log = log();
    log.add("demo-newsdesk", "incident.reported.v1", "c", attack("b", "x"));
    let before = log.fold(log.entries.len());
    redact(&mut log, "c", &["data.provenance.verbatim"]);
    let after = log.fold(log.entries.len());
    for &view in View::ALL.iter().filter(|&&view| view != View::Producers) {
        assert_eq!(unmarked(&before, view), unmarked(&after, view), "{view}");
    }
    assert_eq!(
        after.redacted_fields(log.index("c")),
        ["data.provenance.verbatim"]
    );
    assert!(after.redacted_fields(0).is_empty());
    assert!(before.redacted_fields(log.index("c")).is_empty());
}

#[test]
fn what_is_hidden_of_a_report_is_hidden_of_its_corrections() {
    let mut log = log();
    let at = log.add("demo-newsdesk", "incident.reported.v1", "c", attack("b", "x"));
    redact(&mut log, "c", &["data.content.place"]);
    let corrected = attack("b", "y")["content"].clone();
    let content = json!({
        "target": "@c", "reason": "publisher_error",
        "replacement": {"type": "incident.reported.v1", "content": corrected},
    });
    log.add("demo-newsdesk", "claim.corrected.v1", "d", says("b", content));
    log.rows(View::Allegations)
        .check(&format!("allegation/{at:012}"), json!({"place": "redacted"}));
}

#[test]
fn a_report_whose_place_is_redacted_leaves_the_row_of_the_place() {
    let mut log = log();
    let holds = |by: &str| {
        let place = json!({"place": "x", "precision": "exact"});
        says(by, json!({"place": place, "controller": by, "mode": "captured"}))
    };
    log.add("demo-newsdesk", "control.claimed.v1", "c", holds("a"));
    let second = log.add("demo-newsdesk", "control.claimed.v1", "d", holds("b"));
    log.rows(View::Control)
        .check("place/x", json!({"status": "contested", "accounts_count": 2}));
    redact(&mut log, "d", &["data.content.place.place"]);
    let rows = log.rows(View::Control);
    rows.check("place/x", json!({"status": "uncontested", "accounts_count": 1}));
    rows.check(
        &format!("place/redacted/{second:012}"),
        json!({"place": "redacted", "accounts_count": 1}),
    );
}

#[test]
fn a_snapshot_keeps_what_is_redacted() {
    let mut log = log();
    log.add("demo-newsdesk", "incident.reported.v1", "c", attack("b", "x"));
    redact(&mut log, "c", &["data"]);
    let folded = log.fold(log.entries.len());
    let restored = Projection::restore(&folded.snapshot()).unwrap();
    for &view in View::ALL {
        assert_eq!(folded.rows(view), restored.rows(view), "{view}");
    }
}
