//! A log in memory: reports written as JSON, entry hashes made from their bytes, no signatures.

use std::collections::BTreeMap;

use armistice_desk::{Codebook, Counts, Query, counts, shipped};
use armistice_projection::{Item, Projection};
use armistice_report::{Report, Timestamp, entry};
use armistice_tlog::{Hash, leaf_hash};
use serde_json::{Value, json};

/// 2022-03-26T13:06:40Z.
const BEGINS_MICROS: i64 = 1_648_300_000_000_000;

struct Entry {
    hash: Hash,
    submission: Hash,
    received: Timestamp,
    report: Report,
}

/// A log that numbers, chains and hashes what it is given. One hour passes between two entries.
#[derive(Default)]
pub(crate) struct Log {
    entries: Vec<Entry>,
    counters: BTreeMap<String, u64>,
    ids: BTreeMap<String, Hash>,
}

impl Log {
    /// A log with three sides and two places in a district.
    pub(crate) fn framed() -> Self {
        let mut log = Self::default();
        for side in ["side-a", "side-b"] {
            log.curate(
                "actor.registered.v1",
                json!({"actor": side, "role": "side", "names": [{"name": side}]}),
            );
        }
        let body = json!({"actor": "ministry-a", "role": "body_of_side", "names": [{"name": "m"}], "belongs_to": "side-a"});
        log.curate("actor.registered.v1", body);
        let place = |id: &str, kind: &str, within: Option<&str>| {
            let mut place = json!({"place": id, "kind": kind, "names": [{"name": id}], "precision": "exact"});
            if let Some(within) = within {
                place["within"] = json!(within);
            }
            place
        };
        log.curate("place.registered.v1", place("north", "sector", None));
        log.curate("place.registered.v1", place("hills", "district", Some("north")));
        log.curate(
            "place.registered.v1",
            place("village", "settlement", Some("hills")),
        );
        log
    }

    fn curate(&mut self, of: &str, content: Value) {
        let id = format!("frame-{}", self.entries.len());
        self.add("analyst", of, &id, json!({"content": content})).unwrap();
    }

    /// A report with a provenance that names `by`.
    pub(crate) fn say(&mut self, source: &str, of: &str, id: &str, by: &str, content: Value) -> bool {
        let mut asserted_by = json!({});
        if !by.is_empty() {
            asserted_by = json!({"actor": by, "capacity": "party"});
        }
        let data = json!({"provenance": {"asserted_by": asserted_by, "hedge": "stated"}, "content": content});
        self.add(source, of, id, data).is_some()
    }

    /// Appends a report; `@id` in its data stands for the hash of an earlier entry. `None` where the vocabulary refuses it.
    pub(crate) fn add(&mut self, source: &str, of: &str, id: &str, mut data: Value) -> Option<u64> {
        self.resolve(&mut data);
        let seq = self.counters.get(source).copied().unwrap_or_default() + 1;
        let report = json!({
            "specversion": "1.0", "id": id, "source": source, "type": of, "time": "2022-03-26T14:00:00Z",
            "subject": "karabakh-2020", "ledger": "example.org/desk", "producerseq": seq, "data": data,
        });
        let text = format!("{report}\n");
        let report = armistice_report::parse(text.as_bytes()).ok()?;
        let note = format!("{text}\n\u{2014} {source} AAAAAA==\n");
        let hours = i64::try_from(self.entries.len()).unwrap();
        let received = Timestamp::from_micros(BEGINS_MICROS + hours * 3_600_000_000).unwrap();
        let hash = leaf_hash(&entry::encode(received, note.as_bytes()).unwrap());
        self.counters.insert(source.to_owned(), seq);
        self.ids.insert(id.to_owned(), hash);
        self.entries.push(Entry {
            hash,
            submission: Hash::sha256(note.as_bytes()),
            received,
            report,
        });
        Some(self.entries.len() as u64 - 1)
    }

    fn resolve(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(hash) = text.strip_prefix('@').and_then(|id| self.ids.get(id)) {
                    *text = hash.to_string();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.resolve(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.resolve(field)),
            _ => {}
        }
    }

    /// Whether an entry has this id.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// The views over all entries.
    pub(crate) fn fold(&self) -> Projection {
        let mut projection = Projection::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let item = Item {
                index: index as u64,
                hash: entry.hash.0,
                submission: entry.submission.0,
                received: entry.received,
                report: &entry.report,
            };
            projection.apply(&item).unwrap();
        }
        projection
    }

    /// Counts by a shipped codebook.
    pub(crate) fn count(&self, codebook: &str, query: &Query) -> Counts {
        let codebook = Codebook::parse(shipped(codebook).unwrap()).unwrap();
        counts(&self.fold(), &codebook, query).unwrap()
    }
}

/// The rows of one kind.
pub(crate) fn rows(counts: &Counts, kind: &str) -> Vec<Value> {
    let rows = counts
        .rows
        .iter()
        .map(|row| serde_json::from_str(&row.json).unwrap());
    rows.filter(|row: &Value| row["row"] == kind).collect()
}

/// The best numbers of the rows, by key.
pub(crate) fn numbers(counts: &Counts) -> BTreeMap<String, u64> {
    let rows = rows(counts, "count").into_iter();
    rows.map(|row| {
        let key = row["key"].as_str().unwrap().to_owned();
        (key, row["count"]["best"].as_u64().unwrap())
    })
    .collect()
}
