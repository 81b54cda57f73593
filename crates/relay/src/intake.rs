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

use crate::backoff::{Backoff, chain};
use crate::cursor::{self, Position, Start};
use crate::entries::fence;
use crate::error::Error;
use crate::receipts::Answer;
use crate::relay::Stopping;
use crate::settings::{
    ANSWER_WAIT, CONSUMER, CONTENDED_MAX, IN_FLIGHT_MAX, MESSAGE_BYTES, PULL_MAX, PULL_WAIT, PURGE_MESSAGES,
    PURGE_SHARE, Settings, UNDISTURBED,
};
use armistice_bus::{Bus, Error as BusError, Intake as Pull, Message, Stream, producer_of};
use armistice_eventlog::Reader;
use armistice_ledger::{Cursor, Ledger, Outcome, Pending, SubmitError, Taken};
use armistice_report::{IntakeRewound, Label, Line, Whole};
use armistice_tlog::Hash;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

/// What comes before the stream's name in the name of its cursor.
const CURSOR: &str = "intake/";

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
    producer: Arc<str>,
    submission: Hash,
    pending: Pending,
}

/// One unbroken time with one stream.
struct Sitting {
    pull: Pull,
    created: i64,
    cursor_name: Arc<str>,
    /// The sequence that comes next.
    next: u64,
    in_flight: VecDeque<InFlight>,
    /// Messages that were taken and not purged yet, and the last of them.
    taken: u64,
    last: u64,
}

impl Intake {
    /// Runs until `stopping`, and then until what was pulled is answered.
    pub(crate) async fn run(self, mut stopping: Stopping) -> Result<(), Error> {
        let mut backoff = Backoff::new();
        let mut reconnects = self.bus.reconnects();
        let mut contended = 0;
        while !stopping.is_set() {
            let began = Instant::now();
            let sat = self.sit(&mut stopping, &mut reconnects, &mut backoff).await;
            let is_contended = matches!(&sat, Err(Error::Bus(BusError::ConsumerGone { .. })));
            let is_soon = began.elapsed() < UNDISTURBED;
            contended = if is_contended && is_soon { contended + 1 } else { 0 };
            match sat {
                Ok(()) | Err(Error::Moved) => {}
                Err(_) if contended >= CONTENDED_MAX => return Err(Error::Contended),
                // A stream that is gone is made again; a server that is away comes back.
                Err(error) if error.is_temporary() => backoff.wait("intake", &error).await,
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
        let taken = self.take(&mut sitting, stopping, reconnects, backoff).await;
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
        backoff: &mut Backoff,
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
            backoff.worked();
            let is_idle = pulled.is_empty();
            for message in pulled {
                if message.sequence > sitting.next {
                    self.gap(sitting, message.sequence).await?;
                }
                sitting.next = message.sequence + 1;
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
            } else if is_waiting && is_idle {
                self.purge(sitting).await?;
            }
        }
        Ok(())
    }

    /// Messages that nobody took are gone from the stream: whoever removed them is not to do so unseen.
    async fn gap(&self, sitting: &mut Sitting, found: u64) -> Result<(), Error> {
        self.answer(sitting, 0).await?;
        let created = sitting.created;
        let reason = "messages were removed before they were taken";
        let from = sitting.next.saturating_sub(1);
        self.set_back(&sitting.cursor_name, created, from, found, reason)
            .await
    }

    /// Makes sure of the stream, compares it with the cursor, and starts to pull.
    async fn begin(&self) -> Result<Sitting, Error> {
        // Nothing is taken into a log that is not the one that was published.
        fence(&self.bus, &self.reader, &self.settings.streams).await?;
        let stream = self.bus.ensure(Stream::Submitted, &self.settings.streams).await?;
        let name = Stream::Submitted.name(self.bus.ceasefire());
        let cursor_name: Arc<str> = Arc::from(format!("{CURSOR}{name}"));
        let cursor = self.reader.cursor(&cursor_name);
        let cursor = cursor.and_then(|bytes| Position::from_bytes(&bytes));
        let at_cursor = match &cursor {
            // An empty stream counts from 0, and has no message of that number.
            Some(cursor)
                if cursor.sequence > 0
                    && (stream.first_sequence..=stream.last_sequence).contains(&cursor.sequence) =>
            {
                self.bus.message(Stream::Submitted, cursor.sequence).await?
            }
            _ => None,
        };
        let from = match cursor::start(cursor.as_ref(), &stream, at_cursor.as_ref()) {
            Start::At(from) => {
                if from > stream.first_sequence + 1 {
                    // What a process before this one took and did not purge: it must not fill the inbox.
                    self.bus.purge_before(Stream::Submitted, from - 1).await?;
                }
                from
            }
            Start::SetBack { from, to, reason } => {
                self.set_back(&cursor_name, stream.created_ns, from, to, reason)
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
            next: from,
            in_flight: VecDeque::new(),
            taken: 0,
            last: 0,
        })
    }

    /// Records that the stream is not where the cursor was. The entry and the new cursor are one batch.
    async fn set_back(
        &self,
        cursor_name: &Arc<str>,
        created: i64,
        from: u64,
        to: u64,
        reason: &str,
    ) -> Result<(), Error> {
        warn!(from, to, reason, "intake set back");
        let position = Position {
            created,
            sequence: to.saturating_sub(1),
            message: None,
        };
        let cursor = Cursor {
            name: Arc::clone(cursor_name),
            value: position.to_bytes(),
        };
        let intake = cursor_name.strip_prefix(CURSOR).unwrap_or(cursor_name);
        let content = IntakeRewound {
            intake: Label::new(intake).expect("a stream's name is a short word"),
            from_position: Whole::new(from).ok(),
            to_position: Whole::new(to).ok(),
            reason: Line::new(reason).expect("the reasons are short lines"),
        };
        match self.ledger.record_rewound(content, Some(cursor)).await? {
            Outcome::Recorded(_) => Ok(()),
            Outcome::Refused(refusal) => Err(Error::SetBack(Box::new(refusal))),
        }
    }

    async fn queue(&self, sitting: &mut Sitting, message: Message) -> Result<(), Error> {
        let position = Position::of(sitting.created, &message);
        let producer: Arc<str> = Arc::from(producer_of(&message.subject).unwrap_or_default());
        let submission = Hash::sha256(&message.payload);
        let taken = Taken {
            sender: Some(Arc::clone(&producer)),
            cursor: Some(Cursor {
                name: Arc::clone(&sitting.cursor_name),
                value: position.to_bytes(),
            }),
        };
        let pending = self.ledger.queue(message.payload.to_vec(), taken).await?;
        sitting.in_flight.push_back(InFlight {
            sequence: message.sequence,
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
            let outcome = one.pending.outcome().await;
            sitting.taken += 1;
            sitting.last = one.sequence;
            last = Some(one.sequence);
            let outcome = match outcome {
                Ok(outcome) => outcome,
                Err(error @ (SubmitError::Stopped { .. } | SubmitError::Closed)) => return Err(error.into()),
                Err(error) => {
                    // One stored entry cannot be compared with this report: the others go on, and its producer, who gets
                    // no answer, sends again.
                    error!(sequence = one.sequence, error = %chain(&error), "submission not judged");
                    continue;
                }
            };
            let answer = Answer {
                producer: one.producer,
                submission: one.submission,
                outcome,
            };
            match tokio::time::timeout(ANSWER_WAIT, self.answers.send(answer)).await {
                Ok(Ok(())) => {}
                // The receipts' task ends only with the relay; its reason is told there.
                Ok(Err(_)) => return Err(Error::Ended),
                // Nobody's safety rests on a receipt that is published; the intake goes on.
                Err(_) => warn!(sequence = one.sequence, "receipt dropped, its stream takes none"),
            }
        }
        Ok(last)
    }

    /// One acknowledgement stands for all messages before it.
    async fn acknowledge(&self, sitting: &mut Sitting, last: u64) -> Result<(), Error> {
        sitting.pull.ack_through(last).await?;
        debug!(sequence = last, "submissions acknowledged");
        let share = self.settings.streams.submitted_bytes_max / PURGE_SHARE / MESSAGE_BYTES;
        if sitting.taken >= PURGE_MESSAGES.min(u64::try_from(share).unwrap_or(0)) {
            self.purge(sitting).await?;
        }
        Ok(())
    }

    /// Removes what is in the log from the stream, all but the last message taken.
    async fn purge(&self, sitting: &mut Sitting) -> Result<(), Error> {
        if sitting.taken > 0 {
            self.bus.purge_before(Stream::Submitted, sitting.last).await?;
            sitting.taken = 0;
        }
        Ok(())
    }
}
