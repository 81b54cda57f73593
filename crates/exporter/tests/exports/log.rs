//! A log in memory, and every export of it.

use std::collections::BTreeMap;

use armistice_desk::{Board, Table, table};
use armistice_exporter::{
    About, Earlier, GEO_VIEWS, History, Query, Reports, Rows, Shape, Shield, Source, Summary, changes,
    earlier, flat, geojson, ndjson, shaped, xlsx,
};
use armistice_projection::{Item, Projection, View};
use armistice_report::{Report, Timestamp, entry};
use armistice_tlog::{Hash, leaf_hash};
use serde_json::{Value, json};

const ORIGIN: &str = "example.org/karabakh-2020";

struct Entry {
    hash: Hash,
    received: Timestamp,
    report: Report,
}

/// A log that numbers and hashes what it is given; no signatures.
#[derive(Default)]
pub(crate) struct Log {
    entries: Vec<Entry>,
    numbers: BTreeMap<String, u64>,
    ids: BTreeMap<String, Hash>,
}

pub(crate) fn says(by: &str, content: Value) -> Value {
    json!({"provenance": {"asserted_by": {"actor": by, "capacity": "party"}, "hedge": "claimed"}, "content": content})
}

/// The 26th of March in the zone of the ledger.
pub(crate) fn day() -> Value {
    json!({"earliest": "2022-03-25T20:00:00Z", "latest": "2022-03-26T19:59:59Z", "precision": "day"})
}

/// A claim of `by` against `accused`.
pub(crate) fn attack(by: &str, accused: &str, place: Value) -> Value {
    says(
        by,
        json!({"kind": "mortar", "accused": accused, "time": day(), "place": place}),
    )
}

impl Log {
    /// A founding, two producers and two sides: entries 0 to 4.
    pub(crate) fn founded() -> Self {
        let mut log = Self::default();
        let key = |name: &str| format!("{name}+0a1b2c3d+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=");
        let founding = json!({
            "ceasefire": "karabakh-2020", "origin": ORIGIN, "ledger_key": key(ORIGIN),
            "operator": {"name": "operator", "key": key("operator")},
            "codebook": {"id": "demo", "sha256": "5f".repeat(32)}, "zone": "+04:00",
        });
        log.add(
            "operator",
            "ledger.founded.v1",
            "founding",
            json!({"content": founding}),
        );
        for (name, may) in [("desk", "claim"), ("analyst", "curate")] {
            let content = json!({"producer": name, "key": key(name), "may": [may]});
            log.add(
                "operator",
                "producer.enrolled.v1",
                &format!("enrol-{name}"),
                json!({"content": content}),
            );
        }
        for side in ["a", "b"] {
            let content = json!({"actor": side, "role": "side", "names": [{"name": side}]});
            log.add(
                "analyst",
                "actor.registered.v1",
                side,
                json!({"content": content}),
            );
        }
        log
    }

    /// Appends a report; `@id` stands for the hash of an earlier entry. Gives its index.
    pub(crate) fn add(&mut self, source: &str, of: &str, id: &str, mut data: Value) -> u64 {
        self.resolve(&mut data);
        let number = self.numbers.entry(source.to_owned()).or_default();
        *number += 1;
        let mut report = json!({
            "specversion": "1.0", "id": id, "source": source, "type": of, "time": "2022-03-26T14:00:00Z",
            "subject": "karabakh-2020", "ledger": ORIGIN, "producerseq": *number, "data": data,
        });
        if *number > 1 {
            report["prev"] = json!("00".repeat(32));
        }
        let text = format!("{report}\n");
        let report = armistice_report::parse(text.as_bytes())
            .unwrap_or_else(|refusal| panic!("{id}: {refusal:?}\n{text}"));
        let note = format!("{text}\n\u{2014} {source} AAAAAA==\n");
        let micros = 1_648_300_000_000_000 + i64::try_from(self.entries.len()).unwrap();
        let received = Timestamp::from_micros(micros).unwrap();
        let hash = leaf_hash(&entry::encode(received, note.as_bytes()).unwrap());
        self.ids.insert(id.to_owned(), hash);
        self.entries.push(Entry {
            hash,
            received,
            report,
        });
        self.entries.len() as u64 - 1
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

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn redact(&mut self, target: &str, field: &str) {
        let content = json!({"target": format!("@{target}"), "fields": [field], "reason": "safety"});
        let id = format!("redact-{}", self.len());
        self.add(
            "analyst",
            "redaction.applied.v1",
            &id,
            json!({"content": content}),
        );
    }

    pub(crate) fn exports(&self, size: usize) -> Exports<'_> {
        self.exports_since(size, None)
    }

    fn projection(&self, size: usize) -> Projection {
        let mut projection = Projection::new();
        for (index, entry) in self.entries[..size].iter().enumerate() {
            let item = Item {
                index: index as u64,
                hash: entry.hash.0,
                submission: [0; 32],
                received: entry.received,
                report: &entry.report,
            };
            projection.apply(&item).unwrap();
        }
        projection
    }

    pub(crate) fn exports_since(&self, size: usize, since: Option<usize>) -> Exports<'_> {
        let (projection, whole) = (self.projection(size), self.projection(self.len()));
        let mut history = History::default();
        for (index, entry) in self.entries.iter().enumerate() {
            history.add(index as u64, entry.hash.0, &entry.report);
        }
        history.settle();
        let shield = history
            .shield(
                &|sink| {
                    projection.for_each_row(View::Incidents, &mut *sink);
                    whole.for_each_row(View::Incidents, sink);
                },
                (size as u64, since.map(|since| since as u64)),
            )
            .unwrap();
        Exports {
            log: self,
            projection,
            history,
            shield,
        }
    }
}

/// Everything that can be exported of a log at one tree size.
pub(crate) struct Exports<'a> {
    log: &'a Log,
    pub(crate) projection: Projection,
    history: History,
    shield: Shield,
}

impl Exports<'_> {
    pub(crate) fn about(&self, views: &[View]) -> About {
        About::new(
            &self.projection,
            Query::views(&self.projection, views),
            Some("CC-BY-4.0"),
        )
    }

    pub(crate) fn csv(&self, view: View) -> (String, Value) {
        let source = |sink: &mut dyn FnMut(&str, &[u8])| self.projection.for_each_row(view, sink);
        let mut out = Vec::new();
        let (columns, _) = flat::write(&Rows::new(&source, &self.shield), &mut out).unwrap();
        let metadata = flat::metadata("x.csv", &columns, &self.about(&[view]));
        (String::from_utf8(out).unwrap(), metadata)
    }

    pub(crate) fn ndjson(&self, view: View) -> String {
        let source = |sink: &mut dyn FnMut(&str, &[u8])| self.projection.for_each_row(view, sink);
        let mut out = Vec::new();
        ndjson::write(&Rows::new(&source, &self.shield), &self.about(&[view]), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    pub(crate) fn xlsx(&self, view: View) -> Vec<u8> {
        let source = |sink: &mut dyn FnMut(&str, &[u8])| self.projection.for_each_row(view, sink);
        let mut out = Vec::new();
        let made = self.projection.last_received();
        xlsx::write(
            &Rows::new(&source, &self.shield),
            &self.about(&[view]),
            made,
            &mut out,
        )
        .unwrap();
        out
    }

    pub(crate) fn geojson(&self) -> String {
        let views: Vec<View> = GEO_VIEWS.iter().map(|name| name.parse().unwrap()).collect();
        let of =
            |view: View| move |sink: &mut dyn FnMut(&str, &[u8])| self.projection.for_each_row(view, sink);
        let sources: Vec<_> = views.iter().map(|view| of(*view)).collect();
        let parts: Vec<(&str, Rows<'_>)> = views
            .iter()
            .zip(&sources)
            .map(|(view, source)| (view.name(), Rows::new(source, &self.shield)))
            .collect();
        let mut out = Vec::new();
        geojson(
            &parts,
            &of(View::Frame),
            (&self.history, &self.shield),
            &mut |index| self.report(index),
            &self.about(&views),
            &mut out,
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    fn report(&self, index: u64) -> Option<Report> {
        Some(self.log.entries.get(usize::try_from(index).ok()?)?.report.clone())
    }

    fn with_reports<T>(&self, make: impl FnOnce(Reports<'_, '_>) -> T) -> T {
        let of =
            |view: View| move |sink: &mut dyn FnMut(&str, &[u8])| self.projection.for_each_row(view, sink);
        let (allegations, tallies, casualties) =
            (of(View::Allegations), of(View::Tallies), of(View::Casualties));
        make(Reports {
            allegations: &Rows::new(&allegations, &self.shield),
            tallies: &Rows::new(&tallies, &self.shield),
            casualties: &Rows::new(&casualties, &self.shield),
            frame: &of(View::Frame),
            producers: &of(View::Producers),
            history: &self.history,
            shield: &self.shield,
            size: self.projection.tree_size().0,
            lookup: &mut |index| self.report(index),
        })
    }

    pub(crate) fn earlier(&self, shape: Shape) -> Earlier {
        self.with_reports(|reports| earlier(shape, reports).unwrap())
    }

    /// The rows of every table of the desk.
    pub(crate) fn tables(&self) -> String {
        let mut all = String::new();
        for of in Table::ALL {
            let board = table(&self.projection, *of);
            self.lines(
                &|sink| {
                    for row in &board.rows {
                        sink(&row.key, row.json.as_bytes());
                    }
                },
                &mut all,
            );
        }
        all
    }

    /// The rows of every view and table, and the map.
    pub(crate) fn rows(&self) -> String {
        let mut all = self.tables();
        for view in View::ALL {
            all.push_str(&self.ndjson(*view));
        }
        all + &self.geojson()
    }

    /// What changed since an earlier tree size in every view and table.
    pub(crate) fn changes(&self, since: usize) -> String {
        let (before, now, mut all) = (self.log.projection(since), &self.projection, String::new());
        for view in View::ALL {
            self.lines(
                &|sink| {
                    changes(
                        &|sink| before.for_each_row(*view, sink),
                        &|sink| now.for_each_row(*view, sink),
                        sink,
                    );
                },
                &mut all,
            );
        }
        for of in Table::ALL {
            let (before, now) = (table(&before, *of), table(now, *of));
            let given = |board: &Board, sink: &mut dyn FnMut(&str, &[u8])| {
                for row in &board.rows {
                    sink(&row.key, row.json.as_bytes());
                }
            };
            self.lines(
                &|sink| changes(&|sink| given(&before, sink), &|sink| given(&now, sink), sink),
                &mut all,
            );
        }
        all
    }

    fn lines(&self, source: &Source<'_>, all: &mut String) {
        let mut out = Vec::new();
        let about = self.about(&[]);
        ndjson::write(&Rows::new(source, &self.shield), &about, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        all.push_str(text.split_once('\n').unwrap().1);
    }

    /// The rows, the list of what was left out, and the summary.
    pub(crate) fn shaped(&self, shape: Shape, before: &Earlier) -> (String, String, Summary) {
        let (mut out, mut left_out) = (Vec::new(), Vec::new());
        let summary =
            self.with_reports(|reports| shaped(shape, reports, before, &mut out, &mut left_out).unwrap());
        (
            String::from_utf8(out).unwrap(),
            String::from_utf8(left_out).unwrap(),
            summary,
        )
    }

    /// Every export of every view, as text.
    pub(crate) fn all(&self) -> String {
        let mut all = self.geojson();
        all.push_str(&self.tables());
        for view in View::ALL {
            all.push_str(&self.csv(*view).0);
            all.push_str(&self.ndjson(*view));
            all.push_str(&crate::tables::cells(&self.xlsx(*view)));
        }
        for shape in [Shape::Acled, Shape::Ged] {
            let (rows, left_out, _) = self.shaped(shape, &Earlier::default());
            all.push_str(&rows);
            all.push_str(&left_out);
        }
        all
    }
}

/// The rows of a CSV as objects by column.
pub(crate) fn records(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| {
        let cells = header.iter().zip(&row);
        cells
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}
