//! Signing and submitting, one report after the other, with the producer's counter kept right.
//!
//! ```text
//! draft ──resolve @ids──fill envelope──validate──sign──► ledger ──► receipt │ refusal
//!                            ▲ producerseq, prev                        │ only a receipt moves them on
//!                            └───────────────────────────────────────────┘
//! ```
//! Drafts go one by one: the next one may name the entry that this one becomes, and a refusal must not leave a gap in
//! the producer's counter. Notes that were signed elsewhere go in groups ([`Session::submit_notes`]); a note of a producer
//! whose key is here moves its counter as well.
//!
//! Running the same file again is safe: a draft that is in the log already is sent as the bytes that were signed then,
//! and its first receipt comes back.

use std::collections::{BTreeMap, HashMap};

use armistice_admission::{State, Submission, unique_key};
use armistice_eventlog::Reader;
use armistice_ledger::{Ledger, Outcome as Answer, Receipt, SubmitError};
use armistice_report::{Refusal, entry};
use armistice_tlog::{Hash, Index, SigningKey};
use serde_json::{Map, Value};

use crate::drafts::{self, Envelope};
use crate::failure::{Exit, Failure, Outcome};
use crate::{ledger_folder, machine};

/// Notes sent at once: as many as the ledger takes into one group by default.
const NOTES_AT_ONCE: usize = 1_024;

/// What became of one submission.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    /// It is in the log.
    Recorded(Receipt),
    /// It is not, and why.
    Refused(Refusal),
}

/// Where a producer's counter stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counter {
    /// The last number that was recorded.
    pub(crate) sequence: u64,
    /// SHA-256 of the last recorded submission.
    pub(crate) previous: Option<Hash>,
}

/// An open ledger and the keys to sign with.
#[derive(Debug)]
pub(crate) struct Session {
    ledger: Ledger,
    reader: Reader,
    origin: String,
    ceasefire: String,
    keys: BTreeMap<String, SigningKey>,
    counters: BTreeMap<String, Counter>,
    labels: HashMap<String, Hash>,
}

impl Session {
    /// Prepares to sign with `keys`; `state` is the state of admission of the open `ledger`.
    pub(crate) fn new(ledger: Ledger, state: &State, keys: Vec<SigningKey>) -> Outcome<Self> {
        let reader = ledger.reader().clone();
        let founding = &state.registry().founding;
        let mut session = Self {
            reader,
            origin: founding.origin.to_string(),
            ceasefire: founding.ceasefire.to_string(),
            keys: BTreeMap::new(),
            counters: BTreeMap::new(),
            labels: HashMap::new(),
            ledger,
        };
        for key in keys {
            let counter = counter_of(&session.reader, state, key.name())?;
            session.counters.insert(key.name().to_owned(), counter);
            session.keys.insert(key.name().to_owned(), key);
        }
        Ok(session)
    }

    /// The open ledger.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Signs a draft and submits it.
    pub(crate) fn submit_draft(&mut self, draft: &Map<String, Value>) -> Outcome<Verdict> {
        let id = draft
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let source = match drafts::source_of(draft, &self.keys) {
            Ok(source) => source,
            Err(refusal) => return Ok(Verdict::Refused(refusal)),
        };
        let mut draft = draft.clone();
        self.resolve(&source, &mut draft);
        let note = match self.stored(&source, &id, &draft) {
            Some(note) => note,
            None => match self.sign(&source, draft) {
                Ok(note) => note,
                Err(refusal) => return Ok(Verdict::Refused(refusal)),
            },
        };
        let previous = Hash::sha256(&note);
        let verdict = verdict(self.ledger.submit_blocking(note))?;
        if let Verdict::Recorded(receipt) = &verdict {
            self.labels.insert(id, receipt.hash);
            if !receipt.repeated {
                let counter = self.counters.entry(source).or_default();
                *counter = Counter {
                    sequence: counter.sequence + 1,
                    previous: Some(previous),
                };
            }
        }
        Ok(verdict)
    }

    /// Submits notes as they are, in groups, and adds the answers to `verdicts` in their order. What was answered before
    /// a failure stays there.
    pub(crate) fn submit_notes(&mut self, notes: Vec<Vec<u8>>, verdicts: &mut Vec<Verdict>) -> Outcome {
        let mut notes = notes.into_iter().peekable();
        while notes.peek().is_some() {
            let group: Vec<Vec<u8>> = notes.by_ref().take(NOTES_AT_ONCE).collect();
            let answers = self.ledger.submit_all_blocking(group.clone());
            for (note, answer) in group.into_iter().zip(answers) {
                let verdict = verdict(answer)?;
                if let Verdict::Recorded(receipt) = &verdict {
                    self.follow(note, receipt);
                }
                verdicts.push(verdict);
            }
        }
        Ok(())
    }

    /// Moves on the counter of the note's producer when its key is here, and remembers the id: the next draft of that
    /// producer continues after this note, and may refer to it. Without this it would be a fork.
    fn follow(&mut self, note: Vec<u8>, receipt: &Receipt) {
        let Ok(submission) = Submission::read(note) else {
            return;
        };
        let Some(counter) = self.counters.get_mut(submission.signer()) else {
            return;
        };
        let report = submission.report();
        self.labels.insert(report.id.to_string(), receipt.hash);
        // Notes of one producer get rising positions in their order, so the last one here is the last one in the ledger,
        // which is what `counter_of` reads at the next start.
        if !receipt.repeated {
            *counter = Counter {
                sequence: report.producer_seq,
                previous: Some(submission.sha256()),
            };
        }
    }

    fn resolve(&self, source: &str, draft: &mut Map<String, Value>) {
        let mut find = |id: &str| {
            let here = self.labels.get(id).copied();
            let mut names = std::iter::once(source).chain(self.keys.keys().map(String::as_str));
            let found = here.or_else(|| {
                names
                    .find_map(|name| self.earlier(name, id))
                    .map(|(hash, _)| hash)
            });
            found.map(|hash| hash.to_string())
        };
        if let Some(data) = draft.get_mut("data") {
            drafts::resolve(data, &mut find);
        }
    }

    /// The hash and the submission of the entry that this producer published under `id`, if there is one.
    fn earlier(&self, source: &str, id: &str) -> Option<(Hash, Submission)> {
        let key = unique_key(source, id);
        self.reader.find_key(&key.0).into_iter().find_map(|index| {
            let bytes = self.reader.entry(index).ok()?;
            let submission = Submission::read(entry::parse(&bytes).ok()?.note.to_vec()).ok()?;
            let hash = self.reader.leaf_hash(index)?;
            (submission.unique_key() == key).then_some((hash, submission))
        })
    }

    /// The signed bytes of an earlier run, if they say the same as the draft.
    fn stored(&self, source: &str, id: &str, draft: &Map<String, Value>) -> Option<Vec<u8>> {
        let (_, submission) = self.earlier(source, id)?;
        let report = submission.report();
        let mut draft = draft.clone();
        draft
            .entry("time")
            .or_insert_with(|| Value::from(report.time.to_string()));
        let previous = report.prev.as_ref().map(ToString::to_string);
        let filled = self.fill(&draft, source, report.producer_seq, previous.as_deref());
        let same = armistice_report::parse(filled.as_bytes()).is_ok_and(|filled| filled == *report);
        same.then(|| submission.bytes().to_vec())
    }

    fn sign(&self, source: &str, mut draft: Map<String, Value>) -> Result<Vec<u8>, Refusal> {
        draft
            .entry("time")
            .or_insert_with(|| Value::from(machine::now_seconds().to_string()));
        let counter = self.counters.get(source).copied().unwrap_or_default();
        let previous = counter.previous.map(|hash| hash.to_string());
        let line = self.fill(&draft, source, counter.sequence + 1, previous.as_deref());
        let report = armistice_report::parse(line.as_bytes())?;
        let key = self
            .keys
            .get(source)
            .expect("the source was found among the keys");
        let note = key.sign_note(armistice_report::to_json_line(&report));
        let note = note.expect("one line of JSON with a line feed can be signed");
        Ok(note.to_string().into_bytes())
    }

    fn fill(
        &self,
        draft: &Map<String, Value>,
        source: &str,
        producer_seq: u64,
        prev: Option<&str>,
    ) -> String {
        let envelope = Envelope {
            source,
            subject: &self.ceasefire,
            ledger: &self.origin,
            producer_seq,
            prev,
        };
        format!("{}\n", drafts::fill(draft, &envelope))
    }
}

/// Reads a producer's last entry, for its counter.
pub(crate) fn counter_of(reader: &Reader, state: &State, name: &str) -> Outcome<Counter> {
    let Some(number) = state.registry().producer(name).map(|producer| producer.number) else {
        return Ok(Counter::default());
    };
    let is_own = |at: &u64| {
        state
            .history()
            .get(Index(*at))
            .is_some_and(|meta| meta.producer == number)
    };
    let Some(last) = (0..state.history().len()).rev().find(is_own) else {
        return Ok(Counter::default());
    };
    let bytes = reader
        .entry(Index(last))
        .map_err(|error| ledger_folder::read_failure(&error))?;
    let submission = entry::parse(&bytes)
        .ok()
        .and_then(|parts| Submission::read(parts.note.to_vec()).ok());
    let submission = submission.ok_or_else(|| damaged(Index(last)))?;
    Ok(Counter {
        sequence: submission.report().producer_seq,
        previous: Some(submission.sha256()),
    })
}

/// The failure of an entry that should not be in a log.
pub(crate) fn damaged(at: Index) -> Failure {
    Failure::new(
        Exit::VerificationFailed,
        "entry_damaged",
        format!("entry {} cannot be read as a report", at.0),
    )
    .hint("run `armistice audit`; it names the first bad position")
}

pub(crate) fn verdict(answer: Result<Answer, SubmitError>) -> Outcome<Verdict> {
    match answer {
        Ok(Answer::Recorded(receipt)) => Ok(Verdict::Recorded(receipt)),
        Ok(Answer::Refused(refusal)) => Ok(Verdict::Refused(refusal)),
        Err(error) => Err(
            Failure::new(Exit::Failed, "not_acknowledged", "the ledger gave no receipt")
                .because(&error)
                .hint_of(error.hint()),
        ),
    }
}
