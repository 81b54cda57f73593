//! Signing and sending to a ledger that is another process: one outbox for each producer, one connection for all.
//!
//! ```text
//! draft ──resolve @ids──► producer::report ──► outbox DIR/<producer>.outbox ──► SUBMITTED … RECEIPTS ──► settled
//!            │ this file · the outboxes' receipts · a replica
//! ```
//! Nothing waits for anything but a reference for its receipt. Without a server everything is queued all the same, and sent by a
//! later run; only what refers to an entry that nobody here knows cannot be signed then, and nothing of a producer whose outbox
//! does not know where its counter stands.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use armistice_admission::Submission;
use armistice_bus::{Access, Bus};
use armistice_producer::{Counter, Draft, Error, Outcome as Answer, Producer, Receipt, Settings, Ticket};
use armistice_report::{CeasefireId, ProducerName, Refusal, RefusalCode};
use armistice_tlog::{Hash, SigningKey, VerifierKey};
use serde_json::{Map, Value};

use crate::drafts;
use crate::failure::{Exit, Failure, Outcome};
use crate::lookup::{Lookup, Unanswered};
use crate::{machine, output};

/// The end of an outbox's file name.
const EXTENSION: &str = "outbox";
/// Waiting for room in an outbox, at most, whatever --wait says.
const ROOM_WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What became of a submission.
#[derive(Debug, Clone)]
pub(crate) enum Settled {
    /// It is in the log.
    Recorded(Box<Receipt>),
    /// It is not, and why.
    Refused(Refusal),
    /// It is in the outbox, without a receipt.
    Pending,
    /// It was not signed, and why; to be read after `line 3 `.
    NotSent(String),
}

/// A submission of this session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot(usize);

/// A draft or note that is in an outbox, or why it is not.
type Queued = Result<Slot, Settled>;

#[derive(Debug)]
enum Waiting {
    For(Ticket),
    Done(Settled),
}

/// The outboxes and the connection.
#[derive(Debug)]
pub(crate) struct RemoteSession {
    folder: PathBuf,
    ceasefire: CeasefireId,
    ledger: VerifierKey,
    access: Access,
    /// None when no server answered: then each producer goes on looking for one.
    bus: Option<Bus>,
    keys: BTreeMap<String, SigningKey>,
    producers: BTreeMap<String, Producer>,
    slots: Vec<Waiting>,
    /// The submission of this session that has the id, the last one first.
    labels: HashMap<String, Slot>,
    /// Entries that are known by id from elsewhere; none where nobody used the id.
    known: HashMap<String, Option<Hash>>,
    wait: Duration,
    /// Once nothing came for so long, nothing is waited for any more.
    is_patient: bool,
    /// The keys' producers have never reported to this ledger, says who runs this.
    is_first: bool,
    /// Why nothing more is queued: what comes later must not get the number of what had no room.
    full: Option<String>,
    trouble: Option<Error>,
}

impl RemoteSession {
    /// Connects and opens the outboxes of `keys` in `folder`.
    pub(crate) async fn open(
        access: Access,
        ceasefire: CeasefireId,
        ledger: VerifierKey,
        folder: PathBuf,
        keys: Vec<SigningKey>,
        wait: Duration,
        is_first: bool,
    ) -> Outcome<Self> {
        let bus = match Bus::connect(&access, &ceasefire).await {
            Ok(bus) => Some(bus),
            Err(error) if error.is_temporary() => {
                output::remark(&format!(
                    "warning: {error}; what is queued is sent when a server answers"
                ));
                None
            }
            Err(error) => {
                return Err(Failure::new(Exit::Failed, "no_bus", "cannot use the NATS server")
                    .because(&error)
                    .hint_of(error.hint()));
            }
        };
        let mut session = Self {
            folder,
            ceasefire,
            ledger,
            access,
            bus,
            keys: keys.into_iter().map(|key| (key.name().to_owned(), key)).collect(),
            producers: BTreeMap::new(),
            slots: Vec::new(),
            labels: HashMap::new(),
            known: HashMap::new(),
            wait,
            is_patient: true,
            is_first,
            full: None,
            trouble: None,
        };
        let names: Vec<String> = session.keys.keys().cloned().collect();
        for name in names {
            session.producer(&name).await?;
        }
        Ok(session)
    }

    /// Signs a draft and queues it. Waits for the receipts of what it refers to.
    pub(crate) async fn draft(&mut self, mut draft: Map<String, Value>) -> Outcome<Queued> {
        if let Some(why) = &self.full {
            return Ok(Err(Settled::NotSent(why.clone())));
        }
        let source = match drafts::source_of(&draft, &self.keys) {
            Ok(source) => source,
            Err(refusal) => return Ok(Err(Settled::Refused(refusal))),
        };
        if let Some(data) = draft.get_mut("data") {
            let mut hashes = HashMap::new();
            for id in drafts::references(data) {
                match self.hash_of(&source, &id).await? {
                    Ok(Some(hash)) => {
                        hashes.insert(id, hash.to_string());
                    }
                    // Nobody used this id: then it is a text, and a field that must be a hash refuses it.
                    Ok(None) => {}
                    Err(why) => return Ok(Err(Settled::NotSent(why))),
                }
            }
            drafts::resolve(data, &mut |id| hashes.get(id).cloned());
        }
        let id = draft.get("id").and_then(Value::as_str).map(str::to_owned);
        let wait = self.wait;
        let producer = self.producer(&source).await?.clone();
        let draft = Draft::from_json(draft, machine::now_seconds());
        let queued = with_room(&producer, wait, async || producer.try_report(draft.clone()).await).await;
        self.queued(queued, id)
    }

    /// Queues a note that was signed elsewhere.
    pub(crate) async fn note(&mut self, note: Vec<u8>) -> Outcome<Queued> {
        if let Some(why) = &self.full {
            return Ok(Err(Settled::NotSent(why.clone())));
        }
        let signer = match Submission::read(note.clone()) {
            Ok(submission) => submission.signer().to_owned(),
            Err(rejected) => return Ok(Err(Settled::Refused(rejected.refusal))),
        };
        if ProducerName::new(&signer).is_err() {
            let expected = "the name of an enrolled producer";
            let refusal = Refusal::new(RefusalCode::UnknownProducer, "source", expected);
            return Ok(Err(Settled::Refused(refusal)));
        }
        let wait = self.wait;
        let producer = self.producer(&signer).await?.clone();
        let queued = with_room(&producer, wait, async || {
            producer.try_queue_note(note.clone()).await
        })
        .await;
        // Other producers' ids are not ours to refer to, as in a ledger that is opened here.
        let id = queued.as_ref().ok().filter(|_| self.keys.contains_key(&signer));
        let id = id.map(|ticket| ticket.id().to_owned());
        self.queued(queued, id)
    }

    /// Everything that waits in the folder's outboxes, of all producers.
    pub(crate) async fn earlier(&mut self) -> Outcome<Vec<(String, Slot)>> {
        let failed = |error: &std::io::Error| Failure::file("read", &self.folder, error);
        let mut names: Vec<String> = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(|error| failed(&error))? {
            let path = entry.map_err(|error| failed(&error))?.path();
            let stem = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.extension().is_some_and(|extension| extension == EXTENSION)
                && ProducerName::new(&stem).is_ok()
            {
                names.push(stem);
            }
        }
        names.sort();
        let mut waiting = Vec::new();
        for name in names {
            let producer = self.producer(&name).await?;
            for pending in producer.pending().map_err(|error| failure(&error))? {
                let ticket = producer
                    .ticket(&pending.id)
                    .await
                    .map_err(|error| failure(&error))?;
                if let Some(ticket) = ticket {
                    waiting.push((pending.id, ticket));
                }
            }
        }
        Ok(waiting
            .into_iter()
            .map(|(id, ticket)| (id, self.push(ticket)))
            .collect())
    }

    /// Waits for an outcome, as long as outcomes come.
    pub(crate) async fn settle(&mut self, slot: Slot) -> &Settled {
        let waiting = &mut self.slots[slot.0];
        if let Waiting::For(ticket) = waiting {
            let settled = match outcome(ticket, self.wait, &mut self.is_patient).await {
                Some(Ok(Answer::Recorded(receipt))) => Settled::Recorded(Box::new(receipt)),
                Some(Ok(Answer::Refused(refusal))) => Settled::Refused(refusal),
                Some(Err(error)) => {
                    self.trouble = Some(error);
                    Settled::Pending
                }
                None => Settled::Pending,
            };
            *waiting = Waiting::Done(settled);
        }
        match &self.slots[slot.0] {
            Waiting::Done(settled) => settled,
            Waiting::For(_) => &Settled::Pending,
        }
    }

    /// Closes the outboxes; what is pending stays in them. Returns what is wrong, if something is.
    pub(crate) async fn close(mut self) -> Option<Error> {
        for producer in self.producers.values() {
            let problem = producer.status().borrow().problem.clone();
            self.trouble = self.trouble.or(problem.map(|problem| problem.error));
            producer.close().await;
        }
        if let Some(bus) = &self.bus {
            bus.close().await;
        }
        self.trouble
    }

    fn queued(&mut self, queued: Result<Ticket, Error>, id: Option<String>) -> Outcome<Queued> {
        match queued {
            Ok(ticket) => {
                let slot = self.push(ticket);
                if let Some(id) = id {
                    self.known.remove(&id);
                    self.labels.insert(id, slot);
                }
                Ok(Ok(slot))
            }
            Err(Error::Invalid(refusal)) => Ok(Err(Settled::Refused(*refusal))),
            Err(error @ Error::Full { .. }) => {
                let why = format!("is neither signed nor queued, nor is what follows: {error}");
                self.full = Some(why.clone());
                Ok(Err(Settled::NotSent(why)))
            }
            Err(error) => Err(failure(&error)),
        }
    }

    fn push(&mut self, ticket: Ticket) -> Slot {
        self.slots.push(Waiting::For(ticket));
        Slot(self.slots.len() - 1)
    }

    /// The entry that a report became: of this file, of an outbox, or of the ledger. An error is why that cannot be said now.
    async fn hash_of(&mut self, source: &str, id: &str) -> Outcome<Result<Option<Hash>, String>> {
        if let Some(slot) = self.labels.get(id).copied() {
            match self.settle(slot).await {
                Settled::Recorded(receipt) => return Ok(Ok(Some(receipt.hash))),
                Settled::Refused(_) => {}
                Settled::Pending | Settled::NotSent(_) => {
                    return Ok(Err(format!("refers to @{id}, which has no receipt yet")));
                }
            }
        }
        if let Some(known) = self.known.get(id) {
            return Ok(Ok(*known));
        }
        let mut names = vec![source.to_owned()];
        names.extend(self.keys.keys().filter(|name| *name != source).cloned());
        for name in &names {
            let producer = self.producer(name).await?;
            let Some(mut ticket) = producer.ticket(id).await.map_err(|error| failure(&error))? else {
                continue;
            };
            match outcome(&mut ticket, self.wait, &mut self.is_patient).await {
                Some(Ok(Answer::Recorded(receipt))) => {
                    self.known.insert(id.to_owned(), Some(receipt.hash));
                    return Ok(Ok(Some(receipt.hash)));
                }
                Some(Ok(Answer::Refused(_))) => {}
                Some(Err(_)) | None => return Ok(Err(format!("refers to @{id}, which has no receipt yet"))),
            }
        }
        let Some(bus) = &self.bus else {
            return Ok(Err(format!(
                "refers to @{id}, which no outbox knows, and there is no server to ask"
            )));
        };
        for name in &names {
            match Lookup::new(bus, &self.ledger).entry_of(name, id).await {
                Ok(Some(hash)) => {
                    self.known.insert(id.to_owned(), Some(hash));
                    return Ok(Ok(Some(hash)));
                }
                Ok(None) => {}
                Err(Unanswered(why)) => {
                    return Ok(Err(format!("refers to @{id}, which no outbox knows, and {why}")));
                }
            }
        }
        self.known.insert(id.to_owned(), None);
        Ok(Ok(None))
    }

    /// The open outbox of a producer; opens and connects it the first time.
    async fn producer(&mut self, name: &str) -> Outcome<&Producer> {
        if !self.producers.contains_key(name) {
            let opened = self.open_outbox(name).await?;
            self.producers.insert(name.to_owned(), opened);
        }
        Ok(&self.producers[name])
    }

    async fn open_outbox(&self, name: &str) -> Outcome<Producer> {
        let (ledger, ceasefire) = (self.ledger.clone(), self.ceasefire.clone());
        let path = self.folder.join(format!("{name}.{EXTENSION}"));
        let settings = match (self.keys.get(name), ProducerName::new(name)) {
            (Some(key), _) => {
                let mut settings = Settings::new(key.clone(), ledger, ceasefire);
                settings.counter = None;
                settings
            }
            (None, Ok(name)) => Settings::carrying(name, ledger, ceasefire),
            (None, Err(_)) => {
                let error = Error::Name {
                    name: name.to_owned(),
                };
                return Err(failure(&error));
            }
        };
        // The outbox alone says whether it knows where the counter stands; if it does not, nothing was made yet.
        let opened = match (Producer::open(&path, settings.clone()).await, self.keys.get(name)) {
            (Err(Error::CounterUnknown { .. }), Some(key)) => {
                let mut settings = settings;
                settings.counter = Some(self.counter_of(key).await?);
                Producer::open(path, settings).await
            }
            (opened, _) => opened,
        };
        let producer = opened.map_err(|error| failure(&error))?;
        let connected = match &self.bus {
            Some(bus) => producer.connect(bus.clone()),
            None => producer.connect_to(self.access.clone()),
        };
        connected.map_err(|error| failure(&error))?;
        Ok(producer)
    }

    /// Where the counter of a producer stands whose outbox does not know. Nobody guesses: a number that stands twice in the log
    /// shows as a fork for ever.
    async fn counter_of(&self, key: &SigningKey) -> Outcome<Counter> {
        let name = key.name();
        let why = match &self.bus {
            Some(bus) => match Lookup::new(bus, &self.ledger)
                .counter_of(&key.verifier_key())
                .await
            {
                Ok(counter) => return Ok(counter),
                Err(Unanswered(why)) => why,
            },
            None => "there is no server to ask".to_owned(),
        };
        if self.is_first {
            return Ok(Counter::default());
        }
        let message =
            format!("nothing was signed: the outbox does not know the last number of {name}, and {why}");
        Err(Failure::new(Exit::CouldNotCheck, "counter_unknown", message).hint(
            "run it where a projection answers (`armistice project`); if this producer has never reported to this ledger, add --first-report",
        ))
    }
}

/// Queues, and waits for room at most so long.
async fn with_room(
    producer: &Producer,
    wait: Duration,
    queue: impl AsyncFn() -> Result<Ticket, Error>,
) -> Result<Ticket, Error> {
    let deadline = tokio::time::Instant::now() + wait.min(ROOM_WAIT_MAX);
    let mut status = producer.status();
    loop {
        status.borrow_and_update();
        match queue().await {
            Err(full @ Error::Full { .. }) => {
                // Not the call itself is given up: it may have queued by then. Room shows as a change.
                let changed = tokio::time::timeout_at(deadline, status.changed()).await;
                if !matches!(changed, Ok(Ok(()))) {
                    return Err(full);
                }
            }
            answer => return answer,
        }
    }
}

/// An outcome, if one comes while outcomes are still waited for.
async fn outcome(
    ticket: &mut Ticket,
    wait: Duration,
    is_patient: &mut bool,
) -> Option<Result<Answer, Error>> {
    let wait = if *is_patient { wait } else { Duration::ZERO };
    let answer = tokio::time::timeout(wait, ticket.outcome()).await.ok();
    *is_patient &= answer.is_some();
    answer
}

/// A failure of the outbox.
fn failure(error: &Error) -> Failure {
    let exit = match error {
        Error::InUse { .. } | Error::Mismatch { .. } | Error::Full { .. } => Exit::Refused,
        Error::Name { .. } | Error::NoKey | Error::NotOurs { .. } => Exit::Usage,
        _ => Exit::Failed,
    };
    Failure::new(exit, "outbox", "cannot use the outbox")
        .because(error)
        .hint_of(error.hint())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_outbox_is_waited_for_as_long_as_told() {
        let key = |name: &str| SigningKey::from_seed(name, [3; 32]).unwrap();
        let ledger = key("example.org/log").verifier_key();
        let mut settings = Settings::new(key("desk"), ledger, CeasefireId::new("c").unwrap());
        settings.pending_max = 0;
        let folder = tempfile::tempdir().unwrap();
        let producer = Producer::open(folder.path().join("desk.outbox"), settings)
            .await
            .unwrap();
        let draft = serde_json::json!({ "id": "r-1", "type": "statement.made.v1", "data": {
            "provenance": { "asserted_by": { "actor": "eu" }, "hedge": "stated" },
            "content": { "act": "urge_restraint", "time": { "precision": "unknown" } } } });
        let draft = Draft::from_json(draft.as_object().unwrap().clone(), machine::now_seconds());
        for wait in [Duration::ZERO, Duration::from_millis(20)] {
            let queued = with_room(&producer, wait, async || producer.try_report(draft.clone()).await).await;
            assert!(
                matches!(queued, Err(Error::Full { pending_max: 0 })),
                "{queued:?}"
            );
        }
        assert!(producer.pending().unwrap().is_empty());
    }
}
