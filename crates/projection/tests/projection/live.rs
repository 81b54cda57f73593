//! Followed views: whatever a log holds, and however it is cut into batches, the changes add up to all the rows.

use std::collections::BTreeMap;

use armistice_projection::{Live, Projection, View};
use armistice_tlog::leaf_hash;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{log::Log, scenario};

const REPORTS: &str = include_str!("../../../report/tests/golden/reports-v1.ndjson");
const ACTORS: [&str; 6] = [
    "azerbaijan",
    "karabakh-armenian",
    "russia",
    "armenia",
    "karabakh-defence-army",
    "m",
];
const PRODUCERS: [&str; 3] = ["demo-newsdesk", "demo-peacekeepers", "demo-azerbaijan-mod"];
/// What histories are made of most: types whose entries change rows of others.
const OFTEN: [&str; 18] = [
    "incident.reported.v1",
    "incident.reported.v1",
    "incident.reported.v1",
    "claim.denied.v1",
    "claim.denied.v1",
    "claim.corrected.v1",
    "claim.corrected.v1",
    "claim.retracted.v1",
    "claim.retracted.v1",
    "incident.assessed.v1",
    "incidents.linked.v1",
    "incidents.linked.v1",
    "incidents.unlinked.v1",
    "casualties.reported.v1",
    "observation.recorded.v1",
    "statement.made.v1",
    "redaction.applied.v1",
    "redaction.applied.v1",
];
/// What redactions name.
const PATHS: [&str; 6] = [
    "data.content.place",
    "data.content",
    "data.provenance.asserted_by",
    "data.provenance",
    "data.content.target",
    "data.provenance.attribution[0].name",
];

/// What a subscriber has after all changes so far.
#[derive(Default)]
struct Subscriber(BTreeMap<(View, String), Vec<u8>>);

impl Subscriber {
    fn of(projection: &Projection) -> Self {
        let mut rows = BTreeMap::new();
        for &view in View::ALL {
            projection.for_each_row(view, |key, row| {
                rows.insert((view, key.to_owned()), row.to_vec());
            });
        }
        Self(rows)
    }

    fn take(&mut self, live: &mut Live) {
        for change in live.changes() {
            let place = (change.view, change.key);
            let before = self.0.get(&place);
            assert_ne!(before, change.row.as_ref(), "{place:?} did not change");
            match change.row {
                Some(row) => self.0.insert(place, row),
                None => self.0.remove(&place),
            };
        }
    }

    /// Compares with all rows made anew.
    fn check(&self, live: &Live, what: &str) {
        let expected = Self::of(live.projection());
        for (place, row) in &expected.0 {
            let text = |row: Option<&Vec<u8>>| row.map(|row| String::from_utf8_lossy(row).into_owned());
            assert_eq!(text(self.0.get(place)), text(Some(row)), "{place:?} after {what}");
        }
        for place in self.0.keys() {
            assert!(
                expected.0.contains_key(place),
                "{place:?} is left over after {what}"
            );
        }
        for &view in View::ALL {
            assert_eq!(
                live.digest(view),
                live.projection().digest(view),
                "{view} after {what}"
            );
            let leaves = live.leaves(view).map(|(key, leaf)| (key.to_owned(), leaf));
            let rows = expected.0.iter().filter(|((of, _), _)| *of == view);
            assert!(leaves.eq(rows.map(|((_, key), row)| (key.clone(), leaf_hash(row)))));
        }
    }
}

fn follow(log: &Log, batches: &[usize], from: usize) {
    let mut live = Live::new(log.fold(from));
    let mut subscriber = Subscriber::of(live.projection());
    subscriber.check(&live, "the start");
    let mut at = from;
    for &batch in batches.iter().cycle() {
        let end = (at + batch).min(log.entries.len());
        for index in at..end {
            live.apply(&log.item(index)).unwrap();
        }
        subscriber.take(&mut live);
        let last = log.entries[end - 1].report.event_type();
        subscriber.check(&live, &format!("entry {} ({last})", end - 1));
        at = end;
        if at == log.entries.len() {
            break;
        }
    }
    assert_eq!(live.changes(), []);
}

#[test]
fn the_scenario_is_followed_entry_by_entry_and_from_anywhere() {
    let log = scenario::log();
    follow(&log, &[1], 0);
    follow(&log, &[5, 2], 3);
    follow(&log, &[1000], 0);
    for from in [20, 40] {
        follow(&log, &[3], from);
    }
}

/// `SplitMix64`, so that a history is one number.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// The golden reports by type: the data that histories vary.
fn templates() -> BTreeMap<String, Vec<Value>> {
    let mut templates: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in REPORTS.lines() {
        let report: Value = serde_json::from_str(line).unwrap();
        let of = report["type"].as_str().unwrap().to_owned();
        templates.entry(of).or_default().push(report["data"].clone());
    }
    templates
}

/// Varies what a report names: other actors, places, words and, above all, other entries.
fn vary(value: &mut Value, field: &str, log: &Log, random: &mut Random) {
    match value {
        Value::String(text) => {
            let choices: &[&str] = match field {
                "scope" => &["whole", "figure", "occurrence"],
                "state" => &["present", "left", "absent"],
                "decision" => &["granted", "deferred", "refused"],
                "act" => &["demand", "concern", "no_comment"],
                "confidence" => &["moderate", "high"],
                "mode" if text == "captured" => &["captured", "contested"],
                "assessed_as" => &["live_fire_exercise", "breach_of_agreement"],
                _ if text == "competing_accounts" => &["same_incident", "competing_accounts", "follows"],
                _ if text == "violation" => &["violation", "not_a_violation"],
                _ if text == "parukh" => &["parukh", "khramort", "shushi"],
                _ if ACTORS.contains(&text.as_str()) => &ACTORS,
                _ => &[],
            };
            if text.len() == 64 && text.starts_with("e0000000") {
                // Mostly something that the field can name; sometimes anything.
                let wanted = match field {
                    "a" | "b" | "incident" | "targets" => "incident.reported.v1",
                    "supersedes" => "casualties.reported.v1",
                    "findings" => "incident.assessed.v1",
                    _ => "",
                };
                for _ in 0..12 {
                    let entry = &log.entries[random.below(log.entries.len())];
                    *text = entry.hash.to_string();
                    if entry.report.event_type().as_str() == wanted {
                        break;
                    }
                }
            } else if !choices.is_empty() {
                random.pick(choices).clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| vary(item, field, log, random)),
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(field, item)| vary(item, field, log, random)),
        _ => {}
    }
}

/// The newest entry of a type, or any other.
fn earlier(log: &Log, of: &str, random: &mut Random) -> usize {
    let newest = log
        .entries
        .iter()
        .rposition(|entry| entry.report.event_type().as_str() == of);
    newest
        .filter(|_| random.below(3) > 0)
        .unwrap_or_else(|| random.below(log.entries.len()))
}

fn history(seed: u64, length: usize) -> Log {
    let templates = templates();
    let types: Vec<&str> = templates.keys().map(String::as_str).collect();
    let mut random = Random(seed);
    let mut log = Log::founded();
    let mut tries = 0;
    while log.entries.len() < length && tries < 20 * length {
        tries += 1;
        let of = if random.below(3) == 0 {
            random.pick(&types)
        } else {
            random.pick(&OFTEN)
        };
        let variants = &templates[of];
        let mut data = variants[random.below(variants.len())].clone();
        vary(&mut data, "", &log, &mut random);
        let mut source = random.pick(&PRODUCERS).to_owned();
        match of {
            "claim.corrected.v1" => {
                let target = &log.entries[random.below(log.entries.len())];
                let of = target.report.event_type().as_str();
                let mut content = templates[of][0]["content"].clone();
                vary(&mut content, "", &log, &mut random);
                data["content"]["replacement"] = json!({"type": of, "content": content});
                data["content"]["target"] = json!(target.hash.to_string());
                source = target.report.source.to_string();
            }
            "claim.retracted.v1"
            | "violation_report.answered.v1"
            | "reinforcement.decided.v1"
            | "incidents.unlinked.v1" => {
                let wanted = match of {
                    "violation_report.answered.v1" => "violation_report.issued.v1",
                    "reinforcement.decided.v1" => "reinforcement.requested.v1",
                    "incidents.unlinked.v1" => "incidents.linked.v1",
                    _ => "",
                };
                let target = &log.entries[earlier(&log, wanted, &mut random)];
                data["content"]["target"] = json!(target.hash.to_string());
                if of == "claim.retracted.v1" && random.below(4) > 0 {
                    source = target.report.source.to_string();
                }
            }
            "redaction.applied.v1" => {
                let target = &log.entries[random.below(log.entries.len())];
                data["content"]["target"] = json!(target.hash.to_string());
                data["content"]["fields"] = json!([random.pick(&PATHS), random.pick(&PATHS)]);
            }
            "casualties.reported.v1" if random.below(2) == 0 => {
                let old = earlier(&log, of, &mut random);
                data["content"]["supersedes"] = json!(log.entries[old].hash.to_string());
            }
            _ => {}
        }
        let id = format!("h{tries}");
        log.try_add(&source, of, &id, &data);
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn changes_add_up_to_all_rows(
        seed in any::<u64>(),
        length in 10..90_usize,
        batches in prop::collection::vec(1..9_usize, 1..6),
        one_by_one in any::<bool>(),
        from in any::<prop::sample::Index>(),
    ) {
        let log = history(seed, length);
        let from = if one_by_one { 0 } else { from.index(log.entries.len()) };
        follow(&log, if one_by_one { &[1] } else { &batches }, from);
    }
}

#[test]
fn histories_hold_every_type() {
    let mut seen: Vec<&str> = (0..40)
        .flat_map(|seed| history(seed, 90).entries)
        .map(|entry| entry.report.event_type().as_str())
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 42, "{seen:?}");
}
