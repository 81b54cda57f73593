//! What holds of every count, whatever was reported.

use std::collections::{BTreeMap, BTreeSet};

use armistice_desk::{By, Cut, Query};
use armistice_projection::View;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::log::{Log, numbers, rows};

const ACTORS: [&str; 4] = ["side-a", "side-b", "ministry-a", ""];
const KINDS: [&str; 4] = ["mortar", "sniper", "overflight_uav", "other"];
const WEAPONS: [&[&str]; 3] = [&[], &["mortar"], &["mortar", "uav"]];
const PLACES: [&str; 3] = ["village", "hills", "elsewhere"];
const TIMES: [(&str, &str); 4] = [
    ("2022-03-24T08:00:00Z", "2022-03-24T09:00:00Z"),
    ("2022-03-25T08:00:00Z", "2022-03-25T08:00:00Z"),
    ("2022-03-25T08:00:00Z", "2022-04-26T08:00:00Z"),
    ("", ""),
];

/// One thing that somebody does, in small numbers: which target, who, what.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Report {
        by: usize,
        accused: usize,
        kind: usize,
        weapon: usize,
        place: usize,
        time: usize,
        filed: bool,
    },
    Observe {
        by: usize,
        number: u64,
        exercise: bool,
        time: usize,
    },
    Hurt {
        side: usize,
        killed: u64,
        in_incident: Option<usize>,
    },
    Deny {
        target: usize,
        by: usize,
    },
    Retract {
        target: usize,
    },
    Correct {
        target: usize,
        kind: usize,
    },
    Link {
        a: usize,
        b: usize,
    },
    Unlink {
        target: usize,
    },
    Assess {
        target: usize,
        violation: bool,
        by: usize,
    },
    Serve {
        target: usize,
    },
    Effort {
        patrols: u64,
        time: usize,
    },
    Tally {
        by: usize,
        number: u64,
    },
    Redact {
        target: usize,
    },
}

pub(crate) fn act() -> impl Strategy<Value = Act> {
    let small = 0..40_usize;
    prop_oneof![
        4 => (0..4_usize, 0..4_usize, 0..4_usize, 0..3_usize, 0..3_usize, 0..4_usize, any::<bool>()).prop_map(
            |(by, accused, kind, weapon, place, time, filed)| Act::Report { by, accused, kind, weapon, place, time, filed }
        ),
        2 => (0..3_usize, 0..9_u64, any::<bool>(), 0..4_usize)
            .prop_map(|(by, number, exercise, time)| Act::Observe { by, number, exercise, time }),
        1 => (0..2_usize, 0..5_u64, proptest::option::of(small.clone()))
            .prop_map(|(side, killed, in_incident)| Act::Hurt { side, killed, in_incident }),
        1 => (small.clone(), 0..3_usize).prop_map(|(target, by)| Act::Deny { target, by }),
        2 => small.clone().prop_map(|target| Act::Retract { target }),
        1 => (small.clone(), 0..4_usize).prop_map(|(target, kind)| Act::Correct { target, kind }),
        2 => (small.clone(), small.clone()).prop_map(|(a, b)| Act::Link { a, b }),
        1 => small.clone().prop_map(|target| Act::Unlink { target }),
        2 => (small.clone(), any::<bool>(), 0..2_usize)
            .prop_map(|(target, violation, by)| Act::Assess { target, violation, by }),
        1 => small.clone().prop_map(|target| Act::Serve { target }),
        1 => (0..2_usize, 0..200_u64).prop_map(|(by, number)| Act::Tally { by, number }),
        1 => small.prop_map(|target| Act::Redact { target }),
        1 => (0..9_u64, 0..4_usize).prop_map(|(patrols, time)| Act::Effort { patrols, time }),
    ]
}

fn time(at: usize) -> Value {
    let (earliest, latest) = TIMES[at];
    if earliest.is_empty() {
        return json!({"precision": "unknown"});
    }
    json!({"earliest": earliest, "latest": latest, "precision": "days"})
}

fn incident(act: &Act) -> Value {
    let &Act::Report {
        accused,
        kind,
        weapon,
        place,
        time: at,
        filed,
        ..
    } = act
    else {
        unreachable!()
    };
    let mut content = json!({
        "kind": KINDS[kind], "weapons": WEAPONS[weapon], "time": time(at),
        "place": {"place": PLACES[place], "precision": "exact"},
    });
    if KINDS[kind] == "other" {
        content["kind_text"] = json!("something else");
    }
    if !ACTORS[accused].is_empty() {
        content["accused"] = json!(ACTORS[accused]);
    }
    if filed {
        content["filed_with"] = json!("commission");
    }
    content
}

/// Plays acts into a log: `r<n>` reports, `l<n>` links, `n` the number of the act.
pub(crate) fn play(acts: &[Act]) -> Log {
    let mut log = Log::framed();
    for (n, act) in acts.iter().enumerate() {
        let report = |target: usize| format!("r{target}");
        let known = |log: &Log, target: usize| log.has(&report(target));
        let id = format!("x{n}");
        match act {
            Act::Report { by, .. } => {
                log.say(
                    "desk",
                    "incident.reported.v1",
                    &report(n),
                    ACTORS[*by],
                    incident(act),
                );
            }
            Act::Observe {
                by,
                number,
                exercise,
                time: at,
            } => {
                let mut content = json!({
                    "means": "heard", "kind": "explosion_impact", "time": time(*at),
                    "number": {"best": number, "relation": "exactly"},
                });
                if *exercise {
                    content["assessed_as"] = json!("live_fire_exercise");
                }
                log.say(
                    "desk",
                    "observation.recorded.v1",
                    &report(n),
                    ACTORS[*by],
                    content,
                );
            }
            Act::Hurt {
                side,
                killed,
                in_incident,
            } => {
                let mut content = json!({
                    "side": ACTORS[*side], "status": "military", "killed": {"best": killed, "relation": "exactly"},
                });
                match in_incident.filter(|target| {
                    matches!(acts.get(*target), Some(Act::Report { .. })) && known(&log, *target)
                }) {
                    Some(target) => content["incident"] = json!(format!("@{}", report(target))),
                    None => content["period"] = time(0),
                }
                log.say(
                    "desk",
                    "casualties.reported.v1",
                    &report(n),
                    "ministry-a",
                    content,
                );
            }
            Act::Deny { target, by } if known(&log, *target) => {
                let content = json!({"target": format!("@{}", report(*target)), "scope": "whole"});
                log.say("desk", "claim.denied.v1", &id, ACTORS[*by], content);
            }
            Act::Retract { target } if known(&log, *target) => {
                let content = json!({"target": format!("@{}", report(*target)), "reason": "publisher_error"});
                log.say("desk", "claim.retracted.v1", &id, "ministry-a", content);
            }
            Act::Correct { target, kind }
                if matches!(acts.get(*target), Some(Act::Report { .. })) && known(&log, *target) =>
            {
                let mut changed = acts[*target].clone();
                if let Act::Report { kind: of, .. } = &mut changed {
                    *of = *kind;
                }
                let replacement = json!({"type": "incident.reported.v1", "content": incident(&changed)});
                let content = json!({"target": format!("@{}", report(*target)), "replacement": replacement, "reason": "publisher_error"});
                log.say("desk", "claim.corrected.v1", &id, "ministry-a", content);
            }
            Act::Link { a, b } if known(&log, *a) && known(&log, *b) => {
                let (a, b) = (format!("@{}", report(*a)), format!("@{}", report(*b)));
                let content = json!({"a": a, "b": b, "relation": "same_incident"});
                log.add(
                    "analyst",
                    "incidents.linked.v1",
                    &format!("l{n}"),
                    json!({"content": content}),
                );
            }
            Act::Unlink { target } if log.has(&format!("l{target}")) => {
                let content = json!({"target": format!("@l{target}")});
                log.add(
                    "analyst",
                    "incidents.unlinked.v1",
                    &id,
                    json!({"content": content}),
                );
            }
            Act::Assess {
                target,
                violation,
                by,
            } if known(&log, *target) => {
                let finding = if *violation { "violation" } else { "not_violation" };
                let assessor = ["mission", "observers"][*by];
                let content = json!({
                    "assessor": assessor, "targets": [format!("@{}", report(*target))],
                    "occurrence": "confirmed", "attribution": [{"actor": "side-a", "degree": "attributed"}],
                    "characterisation": [{"finding": finding}],
                });
                log.say("monitor", "incident.assessed.v1", &id, "mission", content);
            }
            Act::Serve { target } if known(&log, *target) => {
                let content = json!({
                    "number": format!("VR-{n}"), "issued_by": "mission", "addressee": "side-a",
                    "targets": [format!("@{}", report(*target))], "time": time(0),
                });
                log.say("monitor", "violation_report.issued.v1", &id, "mission", content);
            }
            Act::Effort { patrols, time: at } => {
                let content = json!({"body": "mission", "period": time(*at), "patrols": patrols});
                log.say("monitor", "effort.reported.v1", &id, "mission", content);
            }
            Act::Tally { by, number } => {
                let unit = ["violations", "times"][*by];
                let content = json!({
                    "accused": ACTORS[1 - by], "period": time(0), "unit": unit,
                    "number": {"best": number, "relation": "exactly"},
                });
                log.say("desk", "tally.claimed.v1", &report(n), ACTORS[*by], content);
            }
            Act::Redact { target } if known(&log, *target) => {
                let content = json!({
                    "target": format!("@{}", report(*target)), "fields": ["data.provenance.asserted_by"], "reason": "safety",
                });
                log.add(
                    "analyst",
                    "redaction.applied.v1",
                    &id,
                    json!({"content": content}),
                );
            }
            _ => {}
        }
    }
    log
}

/// The acts that something still stands of, with who is shown to have said it: computed from the acts, not from the views.
fn standing<'a>(acts: &'a [Act], log: &Log) -> Vec<(&'a Act, String)> {
    let done = |n: usize| log.has(&format!("x{n}"));
    let about = |n: usize, wanted: fn(&Act) -> Option<usize>| {
        acts.iter()
            .enumerate()
            .any(|(at, act)| wanted(act) == Some(n) && done(at))
    };
    let retracted = |act: &Act| match act {
        Act::Retract { target } => Some(*target),
        _ => None,
    };
    let redacted = |act: &Act| match act {
        Act::Redact { target } => Some(*target),
        _ => None,
    };
    acts.iter()
        .enumerate()
        .filter(|(n, _)| log.has(&format!("r{n}")) && !about(*n, retracted))
        .map(|(n, act)| {
            let by = match act {
                Act::Observe { by, .. } | Act::Tally { by, .. } => ACTORS[*by],
                _ => "",
            };
            let hidden = about(n, redacted);
            (act, if hidden { "redacted" } else { by }.to_owned())
        })
        .collect()
}

/// The cuts under which a fact has one value.
const SINGLE: [Cut; 6] = [
    Cut::Side,
    Cut::District,
    Cut::Kind,
    Cut::Domain,
    Cut::Asserter,
    Cut::Place,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_count_is_negative_or_counts_what_was_withdrawn(acts in proptest::collection::vec(act(), 0..40)) {
        let log = play(&acts);
        let projection = log.fold();
        let mut live: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
        for (view, kind) in [(View::Allegations, "allegation/"), (View::Observations, "observation/"), (View::Tallies, "tally/")] {
            projection.for_each_row(view, |key, row| {
                let row: Value = serde_json::from_slice(row).unwrap();
                let counted = row["counted"].as_bool() == Some(true);
                if key.starts_with(kind) && counted {
                    live.entry(view.name()).or_default().extend(row["entries"].as_array().unwrap().iter().map(|e| e["index"].as_u64().unwrap()));
                }
            });
        }
        for codebook in ["karabakh-2020", "osce-style", "un-zone"] {
            for by in [By::Whole, By::Day, By::Month] {
                let counts = log.count(codebook, &Query::all().by(by));
                for row in rows(&counts, "count") {
                    let text = |field: &str| row[field].as_str().unwrap().to_owned();
                    if row["count"].is_null() {
                        prop_assert_eq!(text("unit"), "person", "only of people no report is no number");
                        continue;
                    }
                    // A number has no sign, one series, one unit, and the bounds in their order.
                    let bound = |name: &str| row["count"][name].as_u64();
                    let bounds: Vec<u64> = ["min", "best", "max"].into_iter().filter_map(bound).collect();
                    prop_assert!(bounds.is_sorted(), "{row}");
                    prop_assert!(row["count"].as_object().unwrap().values().all(|bound| bound.is_null() || bound.is_u64()), "{row}");
                    prop_assert_eq!(text("codebook"), codebook);
                    if ["allegation", "incident", "complaint"].contains(&text("unit").as_str()) {
                        let counted = live.get("allegations").cloned().unwrap_or_default();
                        for entry in row["entries"].as_array().unwrap() {
                            prop_assert!(counted.contains(&entry["index"].as_u64().unwrap()), "{row}");
                        }
                    }
                    if text("unit") == "observation" {
                        let counted = live.get("observations").cloned().unwrap_or_default();
                        for entry in row["entries"].as_array().unwrap() {
                            prop_assert!(counted.contains(&entry["index"].as_u64().unwrap()), "{row}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn observations_are_added_by_observer_and_tallies_never(acts in proptest::collection::vec(act(), 0..40)) {
        let log = play(&acts);
        let (mut observed, mut claimed): (BTreeMap<String, u64>, Vec<u64>) = (BTreeMap::new(), Vec::new());
        for (act, by) in standing(&acts, &log) {
            match act {
                Act::Observe { number, .. } => *observed.entry(by).or_default() += number,
                Act::Tally { number, .. } => claimed.push(*number),
                _ => {}
            }
        }
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        for row in rows(&log.count("osce-style", &Query::of("observations")), "count") {
            *counted.entry(row["asserter"].as_str().unwrap().to_owned()).or_default() += row["count"]["best"].as_u64().unwrap();
        }
        prop_assert_eq!(counted, observed);
        let tallies = log.count("karabakh-2020", &Query::of("tallies"));
        let mut listed: Vec<u64> = rows(&tallies, "tally").iter().map(|row| row["number"]["best"].as_u64().unwrap()).collect();
        listed.sort_unstable();
        claimed.sort_unstable();
        prop_assert_eq!(listed, claimed);
        prop_assert!(rows(&tallies, "count").is_empty());
    }

    #[test]
    fn the_values_of_a_cut_add_up_to_the_uncut_number(acts in proptest::collection::vec(act(), 0..40)) {
        let log = play(&acts);
        let total = |query: &Query| -> u64 { numbers(&log.count("karabakh-2020", query)).values().sum() };
        let whole = total(&Query::of("allegations"));
        for cut in SINGLE {
            prop_assert_eq!(total(&Query::of("allegations").cut(cut)), whole, "{}", cut);
            prop_assert_eq!(total(&Query::of("allegations").by(By::Day).cut(cut)), whole, "{}", cut);
        }
        // The conditions take rows away and change none.
        let both: u64 = [("mortar", 0), ("sniper", 0), ("overflight_uav", 0), ("other", 0)]
            .map(|(kind, _)| total(&Query::of("allegations").only(Cut::Kind, kind))).iter().sum();
        prop_assert_eq!(both, whole);
        // A weapon is one of several: its rows say how many of their facts stand elsewhere as well.
        let rows = rows(&log.count("karabakh-2020", &Query::of("allegations").cut(Cut::Weapon)), "count");
        let sum: u64 = rows.iter().map(|row| row["count"]["best"].as_u64().unwrap()).sum();
        let shared: u64 = rows.iter().map(|row| row["shared"].as_u64().unwrap()).sum();
        prop_assert_eq!(sum - shared + shared / 2, whole);
        // The view and the codebook agree on the number of allegations and of incidents.
        let mut alleged = 0;
        let mut incidents = 0;
        let projection = log.fold();
        projection.for_each_row(View::Allegations, |_, row| {
            let row: Value = serde_json::from_slice(row).unwrap();
            alleged += row["alleged"].as_u64().unwrap_or_default();
        });
        projection.for_each_row(View::Incidents, |key, row| if key == "total" {
            let row: Value = serde_json::from_slice(row).unwrap();
            incidents = row["incidents"].as_u64().unwrap();
        });
        prop_assert_eq!(whole, alleged);
        prop_assert_eq!(total(&Query::of("incidents")), incidents);
    }

    #[test]
    fn linking_and_unlinking_gives_back_the_earlier_numbers(
        acts in proptest::collection::vec(act(), 0..30), a in 0..30_usize, b in 0..30_usize,
    ) {
        let query = Query::all().by(By::Day).cut(Cut::Side).cut(Cut::Kind).cut(Cut::District);
        // Everything that a row says but the hashes and the count of entries, which links add to.
        let numbers = |log: &Log| -> Vec<[String; 4]> {
            ["karabakh-2020", "un-zone"].iter().flat_map(|codebook| {
                let said = |row: Value| ["key", "count", "before", "change"].map(|field| row[field].to_string());
                rows(&log.count(codebook, &query), "count").into_iter().map(said).collect::<Vec<_>>()
            }).collect()
        };
        let incidents = |log: &Log| -> u64 {
            let counts = log.count("karabakh-2020", &Query::of("incidents"));
            rows(&counts, "count").iter().map(|row| row["count"]["best"].as_u64().unwrap()).sum()
        };
        let mut log = play(&acts);
        let (before, separate) = (numbers(&log), incidents(&log));
        let linked = log.has(&format!("r{a}")) && log.has(&format!("r{b}")) && {
            let content = json!({"a": format!("@r{a}"), "b": format!("@r{b}"), "relation": "competing_accounts"});
            log.add("analyst", "incidents.linked.v1", "again", json!({"content": content})).is_some()
        };
        if linked {
            // A link joins two incidents at most.
            prop_assert!((separate.saturating_sub(1)..=separate).contains(&incidents(&log)));
            log.add("analyst", "incidents.unlinked.v1", "and-back", json!({"content": {"target": "@again"}})).unwrap();
        }
        prop_assert_eq!(numbers(&log), before);
    }
}

#[test]
fn a_link_makes_one_incident_of_two_and_its_end_gives_them_back() {
    let report = |by, accused, kind| Act::Report {
        by,
        accused,
        kind,
        weapon: 0,
        place: 0,
        time: 1,
        filed: false,
    };
    let both = [report(0, 1, 0), report(1, 0, 1)];
    let number = |acts: &[Act], series: &str| -> Vec<u64> {
        numbers(&play(acts).count("karabakh-2020", &Query::of(series)))
            .into_values()
            .collect()
    };
    let linked = [&both[..], &[Act::Link { a: 0, b: 1 }]].concat();
    let unlinked = [&linked[..], &[Act::Unlink { target: 2 }]].concat();
    for (acts, incidents) in [(&both[..], 2), (&linked, 1), (&unlinked, 2)] {
        assert_eq!(number(acts, "incidents"), [incidents]);
        assert_eq!(number(acts, "allegations"), [2]);
    }
}
