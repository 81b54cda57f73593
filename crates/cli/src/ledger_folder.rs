//! A ledger's folder, and the failures that opening it can have.
//!
//! | path | what | owner |
//! |---|---|---|
//! | `log/` | the store and the signed head | `armistice-eventlog` |
//! | `admission` | saved state of admission; may be deleted | `armistice-ledger` |
//! | `keys/log.key` | signs checkpoints | written once by `armistice init` |
//! | `keys/operator.key` | enrols producers | written once by `armistice init` |
//!
//! One process at a time may open the store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use armistice_admission::State;
use armistice_eventlog::{Options, Reader, Writer};
use armistice_ledger::{Ledger, OpenError, Settings};
use armistice_tlog::{Checkpoint, Index, SigningKey};

use crate::failure::{Exit, Failure, Outcome};
use crate::{keys, machine};

/// A ledger's folder.
#[derive(Debug, Clone)]
pub(crate) struct LedgerFolder(PathBuf);

/// A log that is open for reading. It holds the store's lock until it is dropped.
#[derive(Debug)]
pub(crate) struct ReadOnly {
    pub(crate) reader: Reader,
    /// The signed head beside the store.
    pub(crate) checkpoint: Checkpoint,
    /// The head's note, verbatim.
    pub(crate) head: Vec<u8>,
    _writer: Writer,
}

impl ReadOnly {
    /// Every entry that the signed head covers, in order, each checked against the tree.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Outcome<(u64, Vec<u8>)>> + Send + use<> {
        let end = Index(self.checkpoint.size().0);
        let entries = self.reader.entries(Index(0)..end);
        entries.map(|item| {
            item.map(|(index, bytes)| (index.0, bytes))
                .map_err(|error| read_failure(&error))
        })
    }
}

impl LedgerFolder {
    /// Names a folder; nothing is opened.
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn log_key_path(&self) -> PathBuf {
        self.0.join("keys").join("log.key")
    }

    pub(crate) fn operator_key_path(&self) -> PathBuf {
        self.0.join("keys").join("operator.key")
    }

    pub(crate) fn log_key(&self) -> Outcome<SigningKey> {
        self.must_exist()?;
        keys::read(&self.log_key_path())
    }

    /// Opens the ledger for writing, with the clock of this machine.
    pub(crate) fn open(&self, settings: Settings) -> Outcome<Ledger> {
        let log_key = self.log_key()?;
        Ledger::open(&self.0, log_key, settings, Arc::new(machine::now))
            .map_err(|error| self.open_failure(&error))
    }

    /// Opens the log for reading only: nothing is appended and nothing is signed.
    pub(crate) fn open_to_read(&self) -> Outcome<ReadOnly> {
        self.must_exist()?;
        let opened = Writer::open(&self.0.join("log"), Options::default())
            .map_err(|error| self.open_failure(&OpenError::Store(error)))?;
        let reader = opened.reader;
        let missing = || self.open_failure(&OpenError::HeadMissing { size: reader.size() });
        let head = reader.head().ok_or_else(missing)?.note;
        let (checkpoint, _) = Checkpoint::parse_unverified(&head)
            .map_err(|error| self.open_failure(&OpenError::HeadNotOurs(error)))?;
        Ok(ReadOnly {
            reader,
            checkpoint,
            head,
            _writer: opened.writer,
        })
    }

    /// The state of admission after every entry.
    pub(crate) fn state(&self, reader: &Reader) -> Outcome<State> {
        armistice_ledger::read_state(reader, &self.0.join("admission"))
            .map_err(|error| self.open_failure(&error))
    }

    fn must_exist(&self) -> Outcome {
        if self.0.join("log").is_dir() {
            return Ok(());
        }
        let message = format!("no ledger in {}", self.0.display());
        Err(Failure::new(Exit::NotFound, "no_ledger", message)
            .hint("found one with `armistice init --dir DIR --ceasefire ID --origin NAME`, or name its folder with --dir"))
    }

    /// What an error of opening means to the person at the command line.
    pub(crate) fn open_failure(&self, error: &OpenError) -> Failure {
        let (exit, code) = match error {
            OpenError::Exists { .. } => (Exit::Refused, "ledger_exists"),
            OpenError::Empty => (Exit::NotFound, "no_ledger"),
            OpenError::WrongKey { .. } => (Exit::NotPermitted, "wrong_log_key"),
            OpenError::HeadMissing { .. }
            | OpenError::HeadNotOurs(_)
            | OpenError::BadEntry { .. }
            | OpenError::State(_) => (Exit::VerificationFailed, "ledger_damaged"),
            OpenError::Store(error) => store_exit(error),
            _ => (Exit::Failed, "ledger"),
        };
        let failure = Failure::new(
            exit,
            code,
            format!("cannot open the ledger in {}", self.0.display()),
        );
        failure.because(error).hint_of(error.hint())
    }
}

/// A store that does not match its signed head is a failed verification; everything else is the machine's.
fn store_exit(error: &armistice_eventlog::Error) -> (Exit, &'static str) {
    use armistice_eventlog::Error;
    match error {
        Error::NotFound { .. } => (Exit::NotFound, "no_ledger"),
        Error::Locked { .. } => (Exit::Refused, "ledger_locked"),
        Error::StoreMissing { .. }
        | Error::ShorterThanHead { .. }
        | Error::RootDiffers { .. }
        | Error::HeadMalformed { .. }
        | Error::StoreDamaged { .. }
        | Error::BlobsNotEmpty { .. }
        | Error::IndexBroken { .. }
        | Error::EntryDamaged { .. } => (Exit::VerificationFailed, "ledger_damaged"),
        Error::NoEntry { .. } | Error::BeyondTree { .. } => (Exit::NotFound, "no_entry"),
        _ => (Exit::Failed, "store"),
    }
}

/// A failed read of an open log.
pub(crate) fn read_failure(error: &armistice_eventlog::Error) -> Failure {
    let (exit, code) = store_exit(error);
    Failure::new(exit, code, "cannot read the log")
        .because(error)
        .hint_of(error.hint())
}
