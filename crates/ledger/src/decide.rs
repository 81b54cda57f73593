//! Deciding a group: which of its submissions become entries, in order, and what each caller will be told.
//!
//! Nothing is written here. What it reads of the store are earlier entries, to compare a repeated submission with the
//! stored one; a read that fails is told to that caller and decides nothing.

use crate::answers::Answer;
use crate::commit::Committer;
use crate::error::SubmitError;
use crate::ledger::Waiting;
use crate::sign::sign_report;
use armistice_admission::{Checked, Decision, Prior, Submission, admit};
use armistice_eventlog::Record;
use armistice_report::{
    EntryHash, Event, Family, ProducerName, Refusal, RefusalCode, Report, ReportId, Sha256, Timestamp, entry,
};
use armistice_tlog::{Hash, Index};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tracing::error;

/// A group as decided: what to write, and what each caller is told once it is written.
pub(crate) struct Planned {
    /// The clock when the group was taken.
    pub(crate) clock: Timestamp,
    /// The receiving time of its entries: the clock, or the last entry's time where the clock stepped back.
    pub(crate) received: Timestamp,
    pub(crate) first: Index,
    pub(crate) records: Vec<Record>,
    /// Unique key → position in `records`, for a second submission of the same id within the group.
    pending: HashMap<Hash, usize>,
    pub(crate) answers: Vec<(Waiting, Answer)>,
    /// The last cursor of each intake in this group.
    pub(crate) cursors: BTreeMap<Arc<str>, Vec<u8>>,
    /// Whether the keys changed.
    pub(crate) governs: bool,
}

impl Planned {
    pub(crate) fn new(clock: Timestamp, received: Timestamp, first: Index, submissions: usize) -> Self {
        Self {
            clock,
            received,
            first,
            records: Vec::with_capacity(submissions),
            pending: HashMap::with_capacity(submissions),
            answers: Vec::with_capacity(submissions),
            cursors: BTreeMap::new(),
            governs: false,
        }
    }
}

impl Committer {
    pub(crate) fn decide(
        &mut self,
        planned: &mut Planned,
        checked: &Checked,
        sender: Option<&str>,
    ) -> Answer {
        if let (Ok(submission), Some(sender)) = (&checked.submission, sender)
            && submission.signer() != sender
        {
            let expected = "a report that its sender signed itself";
            let refusal = Refusal::new(RefusalCode::SourceMismatch, "source", expected);
            // Whose signature it bears did not send it: the mark names nobody.
            self.marks
                .note(submission.sha256(), None, refusal.code, planned.received);
            return Answer::Refused(refusal);
        }
        let prior = match checked.submission.as_ref().map(|read| self.prior(planned, read)) {
            Ok(Ok(prior)) => prior,
            // Not known to be new: admitting it might put one report into the log twice.
            Ok(Err(error)) => return Answer::Failed(error),
            Err(_) => None,
        };
        let find = |hash: &EntryHash| self.reader.find_hash(&Hash(hash.0));
        let refusal = match (admit(&self.state, checked, prior, find), &checked.submission) {
            (Decision::Known(index), _) => return known(planned, index),
            (Decision::Admit, Ok(submission)) if submission.signer() == self.origin() => {
                // Its own entries are made here, under a counter of their own, and never come from outside.
                let expected = "a producer other than the ledger itself";
                Refusal::new(RefusalCode::ReservedType, "source", expected)
            }
            (Decision::Admit, Ok(submission)) => match self.plan(planned, submission) {
                Ok(position) => {
                    return Answer::Entry {
                        position,
                        repeated: false,
                    };
                }
                Err(refusal) => refusal,
            },
            (Decision::Refuse(refusal), _) => refusal,
            (Decision::Admit, Err(rejected)) => rejected.refusal.clone(),
        };
        self.mark(planned, checked, refusal.code);
        Answer::Refused(refusal)
    }

    /// The entry of the same producer and id, in this group or in the log.
    fn prior(&self, planned: &Planned, submission: &Submission) -> Result<Option<Prior>, SubmitError> {
        let key = submission.unique_key();
        if let Some(&position) = planned.pending.get(&key) {
            let record = planned.records.get(position);
            let parts = record.and_then(|record| entry::parse(&record.bytes).ok());
            let same_bytes = parts.is_some_and(|parts| parts.note == submission.bytes());
            return Ok(Some(Prior {
                index: Index(planned.first.0 + position as u64),
                same_bytes,
            }));
        }
        stored_prior(&self.reader, submission, self.reader.size().next_index())
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
    pub(crate) fn plan_own(&mut self, planned: &mut Planned, event: Event) -> Answer {
        let sequence = self.own_sequence + 1;
        let report = self.own_report(planned, sequence, event);
        let checked = self.keyring.check(sign_report(&report, &self.log_key));
        let find = |hash: &EntryHash| self.reader.find_hash(&Hash(hash.0));
        let decision = admit(&self.state, &checked, None, find);
        let planned_at = match (&checked.submission, decision) {
            (Ok(submission), Decision::Admit) => self
                .plan(planned, submission)
                .map(|position| (position, submission.sha256())),
            (_, Decision::Refuse(refusal)) => Err(refusal),
            // Its counter has never been used: neither a note that cannot be read nor one that is known.
            (Err(rejected), _) => Err(rejected.refusal.clone()),
            (_, Decision::Known(index)) => return known(planned, index),
        };
        match planned_at {
            Ok((position, sha256)) => {
                self.own_sequence = sequence;
                self.own_previous = Some(sha256);
                let repeated = false;
                Answer::Entry { position, repeated }
            }
            Err(refusal) => {
                error!(code = refusal.code.as_str(), "the ledger's own entry was refused");
                Answer::Refused(refusal)
            }
        }
    }

    fn own_report(&self, planned: &Planned, sequence: u64, event: Event) -> Report {
        let founding = &self.state.registry().founding;
        let id = ReportId::new(&format!("ledger-{sequence}"));
        Report {
            id: id.expect("letters and digits, shorter than an id may be"),
            source: (&founding.origin).into(),
            time: planned.received,
            subject: founding.ceasefire.clone(),
            ledger: founding.origin.clone(),
            producer_seq: sequence,
            prev: self.own_previous.map(|hash| Sha256(hash.0)),
            provenance: None,
            event,
        }
    }

    fn mark(&mut self, planned: &Planned, checked: &Checked, code: RefusalCode) {
        let sha256 = match &checked.submission {
            Ok(submission) => submission.sha256(),
            Err(rejected) => rejected.sha256,
        };
        // A signature says who made a note, not who sent it: what was meant for another ledger may be replayed here by anybody.
        let is_for_us = !matches!(code, RefusalCode::WrongLedger | RefusalCode::WrongCeasefire);
        let signer = checked.proven_signer().filter(|_| is_for_us);
        let producer = signer.and_then(|name| ProducerName::new(name).ok());
        self.marks.note(sha256, producer, code, planned.received);
    }

    fn origin(&self) -> &str {
        &self.state.registry().founding.origin
    }
}

fn known(planned: &Planned, index: Index) -> Answer {
    match usize::try_from(index.0.saturating_sub(planned.first.0)) {
        Ok(position) if index >= planned.first => Answer::Entry {
            position,
            repeated: true,
        },
        _ => Answer::Stored(index),
    }
}

/// The stored entry before `end` of the same producer and id.
pub(crate) fn stored_prior(
    reader: &armistice_eventlog::Reader,
    submission: &Submission,
    end: Index,
) -> Result<Option<Prior>, SubmitError> {
    let key = submission.unique_key();
    for index in reader.find_key(&key.0).into_iter().filter(|index| *index < end) {
        // The index that led here holds only part of the key's hash: the entry itself decides.
        let bytes = reader.entry(index)?;
        let parts = entry::parse(&bytes).map_err(|_| SubmitError::Unreadable { index })?;
        if parts.note == submission.bytes() {
            return Ok(Some(Prior {
                index,
                same_bytes: true,
            }));
        }
        let stored = Submission::read(parts.note.to_vec()).map_err(|_| SubmitError::Unreadable { index })?;
        if stored.unique_key() == key {
            return Ok(Some(Prior {
                index,
                same_bytes: false,
            }));
        }
    }
    Ok(None)
}
