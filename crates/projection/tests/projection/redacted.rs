//! Redactions: what rows show in the place of what is hidden, and that no number changes.

use armistice_projection::{Projection, View};
use serde_json::{Value, json};

use crate::log::{Log, Rows, check};

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

fn register(log: &mut Log, actor: &str, above: &str) {
    let content =
        json!({"actor": actor, "role": "body_of_side", "names": [{"name": actor}], "belongs_to": above});
    log.add(
        "demo-analyst",
        "actor.registered.v1",
        actor,
        json!({"content": content}),
    );
}

fn place(id: &str) -> Value {
    json!({"place": id, "precision": "exact"})
}

/// The rows as text after a redaction, that none of them holds a word.
#[track_caller]
fn without(log: &Log, view: View, word: &str) -> Rows {
    let rows = log.rows(view);
    for (key, row) in &rows.0 {
        assert!(!format!("{key} {row}").contains(word), "{word} in {key}: {row:#}");
    }
    rows
}

#[test]
fn hiding_a_place_leaves_the_row_of_the_place_contested_as_it_was() {
    let mut log = log();
    let holds = |by: &str| {
        says(
            by,
            json!({"place": place("x"), "controller": by, "mode": "captured"}),
        )
    };
    log.add("demo-newsdesk", "control.claimed.v1", "c", holds("a"));
    let second = log.add("demo-newsdesk", "control.claimed.v1", "d", holds("b"));
    let time = json!({"precision": "unknown"});
    let demand = json!({"kind": "withdrawal", "of": "b", "place": place("x")});
    let demand = json!({"act": "demand", "demand": demand, "time": time});
    log.add("demo-newsdesk", "statement.made.v1", "demand", says("a", demand));
    let left = json!({"place": place("x"), "previous": "b", "mode": "withdrew"});
    let third = log.add("demo-newsdesk", "control.claimed.v1", "e", says("a", left));
    let before = json!({"status": "contested", "accounts_count": 3, "open_demands": 0});
    log.rows(View::Control).check("place/x", before);
    redact(&mut log, "d", &["data.content.place.place"]);
    redact(&mut log, "e", &["data.content.place"]);
    let rows = log.rows(View::Control);
    rows.check(
        "place/x",
        json!({"status": "contested", "accounts_count": 1, "open_demands": 0, "claimed_for": ["a"]}),
    );
    for hidden in [second, third] {
        rows.check(
            &format!("place/redacted/{hidden:012}"),
            json!({"place": "redacted", "status": "contested", "accounts_count": 1}),
        );
    }
}

#[test]
fn hiding_an_area_changes_no_figure() {
    let mut log = log();
    let killed = |best: u8| {
        json!({
            "side": "a", "status": "military", "area": place("x"), "period": {"precision": "unknown"},
            "killed": {"best": best, "relation": "exactly"},
        })
    };
    let first = log.add(
        "demo-newsdesk",
        "casualties.reported.v1",
        "c",
        says("a", killed(3)),
    );
    log.add(
        "demo-newsdesk",
        "casualties.reported.v1",
        "d",
        says("b", killed(5)),
    );
    let (figure, side) = (format!("figure/{first:012}"), "side/a/military");
    let before = log.rows(View::Casualties);
    before.check(&figure, json!({"place": "x", "accounts_count": 2}));
    redact(&mut log, "d", &["data.content.area"]);
    let after = log.rows(View::Casualties);
    after.check(
        &figure,
        json!({"place": "redacted", "place_named": null, "accounts_count": 2}),
    );
    assert_eq!(after.row(&figure)["killed"], before.row(&figure)["killed"]);
    for part in ["killed", "in_areas", "in_incidents", "entries_count"] {
        assert_eq!(after.row(side)[part], before.row(side)[part], "{part}");
    }
    without(&log, View::Casualties, "\"x\"");
}

#[test]
fn hiding_a_place_adds_no_place_where_the_force_is() {
    let mut log = log();
    let seen =
        json!({"force": "c", "place": place("x"), "state": "present", "time": {"precision": "unknown"}});
    for id in ["c", "d"] {
        log.add(
            "demo-newsdesk",
            "presence.reported.v1",
            id,
            says("a", seen.clone()),
        );
    }
    redact(&mut log, "d", &["data.content.place"]);
    log.rows(View::Peacekeeping)
        .check("total", json!({"places_with_presence": 1}));
}

fn finds(by: &str, target: &str) -> Value {
    let content = json!({
        "assessor": by, "targets": [format!("@{target}")], "occurrence": "confirmed",
        "characterisation": [{"actor": "a", "finding": "violation"}],
    });
    says(by, content)
}

#[test]
fn a_hidden_assessor_is_named_by_no_row_and_no_key() {
    let mut log = log();
    register(&mut log, "monitor", "b");
    let at = log.add("demo-newsdesk", "incident.reported.v1", "c", attack("b", "x"));
    let first = log.add(
        "demo-peacekeepers",
        "incident.assessed.v1",
        "f",
        finds("monitor", "c"),
    );
    log.add(
        "demo-peacekeepers",
        "incident.assessed.v1",
        "g",
        finds("monitor", "c"),
    );
    log.add("demo-peacekeepers", "incident.assessed.v1", "h", finds("b", "c"));
    let before = log.rows(View::Findings).row("total")["violations"].clone();
    assert_eq!(before, json!(2));
    redact(&mut log, "f", &["data.provenance.asserted_by"]);
    let rows = log.rows(View::Findings);
    rows.check("total", json!({"violations": 2}));
    rows.check(
        &format!("assessment/{first:012}"),
        json!({"assessor": "redacted", "asserted_by": "redacted"}),
    );
    rows.check(
        &format!("violation/{at:012}/not_stated/a/redacted/{first:012}"),
        json!({"assessor": "redacted"}),
    );
    rows.check(
        &format!("violation/{at:012}/not_stated/a/b"),
        json!({"assessor": "b"}),
    );
    redact(&mut log, "g", &["data.provenance"]);
    for view in [View::Findings, View::Allegations, View::Incidents] {
        without(&log, view, "monitor");
    }
}

#[test]
fn a_hidden_asserter_is_not_named_as_issuer_body_requester_or_decider() {
    let time = json!({"precision": "unknown"});
    let mut log = log();
    log.add("demo-newsdesk", "incident.reported.v1", "c", attack("b", "x"));
    let contents = [
        (
            "violation_report.issued.v1",
            json!({"number": "1", "issued_by": "monitor", "addressee": "a", "targets": ["@c"], "time": time}),
        ),
        (
            "violation_report.answered.v1",
            json!({"target": "@violation_report.issued.v1", "by": "monitor", "response": "signed", "time": time}),
        ),
        (
            "investigation.opened.v1",
            json!({"investigation": "i", "body": "monitor", "requested_by": "monitor", "time": time}),
        ),
        (
            "effort.reported.v1",
            json!({"body": "monitor", "period": time, "patrols": 2}),
        ),
        (
            "reinforcement.requested.v1",
            json!({"force": "c", "requester": "monitor", "addressee": "a", "time": time}),
        ),
        (
            "reinforcement.decided.v1",
            json!({"target": "@reinforcement.requested.v1", "by": "monitor", "decision": "granted", "time": time}),
        ),
        (
            "contact.reported.v1",
            json!({"participants": [{"actor": "a"}, {"actor": "b"}], "mode": "phone", "readout_by": "monitor", "time": time}),
        ),
    ];
    for (of, content) in &contents {
        log.add("demo-peacekeepers", of, of, says("monitor", content.clone()));
    }
    let clear = log.fold(log.entries.len());
    for (of, _) in &contents {
        redact(&mut log, of, &["data.provenance.asserted_by"]);
    }
    for view in [View::Findings, View::Peacekeeping, View::Contacts] {
        assert!(
            clear.rows(view).iter().any(|row| row.contains("monitor")),
            "{view}"
        );
        without(&log, view, "monitor");
    }
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
