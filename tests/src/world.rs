//! A founded ledger with enrolled producers, on a real disk.

use armistice_eventlog::faults::Faults;
use armistice_ledger::{Clock, Founder, Ledger, Outcome, Receipt, Settings, found};
use armistice_report::{CeasefireId, Codebook, CodebookId, Origin, Sha256, Timestamp, Zone};
use armistice_tlog::{Hash, Index, SigningKey, VerifierKey};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The origin of every test ledger.
pub const ORIGIN: &str = "example.org/test-ledger";
/// The ceasefire of every test ledger.
pub const CEASEFIRE: &str = "karabakh-2020";

/// 2022-03-26T13:06:40Z.
const BEGINS_MICROS: i64 = 1_648_300_000_000_000;

/// A key that is the same in every run.
pub fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, [seed; 32]).expect("a key")
}

/// Runs a future to its end on this thread.
pub fn wait<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// The content of a short incident report.
pub fn incident() -> Value {
    json!({ "kind": "mortar", "accused": "side-a", "time": { "precision": "unknown" } })
}

/// Somebody who signs reports and counts them.
#[derive(Debug)]
pub struct Producer {
    key: SigningKey,
    sequence: u64,
    previous: Option<Hash>,
}

impl Producer {
    /// A producer that has sent nothing yet.
    pub fn new(key: SigningKey) -> Self {
        Self::starting_at(key, 0)
    }

    /// A producer whose counter stands at `sequence`.
    pub fn starting_at(key: SigningKey, sequence: u64) -> Self {
        Self {
            key,
            sequence,
            previous: None,
        }
    }

    /// The next report, signed. `content` stands beside a provenance that names nobody, where the type needs one.
    pub fn sign(&mut self, kind: &str, content: Value) -> Vec<u8> {
        self.sequence += 1;
        let name = self.key.name();
        let bare = [
            "producer.",
            "intake.",
            "key.",
            "incidents.",
            "actor.",
            "place.",
            "codebook.",
        ];
        let data = if bare.iter().any(|family| kind.starts_with(family)) {
            json!({ "content": content })
        } else {
            json!({ "provenance": { "asserted_by": {}, "hedge": "stated" }, "content": content })
        };
        let mut report = json!({
            "specversion": "1.0", "id": format!("{name}-{}", self.sequence), "source": name, "type": kind,
            "time": "2022-03-26T14:00:00Z", "subject": CEASEFIRE, "ledger": ORIGIN,
            "producerseq": self.sequence, "data": data,
        });
        if let Some(previous) = self.previous {
            report["prev"] = json!(previous.to_string());
        }
        let text = format!("{report}\n");
        let note = format!("{text}\n{}\n", self.key.sign_line(&text)).into_bytes();
        self.previous = Some(Hash::sha256(&note));
        note
    }

    /// The next incident report, signed.
    pub fn incident(&mut self) -> Vec<u8> {
        self.sign("incident.reported.v1", incident())
    }
}

/// A ledger in a temporary folder, with the producers `desk` (claim), `monitor` (assess), `analyst` (curate).
#[derive(Debug)]
pub struct World {
    folder: tempfile::TempDir,
    time: Arc<AtomicI64>,
    /// `None` only between closing and opening again: a log is open once.
    ledger: Option<Ledger>,
    /// Who enrols.
    pub operator: Producer,
    /// Who claims.
    pub desk: Producer,
    /// Who assesses.
    pub monitor: Producer,
    /// Who curates.
    pub analyst: Producer,
}

impl Default for World {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl World {
    /// Founds the ledger and enrols the three producers: four entries.
    pub fn new(settings: Settings) -> Self {
        let mut world = Self::bare(settings);
        for (name, seed, may) in [
            ("desk", 3, "claim"),
            ("monitor", 4, "assess"),
            ("analyst", 5, "curate"),
        ] {
            world.enrol(&key(name, seed), may);
        }
        world
    }

    /// Founds the ledger and enrols nobody: one entry.
    pub fn bare(settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (operator_key, log_key) = (key("operator", 1), key(ORIGIN, 2));
        let founder = Founder {
            ceasefire: CeasefireId::new(CEASEFIRE).expect("an id"),
            origin: Origin::new(ORIGIN).expect("an origin"),
            codebook: Codebook {
                id: CodebookId::new("karabakh-2020").expect("an id"),
                sha256: Sha256([0; 32]),
            },
            zone: Zone::new("+04:00").expect("a zone"),
            log_key: &log_key,
            operator_key: &operator_key,
        };
        let time = Arc::new(AtomicI64::new(BEGINS_MICROS));
        found(folder.path(), &founder, at(&time)).expect("founded");
        let mut operator = Producer::new(operator_key);
        operator.sequence = 1;
        let ledger = open(folder.path(), settings, &time).expect("opened");
        Self {
            folder,
            time,
            ledger: Some(ledger),
            operator,
            desk: Producer::new(key("desk", 3)),
            monitor: Producer::new(key("monitor", 4)),
            analyst: Producer::new(key("analyst", 5)),
        }
    }

    /// What becomes the next entry of a ledger that began [`World::bare`]: the enrolment of `desk`, then its incidents.
    pub fn next_note(&mut self) -> Vec<u8> {
        if self.operator.sequence > 1 {
            return self.desk.incident();
        }
        let desk = key("desk", 3).verifier_key().to_string();
        self.operator.sign(
            "producer.enrolled.v1",
            json!({ "producer": "desk", "key": desk, "may": ["claim"] }),
        )
    }

    /// The time at which every test ledger begins.
    pub fn present() -> Timestamp {
        at(&AtomicI64::new(BEGINS_MICROS))
    }

    /// The ledger's verifier key.
    pub fn vkey() -> VerifierKey {
        key(ORIGIN, 2).verifier_key()
    }

    /// The ledger's folder.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the log in it.
    pub fn log_dir(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Enrols a producer with one grant.
    pub fn enrol(&mut self, key: &SigningKey, may: &str) {
        self.enrol_for(key, &[may]);
    }

    /// Enrols a producer.
    pub fn enrol_for(&mut self, key: &SigningKey, may: &[&str]) {
        let content = json!({ "producer": key.name(), "key": key.verifier_key().to_string(), "may": may });
        let note = self.operator.sign("producer.enrolled.v1", content);
        self.record(note);
    }

    /// Submits what must become an entry.
    pub fn record(&self, note: Vec<u8>) -> Receipt {
        match self.ledger().submit_blocking(note).expect("answered") {
            Outcome::Recorded(receipt) => receipt,
            Outcome::Refused(refusal) => panic!("refused: {refusal}"),
        }
    }

    /// Submits the desk's next incident report.
    pub fn record_incident(&mut self) -> Receipt {
        let note = self.desk.incident();
        self.record(note)
    }

    /// Whether the entry is an incident report.
    pub fn is_incident(&self, index: Index) -> bool {
        let entry = self.ledger().reader().entry(index).expect("stored");
        String::from_utf8_lossy(&entry).contains("incident.reported.v1")
    }

    /// Submits what must be refused; returns the code.
    pub fn refuse(&self, note: Vec<u8>) -> &'static str {
        match self.ledger().submit_blocking(note).expect("answered") {
            Outcome::Recorded(receipt) => panic!("recorded as entry {}", receipt.index.0),
            Outcome::Refused(refusal) => refusal.code.as_str(),
        }
    }

    /// Lets the ledger's clock go on, or back.
    pub fn pass(&self, seconds: i64) {
        self.time.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Ends the ledger in order and opens it again.
    pub fn reopen(&mut self, settings: Settings) {
        self.close();
        self.ledger = Some(open(self.folder.path(), settings, &self.time).expect("opened again"));
    }

    /// Ends the ledger in order and opens it over a disk that fails as `faults` says.
    pub fn reopen_with_faults(&mut self, settings: Settings, faults: &Faults) {
        self.close();
        let clock = clock(&self.time);
        let ledger = Ledger::open_with_faults(self.folder.path(), key(ORIGIN, 2), settings, clock, faults);
        self.ledger = Some(ledger.expect("opened again"));
    }

    /// Ends the ledger in order and lets go of its files.
    pub fn close(&mut self) {
        if let Some(ledger) = self.ledger.take() {
            ledger.close();
        }
    }

    /// The running ledger.
    pub fn ledger(&self) -> &Ledger {
        self.ledger.as_ref().expect("opened")
    }
}

fn open(
    dir: &Path,
    settings: Settings,
    time: &Arc<AtomicI64>,
) -> Result<Ledger, armistice_ledger::OpenError> {
    Ledger::open(dir, key(ORIGIN, 2), settings, clock(time))
}

fn clock(time: &Arc<AtomicI64>) -> Clock {
    let time = Arc::clone(time);
    Arc::new(move || at(&time))
}

fn at(time: &AtomicI64) -> Timestamp {
    Timestamp::from_micros(time.load(Ordering::SeqCst)).expect("a time")
}
