//! A ledger in a few lines: entries, their tree, signed checkpoints, and how it publishes them.

use armistice_bus::{Bus, Outgoing, Stream, StreamSettings};
use armistice_projection::{Item, Projection};
use armistice_report::{CeasefireId, Timestamp, entry};
use armistice_tlog::{Checkpoint, Hash, SigningKey, Tree, TreeSize, VerifierKey, leaf_hash};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "example.org/test-ledger";
pub(crate) const CEASEFIRE: &str = "karabakh-2020";

pub(crate) fn ceasefire() -> CeasefireId {
    CeasefireId::new(CEASEFIRE).unwrap()
}

/// Writes entries of one desk that reports and one analyst who links.
#[derive(Clone, Debug)]
pub(crate) struct Scribe {
    key: SigningKey,
    desk: SigningKey,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) notes: Vec<Vec<u8>>,
    pub(crate) tree: Tree,
    sequence: u64,
}

impl Scribe {
    /// A ledger with its founding.
    pub(crate) fn new() -> Self {
        Self::of(CEASEFIRE, 7)
    }

    pub(crate) fn of(ceasefire: &str, seed: u8) -> Self {
        let key = SigningKey::from_seed(ORIGIN, [seed; 32]).unwrap();
        let operator = SigningKey::from_seed("operator", [8; 32]).unwrap();
        let mut scribe = Self {
            desk: SigningKey::from_seed("desk", [9; 32]).unwrap(),
            entries: Vec::new(),
            notes: Vec::new(),
            tree: Tree::new(),
            sequence: 0,
            key,
        };
        let founding = json!({
            "ceasefire": ceasefire, "origin": ORIGIN, "ledger_key": scribe.vkey().to_string(),
            "operator": {"name": "operator", "key": operator.verifier_key().to_string()},
            "codebook": {"id": "demo", "sha256": "5f".repeat(32)}, "zone": "+04:00",
        });
        scribe.write(
            &operator,
            "ledger.founded.v1",
            "founding",
            &json!({"content": founding}),
        );
        scribe
    }

    pub(crate) fn vkey(&self) -> VerifierKey {
        self.key.verifier_key()
    }

    pub(crate) fn size(&self) -> u64 {
        self.tree.size().0
    }

    pub(crate) fn hash(&self, index: u64) -> String {
        leaf_hash(&self.entries[usize::try_from(index).unwrap()]).to_string()
    }

    fn write(&mut self, by: &SigningKey, of: &str, id: &str, data: &Value) -> u64 {
        self.sequence += 1;
        let report = json!({
            "specversion": "1.0", "id": id, "source": by.name(), "type": of, "time": "2022-03-26T14:00:00Z",
            "subject": CEASEFIRE, "ledger": ORIGIN, "producerseq": self.sequence, "data": data,
        });
        let mut report = report;
        if of == "ledger.founded.v1" {
            report["subject"] = data["content"]["ceasefire"].clone();
        }
        let note = by
            .sign_note(format!("{report}\n"))
            .unwrap()
            .to_string()
            .into_bytes();
        let micros = 1_648_300_000_000_000 + i64::try_from(self.entries.len()).unwrap();
        let bytes = entry::encode(Timestamp::from_micros(micros).unwrap(), &note).unwrap();
        self.tree.push(leaf_hash(&bytes));
        self.entries.push(bytes);
        self.notes.push(note);
        self.size() - 1
    }

    /// An entry of the desk; gives its index.
    pub(crate) fn report(&mut self, of: &str, content: &Value) -> u64 {
        let data = match of.split('.').next() {
            Some("incidents" | "actor" | "place") => json!({"content": content}),
            _ => {
                json!({"provenance": {"asserted_by": {"actor": "side-b"}, "hedge": "claimed"}, "content": content})
            }
        };
        let id = format!("desk-{}", self.sequence + 1);
        self.write(&self.desk.clone(), of, &id, &data)
    }

    pub(crate) fn incident(&mut self) -> u64 {
        let place = json!({"place": format!("p{}", self.size() % 5), "precision": "exact"});
        let time =
            json!({"earliest": format!("2022-03-{:02}T00:00:00Z", self.size() % 28 + 1), "precision": "day"});
        self.report(
            "incident.reported.v1",
            &json!({"kind": "mortar", "accused": "side-a", "time": time, "place": place}),
        )
    }

    pub(crate) fn link(&mut self, a: u64, b: u64) -> u64 {
        let content = json!({"a": self.hash(a), "b": self.hash(b), "relation": "same_incident"});
        self.report("incidents.linked.v1", &content)
    }

    /// `count` entries of several kinds, so that rows come, change and go.
    pub(crate) fn more(&mut self, count: u64) {
        for at in 0..count {
            let size = self.size();
            match at % 5 {
                3 if size > 4 => {
                    let content = json!({"target": self.hash(size - 2), "scope": "whole"});
                    self.report("claim.denied.v1", &content);
                }
                4 if size > 4 => {
                    self.link(size - 3, size - 2);
                }
                _ => {
                    self.incident();
                }
            }
        }
    }

    pub(crate) fn checkpoint_at(&self, size: u64) -> Vec<u8> {
        let size = TreeSize(size);
        let checkpoint = Checkpoint::new(ORIGIN, size, self.tree.root_at(size).unwrap()).unwrap();
        checkpoint.sign(&self.key).into_bytes()
    }

    pub(crate) fn checkpoint(&self) -> Vec<u8> {
        self.checkpoint_at(self.size())
    }

    /// A checkpoint that the ledger signed and should not have.
    pub(crate) fn lie(&self, size: u64, root: Hash) -> Vec<u8> {
        let checkpoint = Checkpoint::new(ORIGIN, TreeSize(size), root).unwrap();
        checkpoint.sign(&self.key).into_bytes()
    }

    /// The views of the first `size` entries, folded without any of this crate.
    pub(crate) fn fold(&self, size: u64) -> Projection {
        let mut projection = Projection::new();
        for ((index, bytes), note) in (0..size).zip(&self.entries).zip(&self.notes) {
            let parts = entry::parse(bytes).unwrap();
            let text = note.split(|&byte| byte == b'\n').next().unwrap();
            let report = armistice_report::parse(&[text, b"\n"].concat()).unwrap();
            let item = Item {
                index,
                hash: leaf_hash(bytes).0,
                submission: Hash::sha256(note).0,
                received: parts.received,
                report: &report,
            };
            projection.apply(&item).unwrap();
        }
        projection
    }

    /// Makes the streams and publishes what ENTRIES lacks, then the checkpoint.
    pub(crate) async fn publish(&self, bus: &Bus) {
        self.publish_entries(bus).await;
        self.publish_checkpoint(bus, self.checkpoint()).await;
    }

    pub(crate) async fn publish_entries(&self, bus: &Bus) {
        let settings = StreamSettings::default();
        let state = bus.ensure(Stream::Entries, &settings).await.unwrap();
        bus.ensure(Stream::Checkpoints, &settings).await.unwrap();
        for (index, bytes) in (0..)
            .zip(&self.entries)
            .skip(usize::try_from(state.last_sequence).unwrap())
        {
            let mut message = Outgoing::new(bus.subjects().entry("note.added.v1"), bytes.clone());
            message.expected_last_sequence = Some(index);
            bus.publish(message).await.unwrap();
        }
    }

    pub(crate) async fn publish_checkpoint(&self, bus: &Bus, note: Vec<u8>) {
        bus.publish(Outgoing::new(bus.subjects().checkpoint(), note))
            .await
            .unwrap();
    }
}
