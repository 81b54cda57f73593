//! The shapes of ACLED and UCDP GED: what comes back, what is left out, and what changed.

use armistice_exporter::{Earlier, Shape};
use serde_json::{Value, json};

use crate::log::{Log, attack, records, says};

/// A row of UCDP GED as a claim; low above best, as some rows have it.
fn ged(row: &str, low: u64, best: u64, high: u64) -> [Value; 2] {
    let source = json!({"kind": "dataset", "row": {"dataset": "ucdp-ged", "release": "23.1", "id": row,
        "cells": [{"column": "dyad_name", "value": "X - Y"}, {"column": "deaths_a", "value": "2"}, {"column": "country", "value": "Syria"}]}});
    let place =
        json!({"names": [{"name": "Rami"}], "lat": 35.763_369, "lon": 36.558_974, "precision": "exact"});
    let mut claim = attack("a", "b", place);
    claim["provenance"]["source"] = source.clone();
    let killed = json!({"min": low, "best": best, "max": high, "relation": "as_given"});
    let mut dead = says(
        "a",
        json!({"status": "mixed", "incident": format!("@{row}"), "killed": killed}),
    );
    dead["provenance"]["source"] = source;
    [claim, dead]
}

fn add(log: &mut Log, row: &str, numbers: (u64, u64, u64)) {
    let [claim, dead] = ged(row, numbers.0, numbers.1, numbers.2);
    log.add("desk", "incident.reported.v1", row, claim);
    log.add("desk", "casualties.reported.v1", &format!("{row}-dead"), dead);
}

#[test]
fn a_row_of_ged_comes_back_as_it_was() {
    let mut log = Log::founded();
    add(&mut log, "300380", (2, 2, 2));
    add(&mut log, "21300", (9, 4, 4));
    let (csv, left_out, summary) = log.exports(log.len()).shaped(Shape::Ged, &Earlier::default());
    let rows = records(&csv);
    assert_eq!(csv.lines().next().unwrap().split(',').count(), 49);
    assert_eq!(summary.rows, 2, "{left_out}");
    let fields = |row: &std::collections::BTreeMap<String, String>| {
        [
            "id",
            "low",
            "best",
            "high",
            "dyad_name",
            "deaths_a",
            "country",
            "date_start",
            "date_end",
            "date_prec",
            "latitude",
            "longitude",
            "where_prec",
            "where_coordinates",
        ]
        .map(|name| row[name].clone())
        .join("|")
    };
    assert_eq!(
        fields(&rows[0]),
        "300380|2|2|2|X - Y|2|Syria|2022-03-26|2022-03-26|1|35.763369|36.558974|1|Rami"
    );
    assert_eq!(
        fields(&rows[1]),
        "21300|9|4|4|X - Y|2|Syria|2022-03-26|2022-03-26|1|35.763369|36.558974|1|Rami"
    );
}

#[test]
fn what_has_no_deaths_is_listed_for_ged_and_a_row_for_acled() {
    let mut log = Log::founded();
    let place = json!({"names": [{"name": "Farrukh"}], "precision": "near_25km"});
    let claim = log.add("desk", "incident.reported.v1", "c", attack("a", "b", place));
    let exports = log.exports(log.len());
    let (csv, left_out, summary) = exports.shaped(Shape::Ged, &Earlier::default());
    assert_eq!((csv.lines().count(), summary.rows), (1, 0));
    assert_eq!(
        left_out,
        format!(
            "entry,what,column,reason,meaning\n{claim},row,,no_deaths,\"no deaths are reported of it, and UCDP GED holds only events with deaths\"\n"
        )
    );
    let (csv, left_out, _) = exports.shaped(Shape::Acled, &Earlier::default());
    let row = &records(&csv)[0];
    assert_eq!(row.len(), 31);
    assert_eq!((row["actor1"].as_str(), row["actor2"].as_str()), ("a", "b"));
    assert_eq!(
        (row["fatalities"].as_str(), row["geo_precision"].as_str()),
        ("", "2")
    );
    assert!(left_out.contains("latitude,no_point"), "{left_out}");
}

#[test]
fn changes_since_are_new_rows_other_rows_and_rows_that_went() {
    for shape in [Shape::Ged, Shape::Acled] {
        let mut log = Log::founded();
        for row in ["1", "2", "3"] {
            add(&mut log, row, (2, 2, 2));
        }
        let since = log.len();
        add(&mut log, "4", (1, 1, 1));
        let [_, mut dead] = ged("2", 5, 5, 5);
        dead["content"]["supersedes"] = json!("@2-dead");
        log.add("desk", "casualties.reported.v1", "2-again", dead);
        let third = json!({"target": "@3", "reason": "publisher_error"});
        log.add("desk", "claim.retracted.v1", "3-back", says("a", third));
        let before = log.exports(since).earlier(shape);
        let (csv, left_out, summary) = log.exports(log.len()).shaped(shape, &before);
        let (id, number) = match shape {
            Shape::Ged => ("id", "best"),
            Shape::Acled => ("event_id_cnty", "fatalities"),
        };
        let rows: Vec<String> = records(&csv)
            .iter()
            .map(|row| format!("{} {}", row[id], row[number]))
            .collect();
        let expected = match shape {
            Shape::Ged => ["2 5", "4 1"],
            Shape::Acled => ["ucdp-ged:2 5", "ucdp-ged:4 1"],
        };
        assert_eq!(rows, expected, "{left_out}");
        assert!(left_out.contains(",row,,retracted,"), "{left_out}");
        assert_eq!(summary.unchanged, 1);
    }
}

/// The row of ACLED 7 with 6 dead.
fn acled(log: &mut Log, time: Value, cells: Value) {
    let source = json!({"kind": "dataset", "row": {"dataset": "acled", "release": "1700000000", "id": "AZE7", "cells": cells}});
    let mut claim = attack(
        "a",
        "b",
        json!({"names": [{"name": "Rami"}], "lat": 35.5, "lon": 36.5, "precision": "near_25km"}),
    );
    claim["content"]["time"] = time;
    claim["provenance"]["source"] = source.clone();
    let mut dead = says(
        "a",
        json!({"status": "unknown", "incident": "@acled", "killed": {"min": 6, "best": 6, "max": 6, "relation": "as_given"}}),
    );
    dead["provenance"]["source"] = source;
    log.add("desk", "incident.reported.v1", "acled", claim);
    log.add("desk", "casualties.reported.v1", "acled-dead", dead);
}

#[test]
fn deaths_that_are_redacted_or_retracted_do_not_come_back_out_of_cells() {
    for reason in ["field_redacted", "retracted"] {
        let mut log = Log::founded();
        add(&mut log, "5", (2, 2, 2));
        let cells = json!([{"column": "fatalities", "value": "6"}, {"column": "year", "value": "2022"}]);
        acled(&mut log, crate::log::day(), cells);
        for dead in ["5-dead", "acled-dead"] {
            if reason == "retracted" {
                let content = json!({"target": format!("@{dead}"), "reason": "publisher_error"});
                log.add(
                    "desk",
                    "claim.retracted.v1",
                    &format!("{dead}-back"),
                    says("a", content),
                );
            } else {
                log.redact(dead, "data.content.killed");
            }
        }
        // A redaction that came later holds for earlier exports, too.
        let sizes = if reason == "retracted" {
            vec![log.len()]
        } else {
            vec![log.len(), log.len() - 2]
        };
        for size in sizes {
            let (ged, left_out, _) = log.exports(size).shaped(Shape::Ged, &Earlier::default());
            let row = records(&ged).into_iter().find(|row| row["id"] == "5").unwrap();
            for column in [
                "low",
                "best",
                "high",
                "deaths_a",
                "deaths_b",
                "deaths_civilians",
                "deaths_unknown",
            ] {
                assert_eq!(row[column], "", "{column} {reason}");
            }
            assert!(left_out.contains(&format!("column,best,{reason}")), "{left_out}");
            let (acled, left_out, _) = log.exports(size).shaped(Shape::Acled, &Earlier::default());
            let row = records(&acled)
                .into_iter()
                .find(|row| row["event_id_cnty"] == "AZE7")
                .unwrap();
            assert_eq!(row["fatalities"], "", "{reason}");
            assert!(
                left_out.contains(&format!("column,fatalities,{reason}")),
                "{left_out}"
            );
        }
    }
}

#[test]
fn deaths_by_side_do_not_come_back_beside_a_corrected_number() {
    let mut log = Log::founded();
    add(&mut log, "5", (2, 2, 2));
    let [_, mut dead] = ged("5", 7, 7, 7);
    dead["provenance"].as_object_mut().unwrap().remove("source");
    let mut content = dead["content"].clone();
    content["killed"] = json!({"min": 7, "best": 7, "max": 7, "relation": "exactly"});
    let replacement = json!({"type": "casualties.reported.v1", "content": content});
    dead["content"] = json!({"target": "@5-dead", "reason": "new_information", "replacement": replacement});
    log.add("desk", "claim.corrected.v1", "fix", dead);
    let (csv, left_out, _) = log.exports(log.len()).shaped(Shape::Ged, &Earlier::default());
    let row = &records(&csv)[0];
    assert_eq!(
        (row["best"].as_str(), row["deaths_a"].as_str()),
        ("7", ""),
        "{left_out}"
    );
}

#[test]
fn the_year_of_acled_is_that_of_its_day_also_in_a_week_across_two_years() {
    for kept in ["2023-01-01", "01 January 2023"] {
        let mut log = Log::founded();
        let cells = json!([{"column": "event_date", "value": kept}, {"column": "year", "value": "2023"}]);
        let week = json!({"earliest": "2022-12-25T20:00:00Z", "latest": "2023-01-01T19:59:59Z", "precision": "week", "zone": "+04:00"});
        acled(&mut log, week, cells);
        let (csv, _, _) = log.exports(log.len()).shaped(Shape::Acled, &Earlier::default());
        let row = &records(&csv)[0];
        let day = ["event_date", "year", "time_precision"].map(|name| row[name].as_str());
        assert_eq!(day, ["2023-01-01", "2023", "2"], "{kept}");
    }
}
