//! The demo says exactly what the scenario's two "must say" paragraphs give.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::desk::Desk;

/// Every number: view, what, as of row 22, after row 29.
#[expect(clippy::too_many_lines, reason = "one table with a row for each number")]
fn expected() -> Vec<(&'static str, &'static str, Value, Value)> {
    let same = |view, what, value: Value| (view, what, value.clone(), value);
    vec![
        same("allegations", "against azerbaijan", json!(4)),
        same("allegations", "against karabakh-armenian", json!(1)),
        same("allegations", "denied by the accused", json!(1)),
        same("allegations", "not answered", json!(4)),
        ("allegations", "assessed", json!(0), json!(2)),
        (
            "allegations",
            "occurrence confirmed by an assessor",
            json!(0),
            json!(2),
        ),
        same("allegations", "found to be a violation", json!(0)),
        (
            "allegations",
            "assessment disputed by the accused",
            json!(0),
            json!(2),
        ),
        same("incidents", "incidents", json!(4)),
        (
            "incidents",
            "without the analyst's link, one entry before it",
            json!(5),
            Value::Null,
        ),
        same("incidents", "with accusations both ways", json!(1)),
        same(
            "incidents",
            "counter-accusations shown, counted nowhere",
            json!(1),
        ),
        same("casualties", "karabakh-armenian military, killed", json!("3")),
        same(
            "casualties",
            "karabakh-armenian military, wounded",
            json!("at least 13"),
        ),
        same("casualties", "figures attached to an incident", json!(0)),
        same("casualties", "figures attached to an area and a day", json!(1)),
        same("peacekeeping", "places with presence", json!(2)),
        same("peacekeeping", "liaison", json!(1)),
        same("peacekeeping", "prevention", json!(1)),
        ("peacekeeping", "mediation", json!(0), json!(1)),
        same(
            "peacekeeping",
            "presences and interventions asserted by a party",
            json!(4),
        ),
        (
            "peacekeeping",
            "presences and interventions asserted by the contingent",
            json!(0),
            json!(1),
        ),
        same("peacekeeping", "strength", json!("about 2000")),
        same("peacekeeping", "reinforcements requested", json!(1)),
        same("peacekeeping", "reinforcements decided", json!(0)),
        same("peacekeeping", "statements on its strength", json!(1)),
        ("statements", "with a stance or a demand", json!(5), json!(6)),
        same("statements", "no comment", json!(1)),
        same("contacts", "contacts", json!(2)),
        (
            "observations",
            "air strikes observed, in no count of incidents",
            json!(0),
            json!("4"),
        ),
        (
            "control",
            "place/parukh: status",
            json!("uncontested"),
            json!("contested"),
        ),
        ("control", "place/parukh: accounts", json!(1), json!(3)),
        same("control", "place/parukh: said to be held by", json!("azerbaijan")),
        (
            "control",
            "place/parukh: said to have left",
            json!("nobody"),
            json!("azerbaijan"),
        ),
        (
            "control",
            "place/parukh: open demands for withdrawal",
            json!(1),
            json!(2),
        ),
    ]
}

#[test]
fn every_number_of_the_scenario() {
    let document = Desk::new().json("demo -o json");
    let numbers: BTreeMap<(&str, &str), (&Value, &Value)> = document["numbers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let name = (row["view"].as_str().unwrap(), row["what"].as_str().unwrap());
            (name, (&row["as_of_22"], &row["after_29"]))
        })
        .collect();
    let expected = expected();
    assert_eq!(numbers.len(), expected.len(), "{numbers:?}");
    for (view, what, first, second) in &expected {
        assert_eq!(
            numbers.get(&(*view, *what)),
            Some(&(first, second)),
            "{view}: {what}"
        );
    }
}

#[test]
fn the_story_is_told_the_same_each_time() {
    let ran = Desk::new().run("demo");
    insta::assert_snapshot!("demo", ran.shown());
}

#[test]
fn the_kept_ledger_gives_the_same_numbers_to_everybody() {
    let desk = Desk::new();
    let told = desk.good("demo --dir parukh");
    let as_of = |size: u64| {
        let rows = desk.json(&format!(
            "view allegations --dir parukh --as-of {size} --where row=side -o json"
        ));
        rows["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["assessed"].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!((as_of(46), as_of(54)), (0, 2));
    // The last lines are commands: each of them works as it is printed.
    let next = told.split("Where to go next").nth(1).unwrap();
    let commands: Vec<&str> = next
        .lines()
        .filter_map(|line| line.trim().strip_prefix("armistice "))
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(commands.len(), 6, "{next}");
    for command in commands {
        desk.good(command);
    }
    desk.ends(6, "demo --dir parukh");
}
