//! The one writer.
//!
//! A commit, and what is true if the process or the power dies between two steps:
//! 1. plan: every hash and every byte, no write. Nothing happened.
//! 2. apply: sled has the batch, whole or not at all. It may be found at the next opening, or not.
//! 3. flush: the operating system has it. It survives the process, not the power.
//! 4. sync: the device has it. From here on it is found at every opening.
//! 5. fold: readers see it. 6. return: the caller may sign and acknowledge.
//!
//! Any failure from 2 to 4 stops the writer for the life of this process: after a failed fsync the kernel may have
//! dropped the pages, and a second try would report success over a hole. Reading goes on. The writer signs nothing.

use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use armistice_tlog::{Hash, Index, TreeSize};

use crate::chunk::Encoder;
use crate::error::{AppendError, Error, Refused, Unacknowledged};
use crate::head::Head;
use crate::open::{self, Opened, Options};
use crate::plan::{Batch, plan};
use crate::reader::Shared;

/// The writer of a log. There is one per open log, and it cannot be cloned.
pub struct Writer {
    shared: Arc<Shared>,
    encoder: Encoder,
    stopped: Option<Stop>,
}

/// What an append did: durable, and visible to readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Position of the first record. Of a batch of cursors only: where the next one will be.
    pub first: Index,
    /// Entries in the log after it.
    pub size: TreeSize,
    /// Root over all of them.
    pub root: Hash,
}

/// The failure that stopped the writer, to be told again and again: `io::Error` cannot be cloned.
struct Stop {
    step: &'static str,
    kind: io::ErrorKind,
    code: Option<i32>,
    text: String,
}

impl Writer {
    /// Opens the log in `dir`, or creates it if the options say so. Proves that the store matches its head.
    ///
    /// Blocks; at a million entries for about a second.
    ///
    /// # Errors
    /// Any but the read errors of [`Error`]; nothing that was stored is changed.
    pub fn open(dir: &Path, options: Options) -> Result<Opened, Error> {
        open::open(dir, options, |disk| Box::new(disk))
    }

    /// [`Self::open`] over a disk that fails as `faults` says. For tests.
    ///
    /// # Errors
    /// As [`Self::open`], and the faults.
    #[cfg(feature = "faults")]
    pub fn open_with_faults(
        dir: &Path,
        options: Options,
        faults: &crate::faults::Faults,
    ) -> Result<Opened, Error> {
        open::open(dir, options, |disk| {
            Box::new(crate::faults::FaultyDisk::new(disk, faults))
        })
    }

    pub(crate) fn new(shared: Arc<Shared>, encoder: Encoder) -> Self {
        Self {
            shared,
            encoder,
            stopped: None,
        }
    }

    /// Appends a batch, all or nothing. When it returns `Ok`, the batch survives a power cut and readers see it.
    ///
    /// Blocks for one flush and one fsync, however large the batch is.
    ///
    /// # Errors
    /// [`AppendError::Refused`]: nothing was written, go on. [`AppendError::Stopped`]: this writer is done.
    pub fn append(&mut self, batch: &Batch) -> Result<Appended, AppendError> {
        let edge = self.shared.memory().size();
        let first = Index(edge.0);
        self.go_on(edge, || Unacknowledged::Batch {
            first,
            records: batch.records.len(),
        })?;
        let planned = plan(edge, batch, &mut self.encoder)?;
        let disk = &self.shared.disk;
        let written = disk
            .apply(planned.puts)
            .map_err(|error| ("apply", error))
            .and_then(|()| disk.flush().map_err(|error| ("flush", error)))
            .and_then(|()| disk.sync().map_err(|error| ("sync", error)));
        if let Err((step, error)) = written {
            return Err(self.stop(
                step,
                &error,
                edge,
                Unacknowledged::Batch {
                    first,
                    records: batch.records.len(),
                },
            ));
        }
        let mut memory = self.shared.memory.write().unwrap_or_else(PoisonError::into_inner);
        memory.fold(&planned.chunks, planned.leaves);
        for (name, value) in &batch.cursors {
            memory.move_cursor(name, value);
        }
        let size = memory.size();
        tracing::debug!(index = first.0, tree_size = size.0, "batch appended");
        Ok(Appended {
            first,
            size,
            root: memory.tree().root(),
        })
    }

    /// Publishes the signed head beside the store: durable when it returns. Not before the entries that it covers.
    ///
    /// # Errors
    /// [`Refused::NotOurHead`]: the note is no checkpoint, or its size and root are not those of stored entries; the
    /// store would be refused at the next opening. [`AppendError::Stopped`]: the old head or the new one is found at
    /// the next opening, and this writer is done.
    pub fn publish_head(&mut self, note: &[u8]) -> Result<(), AppendError> {
        let size = self.shared.memory().size();
        self.go_on(size, || Unacknowledged::Head)?;
        // Checked again although the caller has just signed it: flipped bits have ended real logs (Yeti 2022).
        let head = Head::parse_unverified(note).ok_or(Refused::NotOurHead)?;
        if self.shared.memory().tree().root_at(head.size).ok() != Some(head.root) {
            return Err(Refused::NotOurHead.into());
        }
        let disk = &self.shared.disk;
        let written = disk
            .stage_head(note)
            .map_err(|error| ("writing the head", error))
            .and_then(|()| disk.commit_head().map_err(|error| ("renaming the head", error)));
        if let Err((step, error)) = written {
            return Err(self.stop(step, &error, size, Unacknowledged::Head));
        }
        *self.shared.head.write().unwrap_or_else(PoisonError::into_inner) = Some(head);
        Ok(())
    }

    /// Whether a failed write has stopped this writer for good.
    pub fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    fn go_on(
        &self,
        acknowledged: TreeSize,
        asked: impl FnOnce() -> Unacknowledged,
    ) -> Result<(), AppendError> {
        self.stopped
            .as_ref()
            .map_or(Ok(()), |stop| Err(stop.error(acknowledged, asked())))
    }

    fn stop(
        &mut self,
        step: &'static str,
        error: &io::Error,
        acknowledged: TreeSize,
        unacknowledged: Unacknowledged,
    ) -> AppendError {
        let failure = Stop {
            step,
            kind: error.kind(),
            code: error.raw_os_error(),
            text: error.to_string(),
        };
        self.stopped.insert(failure).error(acknowledged, unacknowledged)
    }
}

impl Stop {
    fn error(&self, acknowledged: TreeSize, unacknowledged: Unacknowledged) -> AppendError {
        let source = self.code.map_or_else(
            || io::Error::new(self.kind, self.text.clone()),
            io::Error::from_raw_os_error,
        );
        AppendError::Stopped {
            step: self.step,
            acknowledged,
            unacknowledged,
            source,
        }
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("stopped", &self.is_stopped())
            .finish_non_exhaustive()
    }
}
