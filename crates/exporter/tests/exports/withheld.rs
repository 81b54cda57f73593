//! Places that are withheld or redacted: no export gives a point of theirs, nor anybody else's point for them.

use serde_json::{Value, json};

use crate::log::{Log, attack, says};

/// Degrees that are nowhere else in the log.
const LAT: f64 = 39.912_345_6;
const LON: f64 = 46.765_432_1;

fn exact(name: &str) -> Value {
    json!({"names": [{"name": name}], "lat": LAT, "lon": LON, "precision": "exact"})
}

fn bare() -> Value {
    json!({"lat": LAT, "lon": LON, "precision": "exact"})
}

fn register(log: &mut Log, id: &str, place: Value) {
    let mut content = json!({"place": "post-7", "kind": "observation_post", "names": [{"name": "Post 7"}]});
    content
        .as_object_mut()
        .unwrap()
        .extend(place.as_object().unwrap().clone());
    log.add("analyst", "place.registered.v1", id, json!({"content": content}));
}

/// A log whose district has a point of its own: 40.5, 47.5.
fn log() -> Log {
    let mut log = Log::founded();
    let district = json!({"place": "district", "kind": "district", "names": [{"name": "The District"}],
        "lat": 40.5, "lon": 47.5, "precision": "adm2"});
    log.add(
        "analyst",
        "place.registered.v1",
        "district",
        json!({"content": district}),
    );
    log
}

/// No export holds the degrees, and no feature has the district's point.
fn check(name: &str, log: &Log) {
    let exports = log.exports(log.len());
    let all = exports.all();
    for degrees in ["39.912", "46.765"] {
        let at = all.find(degrees).unwrap_or_default();
        assert!(
            !all.contains(degrees),
            "{name}: {}",
            &all[at.saturating_sub(300)..at + 20]
        );
    }
    let map: Value = serde_json::from_str(&exports.geojson()).unwrap();
    let features = map["features"].as_array().unwrap();
    assert!(!features.is_empty(), "{name}");
    for feature in features {
        assert!(feature["geometry"].is_null(), "{name}: {feature:#}");
    }
}

#[test]
fn a_redacted_place_is_nowhere() {
    for place in [exact("Farrukh"), bare()] {
        for field in ["data.content.place", "data.content.place.lat", "data.content"] {
            let mut log = log();
            log.add(
                "desk",
                "incident.reported.v1",
                "c",
                attack("a", "b", place.clone()),
            );
            log.redact("c", field);
            check(field, &log);
        }
    }
}

#[test]
fn a_redaction_that_came_later_holds_for_an_earlier_export() {
    let mut log = log();
    log.add("desk", "incident.reported.v1", "c", attack("a", "b", bare()));
    let before = log.len();
    log.redact("c", "data.content.place");
    let all = log.exports(before).all();
    assert!(!all.contains("39.912") && !all.contains("46.765"));
}

#[test]
fn a_correction_that_withholds_is_kept() {
    let mut log = log();
    log.add(
        "desk",
        "incident.reported.v1",
        "c",
        attack("a", "b", exact("Farrukh")),
    );
    let replacement = attack(
        "a",
        "b",
        json!({"names": [{"name": "Farrukh"}], "precision": "withheld"}),
    );
    let content = json!({"target": "@c", "reason": "publisher_error", "replacement": {"type": "incident.reported.v1", "content": replacement["content"]}});
    log.add("desk", "claim.corrected.v1", "fix", says("a", content));
    check("corrected", &log);
}

#[test]
fn a_place_that_is_registered_as_withheld_has_no_point_of_its_district() {
    let mut log = log();
    register(
        &mut log,
        "p1",
        json!({"lat": LAT, "lon": LON, "precision": "exact", "within": "district"}),
    );
    let named = json!({"place": "post-7", "precision": "exact"});
    log.add("desk", "incident.reported.v1", "c", attack("a", "b", named));
    // Somebody else gives the point of the same place.
    let mut other = bare();
    other["place"] = json!("post-7");
    log.add("desk", "incident.reported.v1", "d", attack("b", "a", other));
    register(
        &mut log,
        "p2",
        json!({"precision": "withheld", "within": "district"}),
    );
    check("registered", &log);
    let (ged, _, _) = log.exports(log.len()).shaped(
        armistice_exporter::Shape::Acled,
        &armistice_exporter::Earlier::default(),
    );
    assert!(!ged.contains("The District") && !ged.contains("Post 7"), "{ged}");
}

fn sealed(field: &str) -> Value {
    json!([{"field": field, "commitment": "5f".repeat(32), "cipher": "xchacha20poly1305",
        "sealed": "t2ViBV0+yu9LI8MIegMF8MBgPKW6m0oZW726nV0iIqzac2UhQeFH08sS/LeMMZfgv619mF1jAPGstvXCBy4xplQP"}])
}

#[test]
fn a_sealed_place_is_withheld() {
    let mut log = log();
    let mut claim = attack("a", "b", bare());
    claim["content"].as_object_mut().unwrap().remove("place");
    claim["provenance"]["sealed"] = sealed("data.content.place");
    log.add("desk", "incident.reported.v1", "c", claim);
    log.add(
        "desk",
        "incident.reported.v1",
        "d",
        attack("b", "a", exact("Parukh")),
    );
    let link = json!({"content": {"a": "@c", "b": "@d", "relation": "same_incident"}});
    log.add("analyst", "incidents.linked.v1", "link", link);
    check("sealed", &log);
}

#[test]
fn a_correction_that_seals_the_place_is_kept() {
    let mut log = log();
    log.add(
        "desk",
        "incident.reported.v1",
        "c",
        attack("a", "b", exact("Farrukh")),
    );
    let mut content = attack("a", "b", bare())["content"].clone();
    content.as_object_mut().unwrap().remove("place");
    let replacement = json!({"type": "incident.reported.v1", "content": content});
    let content = json!({"target": "@c", "reason": "publisher_error", "replacement": replacement});
    let mut correction = says("a", content);
    correction["provenance"]["sealed"] = sealed("data.content.replacement.content.place");
    log.add("desk", "claim.corrected.v1", "fix", correction);
    let before = log.exports(log.len() - 1).all();
    assert!(!before.contains("39.912") && !before.contains("46.765"));
    check("sealed by a correction", &log);
}

#[test]
fn other_accounts_of_the_same_incident_do_not_give_it_away() {
    let hidden = json!({"names": [{"name": "Farrukh"}], "precision": "withheld"});
    let mut linked = log();
    linked.add(
        "desk",
        "incident.reported.v1",
        "c",
        attack("a", "b", hidden.clone()),
    );
    linked.add(
        "desk",
        "incident.reported.v1",
        "d",
        attack("b", "a", exact("Parukh")),
    );
    let link = json!({"content": {"a": "@c", "b": "@d", "relation": "competing_accounts"}});
    linked.add("analyst", "incidents.linked.v1", "link", link);
    check("linked", &linked);

    // Without a link: who says it, whom, what, where and when are the same, from two producers.
    let mut repeated = log();
    repeated.add("desk", "incident.reported.v1", "c", attack("a", "b", hidden));
    repeated.add(
        "analyst",
        "incident.reported.v1",
        "d",
        attack("a", "b", exact("Farrukh")),
    );
    check("repeated", &repeated);

    // The dead of a hidden incident, with a place of their own.
    let mut counted = log();
    let hidden = json!({"names": [{"name": "Farrukh"}], "precision": "withheld"});
    counted.add("desk", "incident.reported.v1", "c", attack("a", "b", hidden));
    let dead = json!({"side": "b", "status": "military", "killed": {"min": 3, "best": 3, "max": 3, "relation": "exactly"},
        "area": exact("Parukh"), "period": crate::log::day()});
    let mut dead = says("a", dead);
    dead["provenance"]["refers_to"] = json!([{"entry": "@c", "relation": "details"}]);
    counted.add("desk", "casualties.reported.v1", "dead", dead);
    check("counted", &counted);
}

#[test]
fn what_is_not_withheld_has_its_point() {
    let mut log = log();
    log.add(
        "desk",
        "incident.reported.v1",
        "c",
        attack("a", "b", exact("Farrukh")),
    );
    let text = log.exports(log.len()).geojson();
    let map: geojson::GeoJson = text.parse().unwrap();
    let geojson::GeoJson::FeatureCollection(map) = map else {
        panic!("no collection")
    };
    let feature = &map.features[0];
    assert_eq!(
        feature
            .geometry
            .as_ref()
            .unwrap_or_else(|| panic!("{text}"))
            .value,
        geojson::GeometryValue::new_point([LON, LAT])
    );
    assert_eq!(feature.property("point_from").unwrap(), "report");
    assert_eq!(feature.property("uncertainty_m").unwrap(), 1_000);
}

#[test]
fn a_correction_without_a_place_does_not_give_back_the_one_before() {
    let mut log = log();
    register(
        &mut log,
        "p1",
        json!({"lat": LAT, "lon": LON, "precision": "exact", "within": "district"}),
    );
    let named = json!({"place": "post-7", "precision": "withheld"});
    log.add("desk", "incident.reported.v1", "c", attack("a", "b", named));
    let mut content = attack("a", "b", bare())["content"].clone();
    content.as_object_mut().unwrap().remove("place");
    let replacement = json!({"type": "incident.reported.v1", "content": content});
    let content = json!({"target": "@c", "reason": "publisher_error", "replacement": replacement});
    log.add("desk", "claim.corrected.v1", "fix", says("a", content));
    for size in [log.len() - 1, log.len()] {
        let map: Value = serde_json::from_str(&log.exports(size).geojson()).unwrap();
        for feature in map["features"].as_array().unwrap() {
            assert!(feature["geometry"].is_null(), "{size}: {feature:#}");
        }
    }
}

#[test]
fn a_later_report_that_repeats_and_withholds_hides_the_earlier_one_before_it() {
    let mut log = log();
    log.add(
        "desk",
        "incident.reported.v1",
        "c",
        attack("a", "b", exact("Farrukh")),
    );
    let before = log.len();
    let hidden = json!({"names": [{"name": "Farrukh"}], "precision": "withheld"});
    log.add("analyst", "incident.reported.v1", "d", attack("a", "b", hidden));
    let all = log.exports(before).all();
    assert!(!all.contains("39.912") && !all.contains("46.765"), "{all}");
}

#[test]
fn a_precision_of_acled_has_no_metres() {
    for (dataset, expected) in [("acled", Value::Null), ("ucdp-ged", json!(25_000))] {
        let mut log = log();
        let mut place = exact("Farrukh");
        place["precision"] = json!("near_25km");
        let mut claim = attack("a", "b", place);
        claim["provenance"]["source"] =
            json!({"kind": "dataset", "row": {"dataset": dataset, "id": "1", "cells": []}});
        log.add("desk", "incident.reported.v1", "c", claim);
        let map: Value = serde_json::from_str(&log.exports(log.len()).geojson()).unwrap();
        let feature = &map["features"][0]["properties"];
        assert_eq!(
            (&feature["precision"], &feature["uncertainty_m"]),
            (&json!("near_25km"), &expected),
            "{dataset}"
        );
    }
}
