//! The scenarios of `tests/scenarios`, through a real ledger: what each must count, and what must never be added.

use std::collections::{BTreeMap, BTreeSet};

use armistice_desk::{By, Codebook, Cut, Query, Table, counts, shipped, table};
use armistice_ledger::Settings;
use armistice_projection::{Projection, View, replay};
use armistice_report::EventType;
use armistice_tests::{CEASEFIRE, ORIGIN, Public, World, key};
use armistice_tlog::{Hash, SigningKey};
use serde_json::{Value, json};

const SCENARIOS: [(&str, &str); 5] = [
    ("karabakh", include_str!("../scenarios/karabakh-2022-03.ndjson")),
    ("two-tallies", include_str!("../scenarios/two-tallies.ndjson")),
    (
        "claim-denial-counter-claim",
        include_str!("../scenarios/claim-denial-counter-claim.ndjson"),
    ),
    ("observed-day", include_str!("../scenarios/observed-day.ndjson")),
    ("un-half-year", include_str!("../scenarios/un-half-year.ndjson")),
];

/// Who signs the drafts of a scenario: a key and a counter for each source.
struct Signer {
    key: SigningKey,
    sequence: u64,
    previous: Option<Hash>,
}

impl Signer {
    fn sign(&mut self, draft: &Value) -> Vec<u8> {
        self.sequence += 1;
        let mut report = json!({
            "specversion": "1.0", "id": draft["id"], "source": self.key.name(), "type": draft["type"],
            "time": draft["time"], "subject": CEASEFIRE, "ledger": ORIGIN, "producerseq": self.sequence,
            "data": draft["data"],
        });
        if let Some(previous) = self.previous {
            report["prev"] = json!(previous.to_string());
        }
        let text = format!("{report}\n");
        let note = format!("{text}\n{}\n", self.key.sign_line(&text)).into_bytes();
        self.previous = Some(Hash::sha256(&note));
        note
    }
}

fn resolve(value: &mut Value, ids: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(id) = text.strip_prefix('@') {
                *text = ids.get(id).unwrap_or_else(|| panic!("no entry {id}")).clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, ids)),
        Value::Object(fields) => fields.values_mut().for_each(|field| resolve(field, ids)),
        _ => {}
    }
}

/// Plays a scenario and more drafts after it: admitted, chained and audited; then folded.
fn play(name: &str, more: &[Value]) -> Projection {
    let (_, text) = SCENARIOS.iter().find(|(of, _)| *of == name).expect("a scenario");
    let mut drafts: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    drafts.extend_from_slice(more);
    let source = |draft: &Value| draft["source"].as_str().expect("a source").to_owned();
    let mut grants: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for draft in &drafts {
        let of: EventType = draft["type"].as_str().expect("a type").parse().expect("a type");
        grants
            .entry(source(draft))
            .or_default()
            .insert(of.grant().as_str());
    }
    let mut world = World::bare(Settings::default());
    let mut signers = BTreeMap::new();
    for (seed, (name, may)) in (10_u8..).zip(&grants) {
        let key = key(name, seed);
        world.enrol_for(&key, &may.iter().copied().collect::<Vec<_>>());
        let signer = Signer {
            key,
            sequence: 0,
            previous: None,
        };
        signers.insert(name.clone(), signer);
    }
    let mut ids = BTreeMap::new();
    for draft in &mut drafts {
        resolve(&mut draft["data"], &ids);
        let signer = signers.get_mut(&source(draft)).expect("enrolled");
        let receipt = world.record(signer.sign(draft));
        ids.insert(
            draft["id"].as_str().expect("an id").to_owned(),
            receipt.hash.to_string(),
        );
    }
    let reader = world.ledger().reader();
    let verdict = Public::of(reader).audit(&World::vkey(), None);
    assert!(verdict.holds(), "{name}: {:?}", verdict.finding);
    let mut projection = Projection::new();
    let entries = reader
        .entries(armistice_tlog::Index(0)..reader.size().next_index())
        .map(|read| read.map(|(index, bytes)| (index.0, bytes)));
    replay(&mut projection, entries, |_| {}).expect("folded");
    projection
}

fn rows(lines: impl IntoIterator<Item = String>, kind: &str) -> Vec<Value> {
    let rows = lines
        .into_iter()
        .map(|line| serde_json::from_str(&line).expect("JSON"));
    rows.filter(|row: &Value| row["row"] == kind).collect()
}

fn view(projection: &Projection, of: View, kind: &str) -> Vec<Value> {
    rows(projection.rows(of), kind)
}

fn board(projection: &Projection, of: Table, kind: &str) -> Vec<Value> {
    rows(table(projection, of).rows.into_iter().map(|row| row.json), kind)
}

/// The rows of a count by a shipped codebook.
fn counted(projection: &Projection, codebook: &str, query: &Query, kind: &str) -> Vec<Value> {
    let codebook = Codebook::parse(shipped(codebook).expect("shipped")).expect("a codebook");
    let counted = counts(projection, &codebook, query).expect("counted");
    rows(counted.rows.into_iter().map(|row| row.json), kind)
}

/// The best numbers of a count, by what stands behind the series in each key.
fn numbers(projection: &Projection, codebook: &str, query: &Query) -> BTreeMap<String, u64> {
    let rows = counted(projection, codebook, query, "count").into_iter();
    rows.map(|row| {
        let key = row["key"].as_str().expect("a key");
        let rest = key.splitn(3, '/').nth(2).expect("three parts").to_owned();
        (rest, row["count"]["best"].as_u64().expect("a number"))
    })
    .collect()
}

fn check(found: &BTreeMap<String, u64>, expected: &[(&str, u64)]) {
    let expected: BTreeMap<String, u64> = expected.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
    assert_eq!(*found, expected);
}

#[test]
fn four_days_around_parukh() {
    let projection = play("karabakh", &[]);
    let by_side = |series: &str| numbers(&projection, "karabakh-2020", &Query::of(series).cut(Cut::Side));
    check(
        &by_side("allegations"),
        &[("whole/azerbaijan", 4), ("whole/karabakh-armenian", 1)],
    );
    let whole = |series: &str| numbers(&projection, "karabakh-2020", &Query::of(series));
    check(&whole("incidents"), &[("whole", 4)]);
    check(&whole("violations"), &[]);
    check(&whole("observations"), &[("whole/russian-peacekeepers", 4)]);
    // The four strikes lie somewhere in two days: in the month, in no day.
    let days = numbers(
        &projection,
        "karabakh-2020",
        &Query::of("observations").by(By::Day),
    );
    check(&days, &[("not_stated/russian-peacekeepers", 4)]);
    let killed = counted(
        &projection,
        "karabakh-2020",
        &Query::of("casualties").only(Cut::Kind, "wounded"),
        "count",
    );
    assert_eq!(killed[0]["count"], json!({"min": 13, "best": null, "max": null}));
    let control = board(&projection, Table::ControlHistory, "account");
    assert_eq!(control.len(), 3);
}

#[test]
fn two_tallies_stand_beside_each_other_and_are_never_added() {
    let projection = play("two-tallies", &[]);
    let tallies = view(&projection, View::Tallies, "tally");
    let shown: Vec<_> = tallies
        .iter()
        .map(|row| (row["number"]["best"].as_u64(), row["unit"].as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (Some(123), Some("times the ceasefire was violated")),
            (Some(14), Some("ceasefire violations along the line")),
        ]
    );
    let query = Query::all().by(By::Day);
    let listed = counted(&projection, "karabakh-2020", &query, "tally");
    let listed: Vec<_> = listed
        .iter()
        .map(|row| {
            let period = row["period"]["label"].as_str().expect("a day");
            (period, row["side"].as_str(), row["number"]["best"].as_u64())
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("2020-07-13", Some("side-b"), Some(123)),
            ("2020-07-13", Some("side-a"), Some(14)),
        ]
    );
    // In no series a number, and nowhere their sum.
    assert!(counted(&projection, "karabakh-2020", &query, "count").is_empty());
    let codebook = Codebook::parse(shipped("karabakh-2020").expect("shipped")).expect("a codebook");
    let all = counts(&projection, &codebook, &query).expect("counted");
    assert!(all.rows.iter().all(|row| !row.json.contains(":137")));
    for view in View::ALL {
        assert!(
            projection.rows(*view).iter().all(|row| !row.contains(":137")),
            "{view}"
        );
    }
}

#[test]
fn a_claim_its_denial_and_a_counter_claim_of_another_day() {
    let name = "claim-denial-counter-claim";
    let projection = play(name, &[]);
    let days = Query::of("allegations").by(By::Day).cut(Cut::Side);
    // 22:15 and 01:30 local time are two days, though one day in UTC. A period after a number shows its zero.
    check(
        &numbers(&projection, "karabakh-2020", &days),
        &[
            ("2021-05-10/side-b", 1),
            ("2021-05-11/side-a", 1),
            ("2021-05-11/side-b", 0),
        ],
    );
    let districts = Query::of("allegations").cut(Cut::District).cut(Cut::Weapon);
    check(
        &numbers(&projection, "karabakh-2020", &districts),
        &[("whole/upper-district/mortar", 2)],
    );
    let contested: Vec<_> = board(&projection, Table::Contested, "allegation")
        .into_iter()
        .map(|row| {
            (
                row["side"].clone(),
                row["state"].clone(),
                row["other_accounts"].clone(),
            )
        })
        .collect();
    let expected = [("side-b", "answered", 1), ("side-a", "open", 1)];
    assert_eq!(
        contested,
        expected.map(|(side, state, n)| (json!(side), json!(state), json!(n)))
    );
    // One incident, over two days: it has a month and no day.
    let incidents = |by| numbers(&projection, "karabakh-2020", &Query::of("incidents").by(by));
    check(&incidents(By::Month), &[("2021-05", 1)]);
    check(&incidents(By::Day), &[("not_stated", 1)]);
    // The link is taken back: two incidents, each on its day.
    let unlinked = json!({"id": "unlink", "source": "analyst", "type": "incidents.unlinked.v1",
        "time": "2021-05-12T10:00:00Z", "data": {"content": {"target": "@link"}}});
    let projection = play(name, &[unlinked]);
    check(
        &numbers(&projection, "karabakh-2020", &Query::of("incidents").by(By::Day)),
        &[("2021-05-10", 1), ("2021-05-11", 1)],
    );
}

#[test]
fn an_observed_day_counts_exercises_and_labels_them() {
    let projection = play("observed-day", &[]);
    let query = Query::of("observations").by(By::Day);
    let rows = counted(&projection, "osce-style", &query, "count");
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(
        (&row["count"]["best"], &row["exercise"]["best"]),
        (&json!(612), &json!(491))
    );
    assert_eq!(
        (&row["unit"], &row["asserter"]),
        (&json!("observation"), &json!("mission"))
    );
    assert_eq!(row["period"]["label"], "2021-03-01");
    assert!(row.get("side").is_none(), "no side is named: {row}");
    check(
        &numbers(&projection, "osce-style", &query.clone().cut(Cut::Group)),
        &[
            ("2021-03-01/bursts_and_shots/mission", 580),
            ("2021-03-01/explosions/mission", 32),
        ],
    );
    let parts = query.clone().cut(Cut::Part).only(Cut::Group, "explosions");
    check(
        &numbers(&projection, "osce-style", &parts),
        &[
            ("2021-03-01/airburst/mission", 3),
            ("2021-03-01/impact/mission", 1),
            ("2021-03-01/undetermined/mission", 28),
        ],
    );
    check(
        &numbers(&projection, "osce-style", &query.cut(Cut::Sector)),
        &[("2021-03-01/east-sector/mission", 612)],
    );
    // An observation is no allegation and no incident.
    assert!(numbers(&projection, "karabakh-2020", &Query::of("allegations")).is_empty());
    assert!(numbers(&projection, "karabakh-2020", &Query::of("incidents")).is_empty());
}

#[test]
fn a_half_year_of_violations_with_complaints_apart() {
    let projection = play("un-half-year", &[]);
    let violations = Query::of("violations");
    check(
        &numbers(&projection, "un-zone", &violations),
        &[("whole/mission", 714)],
    );
    check(
        &numbers(&projection, "un-zone", &violations.clone().cut(Cut::Domain)),
        &[
            ("whole/air/mission", 660),
            ("whole/ground/mission", 24),
            ("whole/maritime/mission", 16),
            ("whole/weapons/mission", 14),
        ],
    );
    let months = numbers(&projection, "un-zone", &violations.clone().by(By::Month));
    assert_eq!(
        (months.len(), months.values().sum::<u64>()),
        (6, 714),
        "{months:?}"
    );
    let sides = numbers(&projection, "un-zone", &violations.cut(Cut::Side));
    assert_eq!((sides.len(), sides.values().sum::<u64>()), (2, 714), "{sides:?}");
    let complaints = Query::of("complaints").cut(Cut::AsserterSide).cut(Cut::Side);
    check(
        &numbers(&projection, "un-zone", &complaints),
        &[("whole/side-b/side-a", 112)],
    );
    let filed = board(&projection, Table::Complaints, "sum");
    assert_eq!((filed.len(), &filed[0]["complaints"]), (1, &json!(112)));
    let found: u64 = board(&projection, Table::Violations, "sum")
        .iter()
        .filter_map(|row| row["violations"].as_u64())
        .sum();
    assert_eq!(found, 714);
}
