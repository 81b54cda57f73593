//! The tables over the scenario, over small histories that it has nothing of, and over random ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use armistice_desk::{Board, Table, table};
use armistice_projection::Projection;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::log::Log;
use crate::properties::{act, play};

const SCENARIO: &str = include_str!("../../../../tests/scenarios/karabakh-2022-03.ndjson");

fn rows(board: &Board) -> Vec<Value> {
    board
        .rows
        .iter()
        .map(|row| serde_json::from_str(&row.json).unwrap())
        .collect()
}

fn row(projection: &Projection, of: Table, key: &str) -> Value {
    let board = table(projection, of);
    let found = rows(&board).into_iter().find(|row| row["key"] == key);
    found.unwrap_or_else(|| {
        panic!(
            "{of} has no {key}: {:?}",
            board.rows.iter().map(|row| &row.key).collect::<Vec<_>>()
        )
    })
}

/// Hashes are replaced by nothing: they change whenever a draft's bytes do.
fn without_hashes(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_hashes),
        Value::Object(fields) => {
            fields.remove("hash");
            fields.values_mut().for_each(without_hashes);
        }
        _ => {}
    }
}

#[test]
fn the_scenario_on_every_table() {
    let mut log = Log::default();
    for line in SCENARIO.lines() {
        let draft: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| draft[name].as_str().unwrap().to_owned();
        log.add(&text("source"), &text("type"), &text("id"), draft["data"].clone())
            .unwrap_or_else(|| panic!("{line}"));
    }
    let projection = log.fold();
    let mut out = String::new();
    for of in Table::ALL {
        let board = table(&projection, *of);
        writeln!(out, "## {} · {} rows", of.id(), board.digest.rows.0).unwrap();
        for mut row in rows(&board) {
            without_hashes(&mut row);
            writeln!(out, "{row}").unwrap();
        }
    }
    insta::assert_snapshot!(out);
}

/// A history with something of everything that the scenario has nothing of.
fn small() -> Log {
    let mut log = Log::framed();
    let incident = json!({
        "kind": "overflight_uav", "accused": "side-b", "filed_with": "commission",
        "time": {"earliest": "2022-03-25T08:00:00Z", "latest": "2022-03-25T08:00:00Z", "precision": "exact"},
        "place": {"place": "village", "precision": "exact"},
    });
    for (producer, id) in [("desk", "r1"), ("agency", "r1-again"), ("wire", "r1-third")] {
        assert!(log.say(producer, "incident.reported.v1", id, "side-a", incident.clone()));
    }
    assert!(log.say(
        "observer",
        "claim.corroborated.v1",
        "c1",
        "observers",
        json!({"target": "@r1", "basis": "own_observation"})
    ));
    assert!(log.say(
        "desk",
        "incident.reported.v1",
        "r2",
        "side-b",
        json!({"kind": "sniper", "accused": "side-a", "time": {"precision": "unknown"}})
    ));
    assert!(log.say(
        "desk",
        "claim.denied.v1",
        "d2",
        "side-a",
        json!({"target": "@r2", "scope": "whole"})
    ));
    let found = json!({
        "assessor": "mission", "targets": ["@r1"], "occurrence": "confirmed",
        "attribution": [{"actor": "side-b", "degree": "attributed"}], "characterisation": [{"finding": "violation"}],
    });
    assert!(log.say("monitor", "incident.assessed.v1", "a1", "mission", found));
    let served = json!({"number": "VR-1", "issued_by": "mission", "addressee": "side-b", "targets": ["@r1"],
        "time": {"earliest": "2022-03-26T08:00:00Z", "latest": "2022-03-26T08:00:00Z", "precision": "exact"}});
    assert!(log.say("monitor", "violation_report.issued.v1", "v1", "mission", served));
    let refused = json!({"target": "@v1", "by": "side-b", "response": "refused_to_sign", "time": {"precision": "unknown"}});
    assert!(log.say(
        "desk",
        "violation_report.answered.v1",
        "v1-answer",
        "side-b",
        refused
    ));
    for (id, killed) in [
        ("k1", json!({"best": 3, "relation": "exactly"})),
        ("k2", json!({"min": 5, "relation": "at_least"})),
    ] {
        let content = json!({"side": "side-a", "status": "military", "killed": killed, "incident": "@r1"});
        assert!(log.say("desk", "casualties.reported.v1", id, "ministry-a", content));
    }
    let effort = json!({"body": "mission", "patrols": 4, "observation_hours": 30, "not_reached": [{"place": {"place": "hills", "precision": "adm2"}, "reason": "access_denied"}],
        "period": {"earliest": "2022-03-25T00:00:00Z", "latest": "2022-03-25T23:59:59Z", "precision": "day"}});
    assert!(log.say("monitor", "effort.reported.v1", "e1", "mission", effort));
    log
}

#[test]
fn what_each_table_says_of_a_small_history() {
    let projection = small().fold();
    let of = |table, key: &str| row(&projection, table, key);
    let claim = of(Table::Independence, "claim/000000000006");
    assert_eq!(claim["counted_as"], 1);
    assert_eq!(claim["repeated_by"].as_array().unwrap().len(), 2, "{claim}");
    assert_eq!(claim["independent_origins"], 2, "{claim}");
    assert_eq!(of(Table::Independence, "repeats/agency/desk")["claims"], 1);
    assert_eq!(of(Table::Independence, "total")["repetitions"], 2);
    let sum = of(Table::Complaints, "sum/commission/side-a/side-b");
    assert_eq!(
        (&sum["complaints"], &sum["assessed"], &sum["withdrawn"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let open = of(Table::Contested, "side/side-b");
    assert_eq!(
        (&open["accusations"], &open["open"], &open["denied"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let answered = of(Table::Contested, "side/side-a");
    assert_eq!(
        (&answered["answered"], &answered["denied"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        of(Table::Contested, "allegation/000000000006")["days_unanswered"],
        0
    );
    let queue = of(Table::Queue, "total");
    assert_eq!(
        (&queue["incidents"], &queue["assessed"], &queue["waiting"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let report = of(Table::ViolationReports, "sum/mission/side-b");
    assert_eq!(
        (&report["served"], &report["not_answered"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(report["by_response"], json!({"refused_to_sign": 1}));
    let violation = of(Table::Violations, "sum/mission/side-b");
    assert_eq!(
        (&violation["violations"], &violation["by_domain"]),
        (&json!(1), &json!({"air": 1}))
    );
    let board = table(&projection, Table::CasualtyLedger);
    let revisions: Vec<Value> = rows(&board)
        .into_iter()
        .filter(|row| row["row"] == "revision")
        .collect();
    assert_eq!(revisions.len(), 2);
    assert_eq!(
        revisions[1]["change"]["killed"],
        json!({"min": 2, "best": null, "max": null})
    );
    let effort = of(Table::Effort, "effort/2022-03-25/mission");
    assert_eq!(
        (&effort["patrols"]["best"], &effort["hours_covered"]),
        (&json!(4), &json!(24))
    );
    assert_eq!(effort["not_reached"].as_array().unwrap().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn tables_agree_with_the_views(acts in proptest::collection::vec(act(), 0..40)) {
        let projection = play(&acts).fold();
        for of in Table::ALL {
            let board = table(&projection, *of);
            prop_assert!(board.rows.is_sorted_by(|a, b| a.key < b.key), "{}", of);
            prop_assert_eq!(board.digest, table(&projection, *of).digest);
            for row in rows(&board) {
                prop_assert!(row["unit"].is_string() && row["entries"].is_array(), "{}", row);
            }
        }
        // Every accusation of the board is one that the view counts against somebody.
        let mut alleged: BTreeMap<String, u64> = BTreeMap::new();
        projection.for_each_row(armistice_projection::View::Allegations, |key, row| if key.starts_with("side/") {
            let row: Value = serde_json::from_slice(row).unwrap();
            if row["side"] != "not_stated" && row["alleged"] != 0 {
                alleged.insert(row["side"].as_str().unwrap().to_owned(), row["alleged"].as_u64().unwrap());
            }
        });
        let board = rows(&table(&projection, Table::Contested));
        let sides: BTreeMap<String, u64> = board.iter().filter(|row| row["row"] == "side")
            .map(|row| (row["side"].as_str().unwrap().to_owned(), row["accusations"].as_u64().unwrap())).collect();
        prop_assert_eq!(sides, alleged);
        for row in board.iter().filter(|row| row["row"] == "side") {
            prop_assert_eq!(row["open"].as_u64().unwrap() + row["answered"].as_u64().unwrap(), row["accusations"].as_u64().unwrap());
        }
        // An incident is assessed or waits.
        let queue = rows(&table(&projection, Table::Queue));
        let total = queue.iter().find(|row| row["row"] == "total").unwrap();
        let waiting: BTreeSet<String> = queue.iter().filter(|row| row["row"] == "incident").map(|row| row["key"].to_string()).collect();
        prop_assert_eq!(total["waiting"].as_u64().unwrap(), waiting.len() as u64);
        prop_assert_eq!(total["waiting"].as_u64().unwrap() + total["assessed"].as_u64().unwrap(), total["incidents"].as_u64().unwrap());
    }
}
