//! A log in memory: reports written as JSON, entry hashes made from their bytes, no signatures.

use std::collections::BTreeMap;

use armistice_projection::{Item, Projection, View};
use armistice_report::{Report, Timestamp, entry};
use armistice_tlog::{Hash, leaf_hash};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "example.org/karabakh-2020";

/// One entry, with what the fold needs of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) submission: Hash,
    pub(crate) received: Timestamp,
    pub(crate) report: Report,
}

/// A log that numbers, chains and hashes what it is given, as producers and ledger do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub(crate) entries: Vec<Entry>,
    counters: BTreeMap<String, (u64, Hash)>,
    ids: BTreeMap<String, Hash>,
}

impl Log {
    /// A log with its founding and the scenario's four producers: entries 0 to 4.
    pub(crate) fn founded() -> Self {
        let mut log = Self::default();
        let key = |name: &str| format!("{name}+0a1b2c3d+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=");
        log.add(
            "operator",
            "ledger.founded.v1",
            "founding",
            json!({"content": {
                "ceasefire": "karabakh-2020", "origin": ORIGIN, "ledger_key": key(ORIGIN),
                "operator": {"name": "operator", "key": key("operator")},
                "codebook": {"id": "demo", "sha256": "5f".repeat(32)}, "zone": "+04:00",
            }}),
        );
        let producers: [(&str, &[&str]); 4] = [
            ("demo-newsdesk", &["claim"]),
            ("demo-analyst", &["curate"]),
            ("demo-peacekeepers", &["claim", "assess"]),
            ("demo-azerbaijan-mod", &["claim"]),
        ];
        for (name, may) in producers {
            let content = json!({"content": {"producer": name, "key": key(name), "may": may}});
            log.add(
                "operator",
                "producer.enrolled.v1",
                &format!("enrol-{name}"),
                content,
            );
        }
        log
    }

    /// Appends a report; `@id` in its data stands for the hash of an earlier entry. Gives its index.
    pub(crate) fn add(&mut self, source: &str, of: &str, id: &str, data: Value) -> u64 {
        let (seq, _) = self.counters.get(source).copied().unwrap_or_default();
        let prev = self.counters.get(source).map(|(_, hash)| *hash);
        self.add_numbered(source, of, id, data, seq + 1, prev)
    }

    /// As [`Log::add`], unless the vocabulary refuses the report.
    pub(crate) fn try_add(&mut self, source: &str, of: &str, id: &str, data: &Value) -> Option<u64> {
        let report = json!({
            "specversion": "1.0", "id": id, "source": source, "type": of, "time": "2022-03-26T14:00:00Z",
            "subject": "karabakh-2020", "ledger": ORIGIN, "producerseq": 1, "data": data,
        });
        armistice_report::parse(format!("{report}\n").as_bytes()).ok()?;
        Some(self.add(source, of, id, data.clone()))
    }

    /// As [`Log::add`], with a counter and a previous submission of one's own.
    pub(crate) fn add_numbered(
        &mut self,
        source: &str,
        of: &str,
        id: &str,
        mut data: Value,
        seq: u64,
        prev: Option<Hash>,
    ) -> u64 {
        self.resolve(&mut data);
        let mut report = json!({
            "specversion": "1.0", "id": id, "source": source, "type": of, "time": "2022-03-26T14:00:00Z",
            "subject": "karabakh-2020", "ledger": ORIGIN, "producerseq": seq, "data": data,
        });
        if let Some(prev) = prev {
            report["prev"] = json!(prev.to_string());
        }
        let text = format!("{report}\n");
        let report = armistice_report::parse(text.as_bytes())
            .unwrap_or_else(|refusal| panic!("{id}: {refusal:?}\n{text}"));
        // A note without a real signature: nothing here checks one.
        let note = format!("{text}\n\u{2014} {source} AAAAAA==\n");
        let micros = 1_648_300_000_000_000 + i64::try_from(self.entries.len()).unwrap();
        let received = Timestamp::from_micros(micros).unwrap();
        let bytes = entry::encode(received, note.as_bytes()).unwrap();
        let (hash, submission) = (leaf_hash(&bytes), Hash::sha256(note.as_bytes()));
        self.counters.insert(source.to_owned(), (seq, submission));
        self.ids.insert(id.to_owned(), hash);
        self.entries.push(Entry {
            bytes,
            hash,
            submission,
            received,
            report,
        });
        self.entries.len() as u64 - 1
    }

    fn resolve(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(id) = text.strip_prefix('@') {
                    *text = self
                        .ids
                        .get(id)
                        .unwrap_or_else(|| panic!("no entry {id}"))
                        .to_string();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.resolve(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.resolve(field)),
            _ => {}
        }
    }

    pub(crate) fn hash(&self, id: &str) -> String {
        self.ids[id].to_string()
    }

    pub(crate) fn index(&self, id: &str) -> u64 {
        self.entries
            .iter()
            .position(|entry| entry.hash == self.ids[id])
            .unwrap() as u64
    }

    /// The fold of the first `size` entries.
    pub(crate) fn fold(&self, size: usize) -> Projection {
        let mut projection = Projection::new();
        self.follow(&mut projection, size);
        projection
    }

    /// Applies entries until the projection holds `size`.
    pub(crate) fn follow(&self, projection: &mut Projection, size: usize) {
        let from = usize::try_from(projection.tree_size().0).unwrap();
        for index in from..size.min(self.entries.len()) {
            projection.apply(&self.item(index)).unwrap();
        }
    }

    /// An entry as a fold takes it.
    pub(crate) fn item(&self, index: usize) -> Item<'_> {
        let entry = &self.entries[index];
        Item {
            index: index as u64,
            hash: entry.hash.0,
            submission: entry.submission.0,
            received: entry.received,
            report: &entry.report,
        }
    }

    /// A view of all entries.
    pub(crate) fn rows(&self, view: View) -> Rows {
        Rows::of(&self.fold(self.entries.len()), view)
    }
}

/// The rows of a view by key.
#[derive(Debug)]
pub(crate) struct Rows(pub(crate) BTreeMap<String, Value>);

impl Rows {
    pub(crate) fn of(projection: &Projection, view: View) -> Self {
        let rows = projection.rows(view).into_iter().map(|row| {
            let row: Value = serde_json::from_str(&row).unwrap();
            (row["key"].as_str().unwrap().to_owned(), row)
        });
        Self(rows.collect())
    }

    pub(crate) fn row(&self, key: &str) -> &Value {
        self.0
            .get(key)
            .unwrap_or_else(|| panic!("no row {key} in {:#?}", self.0.keys().collect::<Vec<_>>()))
    }

    /// The rows of one kind.
    pub(crate) fn of_kind(&self, kind: &str) -> Vec<&Value> {
        self.0.values().filter(|row| row["row"] == kind).collect()
    }

    /// Compares some fields of a row.
    pub(crate) fn check(&self, key: &str, expected: Value) {
        check(self.row(key), expected);
    }
}

/// Compares some fields of a row: `expected` names those that matter.
pub(crate) fn check(row: &Value, expected: Value) {
    let Value::Object(expected) = expected else {
        panic!("an object of fields")
    };
    for (field, value) in expected {
        assert_eq!(row[&field], value, "field {field} of {row:#}");
    }
}
