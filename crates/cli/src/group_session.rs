//! Signing and submitting one producer's reports in groups, for long files.
//!
//! ```text
//! drafts ──number, chain, sign──admit (this copy of the state)──► one group commit ──► receipts
//!              ▲                   │ refused: the number is given to the next one
//!              └───────────────────┘
//! ```
//! A number that was signed and refused would be a gap in the producer's counter, and what follows it in the group would name
//! a predecessor that no entry has. So each draft is judged here by the same function that the ledger judges it by, before
//! the next one is numbered; the ledger is only asked for what it takes. The folder is open for this process alone: nothing
//! comes in between. Should it refuse all the same, the command stops.
//!
//! Reports of one group cannot name each other: the hash of an entry is not known before its receipt.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use armistice_admission::{Checked, Decision, Prior, Signature, State, Submission, admit, unique_key};
use armistice_eventlog::Reader;
use armistice_importer::{Draft, Known};
use armistice_ledger::{Ledger, Outcome as Answer, Receipt, Settings};
use armistice_report::{EntryHash, ProducerName, Refusal, RefusalCode, Report, ReportId, Sha256, entry};
use armistice_tlog::{Hash, Index, SigningKey, VerifierKey};

use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_folder::{self, LedgerFolder};
use crate::machine;
use crate::session::{self, Counter};

/// Drafts of one group, at most: as many as the ledger takes into one group commit by default.
pub(crate) const GROUP_MAX: usize = 1_024;

/// An open ledger and the producer that reports to it.
pub(crate) struct GroupSession {
    ledger: Ledger,
    reader: Reader,
    /// After every entry of the log.
    state: State,
    name: ProducerName,
    key: SigningKey,
    verifier: Arc<VerifierKey>,
    counter: Counter,
}

/// Reports that were signed and will be taken.
#[derive(Default)]
struct Group {
    ids: HashSet<String>,
    submissions: Vec<Submission>,
    /// Which draft each of them was.
    drafts: Vec<usize>,
}

impl GroupSession {
    /// Opens the ledger in `dir`, to sign with `key`.
    pub(crate) fn open(dir: &Path, key: SigningKey) -> Outcome<Self> {
        let folder = LedgerFolder::new(dir);
        let name = ProducerName::new(key.name()).map_err(|_| {
            let message = format!("{} is no name of a producer", key.name());
            Failure::new(Exit::Usage, "no_producer", message)
                .hint("give the key of an enrolled producer with --key")
        })?;
        let ledger = folder.open(Settings::default())?;
        let reader = ledger.reader().clone();
        let state = folder.state(&reader)?;
        let counter = session::counter_of(&reader, &state, key.name())?;
        Ok(Self {
            verifier: Arc::new(key.verifier_key()),
            ledger,
            reader,
            state,
            name,
            key,
            counter,
        })
    }

    /// What this producer published under `id`.
    pub(crate) fn look(&self, id: &str) -> Outcome<Option<Known>> {
        look(&self.reader, self.name.as_str(), id)
    }

    /// Submits drafts as one group and answers each in its place: the hash of its entry, or why there is none.
    pub(crate) fn submit(&mut self, drafts: Vec<Draft>) -> Outcome<Vec<Result<EntryHash, Refusal>>> {
        let mut group = Group::default();
        let mut counter = self.counter;
        let mut answers: Vec<Result<EntryHash, Refusal>> = Vec::with_capacity(drafts.len());
        for (at, draft) in drafts.into_iter().enumerate() {
            // Filled in below, once there is a receipt.
            let judged = self.judged(draft, counter, &mut group)?;
            answers.push(judged.map(|submission| {
                counter = Counter {
                    sequence: submission.report().producer_seq,
                    previous: Some(submission.sha256()),
                };
                group.submissions.push(submission);
                group.drafts.push(at);
                EntryHash([0; 32])
            }));
        }
        let notes = group
            .submissions
            .iter()
            .map(|submission| submission.bytes().to_vec());
        let given = self.ledger.submit_all_blocking(notes);
        for ((submission, at), answer) in group.submissions.iter().zip(group.drafts).zip(given) {
            let receipt = receipt(answer)?;
            self.follow(submission, receipt.index)?;
            answers[at] = Ok(EntryHash(receipt.hash.0));
        }
        self.counter = counter;
        Ok(answers)
    }

    /// Ends the ledger's threads. Everything that was answered is on disk already.
    pub(crate) fn close(&self) {
        self.ledger.close();
    }

    /// How many entries the log has.
    pub(crate) fn size(&self) -> u64 {
        self.reader.size().0
    }

    /// Signs a draft as the next report after `counter`, if the ledger will take it.
    fn judged(
        &self,
        draft: Draft,
        counter: Counter,
        group: &mut Group,
    ) -> Outcome<Result<Submission, Refusal>> {
        let line = match self.line(draft, counter) {
            Ok(line) => line,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let note = self.key.sign_note(line);
        let note = note.expect("one line of JSON with a line feed can be signed");
        let checked = Checked {
            submission: Submission::read(note.to_string().into_bytes()),
            // Signed a moment ago with this key: admission looks whether it is the producer's present one.
            signature: Signature::Good(Arc::clone(&self.verifier)),
        };
        let prior = match &checked.submission {
            Ok(submission) if !group.ids.insert(submission.report().id.to_string()) => {
                let expected = "an id that no other row of the file makes";
                return Ok(Err(Refusal::new(RefusalCode::IdConflict, "id", expected)));
            }
            Ok(submission) => self.prior(submission)?,
            Err(_) => None,
        };
        let find = |hash: &EntryHash| self.reader.find_hash(&Hash(hash.0));
        let decision = admit(&self.state, &checked, prior, find);
        Ok(match (decision, checked.submission) {
            (Decision::Refuse(refusal), _) => Err(refusal),
            (_, Err(rejected)) => Err(rejected.refusal),
            (Decision::Admit | Decision::Known(_), Ok(submission)) => {
                let fits = entry::encode(machine::now(), submission.bytes());
                fits.map(|_| submission)
            }
        })
    }

    fn prior(&self, submission: &Submission) -> Outcome<Option<Prior>> {
        let found = earlier(&self.reader, self.name.as_str(), submission.report().id.as_str())?;
        Ok(found.map(|(index, stored)| Prior {
            index,
            same_bytes: stored.bytes() == submission.bytes(),
        }))
    }

    fn line(&self, draft: Draft, counter: Counter) -> Result<String, Refusal> {
        let founding = &self.state.registry().founding;
        let expected = "1 to 128 printable ASCII characters without space";
        let id =
            ReportId::new(&draft.id).map_err(|_| Refusal::new(RefusalCode::InvalidValue, "id", expected))?;
        let report = Report {
            id,
            source: (&self.name).into(),
            time: machine::now_seconds(),
            subject: founding.ceasefire.clone(),
            ledger: founding.origin.clone(),
            producer_seq: counter.sequence + 1,
            prev: counter.previous.map(|hash| Sha256(hash.0)),
            provenance: Some(draft.provenance),
            event: draft.event,
        };
        Ok(armistice_report::to_json_line(&report))
    }

    /// Folds an entry in, and what the ledger itself wrote before it.
    fn follow(&mut self, submission: &Submission, index: Index) -> Outcome {
        while self.state.next_index() < index {
            let at = self.state.next_index();
            let bytes = self
                .reader
                .entry(at)
                .map_err(|error| ledger_folder::read_failure(&error))?;
            let parts = entry::parse(&bytes).map_err(|_| session::damaged(at))?;
            let between = Submission::read(parts.note.to_vec()).map_err(|_| session::damaged(at))?;
            self.state.apply(&between, parts.received);
        }
        if self.state.next_index() == index {
            self.state.apply(submission, self.state.received());
        }
        Ok(())
    }
}

/// What a producer published under `id`.
pub(crate) fn look(reader: &Reader, producer: &str, id: &str) -> Outcome<Option<Known>> {
    let Some((index, submission)) = earlier(reader, producer, id)? else {
        return Ok(None);
    };
    let report = submission.report();
    let source = report
        .provenance
        .as_ref()
        .and_then(|provenance| provenance.source.as_ref());
    let row = source.and_then(|source| source.row.as_ref());
    Ok(reader.leaf_hash(index).map(|hash| Known {
        hash: EntryHash(hash.0),
        event: report.event.clone(),
        release: row.and_then(|row| row.release.as_ref()).map(ToString::to_string),
    }))
}

fn earlier(reader: &Reader, producer: &str, id: &str) -> Outcome<Option<(Index, Submission)>> {
    let key = unique_key(producer, id);
    for index in reader.find_key(&key.0) {
        let bytes = reader
            .entry(index)
            .map_err(|error| ledger_folder::read_failure(&error))?;
        let parts = entry::parse(&bytes).map_err(|_| session::damaged(index))?;
        let stored = Submission::read(parts.note.to_vec()).map_err(|_| session::damaged(index))?;
        // The index that led here holds only part of the key's hash: the entry itself decides.
        if stored.unique_key() == key {
            return Ok(Some((index, stored)));
        }
    }
    Ok(None)
}

fn receipt(answer: Result<Answer, armistice_ledger::SubmitError>) -> Outcome<Receipt> {
    match session::verdict(answer)? {
        session::Verdict::Recorded(receipt) => Ok(receipt),
        session::Verdict::Refused(refusal) => {
            let message = "the ledger refused a report that was judged to be fit";
            Err(Failure::new(Exit::Failed, "not_acknowledged", message)
                .because(&refusal)
                .hint("run the same command again: what is recorded is not added twice"))
        }
    }
}
