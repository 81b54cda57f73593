//! The handle that callers hold.

use crate::commit::{Committer, Message};
use crate::error::{OpenError, SubmitError};
use crate::intake::{self, SharedKeyring};
use crate::open::{self, Opened};
use crate::receipt::Receipt;
use crate::settings::Settings;
use armistice_eventlog::Reader;
use armistice_eventlog::group::{Limits, Queue, Submitter};
use armistice_report::{ENTRY_BYTES_MAX, Event, IntakeRewound, Refusal, Timestamp};
use armistice_tlog::{SigningKey, TreeSize};
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use tokio::sync::{oneshot, watch};

/// Gives the present time; the ledger itself never reads a clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The answer to a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log, durably.
    Recorded(Receipt),
    /// It is not, and why.
    Refused(Refusal),
}

/// Where the answer goes.
pub(crate) type Waiting = oneshot::Sender<Result<Outcome, SubmitError>>;

/// What an intake has taken so far: written in the same batch as what became of the submission, so that neither can
/// survive a crash without the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The intake, such as `intake/SUBMITTED_karabakh-2020`; at most 255 bytes.
    pub name: Arc<str>,
    /// Its position in a form of its own; at most 4,096 bytes. Read back with [`Reader::cursor`].
    pub value: Vec<u8>,
}

/// How a submission came here, where an intake brought it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Who handed it in, by the intake's own authority. The signer must be the same: a note that somebody else hands in is
    /// refused, and not counted against its signer.
    pub sender: Option<Arc<str>>,
    /// What the intake has taken with it.
    pub cursor: Option<Cursor>,
}

/// What is asked of the ledger.
pub(crate) enum Work {
    /// A submission from outside, and who handed it in where that is known.
    Submission(Vec<u8>, Option<Arc<str>>),
    /// An entry of the ledger's own.
    Own(Box<Event>),
}

/// One item of the queue.
pub(crate) struct Queued {
    pub(crate) work: Work,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) waiting: Waiting,
}

type Intake = Submitter<Queued>;

/// A submission that is queued. Dropping it takes nothing back.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Outcome, SubmitError>>);

impl Pending {
    /// Waits until the submission is durable or refused.
    ///
    /// # Errors
    /// [`SubmitError`]: it is then unknown whether the submission is in the log; sending the same bytes again is safe.
    pub async fn outcome(self) -> Result<Outcome, SubmitError> {
        self.0.await.map_err(|_| SubmitError::Closed)?
    }
}

/// A running ledger. Clones share it; [`Ledger::close`] ends it in order.
#[derive(Clone)]
pub struct Ledger {
    running: Arc<Running>,
    reader: Reader,
    heads: watch::Receiver<TreeSize>,
}

struct Running {
    /// `None` once closed: the queue ends when its last submitter is gone.
    submitter: Mutex<Option<Intake>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Running {
    fn close(&self) {
        drop(
            self.submitter
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        // Held while joining, so that a second caller returns when the threads have ended, not before.
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            // A thread that panicked has dropped its callers' channels: they got `Closed`.
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger")
            .field("size", &self.reader.size())
            .finish_non_exhaustive()
    }
}

/// Groups that are checked and wait for the disk: one, so that verification runs one group ahead and no further.
const GROUPS_AHEAD: usize = 1;

impl Ledger {
    /// Opens the ledger in `dir` and starts its two threads. Blocks while the log is opened.
    ///
    /// # Errors
    /// [`OpenError`]; then nothing was changed but, at most, the head signed for entries found past it.
    pub fn open(
        dir: &Path,
        log_key: SigningKey,
        settings: Settings,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        let opened = open::open(dir, &log_key)?;
        Self::start(opened, log_key, settings, clock)
    }

    /// [`Ledger::open`] over a disk that fails as `faults` says. For tests.
    ///
    /// # Errors
    /// As [`Ledger::open`], and the faults.
    #[cfg(feature = "faults")]
    pub fn open_with_faults(
        dir: &Path,
        log_key: SigningKey,
        settings: Settings,
        clock: Clock,
        faults: &armistice_eventlog::faults::Faults,
    ) -> Result<Self, OpenError> {
        let opened = open::open_over(dir, &log_key, |log| {
            armistice_eventlog::Writer::open_with_faults(log, armistice_eventlog::Options::default(), faults)
        })?;
        Self::start(opened, log_key, settings, clock)
    }

    /// Queues a submission and waits until it is durable or refused.
    ///
    /// # Errors
    /// [`SubmitError`]: it is then unknown whether the submission is in the log; sending the same bytes again is safe.
    pub async fn submit(&self, note: Vec<u8>) -> Result<Outcome, SubmitError> {
        self.queue(note, Taken::default()).await?.outcome().await
    }

    /// Queues a submission, after waiting for room; its answer is awaited apart, so that one task keeps many in flight.
    /// Its cursor is durable when the answer is there. Of the cursors of one name in a group the last one is written.
    ///
    /// # Errors
    /// [`SubmitError::Closed`]: it was not queued.
    pub async fn queue(&self, note: Vec<u8>, taken: Taken) -> Result<Pending, SubmitError> {
        let bytes = note.len();
        self.enqueue(Work::Submission(note, taken.sender), taken.cursor, bytes)
            .await
    }

    /// Records that an intake was set back, as an entry of the ledger's own, and moves its cursor in the same batch.
    ///
    /// # Errors
    /// As [`Ledger::submit`].
    pub async fn record_rewound(
        &self,
        content: IntakeRewound,
        cursor: Option<Cursor>,
    ) -> Result<Outcome, SubmitError> {
        let work = Work::Own(Box::new(Event::IntakeRewound(content)));
        self.enqueue(work, cursor, ENTRY_BYTES_MAX).await?.outcome().await
    }

    async fn enqueue(
        &self,
        work: Work,
        cursor: Option<Cursor>,
        bytes: usize,
    ) -> Result<Pending, SubmitError> {
        let intake = self.intake()?;
        let (waiting, answer) = oneshot::channel();
        let queued = Queued {
            work,
            cursor,
            waiting,
        };
        let submitted = intake.submit(queued, bytes).await;
        submitted.map_err(|_| SubmitError::Closed)?;
        Ok(Pending(answer))
    }

    /// The size of the newest signed head: changes after each group that added entries, once all of it is on disk. A
    /// follower waits here and reads what is new; sizes in between may be skipped.
    pub fn heads(&self) -> watch::Receiver<TreeSize> {
        self.heads.clone()
    }

    /// [`Ledger::submit`] for a thread that may block.
    ///
    /// # Errors
    /// As [`Ledger::submit`].
    pub fn submit_blocking(&self, note: Vec<u8>) -> Result<Outcome, SubmitError> {
        self.submit_all_blocking([note])
            .pop()
            .unwrap_or(Err(SubmitError::Closed))
    }

    /// Queues many submissions, then waits for all; answers come in the order of the submissions. Blocks, and
    /// waits for room where the queue is full.
    pub fn submit_all_blocking(
        &self,
        notes: impl IntoIterator<Item = Vec<u8>>,
    ) -> Vec<Result<Outcome, SubmitError>> {
        let queue = |note: Vec<u8>| -> Result<oneshot::Receiver<_>, SubmitError> {
            let (answer, waiting) = oneshot::channel();
            let bytes = note.len();
            // Taken anew for each: a closing ledger does not wait for the rest of a long iterator.
            let queued = Queued {
                work: Work::Submission(note, None),
                cursor: None,
                waiting: answer,
            };
            self.intake()?
                .submit_blocking(queued, bytes)
                .map_err(|_| SubmitError::Closed)?;
            Ok(waiting)
        };
        let queued: Vec<_> = notes.into_iter().map(queue).collect();
        queued
            .into_iter()
            .map(|queued| queued?.blocking_recv().map_err(|_| SubmitError::Closed)?)
            .collect()
    }

    fn intake(&self) -> Result<Intake, SubmitError> {
        let submitter = self
            .running
            .submitter
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        submitter.clone().ok_or(SubmitError::Closed)
    }

    /// The log, for reading. It goes on reading after the writer stopped.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Takes no more submissions, answers those that are queued, writes the last marks and ends the threads. Blocks until
    /// they ended. The last clone of a ledger that is dropped does the same.
    pub fn close(&self) {
        self.running.close();
    }

    fn start(
        opened: Opened,
        log_key: SigningKey,
        settings: Settings,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        let settings = settings.within_limits();
        let reader = opened.reader.clone();
        let dir = opened.dir.clone();
        let keyring: SharedKeyring = Arc::new(RwLock::new(Arc::new(opened.keyring.clone())));
        let (submitter, queue) = Queue::new(Limits {
            items_max: settings.queue_items_max,
            bytes_max: settings.queue_bytes_max,
        });
        let (groups, checked) = sync_channel::<Message>(GROUPS_AHEAD);
        let (news, heads) = watch::channel(reader.size());
        let mut committer = Committer::new(opened, log_key, &settings, clock, Arc::clone(&keyring), news);
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(run)
                .map_err(|source| OpenError::Io {
                    path: dir.clone(),
                    source,
                })
        };
        let intake = spawn(
            "intake",
            Box::new(move || intake::run(queue, &keyring, &groups, &settings)),
        )?;
        let commit = spawn("commit", Box::new(move || committer.run(&checked)))?;
        let running = Running {
            submitter: Mutex::new(Some(submitter)),
            threads: Mutex::new(vec![intake, commit]),
        };
        Ok(Self {
            running: Arc::new(running),
            reader,
            heads,
        })
    }
}
