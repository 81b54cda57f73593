//! Opening: prove the store, rebuild the state of admission, sign what was flushed but never signed.

use crate::decide::stored_prior;
use crate::error::{OpenError, StopCause};
use crate::sign::signed_checkpoint;
use crate::snapshot::Snapshot;
use armistice_admission::{Checked, Decision, History, Keyring, Signature, State, Submission, admit};
use armistice_eventlog::{Options, Reader, Writer};
use armistice_report::{EntryHash, Family, Refusal, RefusalCode, Timestamp, entry};
use armistice_tlog::{Checkpoint, Hash, Index, SigningKey, TreeSize, VerifierKey};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use tracing::info;

/// Entries read and parsed at once while the state is rebuilt: at 1.2 kB each about 5 MB.
const REBUILD_ENTRIES: usize = 4_096;
/// The log's folder inside the ledger's.
pub(crate) const LOG_FOLDER: &str = "log";
const SNAPSHOT_FILE: &str = "admission";

pub(crate) struct Opened {
    pub(crate) dir: PathBuf,
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
    pub(crate) state: State,
    pub(crate) keyring: Keyring,
    pub(crate) own_sequence: u64,
    pub(crate) own_previous: Option<Hash>,
    pub(crate) snapshot_path: PathBuf,
}

pub(crate) fn open(dir: &Path, log_key: &SigningKey) -> Result<Opened, OpenError> {
    open_over(dir, log_key, |log| Writer::open(log, Options::default()))
}

/// [`open`] with the store that `store` opens: the real one, or its twin that fails where a test says.
pub(crate) fn open_over(
    dir: &Path,
    log_key: &SigningKey,
    store: impl FnOnce(&Path) -> Result<armistice_eventlog::Opened, armistice_eventlog::Error>,
) -> Result<Opened, OpenError> {
    let opened = store(&dir.join(LOG_FOLDER))?;
    let (mut writer, reader) = (opened.writer, opened.reader);
    let snapshot_path = dir.join(SNAPSHOT_FILE);
    let (founding, received) = founding(&reader)?;
    let ledger_key = State::found(&founding, received)?
        .registry()
        .founding
        .ledger_key
        .clone();
    if ledger_key != log_key.verifier_key() {
        return Err(OpenError::WrongKey {
            expected: ledger_key.to_string(),
        });
    }
    let signed = signed_size(&reader, &ledger_key)?;
    let mut state = read_until(&reader, &snapshot_path, signed.max(TreeSize(1)))?;
    let mut keyring = keyring(&reader, &state)?;
    admit_tail(&reader, &mut state, &mut keyring)?;
    let (own_sequence, own_previous) = own_counter(&reader, &state)?;
    if signed < reader.size() {
        // Flushed before the process died, never acknowledged: judged again, kept, and covered by a checkpoint from now on.
        sign_head(&mut writer, &reader, &state, log_key)?;
        info!(
            tree_size = reader.size().0,
            "head signed for entries found past it"
        );
    }
    Ok(Opened {
        dir: dir.to_owned(),
        writer,
        reader,
        state,
        keyring,
        own_sequence,
        own_previous,
        snapshot_path,
    })
}

/// Judges the entries past the signed head as if they were submitted now: signing them makes them the ledger's statement.
fn admit_tail(reader: &Reader, state: &mut State, keyring: &mut Keyring) -> Result<(), OpenError> {
    while state.next_index().0 < reader.size().0 {
        let index = state.next_index();
        let (submission, received) = read_entry(reader, index, &reader.entry(index)?)?;
        let checked = keyring.check(submission.bytes().to_vec());
        let prior = stored_prior(reader, &submission, index).map_err(OpenError::Tail)?;
        let find = |hash: &EntryHash| reader.find_hash(&Hash(hash.0)).filter(|found| *found < index);
        let refusal = match admit(state, &checked, prior, find) {
            Decision::Admit if received >= state.received() => None,
            Decision::Admit => Some(Refusal::new(
                RefusalCode::TimeOrder,
                "",
                "a receiving time not before the last entry's",
            )),
            Decision::Known(first) => Some(Refusal::new(
                RefusalCode::IdConflict,
                "id",
                format!("no repetition of entry {first}"),
            )),
            Decision::Refuse(refusal) => Some(refusal),
        };
        if let Some(refusal) = refusal {
            return Err(OpenError::Inadmissible {
                index,
                refusal: Box::new(refusal),
            });
        }
        state.apply(&submission, received);
        keyring.learn(&submission.report().event);
    }
    Ok(())
}

/// The state of admission after every entry of the log; from the snapshot at `snapshot` as far as it is the log's own.
///
/// # Errors
/// [`OpenError::Empty`] without entry 0, [`OpenError::BadEntry`] or [`OpenError::State`] where entries do not fold.
pub fn read_state(reader: &Reader, snapshot: &Path) -> Result<State, OpenError> {
    read_until(reader, snapshot, reader.size())
}

/// [`read_state`] after the first `size` entries.
fn read_until(reader: &Reader, snapshot: &Path, size: TreeSize) -> Result<State, OpenError> {
    let (founding, received) = founding(reader)?;
    let mut state = match usable_snapshot(reader, snapshot, size) {
        Some(snapshot) => restore(reader, &founding, snapshot)?,
        None => State::found(&founding, received)?,
    };
    let mut next = state.next_index();
    while next.0 < size.0 {
        let until = size.0.min(next.0 + REBUILD_ENTRIES as u64);
        let entries = reader
            .entries(next..Index(until))
            .collect::<Result<Vec<_>, _>>()?;
        let read: Vec<_> = entries
            .par_iter()
            .map(|(index, bytes)| read_entry(reader, *index, bytes))
            .collect();
        for one in read {
            let (submission, received) = one?;
            state.apply(&submission, received);
        }
        next = Index(until);
    }
    Ok(state)
}

fn founding(reader: &Reader) -> Result<(Checked, Timestamp), OpenError> {
    if reader.size() == TreeSize(0) {
        return Err(OpenError::Empty);
    }
    checked(reader, Index(0))
}

fn usable_snapshot(reader: &Reader, path: &Path, until: TreeSize) -> Option<Snapshot> {
    let snapshot = Snapshot::load(path)?;
    let size = snapshot.size();
    let is_ours = size.0 > 0 && size <= until && reader.root_at(size).ok() == Some(snapshot.root);
    is_ours.then_some(snapshot)
}

fn restore(reader: &Reader, founding: &Checked, snapshot: Snapshot) -> Result<State, OpenError> {
    let mut governance = Vec::new();
    for index in governing(&snapshot.history) {
        let (checked, _) = checked(reader, index)?;
        if let Ok(submission) = checked.submission {
            governance.push((index, submission.report().clone()));
        }
    }
    Ok(State::restore(
        founding,
        governance.into_iter(),
        snapshot.history,
        snapshot.received,
    )?)
}

/// The entries that change who may publish: the founding family without the ledger's own marks.
fn governing(history: &History) -> Vec<Index> {
    history
        .iter()
        .enumerate()
        .filter(|(_, meta)| meta.event_type.family() == Family::Founding && meta.producer != 0)
        .map(|(at, _)| Index(at as u64))
        .collect()
}

fn read_entry(reader: &Reader, index: Index, bytes: &[u8]) -> Result<(Submission, Timestamp), OpenError> {
    let bad = || OpenError::BadEntry {
        index,
        hash: reader.leaf_hash(index).unwrap_or(Hash([0; 32])),
    };
    let parts = entry::parse(bytes).map_err(|_| bad())?;
    let submission = Submission::read(parts.note.to_vec()).map_err(|_| bad())?;
    Ok((submission, parts.received))
}

fn checked(reader: &Reader, index: Index) -> Result<(Checked, Timestamp), OpenError> {
    let bytes = reader.entry(index)?;
    let (submission, received) = read_entry(reader, index, &bytes)?;
    Ok((
        Checked {
            submission: Ok(submission),
            signature: Signature::NotTried,
        },
        received,
    ))
}

/// How many entries the kept head covers, after checking its signature.
fn signed_size(reader: &Reader, ledger_key: &VerifierKey) -> Result<TreeSize, OpenError> {
    match reader.head() {
        Some(head) => {
            let (checkpoint, _) = Checkpoint::open(&head.note, ledger_key).map_err(OpenError::HeadNotOurs)?;
            Ok(checkpoint.size())
        }
        // The process died between the founding's flush and its head: nothing was ever acknowledged.
        None if reader.size() <= TreeSize(1) => Ok(TreeSize(0)),
        None => Err(OpenError::HeadMissing { size: reader.size() }),
    }
}

pub(crate) fn sign_head(
    writer: &mut Writer,
    reader: &Reader,
    state: &State,
    log_key: &SigningKey,
) -> Result<(), OpenError> {
    let size = reader.size();
    let note = signed_checkpoint(state, log_key, size, reader.root_at(size)?)?;
    Ok(writer.publish_head(note.as_bytes()).map_err(StopCause::Append)?)
}

fn keyring(reader: &Reader, state: &State) -> Result<Keyring, OpenError> {
    let mut keyring = Keyring::default();
    for index in governing(state.history()) {
        if let Ok(submission) = checked(reader, index)?.0.submission {
            keyring.learn(&submission.report().event);
        }
    }
    Ok(keyring)
}

/// The ledger's own counter and the hash of its last own submission.
fn own_counter(reader: &Reader, state: &State) -> Result<(u64, Option<Hash>), OpenError> {
    let own = |at: &u64| {
        state
            .history()
            .get(Index(*at))
            .is_some_and(|meta| meta.producer == 0)
    };
    let Some(last) = (0..state.history().len()).rev().find(own) else {
        return Ok((0, None));
    };
    let bytes = reader.entry(Index(last))?;
    let (submission, _) = read_entry(reader, Index(last), &bytes)?;
    Ok((submission.report().producer_seq, Some(submission.sha256())))
}
