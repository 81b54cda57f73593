//! What a program holds: an open outbox, and the connection that empties it.

use crate::connect::{self, Parts};
use crate::draft::Home;
use crate::keeper::{COMMANDS_MAX, Command, Keeper, Shared};
use crate::outbox::{Outbox, Work};
use crate::reader::Reader;
use crate::{Counter, Draft, Error, Pending, RefusedReport, Settings, Status, Ticket};
use armistice_admission::Submission;
use armistice_bus::{Access, Bus};
use armistice_report::CeasefireId;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// An open outbox. Clones share it.
#[derive(Debug, Clone)]
pub struct Producer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    home: Home,
    settings: Settings,
    shared: Shared,
    fresh_from: u64,
    commands: mpsc::Sender<Command>,
    /// `None` once closed: the file is free for another process when nobody reads it.
    reader: Mutex<Option<Reader>>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Producer {
    /// Opens the outbox at `path` or creates it, and starts the thread that owns it. What is pending is published once there
    /// is a connection. One process at a time can have it open; it belongs to one producer, ceasefire and ledger for ever.
    /// Never copy an outbox to go on with both copies: both would use the same numbers.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::Open`], [`Error::Mismatch`], [`Error::CounterUnknown`], [`Error::Name`], [`Error::Damaged`].
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn open(path: impl Into<PathBuf>, settings: Settings) -> Result<Self, Error> {
        let path = path.into();
        let opening = tokio::task::spawn_blocking(move || Self::open_blocking(&path, settings));
        opening.await.unwrap_or(Err(Error::Closed))
    }

    fn open_blocking(path: &Path, settings: Settings) -> Result<Self, Error> {
        let outbox = Outbox::open(path, &settings)?;
        let reader = Reader::new(Arc::clone(outbox.database()));
        let pending = usize::try_from(reader.pending_count()?).unwrap_or(usize::MAX);
        let room_max = settings.pending_max.min(Semaphore::MAX_PERMITS);
        let shared = Shared {
            durable: watch::Sender::new(outbox.next() - 1),
            status: watch::Sender::new(Status {
                pending,
                problem: None,
            }),
            room: Arc::new(Semaphore::new(room_max.saturating_sub(pending))),
        };
        let (commands, queue) = mpsc::channel(COMMANDS_MAX);
        let (home, fresh_from) = (outbox.home().clone(), outbox.next());
        let keeper = Keeper::new(outbox, shared.clone(), pending, pending.saturating_sub(room_max));
        let clock = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|error| Error::Runtime(Arc::new(error)))?;
        let thread = std::thread::Builder::new()
            .name("outbox".to_owned())
            .spawn(move || keeper.run(&clock, queue))
            .map_err(|error| Error::Runtime(Arc::new(error)))?;
        Ok(Self(Arc::new(Inner {
            home,
            settings,
            shared,
            fresh_from,
            commands,
            reader: Mutex::new(Some(reader)),
            thread: Mutex::new(Some(thread)),
            task: Mutex::new(None),
        })))
    }

    /// Publishes over this connection from now on, until [`Producer::close`]. The connection repairs itself; it needs the right
    /// to publish to the producer's own `submit` subject and to read its own `receipt` subject. Returns at once.
    ///
    /// # Errors
    /// [`Error::Connected`] the second time, [`Error::Closed`].
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn connect(&self, bus: Bus) -> Result<(), Error> {
        self.start(|parts| tokio::spawn(connect::over(bus, parts)))
    }

    /// The same when there may be no server yet: it is looked for until one answers, and what is wrong meanwhile is in
    /// [`Producer::status`].
    ///
    /// # Errors
    /// As [`Producer::connect`].
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn connect_to(&self, access: Access) -> Result<(), Error> {
        self.start(|parts| tokio::spawn(connect::to(access, parts)))
    }

    fn start(&self, start: impl FnOnce(Parts) -> JoinHandle<()>) -> Result<(), Error> {
        let inner = &self.0;
        let reader = self.reader()?;
        let mut task = inner.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.is_some() {
            return Err(Error::Connected);
        }
        *task = Some(start(Parts {
            producer: inner.home.producer.clone(),
            ceasefire: inner.home.ceasefire.clone(),
            settings: inner.settings.clone(),
            reader,
            keeper: inner.commands.clone(),
            durable: inner.shared.durable.subscribe(),
            status: inner.shared.status.clone(),
            fresh_from: inner.fresh_from,
        }));
        Ok(())
    }

    /// Signs and queues a report; durable on this machine when it returns. Waits while the outbox is full. Calls at the same
    /// time share one write. A draft that says the same as a report in the outbox gets that report's ticket: calling again
    /// after a crash or an error never makes a second report, as long as the id is the same.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the refusal that every ledger would give, and no number is used; [`Error::NoKey`],
    /// [`Error::CounterExhausted`], [`Error::Store`], [`Error::Closed`].
    pub async fn report(&self, draft: Draft) -> Result<Ticket, Error> {
        let work = self.draft(draft)?;
        self.queue(work, self.room().await?).await
    }

    /// [`Producer::report`], and [`Error::Full`] instead of waiting for room.
    ///
    /// # Errors
    /// As [`Producer::report`], and [`Error::Full`].
    pub async fn try_report(&self, draft: Draft) -> Result<Ticket, Error> {
        let work = self.draft(draft)?;
        self.queue(work, self.room_now()?).await
    }

    /// Queues many drafts in their order, in as few writes as it can; answers come in the same order.
    pub async fn report_all(&self, drafts: impl IntoIterator<Item = Draft>) -> Vec<Result<Ticket, Error>> {
        let mut replies = Vec::new();
        for draft in drafts {
            replies.push(match self.draft(draft) {
                Ok(work) => match self.room().await {
                    Ok(room) => self.hand_over(work, room).await,
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            });
        }
        let mut tickets = Vec::with_capacity(replies.len());
        for reply in replies {
            tickets.push(match reply {
                Ok(reply) => reply.await.unwrap_or(Err(Error::Closed)),
                Err(error) => Err(error),
            });
        }
        tickets
    }

    /// Queues a note that was signed elsewhere under this producer's name, byte for byte. The counter goes on after it. An
    /// outbox with a key takes only notes that this key signed; one without takes any, and asks for [`Settings::counter`]
    /// when it is opened with a key again.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NotOurs`], [`Error::Store`], [`Error::Closed`].
    pub async fn queue_note(&self, note: Vec<u8>) -> Result<Ticket, Error> {
        let work = self.signed(note)?;
        self.queue(work, self.room().await?).await
    }

    /// [`Producer::queue_note`], and [`Error::Full`] instead of waiting for room.
    ///
    /// # Errors
    /// As [`Producer::queue_note`], and [`Error::Full`].
    pub async fn try_queue_note(&self, note: Vec<u8>) -> Result<Ticket, Error> {
        let work = self.signed(note)?;
        self.queue(work, self.room_now()?).await
    }

    fn signed(&self, note: Vec<u8>) -> Result<Work, Error> {
        let submission = Submission::read(note).map_err(|rejected| Error::invalid(rejected.refusal))?;
        let home = &self.0.home;
        if submission.signer() != home.producer.as_str() {
            return Err(Error::NotOurs {
                expected: home.producer.to_string(),
                found: submission.signer().to_owned(),
            });
        }
        home.holds(submission.report()).map_err(Error::invalid)?;
        Ok(Work::Note(Box::new(submission)))
    }

    /// A ticket for a report that is pending or whose receipt is kept; `None` for any other id.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Closed`].
    pub async fn ticket(&self, id: &str) -> Result<Option<Ticket>, Error> {
        let (reply, answer) = oneshot::channel();
        let id = id.to_owned();
        self.command(Command::Ticket { id, reply }).await?;
        answer.await.unwrap_or(Err(Error::Closed))
    }

    /// Every report that waits for an outcome, in the order of the outbox.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Closed`].
    pub fn pending(&self) -> Result<Vec<Pending>, Error> {
        self.reader()?.pending()
    }

    /// Every report that was refused, oldest first, as it was signed; of many only the last [`Settings::kept_max`].
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Closed`].
    pub fn refused(&self) -> Result<Vec<RefusedReport>, Error> {
        self.reader()?.refused()
    }

    /// The signed note of a report that is pending or whose receipt is kept.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Closed`].
    pub fn note(&self, id: &str) -> Result<Option<Vec<u8>>, Error> {
        let reader = self.reader()?;
        match reader.position(id)? {
            Some(position) => reader.note(position),
            None => Ok(None),
        }
    }

    /// Where the counter stands: the last number that was used, and the hash of the note that used it.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Closed`].
    pub fn counter(&self) -> Result<Counter, Error> {
        self.reader()?.counter()
    }

    /// Waits until no report is pending, without limit: put `tokio::time::timeout` around it.
    pub async fn drained(&self) {
        let mut status = self.0.shared.status.subscribe();
        // The sender lives as long as this producer.
        let _ = status.wait_for(|status| status.pending == 0).await;
    }

    /// The ceasefire that the outbox is for.
    pub fn ceasefire(&self) -> &CeasefireId {
        &self.0.home.ceasefire
    }

    /// How it is doing: how much is pending, and what is wrong.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.0.shared.status.subscribe()
    }

    /// Forgets the receipt of this report; a pending one is not forgotten. True when there was one. The same draft sent again
    /// afterwards is a new note, which the ledger refuses as `id_conflict`.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Closed`].
    pub async fn forget(&self, id: &str) -> Result<bool, Error> {
        let (reply, answer) = oneshot::channel();
        let id = id.to_owned();
        self.command(Command::Forget { id, reply }).await?;
        answer.await.unwrap_or(Err(Error::Closed))
    }

    /// Stops publishing, finishes the write that is under way and frees the outbox. What is pending stays in it.
    pub async fn close(&self) {
        self.0.shared.room.close();
        let task = self.0.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.abort();
            // Aborted is how it ends.
            let _ = task.await;
        }
        let _ = self.0.commands.send(Command::Close).await;
        self.take_reader();
        let thread = self.take_thread();
        if let Some(thread) = thread {
            // A thread that panicked has dropped its callers' channels: they got `Closed`.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }

    fn draft(&self, draft: Draft) -> Result<Work, Error> {
        let prepared = draft.prepare(&self.0.home).map_err(Error::invalid)?;
        Ok(Work::Draft(Box::new(prepared)))
    }

    async fn room(&self) -> Result<OwnedSemaphorePermit, Error> {
        let room = Arc::clone(&self.0.shared.room).acquire_owned().await;
        room.map_err(|_| Error::Closed)
    }

    fn room_now(&self) -> Result<OwnedSemaphorePermit, Error> {
        let room = Arc::clone(&self.0.shared.room).try_acquire_owned();
        room.map_err(|error| match error {
            TryAcquireError::NoPermits => Error::Full {
                pending_max: self.0.settings.pending_max,
            },
            TryAcquireError::Closed => Error::Closed,
        })
    }

    async fn queue(&self, work: Work, room: OwnedSemaphorePermit) -> Result<Ticket, Error> {
        let reply = self.hand_over(work, room).await?;
        reply.await.unwrap_or(Err(Error::Closed))
    }

    async fn hand_over(
        &self,
        work: Work,
        room: OwnedSemaphorePermit,
    ) -> Result<oneshot::Receiver<Result<Ticket, Error>>, Error> {
        let (reply, answer) = oneshot::channel();
        self.command(Command::Queue { work, room, reply }).await?;
        Ok(answer)
    }

    async fn command(&self, command: Command) -> Result<(), Error> {
        self.0.commands.send(command).await.map_err(|_| Error::Closed)
    }

    fn reader(&self) -> Result<Reader, Error> {
        let reader = self.0.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.clone().ok_or(Error::Closed)
    }

    fn take_reader(&self) {
        self.0
            .reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    fn take_thread(&self) -> Option<std::thread::JoinHandle<()>> {
        self.0
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task {
            task.abort();
        }
        // The thread ends by itself when its last command is done; a full queue means that it is busy, and the channel closes.
        let _ = self.commands.try_send(Command::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use armistice_report::Timestamp;
    use armistice_tlog::SigningKey;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn when_the_publishing_ends_nobody_waits_and_nothing_is_queued() {
        let ledger = SigningKey::from_seed("example.org/log", [1; 32]).unwrap();
        let key = SigningKey::from_seed("desk", [3; 32]).unwrap();
        let settings = Settings::new(key, ledger.verifier_key(), CeasefireId::new("c").unwrap());
        let folder = tempfile::tempdir().unwrap();
        let producer = Producer::open(folder.path().join("outbox"), settings)
            .await
            .unwrap();
        let Value::Object(draft) = json!({
            "id": "r-1", "type": "incident.reported.v1",
            "data": {
                "provenance": { "asserted_by": {}, "hedge": "stated" },
                "content": { "kind": "mortar", "accused": "side-a", "time": { "precision": "unknown" } },
            },
        }) else {
            unreachable!()
        };
        let draft = Draft::from_json(draft, Timestamp::new("2022-03-26T14:00:00Z").unwrap());
        let mut ticket = producer.report(draft.clone()).await.unwrap();
        let error = Error::Damaged { what: "a test" };
        producer.command(Command::Stop { error }).await.unwrap();
        let outcome = ticket.outcome().await;
        assert!(matches!(outcome, Err(Error::Damaged { .. })), "{outcome:?}");
        let queued = producer.report(draft).await;
        assert!(matches!(queued, Err(Error::Damaged { .. })), "{queued:?}");
        assert!(producer.status().borrow().problem.is_some());
    }
}
