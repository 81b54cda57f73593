//! Answers to producers: receipts and refusals, published in the order in which they were given.
//!
//! Each message says how far the receipts have come (`Armistice-Through`, the position that comes next): at the start the last message of RECEIPTS is the
//! cursor, and receipts from there on are published again. If the process dies with answers on their way, recorded reports get
//! theirs at the next start, and a refused one when its producer sends again.

use crate::backoff::{Backoff, chain};
use crate::error::Error;
use crate::messages::answer_message;
use crate::settings::{CATCH_UP_MAX, PUBLISH_WINDOW, Settings};
use armistice_bus::{Bus, Outgoing, PublishError, Stream, header};
use armistice_eventlog::Reader;
use armistice_ledger::{Outcome, stored_receipt};
use armistice_report::{ProducerName, entry};
use armistice_tlog::{Hash, Index, TreeSize};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::mpsc;
use tracing::{info, warn};

/// An answer on its way to its producer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) producer: Arc<str>,
    pub(crate) submission: Hash,
    pub(crate) outcome: Outcome,
}

pub(crate) struct Receipts {
    pub(crate) bus: Bus,
    pub(crate) reader: Reader,
    pub(crate) settings: Settings,
    /// The receipts of all entries before this one were published.
    pub(crate) through: u64,
}

impl Receipts {
    /// Publishes until the intake is gone and nothing is left, or until the stream refuses for good.
    pub(crate) async fn run(mut self, mut answers: mpsc::Receiver<Answer>) -> Result<(), Error> {
        let mut backoff = Backoff::new();
        while let Err(error) = self.begin().await {
            if !error.is_temporary() {
                return Err(error);
            }
            backoff.wait("receipts", &error).await;
        }
        let mut waiting = VecDeque::new();
        loop {
            if waiting.is_empty() {
                match answers.recv().await {
                    Some(answer) => waiting.push_back(self.message(&answer)),
                    None => return Ok(()),
                }
            }
            while waiting.len() < PUBLISH_WINDOW
                && let Ok(answer) = answers.try_recv()
            {
                waiting.push_back(self.message(&answer));
            }
            match self.publish(&mut waiting).await {
                Ok(()) => backoff.worked(),
                Err(error) if error.is_temporary() => {
                    backoff.wait("receipts", &error).await;
                    // The stream may be gone.
                    let made = self.bus.ensure(Stream::Receipts, &self.settings.streams).await;
                    if let Err(error) = made.map_err(Error::from)
                        && !error.is_temporary()
                    {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Publishes from the front; what was not taken stays, in order. A message that the server will never take is given up:
    /// its producer sends again, and asks a replica.
    async fn publish(&self, waiting: &mut VecDeque<Outgoing>) -> Result<(), Error> {
        let mut window = self.bus.window(PUBLISH_WINDOW);
        for message in waiting.iter() {
            window.send((), message.clone()).await;
        }
        while let Some(((), outcome)) = window.next().await {
            match outcome {
                Err(error @ (PublishError::TooLarge { .. } | PublishError::BadHeader { .. })) => {
                    warn!(error = %chain(&error), "receipt given up");
                }
                Err(error) => return Err(error.into()),
                Ok(_) => {}
            }
            waiting.pop_front();
        }
        Ok(())
    }

    /// Publishes the receipts that a process before this one left behind.
    async fn begin(&mut self) -> Result<(), Error> {
        self.bus.ensure(Stream::Receipts, &self.settings.streams).await?;
        let head = self.reader.head();
        let size = head.as_ref().map_or(TreeSize(0), |head| head.size);
        let last = self.bus.last_message(Stream::Receipts, None).await?;
        let through = last.and_then(|message| message.header(header::THROUGH)?.parse().ok());
        // Nothing to go by: who still waits for a receipt sends again.
        self.through = through
            .unwrap_or(size.0)
            .clamp(size.0.saturating_sub(CATCH_UP_MAX), size.0);
        let Some(head) = head else {
            return Ok(());
        };
        let checkpoint: Arc<str> = Arc::from(String::from_utf8_lossy(&head.note));
        let first = self.through;
        while self.through < size.0 {
            let range = self.through..size.0.min(self.through + PUBLISH_WINDOW as u64);
            let (reader, checkpoint) = (self.reader.clone(), Arc::clone(&checkpoint));
            let wanted = range.clone();
            let read = tokio::task::spawn_blocking(move || {
                let answers = wanted.map(|index| stored(&reader, Index(index), size, &checkpoint));
                answers.collect::<Result<Vec<Option<Answer>>, Error>>()
            });
            let answers = read.await.unwrap_or(Err(Error::Ended))?;
            let messages = answers.into_iter().flatten().map(|answer| self.message(&answer));
            let mut waiting: VecDeque<Outgoing> = messages.collect();
            self.publish(&mut waiting).await?;
            self.through = range.end;
        }
        info!(index = first, tree_size = size.0, "receipts caught up");
        Ok(())
    }

    fn message(&mut self, answer: &Answer) -> Outgoing {
        let (producer, submission) = (&answer.producer, answer.submission);
        let message = answer_message(
            self.bus.subjects(),
            producer,
            submission,
            &answer.outcome,
            self.through,
        );
        if let Outcome::Recorded(receipt) = &answer.outcome {
            self.through = self.through.max(receipt.index.0 + 1);
        }
        message
    }
}

/// The answer for a stored entry; none for the ledger's own, whose source is no producer's name.
fn stored(reader: &Reader, index: Index, size: TreeSize, checkpoint: &str) -> Result<Option<Answer>, Error> {
    let bytes = reader.entry(index)?;
    let Ok(parts) = entry::parse(&bytes) else {
        return Ok(None);
    };
    let Some(producer) = signer(parts.note).filter(|name| ProducerName::new(name).is_ok()) else {
        return Ok(None);
    };
    let mut receipt = stored_receipt(reader, index, size, checkpoint)?;
    receipt.repeated = false;
    Ok(Some(Answer {
        producer: Arc::from(producer),
        submission: Hash::sha256(parts.note),
        outcome: Outcome::Recorded(receipt),
    }))
}

/// The name on a stored note's signature line.
fn signer(note: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(note).ok()?;
    let line = text.trim_end().rsplit('\n').next()?;
    line.strip_prefix("\u{2014} ")?.split(' ').next()
}
