//! The second thread: admits in order, appends, flushes, signs, keeps the head, hands out receipts.
//!
//! The order of a commit, and what is true if the process dies in between:
//!
//! 1. *decided*: nothing is written; nobody was told anything.
//! 2. *appended and flushed*: the entries are durable, no receipt exists. Opening finds them past the signed
//!    head, keeps and signs them; a producer that resends gets its receipt.
//! 3. *signed, head kept*: as 2, and nothing to catch up.
//! 4. *answered*: receipts are out; all that they claim is on disk.

use crate::answers::{self, Answer, answer};
use crate::error::SubmitError;
use crate::intake::{CheckedWaiting, SharedKeyring};
use crate::ledger::{Clock, Outcome, Waiting};
use crate::marks::Marks;
use crate::open::Opened;
use crate::settings::Settings;
use crate::sign::sign_report;
use crate::snapshot::Snapshot;
use armistice_admission::{Checked, Decision, Keyring, Prior, State, Submission, admit};
use armistice_eventlog::{AppendError, Appended, Batch, Reader, Record, Writer};
use armistice_report::{
    EntryHash, Event, Family, ProducerName, Refusal, RefusalCode, RefusalRecorded, Report, ReportId, Sha256,
    Timestamp, entry,
};
use armistice_tlog::{Checkpoint, Hash, Index, SigningKey};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tracing::{error, info, info_span, warn};

/// A checked group.
pub(crate) type Message = Vec<CheckedWaiting>;

/// How often marks that the minute's limit held back are tried again while nothing else arrives.
const IDLE: Duration = Duration::from_secs(1);

pub(crate) struct Committer {
    writer: Writer,
    reader: Reader,
    state: State,
    keyring: Keyring,
    shared: SharedKeyring,
    marks: Marks,
    log_key: SigningKey,
    clock: Clock,
    own_sequence: u64,
    own_previous: Option<Hash>,
    snapshot_path: PathBuf,
    snapshot_entries: u64,
    snapshot_size: u64,
    stopped: Option<Arc<AppendError>>,
}

/// A group as decided: what to write, and what each caller is told once it is written.
struct Planned {
    received: Timestamp,
    first: Index,
    records: Vec<Record>,
    /// Unique key → position in `records`, for a second submission of the same id within the group.
    pending: HashMap<Hash, usize>,
    answers: Vec<(Waiting, Answer)>,
    governs: bool,
}

impl Committer {
    pub(crate) fn new(
        opened: Opened,
        log_key: SigningKey,
        settings: &Settings,
        clock: Clock,
        shared: SharedKeyring,
    ) -> Self {
        Self {
            snapshot_size: opened.state.history().len(),
            writer: opened.writer,
            reader: opened.reader,
            state: opened.state,
            keyring: opened.keyring,
            shared,
            marks: Marks::new(settings.mark_entries_per_minute_max),
            log_key,
            clock,
            own_sequence: opened.own_sequence,
            own_previous: opened.own_previous,
            snapshot_path: opened.snapshot_path,
            snapshot_entries: settings.snapshot_entries,
            stopped: None,
        }
    }

    /// Runs until the intake thread ends, then writes the last marks.
    pub(crate) fn run(&mut self, groups: &Receiver<Message>) {
        loop {
            match groups.recv_timeout(IDLE) {
                Ok(group) => self.commit(group, false),
                Err(RecvTimeoutError::Timeout) if !self.marks.is_empty() => self.commit(Vec::new(), false),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.commit(Vec::new(), true);
        self.save_snapshot();
    }

    fn commit(&mut self, group: Message, closing: bool) {
        let _span = info_span!("append_batch", submissions = group.len()).entered();
        if let Some(cause) = &self.stopped {
            let size = self.reader.size();
            for one in group {
                answer(
                    one.waiting,
                    Err(SubmitError::Stopped {
                        size,
                        cause: Arc::clone(cause),
                    }),
                );
            }
            return;
        }
        let mut planned = self.decide(group);
        if let Some(content) = self.marks.take(planned.received, closing) {
            self.plan_own(&mut planned, content);
        }
        match self.write(&mut planned) {
            Ok(checkpoint) => answers::give(
                &self.reader,
                planned.first,
                planned.received,
                planned.answers,
                &checkpoint,
            ),
            Err(failure) => self.stop(planned, failure),
        }
        if self.state.history().len() >= self.snapshot_size + self.snapshot_entries {
            self.save_snapshot();
        }
    }

    fn decide(&mut self, group: Message) -> Planned {
        let mut planned = Planned {
            received: (self.clock)().max(self.state.received()),
            first: self.state.next_index(),
            records: Vec::with_capacity(group.len()),
            pending: HashMap::with_capacity(group.len()),
            answers: Vec::with_capacity(group.len()),
            governs: false,
        };
        for one in group {
            let answer = self.decide_one(&mut planned, &one.checked);
            planned.answers.push((one.waiting, answer));
        }
        planned
    }

    fn decide_one(&mut self, planned: &mut Planned, checked: &Checked) -> Answer {
        let prior = checked
            .submission
            .as_ref()
            .ok()
            .and_then(|read| self.prior(planned, read));
        let find = |hash: &EntryHash| self.reader.find_hash(&Hash(hash.0));
        let refusal = match (admit(&self.state, checked, prior, find), &checked.submission) {
            (Decision::Admit, Ok(submission)) => match self.plan(planned, submission) {
                Ok(position) => {
                    return Answer::Entry {
                        position,
                        repeated: false,
                    };
                }
                Err(refusal) => refusal,
            },
            (Decision::Known(index), _) => {
                return match usize::try_from(index.0.saturating_sub(planned.first.0)) {
                    Ok(position) if index >= planned.first => Answer::Entry {
                        position,
                        repeated: true,
                    },
                    _ => Answer::Stored(index),
                };
            }
            (Decision::Refuse(refusal), _) => refusal,
            (Decision::Admit, Err(rejected)) => rejected.refusal.clone(),
        };
        self.mark(checked, refusal.code, planned.received);
        Answer::Refused(refusal)
    }

    /// The entry of the same producer and id, in this group or in the log.
    fn prior(&self, planned: &Planned, submission: &Submission) -> Option<Prior> {
        let key = submission.unique_key();
        if let Some(&position) = planned.pending.get(&key) {
            let record = planned.records.get(position);
            let parts = record.and_then(|record| entry::parse(&record.bytes).ok());
            let same_bytes = parts.is_some_and(|parts| parts.note == submission.bytes());
            return Some(Prior {
                index: Index(planned.first.0 + position as u64),
                same_bytes,
            });
        }
        self.reader
            .find_key(&key.0)
            .into_iter()
            .find_map(|index| self.prior_at(index, submission))
    }

    /// Compares the stored entry: the index that led here holds only part of the key's hash.
    fn prior_at(&self, index: Index, submission: &Submission) -> Option<Prior> {
        let bytes = self.reader.entry(index).ok()?;
        let parts = entry::parse(&bytes).ok()?;
        if parts.note == submission.bytes() {
            return Some(Prior {
                index,
                same_bytes: true,
            });
        }
        let stored = Submission::read(parts.note.to_vec()).ok()?;
        (stored.unique_key() == submission.unique_key()).then_some(Prior {
            index,
            same_bytes: false,
        })
    }

    fn plan(&mut self, planned: &mut Planned, submission: &Submission) -> Result<usize, Refusal> {
        let bytes = entry::encode(planned.received, submission.bytes())?;
        let position = planned.records.len();
        let key = submission.unique_key();
        planned.pending.insert(key, position);
        planned.records.push(Record { bytes, key: key.0 });
        self.state.apply(submission, planned.received);
        if submission.report().event.event_type().family() == Family::Founding {
            self.keyring.learn(&submission.report().event);
            planned.governs = true;
        }
        Ok(position)
    }

    /// Adds the ledger's own entry to the group, through the same admission as everybody's.
    fn plan_own(&mut self, planned: &mut Planned, content: RefusalRecorded) {
        let founding = &self.state.registry().founding;
        let sequence = self.own_sequence + 1;
        let Ok(id) = ReportId::new(&format!("ledger-{sequence}")) else {
            error!("the ledger's own entry has no lawful id");
            return;
        };
        let report = Report {
            id,
            source: (&founding.origin).into(),
            time: planned.received,
            subject: founding.ceasefire.clone(),
            ledger: founding.origin.clone(),
            producer_seq: sequence,
            prev: self.own_previous.map(|hash| Sha256(hash.0)),
            provenance: None,
            event: Event::RefusalRecorded(content),
        };
        let checked = self.keyring.check(sign_report(&report, &self.log_key));
        let Ok(submission) = &checked.submission else {
            error!("the ledger's own entry was not readable");
            return;
        };
        let find = |hash: &EntryHash| self.reader.find_hash(&Hash(hash.0));
        if admit(&self.state, &checked, None, find) != Decision::Admit {
            error!("the ledger's own entry was not admissible");
            return;
        }
        let sha256 = submission.sha256();
        if self.plan(planned, submission).is_ok() {
            self.own_sequence = sequence;
            self.own_previous = Some(sha256);
        }
    }

    fn mark(&mut self, checked: &Checked, code: RefusalCode, now: Timestamp) {
        let (sha256, producer) = match &checked.submission {
            Ok(submission) => {
                // Only a verified signature says who sent it; a name alone can be anybody's.
                let proven = checked
                    .verified_by
                    .as_ref()
                    .and_then(|key| ProducerName::new(key.name()).ok());
                (submission.sha256(), proven)
            }
            Err(rejected) => (rejected.sha256, None),
        };
        self.marks.note(sha256, producer, code, now);
    }

    /// Appends, flushes, signs, keeps the head. Returns the checkpoint that covers everything written.
    fn write(&mut self, planned: &mut Planned) -> Result<String, AppendError> {
        if planned.records.is_empty() {
            let head = self
                .reader
                .head()
                .and_then(|head| String::from_utf8(head.note).ok());
            return Ok(head.unwrap_or_default());
        }
        let records = std::mem::take(&mut planned.records);
        let appended = self.writer.append(&Batch {
            records,
            cursors: Vec::new(),
        })?;
        // Only now is it durable: a checkpoint over bytes that can still vanish would be a false statement.
        let checkpoint = self.checkpoint(appended);
        self.writer.publish_head(checkpoint.as_bytes())?;
        if planned.governs {
            let keys = Arc::new(self.keyring.clone());
            *self.shared.write().unwrap_or_else(PoisonError::into_inner) = keys;
        }
        info!(
            index = appended.first.0,
            tree_size = appended.size.0,
            "batch appended"
        );
        Ok(checkpoint)
    }

    fn checkpoint(&self, appended: Appended) -> String {
        let origin = &self.state.registry().founding.origin;
        Checkpoint::new(origin.as_str(), appended.size, appended.root)
            .expect("the origin is the log key's name, which a checkpoint can carry")
            .sign(&self.log_key)
    }

    /// A failed write leaves the disk in an unknown state: nothing more is written in this process.
    fn stop(&mut self, planned: Planned, failure: AppendError) {
        let size = self.reader.size();
        error!(tree_size = size.0, error = %failure, "writer stopped");
        let cause = Arc::new(failure);
        for (waiting, decided) in planned.answers {
            let outcome = match decided {
                Answer::Refused(refusal) => Ok(Outcome::Refused(refusal)),
                Answer::Stored(_) | Answer::Entry { .. } => Err(SubmitError::Stopped {
                    size,
                    cause: Arc::clone(&cause),
                }),
            };
            answer(waiting, outcome);
        }
        self.stopped = Some(cause);
    }

    fn save_snapshot(&mut self) {
        if self.stopped.is_some() {
            return;
        }
        let history = self.state.history().clone();
        let size = armistice_tlog::TreeSize(history.len());
        let saved = self
            .reader
            .root_at(size)
            .map_err(std::io::Error::other)
            .and_then(|root| {
                Snapshot {
                    root,
                    received: self.state.received(),
                    history,
                }
                .save(&self.snapshot_path)
            });
        match saved {
            Ok(()) => self.snapshot_size = size.0,
            // Harmless: the next opening reads more entries.
            Err(error) => warn!(error = %error, "state of admission not saved"),
        }
    }
}
