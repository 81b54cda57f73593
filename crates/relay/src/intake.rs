//! The intake: SUBMITTED into the ledger.
//!
//! ```text
//! pull ≤ 1,024 ──► ledger.queue(note, sender, cursor) ──► answers in order ──► RECEIPTS, then ack, now and then purge
//! ```
//! A message is acknowledged once what became of it is flushed, together with the cursor that names it. If the process dies
//! before, the next start reads it again from the cursor on and the ledger knows it by its hash; if it dies between the flush and
//! the acknowledgement, nothing is read twice. The sender is the subject's last token, which the server's permissions tie to a
//! login; it must be the signer.
//!
//! A full stream refuses new messages and drops none; taken messages are purged, all but the one at the cursor.

use crate::backoff::Backoff;
use crate::cursor::{self, Position, Start};
use crate::entries::chain;
use crate::error::Error;
use crate::receipts::Answer;
use crate::relay::Stopping;
use crate::settings::{CONSUMER, IN_FLIGHT_MAX, PULL_MAX, PULL_WAIT, PURGE_MESSAGES, PURGE_SHARE, Settings};
use armistice_bus::{Bus, Intake as Pull, Message, Stream, StreamState, producer_of};
use armistice_eventlog::Reader;
use armistice_ledger::{Cursor, Ledger, Pending, Taken};
use armistice_report::{IntakeRewound, Label, Line, Whole};
use armistice_tlog::Hash;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tracing::{debug, info, warn};

pub(crate) struct Intake {
    pub(crate) bus: Bus,
    pub(crate) ledger: Ledger,
    pub(crate) reader: Reader,
    pub(crate) settings: Settings,
    pub(crate) answers: mpsc::Sender<Answer>,
}

/// A submission that waits for its answer.
struct InFlight {
    sequence: u64,
    bytes: u64,
    producer: Arc<str>,
    submission: Hash,
    pending: Pending,
}

/// One unbroken time with one stream.
struct Sitting {
    pull: Pull,
    created: i64,
    cursor_name: Arc<str>,
    in_flight: VecDeque<InFlight>,
    /// Taken and not purged yet.
    taken: u64,
    taken_bytes: u64,
}

impl Intake {
    /// Runs until `stopping`, and then until what was pulled is answered.
    pub(crate) async fn run(self, mut stopping: Stopping) -> Result<(), Error> {
        let mut backoff = Backoff::new();
        let mut reconnects = self.bus.reconnects();
        while !stopping.is_set() {
            match self.sit(&mut stopping, &mut reconnects, &mut backoff).await {
                Ok(()) => {}
                Err(error) if error.is_temporary() => {
                    // A stream that is gone is made again; a server that is away comes back.
                    warn!(error = %chain(&error), "intake interrupted");
                    backoff.wait().await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes from the stream until it is to stop, until the connection was made anew, or until something fails.
    async fn sit(
        &self,
        stopping: &mut Stopping,
        reconnects: &mut watch::Receiver<u64>,
        backoff: &mut Backoff,
    ) -> Result<(), Error> {
        reconnects.borrow_and_update();
        let mut sitting = self.begin().await?;
        backoff.worked();
        let taken = self.take(&mut sitting, stopping, reconnects).await;
        // What is queued is answered whatever happened to the stream; only the acknowledgement is left out, and the cursor
        // says the same.
        self.answer(&mut sitting, 0).await?;
        taken
    }

    async fn take(
        &self,
        sitting: &mut Sitting,
        stopping: &mut Stopping,
        reconnects: &mut watch::Receiver<u64>,
    ) -> Result<(), Error> {
        // A new connection may lead to a server that lost messages: begin again, and compare.
        while !stopping.is_set() && !reconnects.has_changed().unwrap_or(true) {
            let is_waiting = sitting.in_flight.is_empty();
            let wait = if is_waiting { PULL_WAIT } else { Duration::ZERO };
            let room = IN_FLIGHT_MAX
                .saturating_sub(sitting.in_flight.len())
                .min(PULL_MAX);
            let pulled = tokio::select! {
                biased;
                messages = sitting.pull.next(room, wait) => messages?,
                () = stopping.set() => return Ok(()),
                _ = reconnects.changed(), if is_waiting => return Ok(()),
            };
            let is_idle = pulled.is_empty();
            for message in pulled {
                self.queue(sitting, message).await?;
            }
            // While one half is flushed the other is verified; when nothing more comes, nothing is gained by holding back.
            let last = match sitting.in_flight.len() {
                _ if is_idle => self.answer(sitting, 0).await?,
                IN_FLIGHT_MAX.. => self.answer(sitting, IN_FLIGHT_MAX / 2).await?,
                _ => None,
            };
            if let Some(last) = last {
                self.acknowledge(sitting, last).await?;
            }
        }
        Ok(())
    }

    /// Makes sure of the stream, compares it with the cursor, and starts to pull.
    async fn begin(&self) -> Result<Sitting, Error> {
        let stream = self.bus.ensure(Stream::Submitted, &self.settings.streams).await?;
        let name = Stream::Submitted.name(self.bus.ceasefire());
        let cursor_name: Arc<str> = Arc::from(format!("intake/{name}"));
        let cursor = self.reader.cursor(&cursor_name);
        let cursor = cursor.and_then(|bytes| Position::from_bytes(&bytes));
        let at_cursor = match &cursor {
            Some(cursor) if (stream.first_sequence..=stream.last_sequence).contains(&cursor.sequence) => {
                self.bus.message(Stream::Submitted, cursor.sequence).await?
            }
            _ => None,
        };
        let at_cursor = at_cursor.as_ref().map(|message| &message.payload[..]);
        let from = match cursor::start(cursor.as_ref(), &stream, at_cursor) {
            Start::At(from) => from,
            Start::SetBack { from, to, reason } => {
                self.set_back(&name, &cursor_name, &stream, from, to, reason)
                    .await?;
                to
            }
        };
        let pull = self.bus.intake(CONSUMER, from).await?;
        info!(
            sequence = from,
            last_sequence = stream.last_sequence,
            "intake began"
        );
        Ok(Sitting {
            pull,
            created: stream.created_ns,
            cursor_name,
            in_flight: VecDeque::new(),
            taken: 0,
            taken_bytes: 0,
        })
    }

    /// Records that the stream is not the one that the cursor was in. The entry and the new cursor are one batch.
    async fn set_back(
        &self,
        name: &str,
        cursor_name: &Arc<str>,
        stream: &StreamState,
        from: u64,
        to: u64,
        reason: &str,
    ) -> Result<(), Error> {
        warn!(from, to, reason, "intake set back");
        let position = Position {
            created: stream.created_ns,
            sequence: to - 1,
            sha256: None,
        };
        let cursor = Cursor {
            name: Arc::clone(cursor_name),
            value: position.to_bytes(),
        };
        let content = IntakeRewound {
            intake: Label::new(name).expect("a stream's name is a short word"),
            from_position: Whole::new(from).ok(),
            to_position: Whole::new(to).ok(),
            reason: Line::new(reason).expect("the reasons are short lines"),
        };
        self.ledger.record_rewound(content, Some(cursor)).await?;
        Ok(())
    }

    async fn queue(&self, sitting: &mut Sitting, message: Message) -> Result<(), Error> {
        let position = Position::new(sitting.created, message.sequence, &message.payload);
        let producer: Arc<str> = Arc::from(producer_of(&message.subject).unwrap_or_default());
        let submission = Hash::sha256(&message.payload);
        let taken = Taken {
            sender: Some(Arc::clone(&producer)),
            cursor: Some(Cursor {
                name: Arc::clone(&sitting.cursor_name),
                value: position.to_bytes(),
            }),
        };
        let bytes = message.payload.len() as u64;
        let pending = self.ledger.queue(message.payload.to_vec(), taken).await?;
        sitting.in_flight.push_back(InFlight {
            sequence: message.sequence,
            bytes,
            producer,
            submission,
            pending,
        });
        Ok(())
    }

    /// Waits for answers until `leave` are left, and passes them on. Returns the last sequence that was answered.
    async fn answer(&self, sitting: &mut Sitting, leave: usize) -> Result<Option<u64>, Error> {
        let mut last = None;
        while sitting.in_flight.len() > leave
            && let Some(one) = sitting.in_flight.pop_front()
        {
            let outcome = one.pending.outcome().await?;
            sitting.taken += 1;
            sitting.taken_bytes += one.bytes;
            last = Some(one.sequence);
            let answer = Answer {
                producer: one.producer,
                submission: one.submission,
                outcome,
            };
            // The receipts' task ends only with the relay; its reason is told there.
            self.answers.send(answer).await.map_err(|_| Error::Ended)?;
        }
        Ok(last)
    }

    /// One acknowledgement stands for all messages before it.
    async fn acknowledge(&self, sitting: &mut Sitting, last: u64) -> Result<(), Error> {
        sitting.pull.ack_through(last).await?;
        debug!(sequence = last, "submissions acknowledged");
        let share =
            u64::try_from(self.settings.streams.submitted_bytes_max).unwrap_or(u64::MAX) / PURGE_SHARE;
        if sitting.taken >= PURGE_MESSAGES || sitting.taken_bytes >= share {
            self.bus.purge_before(Stream::Submitted, last).await?;
            (sitting.taken, sitting.taken_bytes) = (0, 0);
        }
        Ok(())
    }
}
