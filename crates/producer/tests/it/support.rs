//! A producer with a key, and short reports.

use armistice_admission::Submission;
use armistice_producer::{Counter, Draft, Producer, Settings};
use armistice_report::{CeasefireId, Timestamp};
use armistice_tlog::{Hash, SigningKey};
use serde_json::{Value, json};
use std::path::Path;

pub(crate) const ORIGIN: &str = "example.org/test-ledger";
pub(crate) const CEASEFIRE: &str = "karabakh-2020";

pub(crate) fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, [seed; 32]).unwrap()
}

pub(crate) fn ledger_key() -> SigningKey {
    key(ORIGIN, 1)
}

pub(crate) fn ceasefire() -> CeasefireId {
    CeasefireId::new(CEASEFIRE).unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings::new(key("desk", 3), ledger_key().verifier_key(), ceasefire())
}

pub(crate) async fn open(folder: &Path) -> Producer {
    Producer::open(folder.join("outbox"), settings()).await.unwrap()
}

pub(crate) fn time() -> Timestamp {
    Timestamp::new("2022-03-26T14:00:00Z").unwrap()
}

pub(crate) fn json_draft(value: Value) -> Draft {
    let Value::Object(draft) = value else {
        panic!("a draft is an object")
    };
    Draft::from_json(draft, time())
}

/// A short claim; `what` makes it differ from others.
pub(crate) fn draft_saying(id: &str, what: &str) -> Draft {
    json_draft(json!({
        "id": id, "type": "incident.reported.v1",
        "data": {
            "provenance": { "asserted_by": {}, "hedge": "stated", "verbatim": what },
            "content": { "kind": "mortar", "accused": "side-a", "time": { "precision": "unknown" } },
        },
    }))
}

pub(crate) fn draft(id: &str) -> Draft {
    draft_saying(id, "shelling")
}

/// The notes of everything pending, in order, after a check that they are one chain that continues `from` and ends where the
/// counter stands.
pub(crate) fn chain(producer: &Producer, from: Counter) -> Vec<Submission> {
    let mut last = from;
    let mut notes = Vec::new();
    for pending in producer.pending().unwrap() {
        let note = producer.note(&pending.id).unwrap().unwrap();
        let note = Submission::read(note).unwrap();
        let report = note.report();
        assert_eq!(report.producer_seq, last.sequence + 1, "{}", pending.id);
        assert_eq!(
            report.prev.map(|prev| Hash(prev.0)),
            last.previous,
            "{}",
            pending.id
        );
        assert_eq!(note.sha256(), pending.submission);
        last = Counter {
            sequence: report.producer_seq,
            previous: Some(note.sha256()),
        };
        notes.push(note);
    }
    assert_eq!(producer.counter().unwrap(), last);
    notes
}
