//! What may not be put together: redacted observers, units, silence, and those who are not named.

use armistice_desk::{By, Codebook, Cut, Query, Table, counts, shipped, table};
use serde_json::{Value, json};

use crate::log::{Log, rows};

fn redact(log: &mut Log, target: &str, field: &str) {
    let content = json!({"target": format!("@{target}"), "fields": [field], "reason": "safety"});
    log.add(
        "analyst",
        "redaction.applied.v1",
        &format!("redact-{target}-{field}"),
        json!({"content": content}),
    )
    .unwrap();
}

fn moment(at: &str) -> Value {
    json!({"earliest": at, "latest": at, "precision": "exact"})
}

/// The rows of a kind of a table.
fn board(log: &Log, of: Table, kind: &str) -> Vec<Value> {
    let board = table(&log.fold(), of);
    assert!(board.rows.is_sorted_by(|a, b| a.key < b.key), "{of}");
    let rows = board
        .rows
        .iter()
        .map(|row| serde_json::from_str(&row.json).unwrap());
    rows.filter(|row: &Value| row["row"] == kind).collect()
}

fn exactly(number: u64) -> Value {
    json!({"min": number, "best": number, "max": number})
}

#[test]
fn numbers_of_two_redacted_observers_are_not_added() {
    let mut log = Log::framed();
    for (id, by, number) in [("o1", "side-a", 3), ("o2", "side-b", 4), ("o3", "ministry-a", 5)] {
        let content = json!({
            "means": "heard", "kind": "explosion_impact", "time": moment("2022-03-25T08:00:00Z"),
            "number": {"best": number, "relation": "exactly"},
        });
        assert!(log.say("desk", "observation.recorded.v1", id, by, content));
    }
    redact(&mut log, "o1", "data.provenance.asserted_by");
    redact(&mut log, "o2", "data.provenance.asserted_by");
    let query = Query::of("observations");
    let of = |query: &Query| -> Vec<(Value, Value, Value)> {
        let rows = rows(&log.count("osce-style", query), "count").into_iter();
        rows.map(|row| {
            (
                row["key"].clone(),
                row["asserter"].clone(),
                row["count"]["best"].clone(),
            )
        })
        .collect()
    };
    let hidden = |index: u64| json!(format!("count/observations/whole/redacted%2F{index:012}"));
    let redacted = [
        (hidden(6), json!("redacted"), json!(3)),
        (hidden(7), json!("redacted"), json!(4)),
    ];
    let all = of(&query);
    assert_eq!(all.len(), 3);
    assert_eq!(all[1..], redacted);
    // The word is what a condition names.
    assert_eq!(of(&query.only(Cut::Asserter, "redacted")), redacted);
}

#[test]
fn findings_of_two_redacted_assessors_are_not_added() {
    let mut log = Log::framed();
    let content = json!({"kind": "sniper", "accused": "side-a", "time": moment("2022-03-25T08:00:00Z")});
    assert!(log.say("desk", "incident.reported.v1", "r1", "side-b", content));
    for (id, by) in [("a1", "mission"), ("a2", "observers")] {
        let content = json!({
            "assessor": by, "targets": ["@r1"], "occurrence": "confirmed",
            "attribution": [{"actor": "side-a", "degree": "attributed"}], "characterisation": [{"finding": "violation"}],
        });
        assert!(log.say("monitor", "incident.assessed.v1", id, by, content));
        redact(&mut log, id, "data.provenance.asserted_by");
    }
    for series in ["violations", "assessments"] {
        let all = rows(&log.count("karabakh-2020", &Query::of(series)), "count");
        let of = |row: &Value| (row["assessor"].clone(), row["count"]["best"].clone());
        let found: Vec<_> = all.iter().map(of).collect();
        assert_eq!(found, vec![(json!("redacted"), json!(1)); 2], "{series}");
    }
}

#[test]
fn a_report_of_effort_that_is_silent_on_a_number_is_no_zero() {
    let mut log = Log::framed();
    let mut day = |id: &str, hours: [&str; 2], numbers: Value| {
        let time = |at: &str| format!("2022-03-25T{at}Z");
        let mut content = json!({"body": "mission", "period": {
            "earliest": time(hours[0]), "latest": time(hours[1]), "precision": "days"}});
        content
            .as_object_mut()
            .unwrap()
            .extend(numbers.as_object().unwrap().clone());
        assert!(log.say("monitor", "effort.reported.v1", id, "mission", content));
    };
    let some = json!({"patrols": 4, "posts": 3, "uav_flights": 2});
    day("e1", ["00:00:00", "00:29:59"], some);
    day(
        "e2",
        ["00:30:00", "00:59:59"],
        json!({"patrols": 1, "uav_flights": 5}),
    );
    day("e3", ["12:00:00", "12:29:59"], json!({"uav_flights": 1}));
    let row = &board(&log, Table::Effort, "effort")[0];
    let open = |min: u64| json!({"min": min, "best": null, "max": null});
    assert_eq!(row["patrols"], open(5), "{row}");
    assert_eq!(row["posts"], open(3), "{row}");
    assert_eq!(row["uav_flights"], exactly(8), "{row}");
    assert_eq!(row["cameras_up"], Value::Null, "{row}");
    // An hour and a half, not three times nothing.
    assert_eq!(row["hours_covered"], 1, "{row}");
}

#[test]
fn a_later_strength_replaces_only_the_same_named_asserters_in_the_same_unit() {
    let mut log = Log::framed();
    for (id, by, unit, number) in [
        ("s1", "side-a", "soldiers", 10),
        ("s2", "side-a", "vehicles", 4),
        ("s3", "side-a", "soldiers", 12),
        ("s4", "", "soldiers", 7),
        ("s5", "", "soldiers", 8),
        ("s6", "side-b", "soldiers", 20),
        ("s7", "ministry-a", "soldiers", 21),
    ] {
        let content = json!({
            "force": "side-b", "kind": "estimated", "number": {"best": number, "relation": "exactly"},
            "unit": unit, "time": moment("2022-03-25T08:00:00Z"),
        });
        assert!(log.say("desk", "strength.reported.v1", id, by, content));
    }
    redact(&mut log, "s6", "data.provenance.asserted_by");
    redact(&mut log, "s7", "data.provenance.asserted_by");
    let force = &board(&log, Table::Strength, "force")[0];
    let said: Vec<(&str, &str, u64)> = force["estimated"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| {
            (
                said["by"].as_str().unwrap(),
                said["counted_in"].as_str().unwrap(),
                said["number"]["best"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("side-a", "vehicles", 4),
            ("side-a", "soldiers", 12),
            ("not_stated", "soldiers", 7),
            ("not_stated", "soldiers", 8),
            ("redacted", "soldiers", 20),
            ("redacted", "soldiers", 21),
        ]
    );
}

fn reported(accused: &str, filed: bool) -> Value {
    let mut content = json!({"kind": "mortar", "time": moment("2022-03-25T08:00:00Z")});
    if !accused.is_empty() {
        content["accused"] = json!(accused);
    }
    if filed {
        content["filed_with"] = json!("commission");
    }
    content
}

#[test]
fn a_complaint_against_nobody_is_answered_by_nobody() {
    let mut log = Log::framed();
    for (id, accused) in [("r1", ""), ("r2", "side-b"), ("r3", "side-b")] {
        assert!(log.say(
            "desk",
            "incident.reported.v1",
            id,
            "side-a",
            reported(accused, true)
        ));
    }
    for (id, target, by) in [("d1", "@r1", ""), ("d2", "@r2", "side-b")] {
        let content = json!({"target": target, "scope": "whole"});
        assert!(log.say("desk", "claim.denied.v1", id, by, content));
    }
    let sums: Vec<(Value, Value)> = board(&log, Table::Complaints, "sum")
        .into_iter()
        .map(|sum| (sum["against_side"].clone(), sum["answered_by_accused"].clone()))
        .collect();
    assert_eq!(
        sums,
        [(json!("not_stated"), json!(0)), (json!("side-b"), json!(1))]
    );
}

#[test]
fn no_report_of_people_is_no_report_of_nobody() {
    let mut log = Log::framed();
    for (id, day) in [("k1", "2022-03-20T08:00:00Z"), ("k2", "2022-03-23T08:00:00Z")] {
        let content = json!({"side": "side-a", "status": "military", "area": {"place": "village", "precision": "exact"},
            "period": moment(day), "killed": {"best": 3, "relation": "exactly"}});
        assert!(log.say("desk", "casualties.reported.v1", id, "ministry-a", content));
    }
    let codebook = Codebook::parse(shipped("karabakh-2020").unwrap()).unwrap();
    let series = codebook
        .document()
        .series
        .iter()
        .find(|series| series.unit.as_str() == "person")
        .unwrap();
    let counted = counts(&log.fold(), &codebook, &Query::of(&series.series).by(By::Day)).unwrap();
    let rows: Vec<[Value; 3]> = rows(&counted, "count")
        .into_iter()
        .map(|row| [row["count"].clone(), row["before"].clone(), row["change"].clone()])
        .collect();
    let unknown = json!({"min": null, "best": null, "max": null});
    let least = json!({"min": 3, "best": null, "max": null});
    assert_eq!(rows.len(), 3, "{rows:?}");
    for (row, [number, before, change]) in
        rows.iter()
            .zip([[true, false, false], [false, true, true], [true, false, true]])
    {
        assert_eq!(!row[0].is_null(), number, "{row:?}");
        assert_eq!(!row[1].is_null(), before, "{row:?}");
        assert_eq!(row[2] == unknown, change, "{row:?}");
    }
    assert_eq!(rows[0][0]["min"], least["min"]);
}

#[test]
fn two_redacted_places_have_rows_of_their_own() {
    let mut log = Log::framed();
    for (id, place) in [("c1", "village"), ("c2", "hills")] {
        let content = json!({"place": {"place": place, "precision": "exact"}, "controller": "side-b", "mode": "captured"});
        assert!(log.say("desk", "control.claimed.v1", id, "side-a", content));
        redact(&mut log, id, "data.content.place");
    }
    let claimants = board(&log, Table::ControlHistory, "claimant");
    assert_eq!(claimants.len(), 2);
    assert!(claimants.iter().all(|row| row["place"] == "redacted"));
}

#[test]
fn a_change_is_against_what_the_same_named_asserter_still_says() {
    let mut log = Log::framed();
    let mut figure = |id: &str, by: &str, killed: u64| {
        let content = json!({"side": "side-a", "status": "military", "period": moment("2022-03-25T08:00:00Z"),
            "killed": {"best": killed, "relation": "exactly"}});
        assert!(log.say("desk", "casualties.reported.v1", id, by, content));
    };
    figure("k1", "ministry-a", 3);
    figure("k2", "ministry-a", 30);
    figure("k3", "ministry-a", 5);
    figure("k4", "", 1);
    figure("k5", "", 2);
    figure("k6", "side-a", 6);
    figure("k7", "side-b", 7);
    let content = json!({"target": "@k2", "reason": "publisher_error"});
    assert!(log.say("desk", "claim.retracted.v1", "w", "ministry-a", content));
    redact(&mut log, "k6", "data.provenance.asserted_by");
    redact(&mut log, "k7", "data.provenance.asserted_by");
    let changes: Vec<Value> = board(&log, Table::CasualtyLedger, "revision")
        .into_iter()
        .map(|row| row["change"]["killed"]["best"].clone())
        .collect();
    let none = Value::Null;
    assert_eq!(
        changes,
        [
            none.clone(),
            json!(27),
            json!(2),
            none.clone(),
            none.clone(),
            none.clone(),
            none
        ]
    );
}

#[test]
fn accounts_of_those_who_are_not_named_are_not_one_account() {
    let mut log = Log::framed();
    for (id, by) in [("r1", ""), ("r2", ""), ("r3", "side-a"), ("r4", "ministry-a")] {
        let content = reported("side-b", false);
        assert!(log.say("desk", "incident.reported.v1", id, by, content));
    }
    for (id, a, b) in [("l1", "@r1", "@r2"), ("l2", "@r2", "@r3"), ("l3", "@r3", "@r4")] {
        let content = json!({"a": a, "b": b, "relation": "same_incident"});
        log.add("analyst", "incidents.linked.v1", id, json!({"content": content}))
            .unwrap();
    }
    let others: Vec<Value> = board(&log, Table::Contested, "allegation")
        .into_iter()
        .map(|row| row["other_accounts"].clone())
        .collect();
    // Two who are not named may be two; those of one side are one.
    assert_eq!(others, [3, 3, 2, 2]);
}

#[test]
fn what_is_left_out_of_complaints_was_a_complaint() {
    let mut log = Log::framed();
    for (id, filed) in [("r1", false), ("r2", true), ("r3", true)] {
        let content = reported("side-b", filed);
        assert!(log.say("desk", "incident.reported.v1", id, "side-a", content));
    }
    for target in ["r1", "r2"] {
        let content = json!({"target": format!("@{target}"), "reason": "publisher_error"});
        assert!(log.say(
            "desk",
            "claim.retracted.v1",
            &format!("w-{target}"),
            "side-a",
            content
        ));
    }
    let counted = log.count("un-zone", &Query::of("complaints"));
    let series = &rows(&counted, "series")[0];
    assert_eq!(
        (&series["counted"], &series["left_out"]["withdrawn"]),
        (&json!(1), &json!(1)),
        "{series}"
    );
}
