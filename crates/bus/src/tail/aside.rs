//! Reading on without a consumer, where delivering ends the connection.
//!
//! ```text
//! HPUB armistice.test.submit.desk 19 20        what a producer sent; the server looks at the lengths
//! NATS/1.0
//! no colon                                     a client library that reads this ends the connection, each time
//! ```
//!
//! The messages come one by one inside of JSON ([`mod@crate::stored`]), so their headers can hold anything. This goes on for a
//! while, since where one such message is there may be many; then a consumer is opened behind the last of them.
//! Whoever may not read single messages (a producer, on RECEIPTS, which only the ledger writes) opens consumers as before.

use super::{Seen, Stop, Tail};
use crate::consumer::{Beginning, Reader};
use crate::error::Error;
use crate::message::Message;
use crate::stream::Stream;

/// Messages that are read aside before a consumer is tried again. About a tenth of a second, and below a tenth of the time
/// that two lost connections take.
const ASIDE_MAX: usize = 256;

impl Tail {
    /// Reads the next messages into `ready`. What was read stays there when this is dropped, or fails.
    pub(super) async fn read_aside(&mut self) -> Result<(), Error> {
        match self.read_next().await {
            Err(Error::Denied { .. }) => {}
            read => read?,
        }
        self.endings.is_aside_due = false;
        Ok(())
    }

    async fn read_next(&mut self) -> Result<(), Error> {
        self.check().await?;
        if let Some(seen) = self.seen.filter(|seen| !seen.is_aside) {
            self.compare(seen).await?;
            // A consumer would begin with it, and it may be the very one.
            self.seen = Some(Seen {
                is_aside: true,
                ..seen
            });
        }
        for count in 0..ASIDE_MAX {
            let expected = match (self.seen, self.beginning) {
                (Some(seen), _) => seen.sequence + 1,
                (None, Beginning::Sequence(from)) => from.max(1),
                (None, Beginning::LastPerSubject) => 1,
            };
            let found = self.bus.message_from(self.stream, expected, self.filter());
            let Some(message) = found.await? else {
                break;
            };
            if count == 0 {
                tracing::warn!(
                    stream = self.name,
                    sequence = message.sequence,
                    "the connection was lost at this message again and again, reading it aside"
                );
            }
            if !self.keep_aside(expected, message) {
                break;
            }
        }
        Ok(())
    }

    /// Takes a message that was read aside; false where reading stops before it.
    fn keep_aside(&mut self, expected: u64, message: Message) -> bool {
        if message.sequence != expected
            && self.is_contiguous()
            && let Some(stop) = self.gap(expected, message.sequence)
        {
            self.stop = Some(stop);
            return false;
        }
        self.seen = Some(Seen {
            sequence: message.sequence,
            published_ns: message.published_ns,
            is_aside: true,
        });
        self.pending = self.pending.saturating_sub(1);
        self.ready.push(message);
        true
    }

    /// Whether the message that was seen last is still the same, if it is there.
    pub(super) async fn compare(&self, seen: Seen) -> Result<(), Error> {
        if self.stream == Stream::Entries {
            return Ok(());
        }
        match self.bus.message(self.stream, seen.sequence).await? {
            Some(message) if message.published_ns != seen.published_ns => Err(Error::StreamRewound {
                stream: self.name.clone(),
                expected: seen.sequence,
                last: seen.sequence,
            }),
            _ => Ok(()),
        }
    }

    fn filter(&self) -> Option<&str> {
        match &self.reader {
            Reader::Durable(_) => None,
            Reader::Passing { filter } => filter.as_deref(),
        }
    }

    /// What a gap that is really there means to the reader: a stop, or a line in the log.
    pub(super) fn gap(&self, expected: u64, found: u64) -> Option<Stop> {
        match self.reader {
            Reader::Durable(_) => {
                tracing::warn!(
                    stream = self.name,
                    expected,
                    found,
                    "messages were deleted from the stream"
                );
                None
            }
            Reader::Passing { .. } => Some(Stop::Gap { expected, found }),
        }
    }
}
