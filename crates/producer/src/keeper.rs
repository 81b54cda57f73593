//! The thread that owns the outbox: everything that is asked at the same time goes into one transaction.
//!
//! ```text
//! report() ─┐                       ┌─► ticket, after the sync
//! report() ─┼─► commands ─► group ──┼─► courier: positions up to here may be published
//! receipts ─┘   (bounded)           └─► outcomes to those who wait
//! ```
//! While one transaction is synced to disk the next group gathers, so the cost of a sync is shared by as many as arrive
//! meanwhile. A group of outcomes alone is not synced before it is answered: if it is lost, the report is still pending, is
//! published again, and the ledger gives its first receipt again.

use crate::Error;
use crate::outbox::{Done, Outbox, Settled, Work};
use crate::reader::Reader;
use crate::status::{self, Status};
use crate::ticket::{Answer, Outcome, Ticket};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use tokio::time::timeout;
use tracing::{debug, error};

/// Commands that wait for the thread; more make their callers wait.
pub(crate) const COMMANDS_MAX: usize = 4_096;
/// Pieces of work in one transaction: 1,024 signatures take about 30 ms.
const GROUP_MAX: usize = 1_024;
/// Groups of outcomes in a row that are not synced: pages that they free are used again only after a sync.
const UNSYNCED_GROUPS_MAX: u32 = 64;
/// How long outcomes wait for a report whose sync takes them along. A process that dies before asks the ledger again; a
/// sync for each outcome would be every second one of a quiet producer.
const UNSYNCED_MAX: Duration = Duration::from_secs(1);

/// What the thread is asked.
#[derive(Debug)]
pub(crate) enum Command {
    /// Queue a draft or a note; the permit is the room that it takes.
    Queue {
        work: Work,
        room: OwnedSemaphorePermit,
        reply: oneshot::Sender<Result<Ticket, Error>>,
    },
    /// An outcome.
    Settle { position: u64, settled: Settled },
    /// Forget a receipt.
    Forget {
        id: String,
        reply: oneshot::Sender<Result<bool, Error>>,
    },
    /// Another ticket for a report; `None` when it is neither waiting nor kept.
    Ticket {
        id: String,
        reply: oneshot::Sender<Result<Option<Ticket>, Error>>,
    },
    /// Tell those who wait for these reports, or for any, that something is wrong for good; the reports stay.
    Trouble {
        positions: Option<Vec<u64>>,
        error: Error,
    },
    /// The outbox cannot be read: nothing more is queued, and nobody waits.
    Stop { error: Error },
    /// End.
    Close,
}

/// What the thread shares with the rest of the producer.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    /// The last position that is durable: up to here notes may be published.
    pub(crate) durable: watch::Sender<u64>,
    pub(crate) status: watch::Sender<Status>,
    /// Room for reports without an outcome.
    pub(crate) room: Arc<Semaphore>,
}

/// What to do when a piece of work is done.
enum Then {
    Reply(OwnedSemaphorePermit, oneshot::Sender<Result<Ticket, Error>>),
    Forgotten(oneshot::Sender<Result<bool, Error>>),
    Tell,
}

/// What needs no transaction and is done after it.
enum After {
    Ticket(String, oneshot::Sender<Result<Option<Ticket>, Error>>),
    Trouble(Option<Vec<u64>>, Error),
    Stop(Error),
}

pub(crate) struct Keeper {
    outbox: Outbox,
    reader: Reader,
    shared: Shared,
    waiting: HashMap<u64, Vec<oneshot::Sender<Answer>>>,
    pending: usize,
    /// Reports beyond the limit when the outbox was opened with a smaller one: their room is not given back.
    beyond: usize,
    unsynced: u32,
    stopped: Option<Error>,
}

impl Keeper {
    pub(crate) fn new(outbox: Outbox, shared: Shared, pending: usize, beyond: usize) -> Self {
        Self {
            reader: Reader::new(Arc::clone(outbox.database())),
            outbox,
            shared,
            waiting: HashMap::new(),
            pending,
            beyond,
            unsynced: 0,
            stopped: None,
        }
    }

    /// Runs until it is told to close. What is still queued as a command then was never answered. `clock` is this
    /// thread's own: it lets it wait for a limited time.
    pub(crate) fn run(mut self, clock: &Runtime, mut commands: mpsc::Receiver<Command>) {
        let mut open = true;
        while open {
            let first = if self.unsynced == 0 {
                commands.blocking_recv()
            } else if let Ok(first) = clock.block_on(async { timeout(UNSYNCED_MAX, commands.recv()).await }) {
                first
            } else {
                self.write(Vec::new(), true);
                continue;
            };
            let Some(first) = first else { break };
            let mut group = vec![first];
            while group.len() < GROUP_MAX
                && let Ok(command) = commands.try_recv()
            {
                group.push(command);
            }
            open = self.group(group);
            if self.unsynced >= UNSYNCED_GROUPS_MAX {
                self.write(Vec::new(), true);
            }
        }
        if self.unsynced > 0 {
            self.write(Vec::new(), true);
        }
    }

    /// Does a group; false when it held the command to close.
    fn group(&mut self, commands: Vec<Command>) -> bool {
        let mut open = true;
        let mut sync = false;
        let (mut works, mut thens, mut afters) = (Vec::new(), Vec::new(), Vec::new());
        for command in commands {
            match command {
                Command::Queue { work, room, reply } => {
                    sync = true;
                    works.push(work);
                    thens.push(Then::Reply(room, reply));
                }
                Command::Settle { position, settled } => {
                    works.push(Work::Settle { position, settled });
                    thens.push(Then::Tell);
                }
                Command::Forget { id, reply } => {
                    works.push(Work::Forget(id));
                    thens.push(Then::Forgotten(reply));
                }
                Command::Ticket { id, reply } => afters.push(After::Ticket(id, reply)),
                Command::Trouble { positions, error } => afters.push(After::Trouble(positions, error)),
                Command::Stop { error } => afters.push(After::Stop(error)),
                Command::Close => open = false,
            }
        }
        if !works.is_empty() {
            let answers = self.write(works, sync);
            for (then, answer) in thens.into_iter().zip(answers) {
                self.then(then, answer);
            }
            let pending = self.pending;
            self.shared.status.send_modify(|status| status.pending = pending);
            // Only what is committed and synced may be published, and this is what says so.
            if sync && self.stopped.is_none() {
                self.shared.durable.send_replace(self.outbox.next() - 1);
            }
        }
        for after in afters {
            self.after(after);
        }
        open
    }

    fn write(&mut self, works: Vec<Work>, sync: bool) -> Vec<Result<Done, Error>> {
        let count = works.len();
        if let Some(error) = &self.stopped {
            return (0..count).map(|_| Err(error.clone())).collect();
        }
        match self.outbox.write(works, sync) {
            Ok(answers) => {
                self.unsynced = if sync { 0 } else { self.unsynced + 1 };
                debug!(count, sync, "outbox written");
                answers
            }
            Err(failed) => {
                // The disk's state is unknown: nothing more is signed until the outbox is opened again.
                self.stop(&failed);
                (0..count).map(|_| Err(failed.clone())).collect()
            }
        }
    }

    fn stop(&mut self, failed: &Error) {
        error!(error = ?failed, "outbox stopped");
        for (_, waiting) in self.waiting.drain() {
            tell(waiting, &Err(failed.clone()));
        }
        status::trouble(&self.shared.status, failed.clone(), 1);
        self.stopped = Some(failed.clone());
        // What was not synced cannot be any more.
        self.unsynced = 0;
    }

    fn then(&mut self, then: Then, answer: Result<Done, Error>) {
        match (then, answer) {
            (Then::Reply(room, reply), Ok(done)) => {
                if let Done::Queued { new: true, .. } = done {
                    room.forget();
                    self.pending += 1;
                }
                // A caller that went away changes nothing: the report is queued.
                let _ = reply.send(self.ticket(done).ok_or(Error::Closed));
            }
            (Then::Reply(_, reply), Err(error)) => {
                let _ = reply.send(Err(error));
            }
            (Then::Forgotten(reply), answer) => {
                let _ = reply.send(answer.map(|done| matches!(done, Done::Forgotten(true))));
            }
            (Then::Tell, Ok(Done::Settled { position, settled })) => {
                self.pending = self.pending.saturating_sub(1);
                if self.beyond > 0 {
                    self.beyond -= 1;
                } else {
                    self.shared.room.add_permits(1);
                }
                let outcome = match settled {
                    Settled::Recorded(receipt) => Outcome::Recorded(*receipt),
                    Settled::Refused(refusal) => Outcome::Refused(refusal),
                };
                if let Some(waiting) = self.waiting.remove(&position) {
                    tell(waiting, &Ok(outcome));
                }
            }
            (Then::Tell, _) => {}
        }
    }

    /// A ticket for what is queued or kept.
    fn ticket(&mut self, done: Done) -> Option<Ticket> {
        let (sender, answer) = oneshot::channel();
        let (id, submission, known) = match done {
            Done::Queued {
                position,
                id,
                submission,
                ..
            } => {
                self.waiting.entry(position).or_default().push(sender);
                (id, submission, None)
            }
            Done::Kept {
                id,
                submission,
                receipt,
            } => (id, submission, Some(Ok(Outcome::Recorded(*receipt)))),
            Done::Settled { .. } | Done::Late | Done::Forgotten(_) => return None,
        };
        Some(Ticket {
            id,
            submission,
            answer,
            known,
        })
    }

    fn after(&mut self, after: After) {
        match after {
            After::Ticket(id, reply) => {
                let found = self.find(&id);
                let _ = reply.send(found.map(|found| found.and_then(|done| self.ticket(done))));
            }
            After::Stop(error) => self.stop(&error),
            After::Trouble(None, error) => {
                for (_, waiting) in self.waiting.drain() {
                    tell(waiting, &Err(error.clone()));
                }
            }
            After::Trouble(Some(positions), error) => {
                for position in positions {
                    if let Some(waiting) = self.waiting.remove(&position) {
                        tell(waiting, &Err(error.clone()));
                    }
                }
            }
        }
    }

    fn find(&self, id: &str) -> Result<Option<Done>, Error> {
        let Some(position) = self.reader.position(id)? else {
            return Ok(None);
        };
        let id = id.to_owned();
        Ok(self
            .reader
            .kept(position)?
            .map(|(submission, receipt)| match receipt {
                Some(receipt) => Done::Kept {
                    id,
                    submission,
                    receipt: Box::new(receipt),
                },
                None => Done::Queued {
                    position,
                    id,
                    submission,
                    new: false,
                },
            }))
    }
}

fn tell(waiting: Vec<oneshot::Sender<Answer>>, answer: &Answer) {
    for sender in waiting {
        // A dropped ticket waits for nothing.
        let _ = sender.send(answer.clone());
    }
}
