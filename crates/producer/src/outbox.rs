//! The writing side of an outbox: what is signed, queued and settled, a group at a time.
//!
//! ```text
//! begin ─► for each draft: number, prev ─► sign ─► note, pending, id ┐
//!          for each outcome: pending ─► receipt, or gone             ├─► counter ─► commit (fsync)
//! ```
//! One transaction holds a note and the counter that numbered it. If the process dies before the commit, neither is there
//! and the number was never used: nobody but this function saw the note. If it dies after, both are there. So no two notes
//! that anybody can have seen bear one number. That holds for one outbox: two copies of the file would fork.
//!
//! The keys are in [`crate::tables`]. This module blocks; it knows no network and no runtime.

use crate::draft::{Home, Prepared};
use crate::error::store;
use crate::settings::{Counter, Settings, Signer};
use crate::tables::{
    CONFIRMED, COUNTER, FORMAT, IDS, KeptReceipt, KeptRefusal, NOTES, PENDING, RECEIPTS, REFUSED, STATE,
};
use crate::ticket::Receipt;
use crate::{Error, reader};
use armistice_admission::Submission;
use armistice_report::{PRODUCER_SEQ_MAX, Refusal, RefusalCode, Report, Sha256};
use armistice_tlog::{Hash, SigningKey};
use redb::{
    Database, DatabaseError, Durability, ReadableTable, ReadableTableMetadata, Table, WriteTransaction,
};
use std::path::Path;
use std::sync::Arc;

/// Memory for pages of the store. The default of redb, 1 GiB, is for a database that is read much.
const CACHE_BYTES: usize = 32 << 20;

/// What one transaction of the outbox is asked to do, in its order.
#[derive(Debug)]
pub(crate) enum Work {
    /// Sign and queue.
    Draft(Box<Prepared>),
    /// Queue; signed elsewhere.
    Note(Box<Submission>),
    /// Give up waiting for an outcome: this is it.
    Settle { position: u64, settled: Settled },
    /// Forget the receipt of this id.
    Forget(String),
}

/// How a report ended.
#[derive(Debug)]
pub(crate) enum Settled {
    Recorded(Box<Receipt>),
    Refused(Refusal),
}

/// What became of one piece of work.
#[derive(Debug)]
pub(crate) enum Done {
    /// It is in the outbox and waits for its outcome, since now or (not `new`) since earlier.
    Queued {
        position: u64,
        id: String,
        submission: Hash,
        new: bool,
    },
    /// The same report has its receipt already.
    Kept {
        id: String,
        submission: Hash,
        receipt: Box<Receipt>,
    },
    /// The outcome is kept.
    Settled { position: u64, settled: Settled },
    /// Its outcome was known before.
    Late,
    /// Whether there was something to forget.
    Forgotten(bool),
}

pub(crate) struct Outbox {
    db: Arc<Database>,
    home: Home,
    key: Option<SigningKey>,
    next: u64,
    counter: Counter,
    kept_max: u64,
}

impl Outbox {
    /// Opens the outbox, or creates it. Blocks; longer after a crash, when redb checks the file.
    pub(crate) fn open(path: &Path, settings: &Settings) -> Result<Self, Error> {
        let home = Home {
            producer: settings.producer()?,
            ceasefire: settings.ceasefire.clone(),
            origin: settings.origin()?,
        };
        let unknown = || Error::CounterUnknown {
            path: path.to_owned(),
        };
        let signs = matches!(settings.signer, Signer::Key(_));
        if signs && settings.counter.is_none() && !path.exists() {
            return Err(unknown());
        }
        let opened = Database::builder().set_cache_size(CACHE_BYTES).create(path);
        let db = opened.map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => Error::InUse {
                path: path.to_owned(),
            },
            error => Error::Open {
                path: path.to_owned(),
                cause: Arc::new(error.into()),
            },
        })?;
        found(&db, &home, settings).map_err(|failed| match failed {
            Error::Store(cause) => Error::Open {
                path: path.to_owned(),
                cause,
            },
            Error::Mismatch {
                what,
                expected,
                found,
                ..
            } => Error::Mismatch {
                path: path.to_owned(),
                what,
                expected,
                found,
            },
            Error::CounterUnknown { .. } => unknown(),
            other => other,
        })?;
        let (next, counter) = reader::counter(&db)?;
        let key = match &settings.signer {
            Signer::Key(key) => Some(SigningKey::clone(key)),
            Signer::Elsewhere(_) => None,
        };
        Ok(Self {
            db: Arc::new(db),
            home,
            key,
            next,
            counter,
            kept_max: settings.kept_max,
        })
    }

    pub(crate) fn database(&self) -> &Arc<Database> {
        &self.db
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// Positions from here on were not used when this was called.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Does all of it in one transaction. When `sync`, it and every transaction before it are durable when this returns.
    /// An error within the answer concerns that piece alone; an error of the whole leaves the state of the disk unknown: the
    /// outbox must be opened again.
    pub(crate) fn write(&mut self, group: Vec<Work>, sync: bool) -> Result<Vec<Result<Done, Error>>, Error> {
        let mut txn = self.db.begin_write().map_err(store)?;
        if !sync {
            txn.set_durability(Durability::None)
                .expect("the transaction has no savepoint");
        }
        let (before, counter) = (self.next, self.counter);
        let mut answers = Vec::with_capacity(group.len());
        {
            let mut tables = Tables::open(&txn)?;
            for work in group {
                answers.push(match self.one(&mut tables, work) {
                    Err(error @ (Error::Store(_) | Error::Damaged { .. })) => {
                        (self.next, self.counter) = (before, counter);
                        return Err(error);
                    }
                    answer => answer,
                });
            }
            tables.trim(self.kept_max)?;
            let previous = self.counter.previous.map(|hash| hash.0);
            let mut table = txn.open_table(COUNTER).map_err(store)?;
            table
                .insert((), (self.next, self.counter.sequence, previous))
                .map_err(store)?;
        }
        txn.commit().map_err(store)?;
        Ok(answers)
    }

    fn one(&mut self, tables: &mut Tables<'_>, work: Work) -> Result<Done, Error> {
        match work {
            Work::Draft(prepared) => {
                let id = prepared.report.id.as_str();
                match tables.signed(id)? {
                    Some((position, note)) => {
                        let same = |signed: &Submission| prepared.says_the_same(signed.report());
                        tables.again(id, position, note, same)
                    }
                    None => self.sign(tables, prepared.report),
                }
            }
            Work::Note(submission) => {
                let id = submission.report().id.as_str();
                if let Some((position, note)) = tables.signed(id)? {
                    let same = |signed: &Submission| signed.bytes() == submission.bytes();
                    return tables.again(id, position, note, same);
                }
                let sequence = submission.report().producer_seq;
                match &self.key {
                    Some(key) if !submission.signed().is_signed_by(&key.verifier_key()) => {
                        let expected = "a signature by the key that this outbox was opened with";
                        let refusal = Refusal::new(RefusalCode::BadSignature, "", expected);
                        return Err(Error::invalid(refusal));
                    }
                    // Nobody here knows whose number this is, and who signed it has a counter of its own.
                    None if sequence > self.counter.sequence => tables.doubt_counter()?,
                    _ => {}
                }
                self.queue(tables, id, submission.bytes(), sequence)
            }
            Work::Settle { position, settled } => tables.settle(position, settled),
            Work::Forget(id) => tables.forget(&id).map(Done::Forgotten),
        }
    }

    fn sign(&mut self, tables: &mut Tables<'_>, mut report: Report) -> Result<Done, Error> {
        let key = self.key.as_ref().ok_or(Error::NoKey)?;
        let sequence = self.counter.sequence + 1;
        if sequence > PRODUCER_SEQ_MAX {
            return Err(Error::CounterExhausted {
                producer: self.home.producer.to_string(),
            });
        }
        report.producer_seq = sequence;
        report.prev = self.counter.previous.map(|hash| Sha256(hash.0));
        let note = key.sign_note(armistice_report::to_json_line(&report));
        let note = note
            .expect("one line of JSON with a line feed can be signed")
            .to_string();
        // Only now is the length known; what the ledger refuses for certain costs no number.
        if note.len() > armistice_report::NOTE_BYTES_MAX {
            let expected = format!(
                "a signed note of at most {} bytes",
                armistice_report::NOTE_BYTES_MAX
            );
            let refusal = Refusal::new(RefusalCode::EntryTooLarge, "", expected);
            return Err(Error::invalid(refusal.found(&format!("{} bytes", note.len()))));
        }
        self.queue(tables, report.id.as_str(), note.as_bytes(), sequence)
    }

    fn queue(
        &mut self,
        tables: &mut Tables<'_>,
        id: &str,
        note: &[u8],
        sequence: u64,
    ) -> Result<Done, Error> {
        let submission = Hash::sha256(note);
        let position = self.next;
        tables.notes.insert(position, note).map_err(store)?;
        tables
            .pending
            .insert(position, (submission.0, id))
            .map_err(store)?;
        tables.ids.insert(id, position).map_err(store)?;
        self.next += 1;
        // A note that was signed elsewhere with an older number sets neither counter nor chain back: that would be a fork.
        if sequence > self.counter.sequence {
            self.counter = Counter {
                sequence,
                previous: Some(submission),
            };
        }
        Ok(Done::Queued {
            position,
            id: id.to_owned(),
            submission,
            new: true,
        })
    }
}

struct Tables<'txn> {
    notes: Table<'txn, u64, &'static [u8]>,
    pending: Table<'txn, u64, ([u8; 32], &'static str)>,
    ids: Table<'txn, &'static str, u64>,
    receipts: Table<'txn, u64, KeptReceipt>,
    refused: Table<'txn, u64, KeptRefusal>,
    state: Table<'txn, &'static str, &'static str>,
}

impl<'txn> Tables<'txn> {
    fn open(txn: &'txn WriteTransaction) -> Result<Self, Error> {
        Ok(Self {
            notes: txn.open_table(NOTES).map_err(store)?,
            pending: txn.open_table(PENDING).map_err(store)?,
            ids: txn.open_table(IDS).map_err(store)?,
            receipts: txn.open_table(RECEIPTS).map_err(store)?,
            refused: txn.open_table(REFUSED).map_err(store)?,
            state: txn.open_table(STATE).map_err(store)?,
        })
    }

    /// The note that was signed for this id, while it is in the outbox.
    fn signed(&self, id: &str) -> Result<Option<(u64, Vec<u8>)>, Error> {
        let Some(position) = self.ids.get(id).map_err(store)?.map(|found| found.value()) else {
            return Ok(None);
        };
        let note = self.notes.get(position).map_err(store)?;
        let note = note.ok_or(Error::Damaged {
            what: "an id without its note",
        })?;
        Ok(Some((position, note.value().to_vec())))
    }

    /// Answers for a report that was queued before: it is not signed twice.
    fn again(
        &self,
        id: &str,
        position: u64,
        note: Vec<u8>,
        same: impl Fn(&Submission) -> bool,
    ) -> Result<Done, Error> {
        let signed = Submission::read(note).map_err(|_| Error::Damaged {
            what: "a note that is no report",
        })?;
        if !same(&signed) {
            let expected = "an id that this producer has not used; the outbox holds it with another content";
            return Err(Error::invalid(Refusal::new(
                RefusalCode::IdConflict,
                "id",
                expected,
            )));
        }
        let (id, submission) = (id.to_owned(), signed.sha256());
        match self.receipts.get(position).map_err(store)? {
            Some(kept) => {
                let receipt = Box::new(reader::receipt(kept.value(), signed.bytes())?);
                Ok(Done::Kept {
                    id,
                    submission,
                    receipt,
                })
            }
            None => Ok(Done::Queued {
                position,
                id,
                submission,
                new: false,
            }),
        }
    }

    fn settle(&mut self, position: u64, settled: Settled) -> Result<Done, Error> {
        let Some(id) = self
            .pending
            .remove(position)
            .map_err(store)?
            .map(|found| found.value().1.to_owned())
        else {
            return Ok(Done::Late);
        };
        match &settled {
            Settled::Recorded(receipt) => {
                let kept = (
                    id.as_str(),
                    receipt.index.0,
                    receipt.hash.0,
                    receipt.text.as_str(),
                );
                self.receipts.insert(position, kept).map_err(store)?;
            }
            // The id may be used again: a refused report is corrected and sent again.
            Settled::Refused(refusal) => {
                self.ids.remove(id.as_str()).map_err(store)?;
                let note = self.notes.remove(position).map_err(store)?;
                let note = note.map(|note| note.value().to_vec()).unwrap_or_default();
                let refusal = serde_json::to_string(refusal).expect("a refusal has only text");
                self.refused
                    .insert(position, (id.as_str(), refusal.as_str(), note.as_slice()))
                    .map_err(store)?;
            }
        }
        Ok(Done::Settled { position, settled })
    }

    fn forget(&mut self, id: &str) -> Result<bool, Error> {
        let Some(position) = self.ids.get(id).map_err(store)?.map(|found| found.value()) else {
            return Ok(false);
        };
        if self.receipts.remove(position).map_err(store)?.is_none() {
            return Ok(false);
        }
        self.ids.remove(id).map_err(store)?;
        self.notes.remove(position).map_err(store)?;
        Ok(true)
    }

    /// Whoever signs here next asks the ledger first.
    fn doubt_counter(&mut self) -> Result<(), Error> {
        self.state.remove(CONFIRMED.0).map_err(store)?;
        Ok(())
    }

    /// Forgets the oldest receipts and refused reports beyond the limit.
    fn trim(&mut self, kept_max: u64) -> Result<(), Error> {
        while self.receipts.len().map_err(store)? > kept_max {
            let Some((position, id)) = self
                .receipts
                .pop_first()
                .map_err(store)?
                .map(|(position, kept)| (position.value(), kept.value().0.to_owned()))
            else {
                return Ok(());
            };
            self.ids.remove(id.as_str()).map_err(store)?;
            self.notes.remove(position).map_err(store)?;
        }
        while self.refused.len().map_err(store)? > kept_max {
            self.refused.pop_first().map_err(store)?;
        }
        Ok(())
    }
}

/// Writes whose outbox this is, or checks it.
fn found(db: &Database, home: &Home, settings: &Settings) -> Result<(), Error> {
    let ledger = settings.ledger.to_string();
    let expected = [
        ("format", FORMAT),
        ("producer", home.producer.as_str()),
        ("ceasefire", home.ceasefire.as_str()),
        ("ledger", ledger.as_str()),
    ];
    let txn = db.begin_write().map_err(store)?;
    {
        let mut state = txn.open_table(STATE).map_err(store)?;
        let is_new = state.is_empty().map_err(store)?;
        for (what, expected) in expected {
            if is_new {
                state.insert(what, expected).map_err(store)?;
                continue;
            }
            let found = state.get(what).map_err(store)?;
            let found = found.map(|found| found.value().to_owned()).unwrap_or_default();
            if found != expected {
                return Err(Error::Mismatch {
                    path: std::path::PathBuf::new(),
                    what,
                    expected: expected.to_owned(),
                    found,
                });
            }
        }
    }
    begin(&txn, settings)?;
    Tables::open(&txn)?;
    txn.commit().map_err(store)
}

/// Begins the counter, or takes the caller's word for it if it is not confirmed. The mark alone decides, and is written with
/// the number: neither a file that a dead process left empty nor one that a carrier made passes for a counter.
fn begin(txn: &WriteTransaction, settings: &Settings) -> Result<(), Error> {
    let mut state = txn.open_table(STATE).map_err(store)?;
    let mut counter = txn.open_table(COUNTER).map_err(store)?;
    let kept = counter.get(()).map_err(store)?.map(|kept| kept.value());
    let (next, sequence, previous) = kept.unwrap_or((1, 0, None));
    let is_confirmed = state.get(CONFIRMED.0).map_err(store)?.is_some();
    let (mut sequence, mut previous) = (sequence, previous);
    if matches!(settings.signer, Signer::Key(_)) && !is_confirmed {
        let given = settings.counter.ok_or_else(|| Error::CounterUnknown {
            path: std::path::PathBuf::new(),
        })?;
        // What waits here may not be in the ledger yet, and has its numbers.
        if given.sequence > sequence || (given.sequence == sequence && given.previous.is_some()) {
            (sequence, previous) = (given.sequence, given.previous.map(|hash| hash.0));
        }
        state.insert(CONFIRMED.0, CONFIRMED.1).map_err(store)?;
    }
    counter.insert((), (next, sequence, previous)).map_err(store)?;
    Ok(())
}
