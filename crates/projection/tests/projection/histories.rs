//! Random histories: rebuilding equals following, batches and snapshots change nothing, every row can be proved.

use armistice_projection::{Digest, Live, Projection, View};
use armistice_report::Event;
use armistice_tlog::{leaf_hash, proof};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::log::{Log, Rows};

/// One thing that a history can add; numbers pick among what is there.
#[derive(Clone, Debug)]
enum Step {
    Claim {
        by: u8,
        accused: u8,
        place: u8,
        producer: u8,
    },
    Deny {
        target: u8,
        by: u8,
        scope: u8,
    },
    Corroborate {
        target: u8,
        by: u8,
    },
    Correct {
        target: u8,
        accused: u8,
    },
    Retract {
        target: u8,
        producer: u8,
    },
    Link {
        a: u8,
        b: u8,
        relation: u8,
    },
    Unlink {
        target: u8,
    },
    Assess {
        target: u8,
        occurrence: u8,
    },
    Casualties {
        target: u8,
        killed: u8,
        supersedes: bool,
    },
    Control {
        place: u8,
        holder: u8,
        day: u8,
    },
    Observe {
        kind: u8,
        number: u8,
        observer: u8,
        producer: u8,
    },
    Tally {
        number: u8,
        unit: u8,
    },
    Present {
        place: u8,
        by: u8,
        state: u8,
    },
    Request {
        by: u8,
    },
    Decide {
        target: u8,
        by: u8,
        decision: u8,
    },
    Redact {
        target: u8,
        field: u8,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let any4 = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>());
    prop_oneof![
        4 => any4.prop_map(|(by, accused, place, producer)| Step::Claim { by, accused, place, producer }),
        2 => any4.prop_map(|(target, by, scope, _)| Step::Deny { target, by, scope }),
        1 => any4.prop_map(|(target, by, ..)| Step::Corroborate { target, by }),
        1 => any4.prop_map(|(target, accused, ..)| Step::Correct { target, accused }),
        1 => any4.prop_map(|(target, producer, ..)| Step::Retract { target, producer }),
        2 => any4.prop_map(|(a, b, relation, _)| Step::Link { a, b, relation }),
        1 => any::<u8>().prop_map(|target| Step::Unlink { target }),
        1 => any4.prop_map(|(target, occurrence, ..)| Step::Assess { target, occurrence }),
        1 => any4.prop_map(|(target, killed, other, _)| Step::Casualties { target, killed, supersedes: other % 3 == 0 }),
        1 => any4.prop_map(|(place, holder, day, _)| Step::Control { place, holder, day }),
        1 => any4.prop_map(|(kind, number, observer, producer)| Step::Observe { kind, number, observer, producer }),
        1 => any4.prop_map(|(number, unit, ..)| Step::Tally { number, unit }),
        1 => any4.prop_map(|(place, by, state, _)| Step::Present { place, by, state }),
        1 => any::<u8>().prop_map(|by| Step::Request { by }),
        1 => any4.prop_map(|(target, by, decision, _)| Step::Decide { target, by, decision }),
        2 => any4.prop_map(|(target, field, ..)| Step::Redact { target, field }),
    ]
}

const ACTORS: [&str; 4] = ["a", "a-mod", "b", "c"];
const PRODUCERS: [&str; 3] = ["demo-newsdesk", "demo-peacekeepers", "demo-azerbaijan-mod"];

fn pick<T: Copy>(list: &[T], number: u8) -> T {
    list[usize::from(number) % list.len()]
}

fn says(by: &str, content: Value) -> Value {
    json!({"provenance": {"asserted_by": {"actor": by}, "hedge": "claimed"}, "content": content})
}

fn incident(accused: u8, place: u8) -> Value {
    let accused = pick(&ACTORS, accused);
    let place = json!({"place": format!("p{}", place % 3), "precision": "exact"});
    json!({"kind": "mortar", "accused": accused, "time": {"precision": "unknown"}, "place": place})
}

/// The ids of what a history holds, by what can be named.
#[derive(Default)]
struct Known {
    claims: Vec<(String, &'static str)>,
    said: Vec<(String, &'static str)>,
    links: Vec<String>,
    casualties: Vec<String>,
    requests: Vec<String>,
    /// Every entry: what a redaction may name.
    all: Vec<String>,
}

impl Known {
    fn claim(&self, number: u8) -> Option<(String, &'static str)> {
        (!self.claims.is_empty()).then(|| self.claims[usize::from(number) % self.claims.len()].clone())
    }

    fn said(&self, number: u8) -> Option<(String, &'static str)> {
        (!self.said.is_empty()).then(|| self.said[usize::from(number) % self.said.len()].clone())
    }
}

fn build(steps: &[Step]) -> Log {
    let mut log = Log::founded();
    let side = |actor: &str| json!({"content": {"actor": actor, "role": "side", "names": [{"name": actor}]}});
    log.add("demo-analyst", "actor.registered.v1", "side-a", side("a"));
    log.add("demo-analyst", "actor.registered.v1", "side-b", side("b"));
    let body = json!({"content": {"actor": "a-mod", "role": "body_of_side", "names": [{"name": "m"}], "belongs_to": "a"}});
    log.add("demo-analyst", "actor.registered.v1", "body", body);
    let mut known = Known::default();
    for (at, step) in steps.iter().enumerate() {
        let id = format!("s{at}");
        if take(&mut log, &mut known, &id, step).is_some() {
            known.all.push(id);
        }
    }
    log
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of step")]
/// Adds the entry of a step; a step that names what is not there adds none.
fn take(log: &mut Log, known: &mut Known, id: &str, step: &Step) -> Option<()> {
    let desk = PRODUCERS[0];
    match *step {
        Step::Claim {
            by,
            accused,
            place,
            producer,
        } => {
            let producer = pick(&PRODUCERS, producer);
            log.add(
                producer,
                "incident.reported.v1",
                id,
                says(pick(&ACTORS, by), incident(accused, place)),
            );
            known.claims.push((id.to_owned(), producer));
            known.said.push((id.to_owned(), producer));
        }
        Step::Deny { target, by, scope } => {
            let (target, _) = known.said(target)?;
            let scope = pick(&["whole", "occurrence", "figure", "place_name"], scope);
            let content = json!({"target": format!("@{target}"), "scope": scope});
            log.add(desk, "claim.denied.v1", id, says(pick(&ACTORS, by), content));
            known.said.push((id.to_owned(), desk));
        }
        Step::Corroborate { target, by } => {
            let (target, _) = known.claim(target)?;
            let content = json!({"target": format!("@{target}"), "basis": "not_stated"});
            log.add(
                desk,
                "claim.corroborated.v1",
                id,
                says(pick(&ACTORS, by), content),
            );
        }
        Step::Correct { target, accused } => {
            let (target, producer) = known.claim(target)?;
            let replacement = json!({"type": "incident.reported.v1", "content": incident(accused, 0)});
            let content = json!({"target": format!("@{target}"), "reason": "publisher_error", "replacement": replacement});
            log.add(producer, "claim.corrected.v1", id, says("b", content));
        }
        Step::Retract { target, producer } => {
            // Sometimes by another producer: then it changes nothing.
            let (target, _) = known.said(target)?;
            let content = json!({"target": format!("@{target}"), "reason": "publisher_error"});
            log.add(
                pick(&PRODUCERS, producer),
                "claim.retracted.v1",
                id,
                says("b", content),
            );
        }
        Step::Link { a, b, relation } => {
            let ((a, _), (b, _)) = (known.claim(a)?, known.claim(b)?);
            let relation = pick(&["same_incident", "competing_accounts", "follows"], relation);
            if a == b {
                return None;
            }
            let content = json!({"a": format!("@{a}"), "b": format!("@{b}"), "relation": relation});
            log.add(
                "demo-analyst",
                "incidents.linked.v1",
                id,
                json!({"content": content}),
            );
            known.links.push(id.to_owned());
        }
        Step::Unlink { target } => {
            let target = known.links.get(usize::from(target) % known.links.len().max(1))?;
            let content = json!({"target": format!("@{target}")});
            log.add(
                "demo-analyst",
                "incidents.unlinked.v1",
                id,
                json!({"content": content}),
            );
        }
        Step::Assess { target, occurrence } => {
            let (target, _) = known.claim(target)?;
            let occurrence = pick(&["confirmed", "unable_to_verify"], occurrence);
            let content = json!({
                "assessor": "c", "targets": [format!("@{target}")], "occurrence": occurrence,
                "characterisation": [{"actor": "a", "finding": "violation"}],
            });
            log.add(
                "demo-peacekeepers",
                "incident.assessed.v1",
                id,
                says("c", content),
            );
            known.said.push((id.to_owned(), "demo-peacekeepers"));
        }
        Step::Casualties {
            target,
            killed,
            supersedes,
        } => {
            let (target, _) = known.claim(target)?;
            let mut content =
                json!({"side": "a", "status": "military", "killed": {"best": killed, "relation": "exactly"}});
            if killed % 3 == 0 {
                content["area"] = json!({"place": format!("p{}", killed % 2), "precision": "exact"});
                content["period"] = json!({"precision": "unknown"});
            } else {
                content["incident"] = json!(format!("@{target}"));
            }
            if let Some(old) = known.casualties.last().filter(|_| supersedes) {
                content["supersedes"] = json!(format!("@{old}"));
            }
            log.add(desk, "casualties.reported.v1", id, says("b", content));
            known.casualties.push(id.to_owned());
        }
        Step::Control { place, holder, day } => {
            let date = format!("2022-03-{:02}T00:00:00Z", day % 20 + 1);
            let since = json!({"earliest": date, "latest": date, "precision": "exact"});
            let place = json!({"place": format!("p{}", place % 3), "precision": "exact"});
            let mut content = json!({"place": place, "previous": pick(&ACTORS, holder), "mode": "withdrew", "since": since});
            if day % 3 != 0 {
                content["mode"] = json!("captured");
                content["controller"] = json!(pick(&ACTORS, holder / 4));
            }
            log.add(desk, "control.claimed.v1", id, says("b", content));
            known.said.push((id.to_owned(), desk));
        }
        Step::Observe {
            kind,
            number,
            observer,
            producer,
        } => {
            let producer = pick(&PRODUCERS, producer);
            let mut content = json!({
                "kind": pick(&["explosion_airburst", "explosion_impact"], kind / 4), "means": "heard",
                "number": {"best": number, "relation": "exactly"}, "time": {"precision": "unknown"},
            });
            if kind % 2 == 0 {
                content["assessed_as"] = json!("live_fire_exercise");
            }
            log.add(
                producer,
                "observation.recorded.v1",
                id,
                says(pick(&ACTORS, observer), content),
            );
            known.said.push((id.to_owned(), producer));
        }
        Step::Tally { number, unit } => {
            let content = json!({
                "period": {"precision": "unknown"}, "number": {"best": number, "relation": "exactly"},
                "unit": pick(&["violations", "shots"], unit),
            });
            log.add(desk, "tally.claimed.v1", id, says("b", content));
            known.said.push((id.to_owned(), desk));
        }
        Step::Present { place, by, state } => {
            let place = json!({"place": format!("p{}", place % 3), "precision": "exact"});
            let state = pick(&["present", "left"], state);
            let content =
                json!({"force": "c", "place": place, "state": state, "time": {"precision": "unknown"}});
            log.add(desk, "presence.reported.v1", id, says(pick(&ACTORS, by), content));
            known.said.push((id.to_owned(), desk));
        }
        Step::Request { by } => {
            let by = pick(&ACTORS, by);
            let content =
                json!({"force": "c", "requester": by, "addressee": "a", "time": {"precision": "unknown"}});
            log.add(desk, "reinforcement.requested.v1", id, says(by, content));
            known.requests.push(id.to_owned());
        }
        Step::Decide { target, by, decision } => {
            let target = known
                .requests
                .get(usize::from(target) % known.requests.len().max(1))?;
            let by = pick(&ACTORS, by);
            let decision = pick(&["granted", "deferred"], decision);
            let content = json!({"target": format!("@{target}"), "by": by, "decision": decision, "time": {"precision": "unknown"}});
            log.add(desk, "reinforcement.decided.v1", id, says(by, content));
        }
        Step::Redact { target, field } => {
            // Anything: answers, assessments, links and decisions too.
            let target = known.all.get(usize::from(target) % known.all.len().max(1))?;
            let fields = [
                "data.content.place",
                "data.content.area",
                "data.provenance",
                "data.provenance.asserted_by",
                "data.content.kind",
            ];
            let field = pick(&fields, field);
            let content = json!({"target": format!("@{target}"), "fields": [field], "reason": "privacy"});
            log.add(
                "demo-analyst",
                "redaction.applied.v1",
                id,
                json!({"content": content}),
            );
        }
    }
    Some(())
}

fn digests(projection: &Projection) -> Vec<Digest> {
    View::ALL.iter().map(|view| projection.digest(*view)).collect()
}

fn number(row: &Value, field: &str) -> u64 {
    row[field]
        .as_u64()
        .unwrap_or_else(|| panic!("{field} is a count in {row}"))
}

/// What holds in every history.
fn check_sums(projection: &Projection) {
    let allegations = Rows::of(projection, View::Allegations);
    let mut alleged = 0;
    for side in allegations.of_kind("side") {
        let all = number(side, "alleged");
        alleged += all;
        for part in [
            "denied",
            "admitted",
            "assessed",
            "not_answered",
            "corroborated",
            "assessment_disputed",
        ] {
            assert!(number(side, part) <= all, "{part} of {side}");
        }
    }
    let counted = allegations
        .of_kind("allegation")
        .into_iter()
        .filter(|row| row["counted"] == true)
        .count();
    assert_eq!(alleged, counted as u64);
    let incidents = Rows::of(projection, View::Incidents);
    let total = incidents.row("total");
    assert!(
        number(total, "incidents") <= alleged,
        "no more incidents than allegations"
    );
    assert!(
        number(total, "claims") >= alleged,
        "every allegation is a claim of an incident"
    );
}

/// Every number of a row with its field, those of coordinates aside.
fn numbers(value: &Value, field: &str, seen: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Number(_) if field != "lat" && field != "lon" => seen(field, value),
        Value::Array(items) => items.iter().for_each(|item| numbers(item, field, seen)),
        Value::Object(fields) => fields.iter().for_each(|(field, item)| numbers(item, field, seen)),
        _ => {}
    }
}

/// Counts are counts: none is negative, and none is a negative number that wrapped around. Numbers that reports state
/// are at most 255 each here, so that a sum stays below 255 times the entries.
fn check_counts(projection: &Projection) {
    let most = projection.tree_size().0 * 255;
    for &view in View::ALL {
        for row in Rows::of(projection, view).0.values() {
            numbers(row, "", &mut |field, number| {
                let number = number.as_u64();
                assert!(number.is_some_and(|number| number <= most), "{field} of {row}");
            });
        }
    }
}

/// The numbers of rows that a redaction leaves as they are, by row and field.
fn kept_numbers(projection: &Projection) -> Vec<(String, Value)> {
    let mut kept = Vec::new();
    let fields: [(View, &str, &[&str]); 7] = [
        (View::Casualties, "figure", &["killed", "accounts_count"]),
        (
            View::Casualties,
            "side",
            &["killed", "in_incidents", "in_areas", "entries_count"],
        ),
        (
            View::Allegations,
            "side",
            &["alleged", "denied", "assessed", "not_answered", "republished"],
        ),
        (
            View::Incidents,
            "total",
            &["incidents", "claims", "disputed", "mutual_accusation"],
        ),
        (View::Findings, "total", &["assessments", "violations"]),
        (
            View::Peacekeeping,
            "total",
            &["places_with_presence", "presence", "reinforcements_open"],
        ),
        (View::Control, "place", &["status"]),
    ];
    for (view, kind, fields) in fields {
        for (key, row) in Rows::of(projection, view).0 {
            if row["row"] == kind {
                kept.extend(
                    fields
                        .iter()
                        .map(|&field| (format!("{key} {field}"), row[field].clone())),
                );
            }
        }
    }
    kept
}

/// The reports of a history that their own producer took back.
fn retracted(log: &Log) -> Vec<u64> {
    let mut retracted = Vec::new();
    for entry in &log.entries {
        if let Event::ClaimRetracted(content) = &entry.report.event {
            let target = log
                .entries
                .iter()
                .position(|one| one.hash.0 == content.target.0)
                .unwrap();
            if log.entries[target].report.source == entry.report.source {
                retracted.push(target as u64);
            }
        }
    }
    retracted
}

/// What is retracted is shown as such and is behind no count of any view.
fn check_retracted(log: &Log, projection: &Projection) {
    let retracted = retracted(log);
    let of = |view, kind: &str, index: u64| {
        Rows::of(projection, view)
            .0
            .get(&format!("{kind}/{index:012}"))
            .cloned()
    };
    for &index in &retracted {
        for (view, kind, field) in [
            (View::Allegations, "allegation", "counted"),
            (View::Observations, "observation", "counted"),
            (View::Tallies, "tally", "in_force"),
            (View::Findings, "assessment", "counted"),
        ] {
            if let Some(row) = of(view, kind, index) {
                assert_eq!(row[field], false, "{row}");
            }
        }
    }
    for (view, kind) in [
        (View::Allegations, "side"),
        (View::Casualties, "side"),
        (View::Observations, "series"),
        (View::Findings, "total"),
        (View::Findings, "violation"),
    ] {
        for row in Rows::of(projection, view).of_kind(kind) {
            for entry in row["entries"].as_array().unwrap() {
                let index = entry["index"].as_u64().unwrap();
                assert!(
                    !retracted.contains(&index),
                    "entry {index} is retracted and behind {row}"
                );
            }
        }
    }
}

/// Each sum is the sum of numbers of its own unit: of one kind, by one observer, of one side and status.
fn check_units(projection: &Projection) {
    let observations = Rows::of(projection, View::Observations);
    for series in observations.of_kind("series") {
        let same = |row: &&Value| {
            row["counted"] == true
                && ["kind", "exercise"]
                    .iter()
                    .all(|field| row[*field] == series[*field])
                && row["entries"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|entry| series["entries"].as_array().unwrap().contains(entry))
        };
        let parts: Vec<u64> = observations
            .of_kind("observation")
            .into_iter()
            .filter(same)
            .map(|row| {
                assert_eq!(row["observer"], series["observer"]);
                number(&row["number"], "best")
            })
            .collect();
        assert_eq!(
            parts.iter().sum::<u64>(),
            number(&series["number"], "best"),
            "{series}"
        );
        assert_eq!(
            (parts.len() as u64, &series["unit"]),
            (number(series, "reports"), &json!("observation"))
        );
    }
    let casualties = Rows::of(projection, View::Casualties);
    for side in casualties.of_kind("side") {
        assert_eq!(side["unit"], "person");
        let figures = casualties.of_kind("figure").into_iter();
        let figures = figures.filter(|row| row["basis"] == "incident");
        let of_side = figures.filter(|row| row["side"] == side["side"] && row["status"] == side["status"]);
        let killed = of_side.filter(|row| number(row, "accounts_count") > 0);
        let least: u64 = killed.filter_map(|row| row["killed"]["min"].as_u64()).sum();
        assert_eq!(
            side["in_incidents"]["killed"]["min"].as_u64().unwrap_or(0),
            least,
            "{side}"
        );
    }
    let kinds = Rows::of(projection, View::Tallies);
    assert!(
        kinds.0.values().all(|row| row["row"] == "tally"),
        "a tally is added to nothing"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn rebuilding_equals_following_with_snapshots_at_random_points(
        steps in prop::collection::vec(step(), 1..40),
        stops in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let log = build(&steps);
        let size = log.entries.len();
        let rebuilt = log.fold(size);
        let mut followed = Projection::new();
        let mut stops: Vec<usize> = stops.iter().map(|stop| stop.index(size + 1)).collect();
        stops.sort_unstable();
        for stop in stops {
            log.follow(&mut followed, stop);
            // Reading in between and going on from a snapshot change nothing; as-of is the fold of the first entries.
            prop_assert_eq!(digests(&followed), digests(&log.fold(stop)));
            followed = Projection::restore(&followed.snapshot()).unwrap();
        }
        log.follow(&mut followed, size);
        prop_assert_eq!(digests(&followed), digests(&rebuilt));
        prop_assert_eq!(followed.root(), rebuilt.root());
        check_sums(&rebuilt);
    }

    #[test]
    fn following_equals_rebuilding_whatever_is_redacted(steps in prop::collection::vec(step(), 1..40)) {
        let log = build(&steps);
        let mut live = Live::new(Projection::new());
        for index in 0..log.entries.len() {
            live.apply(&log.item(index)).unwrap();
            live.changes();
            for &view in View::ALL {
                prop_assert_eq!(live.digest(view), live.projection().digest(view), "{} after {}", view, index);
            }
        }
    }

    #[test]
    fn a_redaction_changes_no_number_and_no_status(
        steps in prop::collection::vec(step(), 1..30), target in any::<prop::sample::Index>(), field in 0..3_u8,
    ) {
        let mut log = build(&steps);
        let before: std::collections::BTreeMap<_, _> = kept_numbers(&log.fold(log.entries.len())).into_iter().collect();
        let target = &log.entries[target.index(log.entries.len())].hash.to_string();
        let field = pick(&["data.content.place", "data.content.area", "data.provenance"], field);
        let content = json!({"target": target, "fields": [field], "reason": "privacy"});
        log.add("demo-analyst", "redaction.applied.v1", "hide", json!({"content": content}));
        for (field, value) in kept_numbers(&log.fold(log.entries.len())) {
            // The row of an account whose place is hidden is new.
            if let Some(before) = before.get(&field) {
                prop_assert_eq!(before, &value, "{}", field);
            } else {
                prop_assert!(field.starts_with("place/redacted/"), "{}", field);
            }
        }
    }

    #[test]
    fn no_count_is_negative_holds_what_was_retracted_or_adds_two_units(steps in prop::collection::vec(step(), 1..50)) {
        let log = build(&steps);
        let projection = log.fold(log.entries.len());
        check_counts(&projection);
        check_retracted(&log, &projection);
        check_units(&projection);
    }

    #[test]
    fn link_and_unlink_give_back_the_numbers(steps in prop::collection::vec(step(), 1..30), a in any::<u8>(), b in any::<u8>()) {
        let mut log = build(&steps);
        let before = log.fold(log.entries.len());
        let claims: Vec<String> = log.entries.iter()
            .filter(|entry| entry.report.event_type().as_str() == "incident.reported.v1")
            .map(|entry| entry.report.id.to_string())
            .collect();
        prop_assume!(claims.len() > 1);
        let (a, b) = (usize::from(a) % claims.len(), usize::from(b) % claims.len());
        prop_assume!(a != b);
        let link = json!({"content": {"a": format!("@{}", claims[a]), "b": format!("@{}", claims[b]), "relation": "same_incident"}});
        log.add("demo-analyst", "incidents.linked.v1", "link", link);
        log.add("demo-analyst", "incidents.unlinked.v1", "unlink", json!({"content": {"target": "@link"}}));
        let after = log.fold(log.entries.len());
        prop_assert_eq!(before.digest(View::Allegations), after.digest(View::Allegations));
        prop_assert_eq!(before.digest(View::Casualties), after.digest(View::Casualties));
        let total = |projection: &Projection| Rows::of(projection, View::Incidents).row("total").clone();
        prop_assert_eq!(total(&before), total(&after));
        let incidents = |projection: &Projection| -> Vec<Value> {
            Rows::of(projection, View::Incidents).of_kind("incident").into_iter().cloned().collect()
        };
        prop_assert_eq!(incidents(&before), incidents(&after));
        prop_assert_eq!(before.digest(View::Observations), after.digest(View::Observations));
    }

    #[test]
    fn every_row_has_a_proof(steps in prop::collection::vec(step(), 1..12), flipped in any::<prop::sample::Index>()) {
        let projection = build(&steps).fold(usize::MAX);
        for view in View::ALL {
            let digest = projection.digest(*view);
            for key in Rows::of(&projection, *view).0.keys() {
                let found = projection.prove_row(*view, key).unwrap();
                prop_assert_eq!(found.digest, digest);
                let verify = |row: &[u8]| {
                    proof::verify_inclusion(leaf_hash(row), found.index, digest.rows, &found.path, digest.root).is_ok()
                };
                prop_assert!(verify(&found.row));
                let mut forged = found.row.clone();
                let at = flipped.index(forged.len());
                forged[at] ^= 1;
                prop_assert!(!verify(&forged));
            }
        }
    }
}
