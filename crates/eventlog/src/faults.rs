//! A disk that fails where a test says. Feature `faults`; for tests only.
//!
//! ```
//! use armistice_eventlog::faults::{Fault, Faults, Outcome, Step};
//! use armistice_eventlog::{AppendError, Batch, Options, Record, Writer};
//!
//! let dir = tempfile::tempdir()?;
//! let faults = Faults::default();
//! let mut opened = Writer::open_with_faults(dir.path(), Options::create(), &faults)?;
//! faults.arm(Fault { step: Step::Sync, after: 0, outcome: Outcome::Persisted });
//! let batch = Batch { records: vec![Record { bytes: b"x".to_vec(), key: [0; 32] }], cursors: vec![] };
//! assert!(matches!(opened.writer.append(&batch), Err(AppendError::Stopped { step: "sync", .. })));
//! assert!(faults.fired());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `Lost` does not do the step; `Persisted` does it and says that it failed. What was lost in the page cache or in
//! sled's memory comes back when sled is dropped: a test of loss restores a copy of the directory from before.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::{Disk, Put, SledDisk, Visit};

/// A step of a commit or of a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The atomic batch.
    Apply,
    /// sled's flush.
    Flush,
    /// Our fsync.
    Sync,
    /// The next head, written and synced beside the current one.
    StageHead,
    /// Its rename.
    CommitHead,
}

/// What a failing step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is not done.
    Lost,
    /// It is done, and fails all the same.
    Persisted,
}

/// One failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The step that fails.
    pub step: Step,
    /// How many of its kind succeed before.
    pub after: u64,
    /// What it does.
    pub outcome: Outcome,
}

/// The failures to come. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    armed: Option<Fault>,
    fired: bool,
    lies: Option<Step>,
}

impl Faults {
    /// Arms a failure, in place of one that has not fired yet.
    pub fn arm(&self, fault: Fault) {
        let mut state = self.lock();
        state.armed = Some(fault);
        state.fired = false;
    }

    /// From now on this step is not done, and says that it was: what a harness that looks for losses must notice.
    pub fn lie(&self, step: Step) {
        self.lock().lies = Some(step);
    }

    /// Whether the armed failure has happened.
    pub fn fired(&self) -> bool {
        self.lock().fired
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the step does now: None, succeed.
    fn due(&self, step: Step) -> Option<Outcome> {
        let mut state = self.lock();
        let fault = state.armed.as_mut().filter(|fault| fault.step == step)?;
        if let Some(after) = fault.after.checked_sub(1) {
            fault.after = after;
            return None;
        }
        let outcome = fault.outcome;
        state.armed = None;
        state.fired = true;
        Some(outcome)
    }

    fn through(&self, step: Step, work: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let failure = || io::Error::new(io::ErrorKind::StorageFull, "injected failure");
        match self.due(step) {
            None if self.lock().lies == Some(step) => Ok(()),
            None => work(),
            Some(Outcome::Lost) => Err(failure()),
            Some(Outcome::Persisted) => work().and(Err(failure())),
        }
    }
}

/// The real disk with failures in front.
pub(crate) struct FaultyDisk {
    disk: SledDisk,
    faults: Faults,
}

impl FaultyDisk {
    pub(crate) fn new(disk: SledDisk, faults: &Faults) -> Self {
        Self {
            disk,
            faults: faults.clone(),
        }
    }
}

impl Disk for FaultyDisk {
    fn apply(&self, puts: Vec<Put>) -> io::Result<()> {
        self.faults.through(Step::Apply, || self.disk.apply(puts))
    }

    fn flush(&self) -> io::Result<()> {
        self.faults.through(Step::Flush, || self.disk.flush())
    }

    fn sync(&self) -> io::Result<()> {
        self.faults.through(Step::Sync, || self.disk.sync())
    }

    fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        self.disk.get(key)
    }

    fn scan(&self, prefix: u8, visit: &mut Visit<'_>) -> io::Result<()> {
        self.disk.scan(prefix, visit)
    }

    fn stage_head(&self, note: &[u8]) -> io::Result<()> {
        self.faults
            .through(Step::StageHead, || self.disk.stage_head(note))
    }

    fn commit_head(&self) -> io::Result<()> {
        self.faults.through(Step::CommitHead, || self.disk.commit_head())
    }

    fn path(&self) -> PathBuf {
        self.disk.path()
    }
}
