//! A ledger that forgets everything when the test ends: real admission, a real tree, real receipts, no disk.
//!
//! What the ledger of this project does beyond it, and what it survives, is tested where all crates are at hand (`tests/`).

use crate::support::{CEASEFIRE, ORIGIN, ceasefire, key, ledger_key, time};
use armistice_admission::{Decision, Keyring, Prior, State, Submission, admit};
use armistice_bus::local::{LocalServer, binary};
use armistice_bus::{Access, Bus, Outgoing, Patience, Stream, StreamSettings, header, producer_of};
use armistice_report::{EntryHash, entry};
use armistice_tlog::{Checkpoint, Hash, Index, SigningKey, TlogProof, Tree, leaf_hash};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Longest wait for something that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server of its own in a temporary folder.
pub(crate) struct World {
    pub(crate) server: LocalServer,
    pub(crate) folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    pub(crate) fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = LocalServer::start(&binary().unwrap(), folder.path(), config).unwrap();
        Self { server, folder }
    }

    pub(crate) async fn bus(&self) -> Bus {
        let mut access = Access::new(self.server.url());
        access.patience = Patience::Retry;
        Bus::connect(&access, &ceasefire()).await.unwrap()
    }

    /// A connection, with the streams as a ledger makes them.
    pub(crate) async fn bus_with(&self, settings: &StreamSettings) -> Bus {
        let bus = self.bus().await;
        for stream in Stream::ALL {
            bus.ensure(stream, settings).await.unwrap();
        }
        bus
    }

    pub(crate) async fn bus_with_streams(&self) -> Bus {
        self.bus_with(&StreamSettings::default()).await
    }
}

/// Waits until `condition` holds.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    waited.unwrap_or_else(|_| panic!("never came: {what}"));
}

pub(crate) struct Log {
    state: State,
    keyring: Keyring,
    tree: Tree,
    notes: Vec<(Hash, Vec<u8>)>,
    signer: SigningKey,
}

fn operator_note(id: &str, kind: &str, content: &Value) -> Vec<u8> {
    let report = json!({
        "specversion": "1.0", "id": id, "source": "operator", "type": kind, "time": "2022-03-26T14:00:00Z",
        "subject": CEASEFIRE, "ledger": ORIGIN, "producerseq": 1, "data": { "content": content },
    });
    let note = key("operator", 2).sign_note(format!("{report}\n"));
    note.unwrap().to_string().into_bytes()
}

impl Log {
    /// Founded, with the producer `desk`, which may claim.
    pub(crate) fn new() -> Self {
        let vkey = |name, seed| key(name, seed).verifier_key().to_string();
        let founding = json!({
            "ceasefire": CEASEFIRE, "origin": ORIGIN, "zone": "+04:00", "ledger_key": vkey(ORIGIN, 1),
            "operator": { "name": "operator", "key": vkey("operator", 2) },
            "codebook": { "id": "karabakh-2020", "sha256": "00".repeat(32) },
        });
        let note = operator_note("founding", "ledger.founded.v1", &founding);
        let checked = Keyring::default().check(note.clone());
        let mut log = Self {
            state: State::found(&checked, time()).unwrap(),
            keyring: Keyring::default(),
            tree: Tree::new(),
            notes: Vec::new(),
            signer: ledger_key(),
        };
        log.append(&checked.submission.unwrap(), &note);
        let desk = json!({ "producer": "desk", "key": vkey("desk", 3), "may": ["claim"] });
        let (outcome, _) = log.answer(&operator_note("enrol", "producer.enrolled.v1", &desk));
        assert_eq!(outcome, "recorded");
        log
    }

    fn append(&mut self, submission: &Submission, note: &[u8]) {
        self.keyring.learn(&submission.report().event);
        self.tree.push(leaf_hash(&entry::encode(time(), note).unwrap()));
        self.notes.push((submission.unique_key(), note.to_vec()));
    }

    /// The producers' notes, without founding and enrolment.
    pub(crate) fn notes(&self) -> Vec<Submission> {
        let notes = self.notes[2..].iter();
        notes
            .map(|(_, note)| Submission::read(note.clone()).unwrap())
            .collect()
    }

    /// What the ledger says to a note, and whether it is in the log now.
    pub(crate) fn answer(&mut self, note: &[u8]) -> (&'static str, Vec<u8>) {
        let checked = self.keyring.check(note.to_vec());
        let prior = checked.submission.as_ref().ok().and_then(|read| {
            let at = self
                .notes
                .iter()
                .position(|(unique, _)| *unique == read.unique_key())?;
            Some(Prior {
                index: Index(at as u64),
                same_bytes: self.notes[at].1 == note,
            })
        });
        let find = |hash: &EntryHash| {
            let mut leaves = (0..self.tree.size().0).map(Index);
            leaves.find(|at| self.tree.leaf(*at).unwrap().0 == hash.0)
        };
        match admit(&self.state, &checked, prior, find) {
            Decision::Admit => {
                let submission = checked.submission.unwrap();
                self.state.apply(&submission, time());
                self.append(&submission, note);
                let last = Index(self.tree.size().0 - 1);
                ("recorded", self.receipt(last, &self.signer))
            }
            Decision::Known(index) => ("repeated", self.receipt(index, &self.signer)),
            Decision::Refuse(refusal) => {
                let mut json = serde_json::to_value(&refusal).unwrap();
                json["hint"] = refusal.hint().into();
                ("refused", json.to_string().into_bytes())
            }
        }
    }

    /// A receipt, signed by whatever key.
    pub(crate) fn receipt(&self, index: Index, with: &SigningKey) -> Vec<u8> {
        let size = self.tree.size();
        let head = Checkpoint::new(ORIGIN, size, self.tree.root()).unwrap();
        let proof = TlogProof {
            extra: Some(entry::header(time()).into_bytes()),
            index,
            path: self.tree.inclusion(index, size).unwrap(),
            checkpoint: head.sign(with),
        };
        proof.to_string().into_bytes()
    }
}

/// A ledger that takes from SUBMITTED and answers on RECEIPTS.
pub(crate) struct Running {
    pub(crate) log: Arc<Mutex<Log>>,
    /// While this is set it records and says nothing.
    pub(crate) mute: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn run(bus: Bus) -> Running {
    let log = Arc::new(Mutex::new(Log::new()));
    let mute = Arc::new(AtomicBool::new(false));
    let task = tokio::spawn(serve(bus, Arc::clone(&log), Arc::clone(&mute)));
    Running { log, mute, task }
}

async fn serve(bus: Bus, log: Arc<Mutex<Log>>, mute: Arc<AtomicBool>) {
    let mut next = 1;
    loop {
        let Ok(mut intake) = bus.intake("ledger", next).await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        while let Ok(messages) = intake.next(256, Duration::from_secs(5)).await {
            let Some(last) = messages.last().map(|message| message.sequence) else {
                continue;
            };
            for message in &messages {
                let (outcome, payload) = log.lock().unwrap().answer(&message.payload);
                let submission = Hash::sha256(&message.payload).to_string();
                let producer = producer_of(&message.subject).unwrap();
                if !mute.load(Ordering::Relaxed) {
                    tell(&bus, producer, &submission, outcome, payload).await;
                }
            }
            next = last + 1;
            if intake.ack_through(last).await.is_err()
                || bus.purge_before(Stream::Submitted, last).await.is_err()
            {
                break;
            }
        }
    }
}

/// Publishes an answer. One that is lost with the server is asked for again.
pub(crate) async fn tell(bus: &Bus, producer: &str, submission: &str, outcome: &str, payload: Vec<u8>) {
    let mut answer = Outgoing::new(bus.subjects().receipt(producer), payload);
    answer.headers.push((header::SUBMISSION, submission.to_owned()));
    answer.headers.push((header::OUTCOME, outcome.to_owned()));
    let _ = bus.publish(answer).await;
}
