//! The second thread: admits in order, appends, flushes, signs, keeps the head, hands out receipts.
//!
//! The order of a commit, and what is true if the process dies in between:
//!
//! 1. *decided*: nothing is written; nobody was told anything.
//! 2. *appended and flushed*: the entries are durable, no receipt exists. Opening finds them past the signed
//!    head, keeps and signs them; a producer that resends gets its receipt.
//! 3. *signed, head kept*: as 2, and nothing to catch up.
//! 4. *answered*: receipts are out; all that they claim is on disk.

use crate::answers::{self, answer};
use crate::decide::Planned;
use crate::error::{StopCause, SubmitError};
use crate::intake::{CheckedWaiting, SharedKeyring, Task};
use crate::ledger::Clock;
use crate::marks::Marks;
use crate::open::Opened;
use crate::settings::Settings;
use crate::sign::signed_checkpoint;
use crate::snapshot::Snapshot;
use armistice_admission::{Keyring, State};
use armistice_eventlog::{Batch, Reader, Writer};
use armistice_report::Event;
use armistice_tlog::{Hash, SigningKey, TreeSize};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tracing::{error, info, info_span, warn};

/// A checked group.
pub(crate) type Message = Vec<CheckedWaiting>;

/// How often marks that the minute's limit held back are tried again while nothing else arrives.
const IDLE: Duration = Duration::from_secs(1);

pub(crate) struct Committer {
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
    pub(crate) state: State,
    pub(crate) keyring: Keyring,
    shared: SharedKeyring,
    pub(crate) marks: Marks,
    pub(crate) log_key: SigningKey,
    clock: Clock,
    pub(crate) own_sequence: u64,
    pub(crate) own_previous: Option<Hash>,
    snapshot_path: PathBuf,
    snapshot_entries: u64,
    snapshot_size: u64,
    stopped: Option<Arc<StopCause>>,
    news: watch::Sender<TreeSize>,
}

impl Committer {
    pub(crate) fn new(
        opened: Opened,
        log_key: SigningKey,
        settings: &Settings,
        clock: Clock,
        shared: SharedKeyring,
        news: watch::Sender<TreeSize>,
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
            news,
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
            for one in group {
                answer(one.waiting, Err(self.stopped_by(cause)));
            }
            return;
        }
        let clock = (self.clock)();
        let received = clock.max(self.state.received());
        let mut planned = Planned::new(clock, received, self.state.next_index(), group.len());
        for one in group {
            let decided = match one.task {
                Task::Submission(checked, sender) => self.decide(&mut planned, &checked, sender.as_deref()),
                Task::Own(event) => self.plan_own(&mut planned, *event),
            };
            if let Some(cursor) = one.cursor {
                planned.cursors.insert(cursor.name, cursor.value);
            }
            planned.answers.push((one.waiting, decided));
        }
        if let Some(content) = self.marks.take(planned.clock, closing) {
            self.plan_own(&mut planned, Event::RefusalRecorded(content));
        }
        match self.write(&mut planned) {
            Ok(checkpoint) => {
                answers::give(
                    &self.reader,
                    planned.first,
                    received,
                    planned.answers,
                    &checkpoint,
                );
            }
            Err(failure) => self.stop(planned, failure),
        }
        if self.state.history().len() >= self.snapshot_size + self.snapshot_entries {
            self.save_snapshot();
        }
    }

    /// Appends, flushes, signs, keeps the head. Returns the checkpoint that covers everything written.
    fn write(&mut self, planned: &mut Planned) -> Result<String, StopCause> {
        let cursors = std::mem::take(&mut planned.cursors).into_iter();
        let cursors: Vec<_> = cursors.map(|(name, value)| (name.to_string(), value)).collect();
        if planned.records.is_empty() {
            if !cursors.is_empty() {
                // Refusals and repetitions move an intake on as well; the head stays as it is.
                let records = Vec::new();
                self.writer.append(&Batch { records, cursors })?;
            }
            let head = self
                .reader
                .head()
                .and_then(|head| String::from_utf8(head.note).ok());
            return Ok(head.unwrap_or_default());
        }
        let records = std::mem::take(&mut planned.records);
        let appended = self.writer.append(&Batch { records, cursors })?;
        // Only now is it durable: a checkpoint over bytes that can still vanish would be a false statement.
        let checkpoint = signed_checkpoint(&self.state, &self.log_key, appended.size, appended.root)?;
        self.writer.publish_head(checkpoint.as_bytes())?;
        if planned.governs {
            let keys = Arc::new(self.keyring.clone());
            *self.shared.write().unwrap_or_else(PoisonError::into_inner) = keys;
        }
        self.news.send_replace(appended.size);
        info!(
            index = appended.first.0,
            tree_size = appended.size.0,
            "batch appended"
        );
        Ok(checkpoint)
    }

    /// A failed write leaves the disk in an unknown state: nothing more is written in this process. Refusals of the group
    /// are not given either: they may rest on entries that are lost, and their marks are.
    fn stop(&mut self, planned: Planned, failure: StopCause) {
        error!(tree_size = self.signed_size().0, error = %failure, "writer stopped");
        let cause = Arc::new(failure);
        for (waiting, _) in planned.answers {
            answer(waiting, Err(self.stopped_by(&cause)));
        }
        self.stopped = Some(cause);
    }

    fn stopped_by(&self, cause: &Arc<StopCause>) -> SubmitError {
        SubmitError::Stopped {
            size: self.signed_size(),
            cause: Arc::clone(cause),
        }
    }

    /// What the kept head covers: everything that was ever acknowledged.
    fn signed_size(&self) -> TreeSize {
        self.reader.head().map_or(TreeSize(0), |head| head.size)
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
