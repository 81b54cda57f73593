//! Small histories, one rule of `docs/reference/views.md` each.

use armistice_projection::View;
use serde_json::{Value, json};

use crate::log::{Log, check};

const DAY: &str = "2022-03-26";

fn day(date: &str) -> Value {
    json!({"earliest": format!("{date}T00:00:00Z"), "latest": format!("{date}T23:59:59Z"), "precision": "day"})
}

fn says(actor: &str, content: Value) -> Value {
    json!({"provenance": {"asserted_by": {"actor": actor, "capacity": "party"}, "hedge": "claimed"}, "content": content})
}

fn attack(by: &str, accused: &str, place: &str) -> Value {
    let place = json!({"place": place, "precision": "near_25km"});
    says(
        by,
        json!({"kind": "mortar", "accused": accused, "time": day(DAY), "place": place}),
    )
}

/// A log with two sides, `a` and `b`, and a body of each.
fn sides() -> Log {
    let mut log = Log::founded();
    for (actor, role, above) in [
        ("a", "side", None),
        ("b", "side", None),
        ("a-mod", "body_of_side", Some("a")),
    ] {
        let mut content = json!({"actor": actor, "role": role, "names": [{"name": actor}]});
        if let Some(above) = above {
            content["belongs_to"] = json!(above);
        }
        log.add(
            "demo-analyst",
            "actor.registered.v1",
            &format!("actor-{actor}"),
            json!({"content": content}),
        );
    }
    log
}

impl Log {
    fn claim(&mut self, of: &str, id: &str, data: Value) -> u64 {
        self.add("demo-newsdesk", &format!("{of}.v1"), id, data)
    }

    fn side(&self, side: &str, expected: Value) {
        self.rows(View::Allegations)
            .check(&format!("side/{side}"), expected);
    }
}

#[test]
fn the_accused_answers_through_any_of_its_bodies() {
    let mut log = sides();
    log.claim("incident.reported", "c", attack("b", "a", "x"));
    log.claim(
        "claim.denied",
        "d",
        says("b", json!({"target": "@c", "scope": "whole"})),
    );
    log.side(
        "a",
        json!({"alleged": 1, "denied": 0, "denied_by_others": 1, "not_answered": 1}),
    );
    log.claim(
        "claim.denied",
        "e",
        says("a-mod", json!({"target": "@c", "scope": "occurrence"})),
    );
    log.side(
        "a",
        json!({"alleged": 1, "denied": 1, "denied_by_others": 1, "not_answered": 0}),
    );
    log.claim(
        "claim.retracted",
        "f",
        says("a-mod", json!({"target": "@e", "reason": "publisher_error"})),
    );
    log.side("a", json!({"denied": 0, "not_answered": 1}));
}

#[test]
fn a_denial_of_a_figure_or_a_name_answers_and_denies_nothing() {
    let mut log = sides();
    log.claim("incident.reported", "c", attack("b", "a", "x"));
    log.claim(
        "claim.denied",
        "d",
        says("a", json!({"target": "@c", "scope": "place_name"})),
    );
    log.side("a", json!({"alleged": 1, "denied": 0, "not_answered": 0}));
}

#[test]
fn nobody_accused_is_a_bucket_of_its_own() {
    let mut log = sides();
    log.claim(
        "incident.reported",
        "c",
        says("b", json!({"kind": "mortar", "time": day(DAY)})),
    );
    log.side(
        "not_stated",
        json!({"alleged": 1, "not_answered": 0, "denied": 0}),
    );
    log.side("a", json!({"alleged": 0}));
    log.rows(View::Incidents).check("total", json!({"incidents": 1}));
}

#[test]
fn a_republication_is_dropped_and_a_second_report_of_one_producer_is_not() {
    let mut log = sides();
    log.claim("incident.reported", "c", attack("b", "a", "x"));
    log.add(
        "demo-peacekeepers",
        "incident.reported.v1",
        "c2",
        attack("b", "a", "x"),
    );
    log.side("a", json!({"alleged": 1, "republished": 1}));
    log.claim("incident.reported", "c3", attack("b", "a", "x"));
    log.side("a", json!({"alleged": 2, "republished": 1}));
    log.add(
        "demo-peacekeepers",
        "incident.reported.v1",
        "c4",
        attack("b", "a", "x"),
    );
    log.side("a", json!({"alleged": 2, "republished": 2}));
    log.rows(View::Incidents).check("total", json!({"incidents": 2}));
    // Another asserter, place or accused is another allegation.
    log.add(
        "demo-peacekeepers",
        "incident.reported.v1",
        "c5",
        attack("b", "a", "y"),
    );
    log.add(
        "demo-peacekeepers",
        "incident.reported.v1",
        "c6",
        attack("a", "a", "x"),
    );
    log.side("a", json!({"alleged": 4, "republished": 2}));
    // Taken back, the first publication leaves its place to the second.
    log.claim(
        "claim.retracted",
        "r",
        says("b", json!({"target": "@c", "reason": "duplicate"})),
    );
    log.side("a", json!({"alleged": 4, "republished": 1, "retracted": 1}));
}

#[test]
fn a_claim_whose_asserter_nobody_names_repeats_nothing() {
    let mut log = sides();
    let unnamed = || {
        let content = json!({"kind": "mortar", "accused": "a", "time": day(DAY)});
        json!({"provenance": {"asserted_by": {}, "hedge": "reported"}, "content": content})
    };
    log.claim("incident.reported", "c", unnamed());
    log.add("demo-peacekeepers", "incident.reported.v1", "c2", unnamed());
    log.side("a", json!({"alleged": 2, "republished": 0}));
}

#[test]
fn a_correction_replaces_the_content_and_keeps_the_answers() {
    let mut log = sides();
    let claim = log.claim("incident.reported", "c", attack("b", "a", "x"));
    log.claim(
        "claim.denied",
        "d",
        says("b", json!({"target": "@c", "scope": "whole"})),
    );
    let replacement = json!({"type": "incident.reported.v1", "content": attack("b", "b", "y")["content"]});
    let correction = json!({"target": "@c", "reason": "publisher_error", "replacement": replacement});
    log.claim("claim.corrected", "k", says("b", correction.clone()));
    log.side("a", json!({"alleged": 0, "corrected": 0}));
    log.side("b", json!({"alleged": 1, "denied": 1, "corrected": 1}));
    let rows = log.rows(View::Allegations);
    let row = rows.row(&format!("allegation/{claim:012}"));
    check(
        row,
        json!({"place": "y", "status": ["alleged", "disputed", "corrected"]}),
    );
    assert_eq!(row["corrected_by"][0]["hash"], log.hash("k"));
    // Another producer's correction would be refused; should it be in the log, it changes nothing.
    let mut other = log.clone();
    other.add(
        "demo-peacekeepers",
        "claim.corrected.v1",
        "k2",
        says("b", correction),
    );
    assert_eq!(other.rows(View::Allegations).0, log.rows(View::Allegations).0);
    log.claim(
        "claim.retracted",
        "r",
        says("b", json!({"target": "@c", "reason": "publisher_error"})),
    );
    log.side("b", json!({"alleged": 0, "retracted": 1, "denied": 0}));
    log.rows(View::Incidents)
        .check("total", json!({"incidents": 0, "retracted": 1}));
}

#[test]
fn corroboration_counts_origins_not_voices() {
    let mut log = sides();
    let claim = log.claim("incident.reported", "c", attack("b", "a", "x"));
    for (id, by) in [("k1", "witness"), ("k2", "witness"), ("k3", "ngo"), ("k4", "b")] {
        log.claim(
            "claim.corroborated",
            id,
            says(by, json!({"target": "@c", "basis": "not_stated"})),
        );
    }
    let rows = log.rows(View::Allegations);
    rows.check(
        &format!("allegation/{claim:012}"),
        json!({"status": ["alleged", "corroborated(2)", "not_answered"]}),
    );
}

#[test]
fn links_of_other_kinds_join_nothing() {
    let mut log = sides();
    log.claim("incident.reported", "c", attack("b", "a", "x"));
    log.claim("incident.reported", "d", attack("a", "b", "x"));
    let link = |relation: &str| json!({"content": {"a": "@c", "b": "@d", "relation": relation}});
    log.add(
        "demo-analyst",
        "incidents.linked.v1",
        "l1",
        link("retaliation_for"),
    );
    log.rows(View::Incidents).check("total", json!({"incidents": 2}));
    log.add("demo-analyst", "incidents.linked.v1", "l2", link("same_incident"));
    log.add(
        "demo-analyst",
        "incidents.linked.v1",
        "l3",
        link("competing_accounts"),
    );
    log.rows(View::Incidents)
        .check("total", json!({"incidents": 1, "mutual_accusation": 1}));
    log.add(
        "demo-analyst",
        "incidents.unlinked.v1",
        "u2",
        json!({"content": {"target": "@l2"}}),
    );
    log.rows(View::Incidents).check("total", json!({"incidents": 1}));
    log.add(
        "demo-analyst",
        "incidents.unlinked.v1",
        "u3",
        json!({"content": {"target": "@l3"}}),
    );
    log.rows(View::Incidents)
        .check("total", json!({"incidents": 2, "mutual_accusation": 0}));
}

fn killed(side: &str, quantity: Value, more: Value) -> Value {
    let mut content = json!({"side": side, "status": "military", "killed": quantity});
    content
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    says("b", content)
}

fn exactly(number: u64) -> Value {
    json!({"best": number, "relation": "exactly"})
}

#[test]
fn casualties_of_incidents_are_added_and_accounts_of_one_span() {
    let mut log = sides();
    log.claim("incident.reported", "c", attack("b", "a", "x"));
    log.claim("incident.reported", "d", attack("a", "b", "x"));
    log.claim(
        "casualties.reported",
        "k1",
        killed("a", exactly(3), json!({"incident": "@c"})),
    );
    log.claim(
        "casualties.reported",
        "k2",
        killed("a", exactly(5), json!({"incident": "@d"})),
    );
    let key = "side/a/military";
    log.rows(View::Casualties)
        .check(key, json!({"killed": {"min": 8, "best": 8, "max": 8}}));
    log.claim(
        "casualties.reported",
        "k3",
        killed("a", exactly(4), json!({"incident": "@c"})),
    );
    log.rows(View::Casualties)
        .check(key, json!({"killed": {"min": 8, "best": null, "max": 9}}));
    // One incident after all: all three are accounts of it.
    let link = json!({"content": {"a": "@c", "b": "@d", "relation": "same_incident"}});
    log.add("demo-analyst", "incidents.linked.v1", "l", link);
    log.rows(View::Casualties)
        .check(key, json!({"killed": {"min": 3, "best": null, "max": 5}}));
    // Figures of an area may hold the same people: they raise what is certain, nothing else.
    log.claim(
        "casualties.reported",
        "k4",
        killed("a", exactly(9), json!({"period": day(DAY)})),
    );
    log.rows(View::Casualties).check(key, json!({
        "killed": {"min": 9, "best": null, "max": null},
        "in_incidents": {"figures": 1, "killed": {"min": 3, "best": null, "max": 5}, "wounded": null, "missing": null, "captured": null},
    }));
}

#[test]
fn a_later_figure_supersedes_its_own_producers_only() {
    let mut log = sides();
    log.claim(
        "casualties.reported",
        "k1",
        killed("a", exactly(3), json!({"period": day(DAY)})),
    );
    let later = |number| {
        killed(
            "a",
            exactly(number),
            json!({"period": day(DAY), "supersedes": "@k1"}),
        )
    };
    log.add("demo-peacekeepers", "casualties.reported.v1", "k2", later(9));
    log.rows(View::Casualties).check(
        "side/a/military",
        json!({"killed": {"min": 3, "best": null, "max": 9}}),
    );
    log.claim("casualties.reported", "k3", later(4));
    log.rows(View::Casualties).check(
        "side/a/military",
        json!({"killed": {"min": 4, "best": null, "max": 9}}),
    );
    let figures = log.rows(View::Casualties);
    let accounts = figures.of_kind("figure")[0]["accounts"].as_array().unwrap();
    assert_eq!(accounts[0]["superseded_by"]["hash"], log.hash("k3"));
    assert_eq!(
        accounts
            .iter()
            .map(|row| row["counted"].as_bool().unwrap())
            .collect::<Vec<_>>(),
        [false, true, true]
    );
}

#[test]
fn control_is_contested_by_rivals_of_one_time_and_not_by_succession() {
    let holds = |by: &str, who: &str, since: Option<&str>| {
        let mut content =
            json!({"place": {"place": "x", "precision": "exact"}, "controller": who, "mode": "captured"});
        if let Some(since) = since {
            content["since"] = day(since);
        }
        says(by, content)
    };
    let mut log = sides();
    log.claim("control.claimed", "c1", holds("a", "a", Some("2022-03-20")));
    log.claim("control.claimed", "c2", holds("b", "b", Some("2022-03-24")));
    log.rows(View::Control)
        .check("place/x", json!({"status": "uncontested", "accounts_count": 2}));
    let mut rival = log.clone();
    rival.claim("control.claimed", "c3", holds("a", "a-mod", Some("2022-03-24")));
    rival
        .rows(View::Control)
        .check("place/x", json!({"status": "contested", "accounts_count": 3}));
    log.claim("control.claimed", "c4", holds("b", "b", None));
    log.rows(View::Control)
        .check("place/x", json!({"status": "contested"}));
    log.claim(
        "claim.retracted",
        "r",
        says("b", json!({"target": "@c4", "reason": "publisher_error"})),
    );
    log.rows(View::Control)
        .check("place/x", json!({"status": "uncontested", "accounts_count": 2}));
}

#[test]
fn a_withdrawal_names_who_left_and_nobody_who_holds() {
    let place = json!({"place": "x", "precision": "exact"});
    let holds = |who: &str, since: Value| json!({"place": place, "controller": who, "mode": "captured", "since": since});
    let left = json!({"place": place, "previous": "a-mod", "mode": "withdrew", "since": day("2022-03-27")});
    let mut log = sides();
    log.claim("control.claimed", "c1", says("a", holds("a", day("2022-03-24"))));
    log.claim("control.claimed", "c2", says("b", left.clone()));
    // Held first and left later is no contradiction; the place is claimed for nobody new.
    let rows = log.rows(View::Control);
    rows.check("place/x", json!({
        "status": "uncontested", "accounts_count": 2, "claimed_for": ["a"], "said_to_have_left": ["a-mod"],
    }));
    let account = &rows.row("place/x")["accounts"][1];
    crate::log::check(
        account,
        json!({"account": "claim", "controller": null, "previous": "a-mod", "mode": "withdrew"}),
    );
    // Another side that holds it from then on is a succession too; the side that left, holding it then, is not.
    for (who, status) in [("b", "uncontested"), ("a", "contested")] {
        let mut log = log.clone();
        log.claim("control.claimed", "c3", says("b", holds(who, day("2022-03-27"))));
        log.rows(View::Control)
            .check("place/x", json!({"status": status, "accounts_count": 3}));
    }
    // Without a time, an account may be of any time.
    let mut timeless = sides();
    let mut left = left;
    left.as_object_mut().unwrap().remove("since");
    timeless.claim("control.claimed", "c1", says("a", holds("a", day("2022-03-24"))));
    timeless.claim("control.claimed", "c2", says("b", left));
    timeless
        .rows(View::Control)
        .check("place/x", json!({"status": "contested"}));
}

#[test]
fn a_demand_is_met_by_an_account_that_nobody_denies() {
    let mut log = sides();
    let place = json!({"place": "x", "precision": "exact"});
    let demand = json!({"kind": "withdrawal", "of": "a", "place": place});
    log.claim(
        "statement.made",
        "s",
        says("b", json!({"act": "demand", "demand": demand, "time": day(DAY)})),
    );
    log.rows(View::Control)
        .check("place/x", json!({"status": "no_account", "open_demands": 1}));
    let left = json!({"place": place, "controller": "b", "previous": "a-mod", "mode": "withdrew", "since": day(DAY)});
    log.claim("control.claimed", "c", says("b", left));
    log.rows(View::Control)
        .check("place/x", json!({"status": "uncontested", "open_demands": 0}));
    log.claim(
        "claim.denied",
        "d",
        says("a", json!({"target": "@c", "scope": "occurrence"})),
    );
    log.rows(View::Control)
        .check("place/x", json!({"status": "contested", "open_demands": 1}));
}

#[test]
fn observers_are_not_added_to_each_other_and_exercises_stand_apart() {
    let seen = |by: &str, number: u64, exercise: bool| {
        let mut content = json!({"means": "camera", "kind": "explosion_impact", "number": exactly(number), "time": day(DAY)});
        if exercise {
            content["assessed_as"] = json!("live_fire_exercise");
        }
        says(by, content)
    };
    let mut log = sides();
    log.claim("observation.recorded", "o1", seen("a", 3, false));
    log.claim("observation.recorded", "o2", seen("a", 4, false));
    log.claim("observation.recorded", "o3", seen("b", 5, false));
    log.claim("observation.recorded", "o4", seen("a", 100, true));
    log.add(
        "demo-peacekeepers",
        "observation.recorded.v1",
        "o5",
        seen("b", 5, false),
    );
    let rows = log.rows(View::Observations);
    for (key, number) in [("a", 7), ("b", 5), ("exercise/a", 100)] {
        let number = json!({"min": number, "best": number, "max": number});
        rows.check(
            &format!("series/explosion_impact/{key}"),
            json!({"number": number}),
        );
    }
}

#[test]
fn a_tally_is_added_to_nothing() {
    let mut log = sides();
    for (id, number) in [("t1", 14), ("t2", 123)] {
        let tally =
            json!({"accused": "a", "period": day(DAY), "number": exactly(number), "unit": "violations"});
        log.claim("tally.claimed", id, says("b", tally));
    }
    let rows = log.rows(View::Tallies);
    assert_eq!(rows.of_kind("tally").len(), rows.0.len());
    log.side("a", json!({"alleged": 0}));
    log.rows(View::Incidents).check("total", json!({"incidents": 0}));
}

#[test]
fn readouts_of_one_call_are_one_contact() {
    let mut log = sides();
    let call = |with: &str| {
        let both = json!([{"actor": "a"}, {"actor": with}]);
        says(
            with,
            json!({"participants": both, "mode": "phone", "time": day(DAY), "readout_by": with}),
        )
    };
    log.claim("contact.reported", "c1", call("b"));
    log.claim("contact.reported", "c2", call("b"));
    log.claim("contact.reported", "c3", call("c"));
    log.rows(View::Contacts)
        .check("total", json!({"contacts": 2, "readouts": 3}));
}

#[test]
fn a_violation_is_an_incident_a_clause_an_actor_and_an_assessor() {
    let mut log = sides();
    log.claim("incident.reported", "c", attack("b", "a", "x"));
    let assessed = json!({
        "assessor": "monitors", "targets": ["@c"],
        "characterisation": [
            {"clause": {"agreement": "g", "clause": "1"}, "actor": "a", "finding": "violation"},
            {"clause": {"agreement": "g", "clause": "1"}, "actor": "b", "finding": "violation"},
            {"clause": {"agreement": "g", "clause": "2"}, "actor": "a", "finding": "not_violation"},
        ],
    });
    log.add(
        "demo-peacekeepers",
        "incident.assessed.v1",
        "f",
        says("monitors", assessed),
    );
    let rows = log.rows(View::Findings);
    rows.check("total", json!({"violations": 2, "assessments": 1}));
    assert_eq!(rows.of_kind("violation").len(), 2);
    log.side(
        "a",
        json!({"assessed": 1, "assessed_as_violation": 1, "occurrence_confirmed": 0}),
    );
}

#[test]
fn gaps_forks_and_broken_chains_are_shown() {
    let mut log = sides();
    let row = |log: &Log| log.rows(View::Producers).row("producer/demo-newsdesk").clone();
    log.claim("incident.reported", "c1", attack("b", "a", "x"));
    check(
        &row(&log),
        json!({"last_seq": 1, "gaps": [], "forks": [], "prev_mismatches": [], "reports": 1}),
    );
    let prev = log.entries.last().unwrap().submission;
    log.add_numbered(
        "demo-newsdesk",
        "incident.reported.v1",
        "c4",
        attack("b", "a", "y"),
        4,
        Some(prev),
    );
    check(
        &row(&log),
        json!({"last_seq": 4, "missing_count": 2, "gaps": [{"from": 2, "to": 3}], "prev_mismatches": []}),
    );
    log.add_numbered(
        "demo-newsdesk",
        "incident.reported.v1",
        "c4b",
        attack("b", "a", "z"),
        4,
        Some(prev),
    );
    let row = row(&log);
    check(&row, json!({"forks_count": 1, "prev_mismatches_count": 1}));
    check(&row["forks"][0], json!({"seq": 4}));
    let forked: Vec<&Value> = row["forks"][0]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["hash"])
        .collect();
    assert_eq!(forked, [&json!(log.hash("c4")), &json!(log.hash("c4b"))]);
    assert_eq!(row["prev_mismatches"][0]["hash"], log.hash("c4b"));
}

#[test]
fn refusals_and_compromised_keys_mark_and_remove_nothing() {
    let mut log = sides();
    log.claim("incident.reported", "c1", attack("b", "a", "x"));
    let mark =
        json!({"submission_sha256": "ab".repeat(32), "producer": "demo-newsdesk", "code": "bad_signature"});
    let sum = json!({"code": "bad_signature", "count": 41});
    let window = json!({"from": "2022-03-26T00:00:00Z", "to": "2022-03-26T01:00:00Z"});
    let recorded = json!({"content": {"marks": [mark], "aggregated": [sum], "window": window}});
    log.add(crate::log::ORIGIN, "refusal.recorded.v1", "ref", recorded);
    let revoked = json!({"content": {
        "producer": "demo-newsdesk", "key_id": "0a1b2c3d", "compromised_since": "2022-03-01T00:00:00Z",
    }});
    log.add("operator", "key.revoked.v1", "rev", revoked);
    let rows = log.rows(View::Producers);
    rows.check("refusal/bad_signature", json!({
        "refused": 42, "by_producer": [{"of": "demo-newsdesk", "count": 1}, {"of": "not_stated", "count": 41}],
    }));
    let producer = rows.row("producer/demo-newsdesk");
    check(
        producer,
        json!({"refused": [{"of": "bad_signature", "count": 1}]}),
    );
    check(
        &producer["keys"][0],
        json!({
            "status": "revoked", "compromised_since": "2022-03-01T00:00:00Z", "contested_reports": 1,
        }),
    );
    log.side("a", json!({"alleged": 1}));
}

#[test]
fn a_request_stays_open_until_it_is_decided() {
    let mut log = sides();
    let request = json!({"force": "f", "requester": "b", "addressee": "g", "time": day(DAY)});
    let at = log.claim("reinforcement.requested", "q", says("b", request));
    let decided = |how: &str| {
        says(
            "g",
            json!({"target": "@q", "by": "g", "decision": how, "time": day(DAY)}),
        )
    };
    log.claim("reinforcement.decided", "d1", decided("deferred"));
    let key = format!("reinforcement/{at:012}");
    log.rows(View::Peacekeeping).check(&key, json!({"state": "open"}));
    log.claim("reinforcement.decided", "d2", decided("granted"));
    let rows = log.rows(View::Peacekeeping);
    rows.check(&key, json!({"state": "decided"}));
    rows.check(
        "total",
        json!({"reinforcements_requested": 1, "reinforcements_decided": 1, "reinforcements_open": 0}),
    );
}

#[test]
fn a_corrected_statement_may_begin_or_cease_to_demand() {
    let mut log = sides();
    let comment = json!({"act": "comment", "time": day(DAY)});
    let demand = json!({
        "act": "demand", "time": day(DAY),
        "demand": {"kind": "withdrawal", "of": "a", "place": {"place": "x", "precision": "exact"}},
    });
    let correct = |content: &Value| {
        let replacement = json!({"type": "statement.made.v1", "content": content});
        says(
            "b",
            json!({"target": "@s", "reason": "publisher_error", "replacement": replacement}),
        )
    };
    let statement = log.claim("statement.made", "s", says("b", comment.clone()));
    assert!(log.rows(View::Control).0.is_empty());
    log.claim("claim.corrected", "k1", correct(&demand));
    log.rows(View::Control)
        .check("place/x", json!({"open_demands": 1}));
    log.rows(View::Statements)
        .check(&format!("statement/{statement:012}"), json!({"class": "demand"}));
    log.claim("claim.corrected", "k2", correct(&comment));
    assert!(log.rows(View::Control).0.is_empty());
    log.rows(View::Statements)
        .check("total", json!({"statements": 1, "stance_or_demand": 0}));
}
