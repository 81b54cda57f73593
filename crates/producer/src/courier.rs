//! The task between outbox and server: publishes what is durable, takes the answers, and tries again.
//!
//! ```text
//! outbox ──committed notes──► schedule ──► window ──► SUBMITTED
//!   ▲                            ▲                        │
//!   └──outcome── verify ◄────────┴────── RECEIPTS ◄──── ledger
//! ```
//! The first publication carries `Nats-Msg-Id`, the SHA-256 of the note; repetitions carry none, so that neither the server's
//! memory of ids nor somebody who used the id before can swallow a report. The ledger knows every note by its hash for ever.
//! What to publish is decided in [`crate::schedule`].

use crate::Error;
use crate::follower::{Heard, pauses};
use crate::keeper::Command;
use crate::outbox::Settled;
use crate::reader::{Queued, Reader};
use crate::schedule::Schedule;
use crate::status::{self, Status};
use crate::verify::Verifier;
use armistice_bus::{Bus, Message, Outgoing, PublishError, Published, Window, header};
use armistice_report::{Refusal, RefusalCode};
use armistice_tlog::Hash;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tracing::{debug, warn};

/// Notes read from the outbox at once: 64 of the longest are 4 MiB.
const READ_MAX: usize = 64;
/// How long a server that does not permit it is left alone before it is asked again: somebody has to change it first.
const DENIED_PAUSE: Duration = Duration::from_secs(30);
/// How often overdue receipts are looked for, at most and at least.
const TICK_MIN: Duration = Duration::from_millis(10);
const TICK_MAX: Duration = Duration::from_secs(1);

pub(crate) struct Courier {
    pub(crate) bus: Bus,
    pub(crate) subject: String,
    pub(crate) reader: Reader,
    pub(crate) keeper: mpsc::Sender<Command>,
    pub(crate) durable: watch::Receiver<u64>,
    pub(crate) status: watch::Sender<Status>,
    pub(crate) schedule: Schedule,
    pub(crate) verifier: Verifier,
    pub(crate) in_flight_max: usize,
    pub(crate) resend_after: Duration,
}

/// What lasts as long as one run.
struct Run {
    window: Window<u64>,
    pauses: backon::ExponentialBackoff,
    paused_until: Option<Instant>,
    attempts: u32,
}

impl Courier {
    /// Runs until the producer is closed or its outbox fails.
    pub(crate) async fn run(mut self, mut answers: mpsc::Receiver<Heard>) {
        let mut connections = self.bus.reconnects();
        let mut run = Run {
            window: self.bus.window(self.in_flight_max),
            pauses: pauses(),
            paused_until: None,
            attempts: 0,
        };
        let mut tick = tokio::time::interval((self.resend_after / 4).clamp(TICK_MIN, TICK_MAX));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // Nothing is published before the answers are read, or it is known that they cannot be.
        match answers.recv().await {
            Some(heard) => self.hear(heard).await,
            None => return,
        }
        loop {
            if let Err(error) = self.fill(&mut run).await {
                // The outbox cannot be read: nobody publishes any more, so nobody may wait or queue as if somebody did.
                self.trouble(error.clone(), 1);
                let _ = self.keeper.send(Command::Stop { error }).await;
                return;
            }
            let waits = run.paused_until;
            tokio::select! {
                Some((position, result)) = run.window.next(), if self.schedule.in_flight() > 0 => {
                    self.published(&mut run, position, result).await;
                }
                heard = answers.recv() => match heard {
                    Some(heard) => self.hear(heard).await,
                    None => return,
                },
                changed = self.durable.changed() => if changed.is_err() {
                    return;
                },
                changed = connections.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.schedule.reconnected(Instant::now());
                    run.window = self.bus.window(self.in_flight_max);
                    run.resume();
                }
                _ = tick.tick() => self.schedule.overdue(Instant::now()),
                () = until(waits), if waits.is_some() => run.paused_until = None,
            }
        }
    }

    /// Publishes as much as there is room for.
    async fn fill(&mut self, run: &mut Run) -> Result<(), Error> {
        let through = *self.durable.borrow_and_update();
        while run.paused_until.is_none() && self.schedule.room() > 0 {
            let max = self.schedule.room().min(READ_MAX);
            let again = self.schedule.again(max);
            let notes = if again.is_empty() {
                self.reader.between(self.schedule.reached(), through, max)?
            } else {
                let notes = self.reader.at(&again)?;
                for position in again {
                    if !notes.iter().any(|note| note.position == position) {
                        self.schedule.settled(position);
                    }
                }
                notes
            };
            if notes.is_empty() && self.schedule.again(1).is_empty() {
                return Ok(());
            }
            for note in notes {
                self.send(run, note).await;
            }
        }
        Ok(())
    }

    async fn send(&mut self, run: &mut Run, note: Queued) {
        let is_first = self.schedule.sending(note.position, note.submission);
        let mut outgoing = Outgoing::new(self.subject.clone(), note.note);
        outgoing.message_id = is_first.then(|| note.submission.to_string());
        // There is room: the schedule lets out no more than the window holds.
        run.window.send(note.position, outgoing).await;
    }

    async fn published(&mut self, run: &mut Run, position: u64, result: Result<Published, PublishError>) {
        let error = match result {
            Ok(published) => {
                debug!(position, sequence = published.sequence, "published");
                self.schedule.published(position, Instant::now());
                if run.attempts > 0 {
                    run.resume();
                    self.over(|error| matches!(error, Error::NotPublished(_)));
                }
                return;
            }
            Err(error) => error,
        };
        let is_denied = matches!(error, PublishError::Denied { .. });
        let is_too_large = matches!(error, PublishError::TooLarge { .. });
        let error = Error::NotPublished(Arc::new(error));
        if is_too_large {
            // This one alone: what is behind it goes on.
            self.schedule.stuck(position);
            self.trouble(error.clone(), 1);
            self.tell(Some(vec![position]), error).await;
            return;
        }
        self.schedule.failed(position);
        if run.paused_until.is_some() {
            return;
        }
        run.attempts += 1;
        let pause = if is_denied {
            DENIED_PAUSE
        } else {
            run.pauses.next().unwrap_or(DENIED_PAUSE)
        };
        run.paused_until = Some(Instant::now() + pause);
        self.trouble(error.clone(), run.attempts);
        if is_denied {
            self.tell(None, error).await;
        }
    }

    async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Following => self.over(|error| matches!(error, Error::NotFollowed(_))),
            Heard::NotFollowing(error) => self.trouble(error, 1),
            Heard::Answers(messages) => {
                for message in messages {
                    if let Err(error) = self.answer(&message).await {
                        self.trouble(error, 1);
                    }
                }
            }
        }
    }

    /// Takes one answer. What concerns none of our reports is passed over.
    async fn answer(&mut self, message: &Message) -> Result<(), Error> {
        let submission = message.header(header::SUBMISSION).and_then(Hash::from_hex);
        let Some(submission) = submission else {
            return Ok(());
        };
        let Some(position) = self.schedule.position(&submission) else {
            return Ok(());
        };
        let settled = match message.header(header::OUTCOME) {
            Some("refused") => {
                let refusal = read_refusal(&message.payload).ok_or(Error::BadAnswer { submission })?;
                Settled::Refused(refusal)
            }
            outcome @ Some("recorded" | "repeated") => {
                let Some(note) = self.reader.at(&[position])?.pop() else {
                    self.schedule.settled(position);
                    return Ok(());
                };
                let repeated = outcome == Some("repeated");
                let verified = self.verifier.verify(&message.payload, &note.note, repeated);
                let receipt = verified.map_err(|cause| Error::BadReceipt {
                    submission,
                    cause: Arc::new(cause),
                })?;
                Settled::Recorded(Box::new(receipt))
            }
            _ => return Err(Error::BadAnswer { submission }),
        };
        self.schedule.settled(position);
        // The keeper is gone only when the producer closes; then the report is pending, and asks again next time.
        let _ = self.keeper.send(Command::Settle { position, settled }).await;
        self.over(|error| matches!(error, Error::BadReceipt { .. } | Error::BadAnswer { .. }));
        Ok(())
    }

    async fn tell(&self, positions: Option<Vec<u64>>, error: Error) {
        let _ = self.keeper.send(Command::Trouble { positions, error }).await;
    }

    fn trouble(&self, error: Error, attempts: u32) {
        // The first of a row is worth a person's eye, the others are the same again.
        if attempts == 1 {
            warn!(error = ?error, "reports wait");
        }
        status::trouble(&self.status, error, attempts);
    }

    fn over(&self, is_over: impl Fn(&Error) -> bool) {
        status::over(&self.status, is_over);
    }
}

impl Run {
    fn resume(&mut self) {
        self.pauses = pauses();
        self.paused_until = None;
        self.attempts = 0;
    }
}

async fn until(time: Option<Instant>) {
    if let Some(time) = time {
        tokio::time::sleep_until(time).await;
    }
}

/// A refusal as the ledger publishes it. It has more fields than the type: the hint is known from the code.
fn read_refusal(payload: &[u8]) -> Option<Refusal> {
    #[derive(Deserialize)]
    struct Published {
        code: RefusalCode,
        #[serde(default)]
        field: String,
        #[serde(default)]
        expected: String,
        #[serde(default)]
        found: Option<String>,
    }
    let read: Published = serde_json::from_slice(payload).ok()?;
    let refusal = Refusal::new(read.code, read.field, read.expected);
    Some(match read.found {
        Some(found) => refusal.found(&found),
        None => refusal,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_with_its_hint() {
        let text = br#"{"code":"out_of_range","field":"data.content.lat","expected":"-90 to 90","found":"91","hint":"check"}"#;
        let refusal = read_refusal(text).unwrap();
        assert_eq!(
            (refusal.code, refusal.found.as_deref()),
            (RefusalCode::OutOfRange, Some("91"))
        );
        assert!(read_refusal(br#"{"code":"no_such_code"}"#).is_none());
        assert!(read_refusal(b"no").is_none());
    }
}
