//! Reading a stream from a position on, through losses of connection, server and consumer.
//!
//! ```text
//! open ──► consumer at the last message seen ──► take in order ──► ready
//!   ▲                                               │
//!   └── connection lost, server silent, a message lost on its way, a gap: at the last message seen again
//! ```
//!
//! One function opens the first consumer and every later one. A later one begins at the last message that was seen: if the
//! stream still has it, it must be the same one, or the stream was rewound.
//!
//! The client library ends a connection over a message whose headers it cannot read, and anybody who may publish can send
//! one. So after a consumer was cut off twice and gave nothing, the next messages are read one by one (`tail/aside.rs`).
//!
//! A gap is believed only from a consumer that began at it. Before that, a message may have been lost on its way.
//!
//! [`crate::Intake`] and [`crate::Follow`] say what a gap, a rewound stream and a deleted consumer mean to them.

mod aside;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

use crate::connection::Bus;
use crate::consumer::{self, Beginning, Reader};
use crate::error::Error;
use crate::message::Message;
use crate::pull::{Ended, Pull, Pulled};
use crate::stream::Stream;

/// Waits between attempts to open a consumer while there is a connection: 20 ms, doubling to half a second, about half a
/// minute in all. A cluster that chooses a leader needs 4 to 7 seconds.
const REOPEN_MS_MIN: u64 = 20;
const REOPEN_MS_MAX: u64 = 500;
const REOPEN_ATTEMPTS_MAX: usize = 60;

/// A consumer that lived so long without an end was a good one, even if it had nothing to give.
const SETTLED_MS: u64 = 5_000;
/// Consumers in a row that ended at once, between two lines about it in the log.
const ENDINGS_BETWEEN_WARNINGS: u32 = 10;
/// Consumers in a row that were cut off before they gave anything; then messages are read aside.
const CUT_OFF_MAX: u32 = 2;

/// Why reading stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Gap { expected: u64, found: u64 },
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The last message that was given to the caller.
#[derive(Clone, Copy, Debug)]
struct Seen {
    sequence: u64,
    published_ns: i64,
    /// It was read aside, and perhaps no consumer can deliver it.
    is_aside: bool,
}

/// Consumers in a row that ended before they gave anything.
#[derive(Debug, Default)]
struct Endings {
    /// With the connection.
    cut_off: u32,
    /// In other ways.
    other: u32,
    /// Messages are to be read aside before the next consumer.
    is_aside_due: bool,
}

#[derive(Debug)]
struct Open {
    pull: Pull,
    /// The consumer's own count of what it delivered.
    place: u64,
    /// It has given nothing new yet.
    is_fresh: bool,
    since: Instant,
}

/// What to do with a message.
enum Taken {
    Keep,
    Skip,
    Reopen,
}

/// A position in a stream, and a consumer there.
#[derive(Debug)]
pub(crate) struct Tail {
    bus: Bus,
    stream: Stream,
    name: String,
    reader: Reader,
    beginning: Beginning,
    created_ns: i64,
    seen: Option<Seen>,
    open: Option<Open>,
    was_open: bool,
    /// Taken from the consumer and not yet given to the caller: a caller that stops waiting loses nothing.
    ready: Vec<Message>,
    stop: Option<Stop>,
    /// Sequences and where their acknowledgements go. Never locked across an await.
    unacknowledged: Mutex<VecDeque<(u64, String)>>,
    pending: u64,
    attempts: Option<ExponentialBackoff>,
    not_before: Option<Instant>,
    endings: Endings,
}

impl Tail {
    pub(crate) async fn new(
        bus: &Bus,
        stream: Stream,
        reader: Reader,
        beginning: Option<Beginning>,
    ) -> Result<Self, Error> {
        let name = bus.stream_name(stream);
        let info = bus
            .info(stream)
            .await?
            .ok_or(Error::NoStream { stream: name.clone() })?;
        let state = info.state(&name)?;
        let last_published_ns = info.last_published_ns(&name)?;
        let next = state.last_sequence + 1;
        let beginning = beginning.unwrap_or(Beginning::Sequence(next));
        let mut tail = Self {
            bus: bus.clone(),
            stream,
            name,
            reader,
            beginning,
            created_ns: state.created_ns,
            seen: None,
            open: None,
            was_open: false,
            ready: Vec::new(),
            stop: None,
            unacknowledged: Mutex::default(),
            pending: 0,
            attempts: None,
            not_before: None,
            endings: Endings::default(),
        };
        tail.open().await?;
        // Who begins behind the newest message knows it, as if it had been given here: without that, a stream that is
        // rewound before anything comes would give its new messages under numbers that count as read.
        if matches!(beginning, Beginning::Sequence(from) if from == next) && state.last_sequence > 0 {
            tail.seen = Some(Seen {
                sequence: state.last_sequence,
                published_ns: last_published_ns,
                is_aside: false,
            });
        }
        Ok(tail)
    }

    /// As soon as one message is here, all that are, up to `max`; nothing after `wait`.
    pub(crate) async fn next(&mut self, max: usize, wait: Duration) -> Result<Vec<Message>, Stop> {
        let max = max.max(1);
        let deadline = Instant::now() + wait;
        while self.ready.len() < max && self.stop.is_none() {
            // What is ready is given at once: then only what is here already is added to it.
            let until = if self.ready.is_empty() {
                deadline
            } else {
                Instant::now()
            };
            let Some(open) = &mut self.open else {
                if !self.ready.is_empty() {
                    break;
                }
                match self.reopen(deadline).await {
                    Ok(true) => continue,
                    Ok(false) => break,
                    Err(error) => {
                        self.stop = Some(error.into());
                        break;
                    }
                }
            };
            match open.pull.next(until).await {
                Ok(Some(pulled)) => self.take(pulled),
                Ok(None) => break,
                Err(ended) => self.end(ended),
            }
        }
        if self.ready.is_empty()
            && let Some(stop) = self.stop.take()
        {
            self.open = None;
            return Err(stop);
        }
        let rest = self.ready.split_off(max.min(self.ready.len()));
        Ok(std::mem::replace(&mut self.ready, rest))
    }

    /// Messages that the server has for this reader and that the caller has not.
    pub(crate) fn pending(&self) -> u64 {
        self.pending + self.ready.len() as u64
    }

    /// Tells the server that all messages up to `sequence` need not be delivered again.
    pub(crate) async fn acknowledge(&self, sequence: u64) -> Result<(), Error> {
        let reply = {
            let mut waiting = self.unacknowledged();
            let taken = waiting.partition_point(|(taken, _)| *taken <= sequence);
            waiting.drain(..taken).next_back()
        };
        let Some((_, reply)) = reply else {
            return Ok(());
        };
        let failed = |source: async_nats::PublishError| Error::Client {
            doing: format!("acknowledging message {sequence} of {}", self.name),
            source: source.into(),
        };
        let epoch = self.bus.link().state().epoch;
        tokio::select! {
            biased;
            acknowledged = self.bus.client().publish(reply, "+ACK".into()) => acknowledged.map_err(failed),
            // The next consumer begins behind this message anyway.
            () = self.bus.link().lost(epoch) => Ok(()),
        }
    }

    fn unacknowledged(&self) -> MutexGuard<'_, VecDeque<(u64, String)>> {
        // Nothing panics while it is locked; if something did, the list is still a list.
        self.unacknowledged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&mut self, pulled: Pulled) {
        match self.judge(&pulled) {
            Ok(Taken::Skip) => {}
            Ok(Taken::Reopen) => {
                tracing::debug!(stream = self.name, "a message did not arrive, reading again");
                self.open = None;
            }
            Ok(Taken::Keep) => {
                self.seen = Some(Seen {
                    sequence: pulled.message.sequence,
                    published_ns: pulled.message.published_ns,
                    is_aside: false,
                });
                self.settle();
                self.pending = pulled.pending;
                if matches!(self.reader, Reader::Durable(_)) {
                    self.unacknowledged()
                        .push_back((pulled.message.sequence, pulled.reply));
                }
                self.ready.push(pulled.message);
            }
            Err(stop) => self.stop = Some(stop),
        }
    }

    fn judge(&mut self, pulled: &Pulled) -> Result<Taken, Stop> {
        let sequence = pulled.message.sequence;
        let Some(open) = &mut self.open else {
            return Ok(Taken::Reopen);
        };
        if pulled.place != open.place + 1 {
            return Ok(Taken::Reopen);
        }
        open.place = pulled.place;
        let expected = match (self.seen, self.beginning) {
            (Some(seen), _) => {
                // ENTRIES is filled again with the same entries at other times; who reads them checks their hashes.
                let is_other = sequence == seen.sequence && pulled.message.published_ns != seen.published_ns;
                if is_other && self.stream != Stream::Entries {
                    return Err(Stop::Failed(Error::StreamRewound {
                        stream: self.name.clone(),
                        expected: sequence,
                        last: sequence,
                    }));
                }
                seen.sequence + 1
            }
            (None, Beginning::Sequence(from)) => from.max(1),
            (None, Beginning::LastPerSubject) => 0,
        };
        if sequence < expected {
            return Ok(Taken::Skip);
        }
        let is_first = std::mem::take(&mut open.is_fresh);
        if sequence == expected || !self.is_contiguous() {
            return Ok(Taken::Keep);
        }
        if !is_first {
            return Ok(Taken::Reopen);
        }
        match self.gap(expected, sequence) {
            Some(stop) => Err(stop),
            None => Ok(Taken::Keep),
        }
    }

    /// Whether every sequence must come.
    fn is_contiguous(&self) -> bool {
        match &self.reader {
            Reader::Durable(_) => true,
            Reader::Passing { filter } => {
                let is_all = filter.is_none() && matches!(self.beginning, Beginning::Sequence(_));
                is_all && self.stream == Stream::Entries
            }
        }
    }

    fn end(&mut self, ended: Ended) {
        let ending = self.open.take();
        match (ended, &self.reader) {
            // Another ledger has taken over. Taking it back would be a quarrel, not a recovery.
            (Ended::Deleted, Reader::Durable(consumer)) => {
                self.stop = Some(Stop::Failed(Error::ConsumerGone {
                    stream: self.name.clone(),
                    consumer: consumer.clone(),
                }));
            }
            (Ended::Failed(error), _) => self.stop = Some(error.into()),
            (Ended::Lost, _) | (Ended::Deleted, Reader::Passing { .. }) => {
                if let Some(ending) = ending {
                    self.count_ending(&ending);
                }
            }
        }
    }

    /// A consumer did its work: what went wrong before it does not count any more.
    fn settle(&mut self) {
        self.attempts = None;
        self.not_before = None;
        self.endings = Endings::default();
    }

    /// A consumer that gave nothing and ended soon is followed by a pause, as one that could not be opened.
    fn count_ending(&mut self, ending: &Open) {
        if !ending.is_fresh || ending.since.elapsed() >= Duration::from_millis(SETTLED_MS) {
            self.settle();
            return;
        }
        if ending.pull.is_cut_off() {
            // The pause is the client library's, before it connects again.
            self.endings.cut_off += 1;
            self.endings.is_aside_due = self.endings.cut_off >= CUT_OFF_MAX;
            return;
        }
        self.endings.other += 1;
        if self.endings.other.is_multiple_of(ENDINGS_BETWEEN_WARNINGS) {
            tracing::warn!(
                stream = self.name,
                times = self.endings.other,
                "consumers end as soon as they are opened"
            );
        }
        let delay = self.attempts.get_or_insert_with(waits).next();
        let delay = delay.unwrap_or(Duration::from_millis(REOPEN_MS_MAX));
        self.not_before = Some(Instant::now() + delay);
    }

    /// Opens a consumer again, waiting for a connection and between attempts; false when `deadline` comes first.
    async fn reopen(&mut self, deadline: Instant) -> Result<bool, Error> {
        loop {
            let ready = async {
                let is_open = self.bus.connected().await;
                if let Some(not_before) = self.not_before {
                    tokio::time::sleep_until(not_before).await;
                }
                is_open
            };
            match tokio::time::timeout_at(deadline, ready).await {
                Err(_) => return Ok(false),
                Ok(true) => {}
                Ok(false) => {
                    return Err(Error::Closed);
                }
            }
            let opened = if self.endings.is_aside_due {
                self.read_aside().await
            } else {
                self.open().await
            };
            let error = match opened {
                Ok(()) => return Ok(true),
                // What was read aside before is given first.
                Err(error) if error.is_temporary() && !self.ready.is_empty() => return Ok(true),
                Err(error) => error,
            };
            if !error.is_temporary() {
                return Err(error);
            }
            tracing::debug!(
                stream = self.name,
                error = %error,
                "a consumer could not be opened yet"
            );
            // Without a connection there is nothing to count: the client library connects again for ever.
            if matches!(error, Error::Disconnected { .. }) {
                self.not_before = Some(Instant::now() + Duration::from_millis(REOPEN_MS_MIN));
                continue;
            }
            let delay = self.attempts.get_or_insert_with(waits).next();
            let Some(delay) = delay else {
                self.attempts = None;
                self.not_before = None;
                return Err(error);
            };
            self.not_before = Some(Instant::now() + delay);
        }
    }

    /// Whether the stream is the one that was read so far.
    async fn check(&self) -> Result<(), Error> {
        let state = self.bus.state(self.stream).await?.ok_or(Error::NoStream {
            stream: self.name.clone(),
        })?;
        if state.created_ns != self.created_ns {
            return Err(Error::StreamRecreated {
                stream: self.name.clone(),
            });
        }
        let expected = match (self.seen, self.beginning) {
            (Some(seen), _) => seen.sequence,
            // The first time, a caller may begin as far ahead as it likes.
            (None, Beginning::Sequence(from)) if self.was_open => from.saturating_sub(1),
            (None, _) => 0,
        };
        if state.last_sequence < expected && self.stream != Stream::Entries {
            return Err(Error::StreamRewound {
                stream: self.name.clone(),
                expected,
                last: state.last_sequence,
            });
        }
        match self.seen {
            Some(seen) if seen.is_aside => self.compare(seen).await,
            _ => Ok(()),
        }
    }

    async fn open(&mut self) -> Result<(), Error> {
        self.open = None;
        self.check().await?;
        let from = match (self.seen, self.beginning) {
            (Some(seen), _) if seen.is_aside => Beginning::Sequence(seen.sequence + 1),
            // Once more, to see that it is the same.
            (Some(seen), _) => Beginning::Sequence(seen.sequence),
            (None, beginning) => beginning,
        };
        let consumer = consumer::create(&self.bus, self.stream, &self.reader, from).await?;
        self.pending = consumer.pending;
        self.was_open = true;
        // What the older consumer delivered lies before the new one's beginning, or comes again.
        self.unacknowledged().clear();
        self.open = Some(Open {
            pull: Pull::open(&self.bus, &self.name, &consumer.name).await?,
            place: 0,
            is_fresh: true,
            since: Instant::now(),
        });
        Ok(())
    }
}

fn waits() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(REOPEN_MS_MIN))
        .with_max_delay(Duration::from_millis(REOPEN_MS_MAX))
        .with_max_times(REOPEN_ATTEMPTS_MAX)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_end_after_about_half_a_minute() {
        let waits: Vec<Duration> = waits().collect();
        assert_eq!(waits.len(), REOPEN_ATTEMPTS_MAX);
        let total: Duration = waits.iter().sum();
        assert!((20..=40).contains(&total.as_secs()), "{total:?}");
    }
}
