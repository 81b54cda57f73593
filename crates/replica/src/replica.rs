//! The loop: reads both streams, folds what is believed, publishes and answers.
//!
//! ```text
//! ENTRIES, CHECKPOINTS ─► copy ─► views ─► outbox ─► publisher ─► VIEWS
//! questions ────────────────────────┴────► answers
//! ```
//! One task owns the copy and the views; each stream is read by one of its own, and the publisher is another and asks for
//! what differs. Nothing is locked while something is waited for. If the process dies on any line, the state folder holds the last saved state, VIEWS a part of a
//! batch that says so ([`crate::publisher`]), and the stream everything else.

use std::sync::Arc;

use armistice_bus::{Bus, Message, Question, Questions, Stream};
use armistice_tlog::{Hash, TreeSize};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;
use tracing::{debug, info, warn};

use crate::answers::{Answer, Answering};
use crate::copy::{Verified, VerifiedCopy};
use crate::differences::Ask;
use crate::error::{Conflict, Error};
use crate::outbox::Outbox;
use crate::publisher::Publisher;
use crate::settings::{CHECKPOINTS_AT_ONCE, ENTRIES_AT_ONCE, FETCHES_MAX, SHOW_EVERY, Settings};
use crate::source::Source;
use crate::state;
use crate::views::Views;

/// What a replica believes at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Entries under the newest verified checkpoint.
    pub tree_size: TreeSize,
    /// Their root.
    pub root: Hash,
    /// The ledger was heard in this run, and no newer checkpoint of it is known.
    pub is_caught_up: bool,
}

/// A replica, ready to run.
#[derive(Debug)]
pub struct Replica {
    bus: Bus,
    settings: Settings,
    copy: VerifiedCopy,
    views: Views,
    outbox: Outbox,
    answering: Answering,
    heads: watch::Sender<Option<Head>>,
    fetches: Arc<Semaphore>,
    /// Verified, folded, and its rows not made yet.
    unshown: Option<Verified>,
    show_at: Instant,
    /// A checkpoint of the stream was taken in this run.
    was_heard: bool,
    saved_at: u64,
    saving: Option<JoinHandle<Result<(), Error>>>,
}

impl Replica {
    /// Reads the state folder. Does not touch the server yet.
    ///
    /// # Errors
    /// [`Error::State`] when the folder cannot be made or read; a damaged state is a warning.
    pub fn open(bus: Bus, settings: Settings) -> Result<Self, Error> {
        let (copy, views) = state::load(settings.state.as_deref(), &settings.ledger, bus.ceasefire())?;
        Ok(Self {
            bus,
            saved_at: copy.next_index(),
            copy,
            views,
            outbox: Outbox::default(),
            answering: Answering::default(),
            heads: watch::Sender::new(None),
            fetches: Arc::new(Semaphore::new(FETCHES_MAX)),
            unshown: None,
            show_at: Instant::now(),
            was_heard: false,
            settings,
            saving: None,
        })
    }

    /// Changes with each verified checkpoint; `None` until the first one.
    pub fn heads(&self) -> watch::Receiver<Option<Head>> {
        self.heads.subscribe()
    }

    /// Runs until `stop` ends, then saves the state.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the stream is not the history of one ledger, with the evidence in the state folder; and what
    /// trying again cannot mend: permissions, a stream of other settings, a full disk.
    pub async fn run(mut self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let outcome = {
            let following = self.follow();
            tokio::pin!(following, stop);
            tokio::select! {
                () = stop => Ok(()),
                outcome = following => outcome,
            }
        };
        if outcome.as_ref().is_err_and(Error::is_conflict) {
            // The state is left as it was: it is of before the conflict.
            return outcome;
        }
        self.save_last().await.and(outcome)
    }

    async fn follow(&mut self) -> Result<(), Error> {
        self.unshown = self.copy.verified().cloned();
        self.show();
        let (asks, mut asked) = mpsc::channel(1);
        let mut publishing = self.settings.publish.then(|| Publishing::start(self, asks));
        let mut questions = None;
        if self.settings.queries {
            let version = env!("CARGO_PKG_VERSION");
            questions = Some(self.bus.questions(&self.settings.name, version).await?);
        }
        let from = self.copy.next_index() + 1;
        let mut entries = Source::start(&self.bus, Stream::Entries, from, ENTRIES_AT_ONCE);
        let mut checkpoints = Source::start(&self.bus, Stream::Checkpoints, 1, CHECKPOINTS_AT_ONCE);
        loop {
            tokio::select! {
                messages = entries.next(), if self.copy.has_room() => {
                    let messages = messages.map_err(|error| self.missing(error))?;
                    self.take_entries(&messages)?;
                }
                messages = checkpoints.next() => self.take_checkpoints(&messages?)?,
                () = tokio::time::sleep_until(self.show_at), if self.unshown.is_some() => self.show(),
                question = next(&mut questions) => self.answer(question),
                Some(ask) = asked.recv() => self.compare(ask),
                ended = Publishing::ended(&mut publishing) => return ended,
            }
        }
    }

    fn take_entries(&mut self, messages: &[Message]) -> Result<(), Error> {
        for message in messages {
            // Sequence n + 1 is entry n.
            let index = message.sequence.saturating_sub(1);
            self.copy
                .entries(index, [&message.payload[..]])
                .map_err(|conflict| self.conflict(conflict))?;
        }
        self.advance()
    }

    fn take_checkpoints(&mut self, messages: &[Message]) -> Result<(), Error> {
        for message in messages {
            self.copy
                .checkpoint(&message.payload)
                .map_err(|conflict| self.conflict(conflict))?;
            self.was_heard = true;
        }
        self.advance()?;
        self.tell();
        Ok(())
    }

    fn advance(&mut self) -> Result<(), Error> {
        loop {
            let advance = self.copy.advance().map_err(|conflict| self.conflict(conflict))?;
            self.views.fold(&advance.entries)?;
            if advance.verified.is_none() && advance.entries.is_empty() {
                break;
            }
            if advance.verified.is_some() {
                self.unshown = advance.verified;
                self.tell();
            }
        }
        if Instant::now() >= self.show_at {
            self.show();
        }
        Ok(())
    }

    /// Makes the rows of what was verified, if that was not done yet.
    fn show(&mut self) {
        let Some(verified) = self.unshown.take() else {
            return;
        };
        let changes = self.views.show(&verified);
        debug!(
            tree_size = verified.checkpoint.size().0,
            rows = changes.len(),
            "views changed"
        );
        if let Some((_, stamp)) = self.views.shown() {
            self.outbox.put(changes, stamp.clone());
        }
        self.show_at = Instant::now() + SHOW_EVERY;
        self.tell();
        self.save_sometimes();
    }

    fn tell(&self) {
        if let Some(verified) = self.copy.verified() {
            let head = Head {
                tree_size: verified.checkpoint.size(),
                root: verified.checkpoint.root(),
                is_caught_up: self.was_heard && !self.copy.is_behind(),
            };
            self.heads.send_replace(Some(head));
        }
    }

    /// Answers the publisher: what differs, and from now on the outbox collects what changes.
    fn compare(&mut self, ask: Ask) {
        self.show();
        let rows = self.views.shown().map(|(live, stamp)| {
            self.outbox.collect(true);
            (ask.published.differences(live), stamp.clone())
        });
        // If it does not wait any more it will ask again.
        let _ = ask.answer.send(rows);
    }

    fn answer(&mut self, question: Question) {
        // Views answer as of the newest verified size.
        self.show();
        let payload_max = self.bus.server().max_payload;
        let answer = self.answering.answer(
            question.name,
            &question.payload,
            &self.copy,
            &self.views,
            payload_max,
        );
        let (bus, fetches) = (self.bus.clone(), self.fetches.clone());
        tokio::spawn(async move {
            let answer = match answer {
                Answer::Now(answer) => answer,
                Answer::Fetch(fetch) => match fetches.try_acquire() {
                    Ok(_permit) => fetch.answer(&bus).await,
                    Err(_) => Err((
                        503,
                        "busy",
                        "too many entries are being read; ask again".to_owned(),
                    )),
                },
            };
            if let Err(error) = question.answer(answer).await {
                debug!(error = %error, "an answer was not delivered");
            }
        });
    }

    /// Keeps the evidence and makes the error.
    fn conflict(&self, conflict: Conflict) -> Error {
        let folder = self.settings.state.as_deref();
        let evidence = folder.and_then(|folder| {
            state::keep_evidence(folder, &conflict)
                .inspect_err(|error| warn!(error = %error, "the evidence was not kept"))
                .ok()
        });
        Error::Conflict {
            ledger: self.settings.ledger.name().to_owned(),
            source: Box::new(conflict),
            evidence,
        }
    }

    /// A gap in ENTRIES is a conflict; everything else is what it is.
    fn missing(&self, error: Error) -> Error {
        match error {
            Error::Follow(armistice_bus::FollowError::Gap { expected, found }) => {
                self.conflict(Conflict::Gap {
                    expected: expected.saturating_sub(1),
                    found: found.saturating_sub(1),
                })
            }
            other => other,
        }
    }

    fn encode(&self) -> Option<Vec<u8>> {
        state::encode(
            &self.settings.ledger,
            self.bus.ceasefire(),
            &self.copy,
            &self.views,
        )
    }

    /// Starts to write the state, if it is time and the last one is written.
    fn save_sometimes(&mut self) {
        let Some(folder) = self.settings.state.clone() else {
            return;
        };
        let size = self.copy.verified_size().0;
        let is_writing = self.saving.as_ref().is_some_and(|saving| !saving.is_finished());
        let due = self.saved_at + self.settings.save_entries.max(self.saved_at / 8);
        if is_writing || size < due {
            return;
        }
        if let Some(bytes) = self.encode() {
            self.saved_at = size;
            self.saving = Some(tokio::task::spawn_blocking(move || {
                // What cannot be saved now is saved at the next time; the last one is an error.
                state::save(&folder, &bytes)
                    .inspect_err(|error| warn!(error = %error, "the state was not saved"))
            }));
        }
    }

    async fn save_last(&mut self) -> Result<(), Error> {
        if let Some(saving) = self.saving.take() {
            let _ = saving.await;
        }
        let Some((folder, bytes)) = self.settings.state.clone().zip(self.encode()) else {
            return Ok(());
        };
        let saving = tokio::task::spawn_blocking(move || state::save(&folder, &bytes));
        ended("saving the state", saving.await)?;
        info!(tree_size = self.copy.verified_size().0, "state saved");
        Ok(())
    }
}

/// The publisher's task; it ends with this.
struct Publishing(JoinHandle<Result<(), Error>>);

impl Publishing {
    fn start(replica: &Replica, asks: mpsc::Sender<Ask>) -> Self {
        let publisher = Publisher {
            bus: replica.bus.clone(),
            streams: replica.settings.streams.clone(),
            outbox: replica.outbox.clone(),
            asks,
        };
        Self(tokio::spawn(publisher.run()))
    }

    /// Ends when the publisher does; never without one.
    async fn ended(publishing: &mut Option<Self>) -> Result<(), Error> {
        match publishing {
            Some(Self(task)) => ended("publishing the views", task.await),
            None => std::future::pending().await,
        }
    }
}

impl Drop for Publishing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a task came to; one that panicked is an error, so that the process does not end as if all were well.
fn ended(task: &'static str, outcome: Result<Result<(), Error>, JoinError>) -> Result<(), Error> {
    outcome.unwrap_or_else(|source| {
        Err(Error::Task {
            task,
            source: Some(source),
        })
    })
}

async fn next(questions: &mut Option<Questions>) -> Question {
    let asked = match questions {
        Some(questions) => questions.next().await,
        None => None,
    };
    match asked {
        Some(question) => question,
        // The connection is closed for good, or no questions are taken.
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_publisher_that_panics_is_an_error() {
        let mut publishing = Some(Publishing(tokio::spawn(async { panic!("a flaw") })));
        let error = Publishing::ended(&mut publishing).await.unwrap_err();
        assert_eq!(error.to_string(), "publishing the views ended unexpectedly");
        assert!(std::error::Error::source(&error).is_some());
    }
}
