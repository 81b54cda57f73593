//! The scenario Parukh, 24–26 March 2022: every number of its two "must say" paragraphs.

use armistice_projection::{Projection, View};
use armistice_report::{Event, SourceKind};
use serde_json::{Value, json};

use crate::log::{Log, Rows, check};

const DRAFTS: &str = include_str!("../../../../tests/scenarios/karabakh-2022-03.ndjson");

/// The whole scenario after a founding and four enrolments.
pub(crate) fn log() -> Log {
    let mut log = Log::founded();
    for line in DRAFTS.lines() {
        let draft: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| draft[field].as_str().unwrap().to_owned();
        log.add(&text("source"), &text("type"), &text("id"), draft["data"].clone());
    }
    log
}

/// The views as of row 22, or after row 29.
fn as_of(id: &str) -> (Log, Projection) {
    let log = log();
    let size = usize::try_from(log.index(id)).unwrap() + 1;
    let projection = log.fold(size);
    (log, projection)
}

fn keys(log: &Log, kind: &str, ids: &[&str]) -> Vec<String> {
    ids.iter()
        .map(|id| format!("{kind}/{:012}", log.index(id)))
        .collect()
}

fn numbers(min: u64, best: Option<u64>, max: Option<u64>) -> Value {
    json!({"min": min, "best": best, "max": max})
}

fn sources(row: &Value) -> Vec<u64> {
    row["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["index"].as_u64().unwrap())
        .collect()
}

#[test]
fn allegations_as_of_row_22() {
    let (log, projection) = as_of("r22");
    let rows = Rows::of(&projection, View::Allegations);
    rows.check("side/azerbaijan", json!({
        "alleged": 4, "denied": 0, "admitted": 0, "assessed": 0, "occurrence_confirmed": 0, "not_answered": 4,
        "corroborated": 0, "retracted": 0, "entries_count": 4,
        "alleged_by": [{"of": "karabakh-armenian", "count": 2}, {"of": "not_stated", "count": 2}],
    }));
    assert_eq!(
        sources(rows.row("side/azerbaijan")),
        ["r01", "r03", "r06", "r07"].map(|id| log.index(id))
    );
    rows.check(
        "side/karabakh-armenian",
        json!({
            "alleged": 1, "denied": 1, "not_answered": 0, "assessed": 0, "occurrence_confirmed": 0,
            "alleged_by": [{"of": "azerbaijan", "count": 1}],
        }),
    );
    assert_eq!(sources(rows.row("side/karabakh-armenian")), [log.index("r04")]);
    let keys = keys(&log, "allegation", &["r01", "r03", "r04", "r06", "r07"]);
    assert_eq!(rows.of_kind("allegation").len(), 5);
    let denied = rows.row(&keys[2]);
    check(
        denied,
        json!({"status": ["alleged", "disputed"], "asserted_by": "azerbaijan-mod", "side": "karabakh-armenian"}),
    );
    check(
        &denied["answers"][0],
        json!({"answer": "denied", "scope": "whole", "by": "karabakh-defence-army"}),
    );
    assert_eq!(
        denied["answers"][0]["entry"],
        json!({"index": log.index("r05"), "hash": log.hash("r05")})
    );
    for key in [&keys[0], &keys[1], &keys[3], &keys[4]] {
        rows.check(
            key,
            json!({"status": ["alleged", "not_answered"], "assessments": []}),
        );
    }
}

#[test]
fn incidents_as_of_row_22() {
    let (log, projection) = as_of("r22");
    let rows = Rows::of(&projection, View::Incidents);
    rows.check("total", json!({
        "incidents": 4, "claims": 5, "mutual_accusation": 1, "disputed": 1, "assessed": 0, "unit": "incident",
    }));
    let keys = keys(&log, "incident", &["r01", "r03", "r06", "r07"]);
    assert_eq!(rows.of_kind("incident").len(), 4);
    let contested = rows.row(&keys[1]);
    check(
        contested,
        json!({
            "status": ["alleged", "disputed", "mutual_accusation", "not_answered"], "claims_count": 2, "denials_count": 1,
            "sides": ["azerbaijan", "karabakh-armenian"],
        }),
    );
    // The unspecific counter-accusation is shown on that incident and is no claim of its own.
    check(
        &contested["counter_accusations"][0]["counter_accusation"],
        json!({"accused": "azerbaijan", "counted": false}),
    );
    assert_eq!(contested["counter_accusations"].as_array().unwrap().len(), 1);
    for key in [&keys[0], &keys[2], &keys[3]] {
        rows.check(key, json!({"claims_count": 1, "counter_accusations": []}));
    }
    // Without the link there are five.
    let unlinked = log.fold(usize::try_from(log.index("r22")).unwrap());
    Rows::of(&unlinked, View::Incidents).check("total", json!({"incidents": 5, "mutual_accusation": 0}));
}

#[test]
fn taking_the_link_back_makes_five_incidents() {
    let mut log = log();
    log.add(
        "demo-analyst",
        "incidents.unlinked.v1",
        "unlink",
        json!({"content": {"target": "@r22"}}),
    );
    let rows = log.rows(View::Incidents);
    rows.check("total", json!({"incidents": 5, "mutual_accusation": 0}));
    let link = format!("link/{:012}", log.index("r22"));
    rows.check(
        &link,
        json!({"in_force": false, "joins": false, "unlinked_by": "demo-analyst"}),
    );
}

#[test]
fn casualties_as_of_row_22() {
    let (log, projection) = as_of("r22");
    let rows = Rows::of(&projection, View::Casualties);
    rows.check("side/karabakh-armenian/military", json!({
        "killed": numbers(3, Some(3), Some(3)), "wounded": numbers(13, None, None), "missing": null, "captured": null,
        "entries": [{"index": log.index("r08"), "hash": log.hash("r08")}],
    }));
    let figure = &keys(&log, "figure", &["r08"])[0];
    rows.check(figure, json!({
        "basis": "area_and_period", "incident": null, "place": "askeran",
        "period": {"earliest": "2022-03-24T20:00:00Z", "latest": "2022-03-25T19:59:59Z", "precision": "day"},
    }));
    assert_eq!(rows.0.len(), 2);
}

#[test]
fn peacekeeping_as_of_row_22() {
    let (log, projection) = as_of("r22");
    let rows = Rows::of(&projection, View::Peacekeeping);
    let voices = |reported: u64| {
        json!({
            "reported": reported, "by_party": reported, "by_contingent": 0, "by_others": 0, "by_not_stated": 0,
        })
    };
    rows.check("total", json!({
        "places_with_presence": 2, "presence": voices(2), "interventions": voices(2), "patrols": voices(0),
        "reinforcements_requested": 1, "reinforcements_decided": 0, "reinforcements_open": 1,
        "statements_on_strength": 1, "strength_accounts": 1,
    }));
    for key in [
        "presence/parukh",
        "presence/khramort",
        "intervention/liaison",
        "intervention/prevention",
    ] {
        rows.check(
            key,
            json!({"reported": 1, "by_party": 1, "by_contingent": 0, "by_others": 0}),
        );
    }
    rows.check(
        &keys(&log, "strength", &["r15"])[0],
        json!({
            "kind": "estimated", "number": {"min": null, "best": 2000, "max": null}, "unit": "soldiers",
        }),
    );
    rows.check(
        &keys(&log, "reinforcement", &["r19"])[0],
        json!({"state": "open", "addressee": "russia", "decisions": []}),
    );
    rows.check(
        &keys(&log, "remark", &["r20"])[0],
        json!({"asserted_by": "karabakh-authorities"}),
    );
    rows.check(
        &keys(&log, "mandate", &["r21"])[0],
        json!({"force": "russian-peacekeepers"}),
    );
}

#[test]
fn statements_and_contacts_as_of_row_22() {
    let (log, projection) = as_of("r22");
    let rows = Rows::of(&projection, View::Statements);
    rows.check(
        "total",
        json!({"statements": 6, "stance_or_demand": 5, "no_comment": 1, "demands": 2}),
    );
    let taken = keys(&log, "statement", &["r01-measures", "r09", "r10", "r14", "r20"]);
    for key in &taken {
        assert!(["stance", "demand"].contains(&rows.row(key)["class"].as_str().unwrap()));
    }
    rows.check(
        &keys(&log, "statement", &["r13"])[0],
        json!({"class": "no_comment", "act": "no_comment"}),
    );
    rows.check(&taken[3], json!({"addressees": ["russian-peacekeepers"]}));
    check(
        &rows.row(&taken[3])["demand"],
        json!({"kind": "compliance", "of": "russian-peacekeepers"}),
    );
    let rows = Rows::of(&projection, View::Contacts);
    rows.check(
        "total",
        json!({"contacts": 2, "by_mode": [{"of": "phone", "count": 2}]}),
    );
    for key in keys(&log, "contact", &["r11", "r12"]) {
        rows.check(
            &key,
            json!({"participants": ["armenia", "russia"], "readouts_count": 1}),
        );
    }
}

#[test]
fn control_as_of_row_22() {
    let (log, projection) = as_of("r22");
    let rows = Rows::of(&projection, View::Control);
    rows.check("place/parukh", json!({
        "status": "uncontested", "accounts_count": 1, "claimed_for": ["azerbaijan"], "denials_count": 0, "open_demands": 1,
    }));
    let place = rows.row("place/parukh");
    check(
        &place["accounts"][0],
        json!({"controller": "azerbaijan", "mode": "captured", "hedge": "reported"}),
    );
    assert_eq!(place["accounts"][0]["since"]["earliest"], "2022-03-23T20:00:00Z");
    check(
        &place["demands"][0],
        json!({"of": "azerbaijan", "open": true, "asserted_by": "france-mfa"}),
    );
    assert_eq!(sources(&place["demands"][0]), [log.index("r10")]);
}

#[test]
fn after_row_29_two_allegations_are_assessed_and_the_assessment_is_disputed() {
    let (log, projection) = as_of("r29");
    let rows = Rows::of(&projection, View::Allegations);
    rows.check("side/azerbaijan", json!({
        "alleged": 4, "assessed": 2, "occurrence_confirmed": 2, "assessment_disputed": 2, "denied": 0, "not_answered": 4,
    }));
    rows.check(
        "side/karabakh-armenian",
        json!({"alleged": 1, "denied": 1, "assessed": 0}),
    );
    for key in keys(&log, "allegation", &["r06", "r07"]) {
        rows.check(&key, json!({"status": [
            "alleged", "assessed:confirmed@russian-peacekeepers", "assessed:attributed@russian-peacekeepers",
            "assessment_disputed", "not_answered",
        ]}));
        let finding = &rows.row(&key)["assessments"][0];
        check(
            finding,
            json!({
                "occurrence": "confirmed", "attribution": [{"to": "azerbaijan", "degree": "attributed"}], "capacity": "peacekeeper",
                "time": {"earliest": "2022-03-23T20:00:00Z", "latest": "2022-03-25T19:59:59Z", "precision": "days"},
            }),
        );
        check(
            &finding["answers"][0],
            json!({"answer": "denied", "scope": "characterisation", "by_side": "azerbaijan"}),
        );
        check(
            &finding["answers"][1],
            json!({"answer": "denied", "scope": "place_name", "by_side": "azerbaijan"}),
        );
    }
    Rows::of(&projection, View::Incidents).check(
        "total",
        json!({"incidents": 4, "assessed": 2, "assessment_disputed": 2}),
    );
    Rows::of(&projection, View::Findings).check(
        "total",
        json!({"assessments": 1, "assessments_disputed": 1, "violations": 0}),
    );
}

#[test]
fn the_assessment_keeps_what_it_found_and_through_whom_it_was_published() {
    let log = log();
    let entry = &log.entries[usize::try_from(log.index("r23")).unwrap()];
    let Event::IncidentAssessed(assessed) = &entry.report.event else {
        panic!("an assessment")
    };
    let text = assessed.text.as_deref().unwrap();
    assert!(text.contains("area of responsibility") && text.contains("observation post"));
    for id in ["r23", "r24", "r25", "r25-demand"] {
        let entry = &log.entries[usize::try_from(log.index(id)).unwrap()];
        let provenance = entry.report.provenance.as_ref().unwrap();
        assert_eq!(
            provenance.asserted_by.actor.as_deref(),
            Some("russian-peacekeepers")
        );
        assert_eq!(provenance.attribution[0].actor.as_deref(), Some("russian-mod"));
    }
}

#[test]
fn after_row_29_observations_stay_a_series_of_their_own() {
    let (log, projection) = as_of("r29");
    let rows = Rows::of(&projection, View::Observations);
    rows.check(
        "series/air_strike/russian-peacekeepers",
        json!({
            "number": numbers(4, Some(4), Some(4)), "exercise": false, "unit": "observation",
        }),
    );
    assert_eq!(
        sources(rows.row("series/air_strike/russian-peacekeepers")),
        [log.index("r24")]
    );
    Rows::of(&projection, View::Incidents).check("total", json!({"incidents": 4, "claims": 5}));
}

#[test]
fn after_row_29_the_contingent_mediates_and_control_is_contested() {
    let (log, projection) = as_of("r29");
    let rows = Rows::of(&projection, View::Peacekeeping);
    rows.check(
        "intervention/mediation",
        json!({"reported": 1, "by_contingent": 1, "by_party": 0}),
    );
    let rows = Rows::of(&projection, View::Control);
    rows.check(
        "place/parukh",
        json!({
            "status": "contested", "accounts_count": 3, "denials_count": 1, "open_demands": 2,
            "claimed_for": ["azerbaijan"], "said_to_have_left": ["azerbaijan"],
        }),
    );
    check(
        &rows.row("place/parukh")["accounts"][1],
        json!({
            "asserted_by": "russian-mod", "controller": null, "previous": "azerbaijan", "mode": "withdrew",
        }),
    );
    let accounts: Vec<_> = rows.row("place/parukh")["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(sources)
        .collect();
    assert_eq!(
        accounts,
        ["r06-control", "r28", "r29"].map(|id| vec![log.index(id)])
    );
}

#[test]
fn every_row_of_the_scenario_is_visible_in_a_view() {
    let log = log();
    let projection = log.fold(log.entries.len());
    let mut seen = std::collections::BTreeSet::new();
    for view in View::ALL.iter().filter(|view| **view != View::Producers) {
        for row in projection.rows(*view) {
            let row: Value = serde_json::from_str(&row).unwrap();
            seen.extend(sources(&row));
        }
    }
    for (index, entry) in log.entries.iter().enumerate().skip(5) {
        assert!(seen.contains(&(index as u64)), "{}", entry.report.id);
    }
    // All rows of the table are coded, and the founding family is in the view of producers.
    for row in 1..=29 {
        assert!(
            log.entries
                .iter()
                .any(|entry| entry.report.id.starts_with(&format!("r{row:02}")))
        );
    }
    let producers = Rows::of(&projection, View::Producers);
    producers.check("ledger", json!({"ceasefire": "karabakh-2020", "zone": "+04:00"}));
    producers.check(
        "producer/demo-newsdesk",
        json!({"may": ["claim"], "gaps": [], "forks": [], "prev_mismatches": []}),
    );
}

#[test]
fn both_sides_are_named_in_the_same_way() {
    let rows = log().rows(View::Frame);
    let called = |side: &str| -> Vec<(String, Value)> {
        let names = rows.row(side)["names"].as_array().unwrap();
        let one = |name: &Value| (name["name"].as_str().unwrap().to_owned(), name["used_by"].clone());
        names.iter().map(one).collect()
    };
    // For each side a name that nobody is said to use, and what the other side's forces call its forces in the table.
    assert_eq!(
        called("actor/azerbaijan"),
        [
            ("Azerbaijan".to_owned(), Value::Null),
            ("Azerbaijani forces".to_owned(), json!("karabakh-defence-army")),
        ]
    );
    assert_eq!(
        called("actor/karabakh-armenian"),
        [
            ("Armenian forces".to_owned(), json!("azerbaijan-mod")),
            ("Karabakh Armenian side".to_owned(), Value::Null),
        ]
    );
    for body in ["actor/azerbaijan-mod", "actor/karabakh-defence-army"] {
        assert_eq!(called(body).len(), 1);
        assert_eq!(called(body)[0].1, Value::Null);
    }
}

#[test]
fn what_the_table_says_about_when_it_was_said_and_published_is_kept() {
    let log = log();
    let provenance = |id: &str| {
        let entry = &log.entries[usize::try_from(log.index(id)).unwrap()];
        entry.report.provenance.clone().unwrap()
    };
    for (id, words) in [
        ("r03", "in the afternoon"),
        ("r12", "Saturday morning"),
        ("r13", "Saturday morning"),
        ("r19", "earlier"),
    ] {
        let said_at = provenance(id).said_at.unwrap();
        assert_eq!(said_at.verbatim.as_deref(), Some(words), "{id}");
    }
    for entry in &log.entries {
        let source = entry
            .report
            .provenance
            .as_ref()
            .and_then(|provenance| provenance.source.as_ref());
        if let Some(source) = source.filter(|source| source.kind == SourceKind::Press) {
            let day = source.published_on.map(|day| day.to_string());
            assert_eq!(day.as_deref(), Some("2022-03-26"), "{}", entry.report.id);
            assert_eq!((&source.title, &source.outlet), (&None, &None));
        }
    }
}

#[test]
fn the_agreement_says_what_the_source_says_and_no_more() {
    let log = log();
    let rows = log.rows(View::Frame);
    rows.check("agreement/trilateral-2020-11", json!({
        "parties": [], "brokers": ["russia"], "guarantors": [], "mandate_of": "russian-peacekeepers",
        "signed": {"earliest": "2020-10-31T20:00:00Z", "latest": "2020-11-30T19:59:59Z", "precision": "month"},
    }));
    rows.check(
        &keys(&log, "ceasefire", &["r21-ceasefire"])[0],
        json!({
            "declarants": [], "manner": "unknown", "agreement": "trilateral-2020-11",
        }),
    );
}

#[test]
fn a_place_shows_every_name_and_who_uses_it() {
    let rows = log().rows(View::Frame);
    let names: Vec<&str> = rows.row("place/parukh")["names"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Farrukh", "Furukh", "Parukh"]);
    rows.check(
        "place/khramort",
        json!({"names": [
            {"name": "Khramort", "language": "hy", "used_by": "karabakh-armenian"},
            {"name": "Pirlar", "language": "az", "used_by": "azerbaijan"},
        ]}),
    );
    rows.check(
        "actor/karabakh-defence-army",
        json!({"side": "karabakh-armenian", "role": "body_of_side"}),
    );
}
