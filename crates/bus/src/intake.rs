//! Taking submissions out of SUBMITTED: in order, without gaps, acknowledged after they are kept.
//!
//! ```no_run
//! # async fn show(bus: armistice_bus::Bus) -> Result<(), armistice_bus::Error> {
//! let cursor = 4_711; // kept with the entries that came of the messages before
//! let mut intake = bus.intake("ledger", cursor + 1).await?;
//! loop {
//!     let messages = intake.next(1_024, std::time::Duration::from_millis(500)).await?;
//!     // admit, append, flush; the cursor goes with them
//!     if let Some(last) = messages.last() {
//!         intake.ack_through(last.sequence).await?;
//!     }
//! #   if messages.is_empty() { break Ok(()) }
//! }
//! # }
//! ```
//!
//! The cursor is the ledger's. The server's consumer is replaced at each opening and begins where the ledger says, so a
//! ledger that was killed does not wait for the server to deliver again what it had taken. Acknowledging only tells the
//! server, and whoever looks at `nats consumer info`, how far the ledger is.
//!
//! One reader at a time: a second one takes the consumer away from the first, which then stops.

use std::time::Duration;

use crate::connection::Bus;
use crate::consumer::{Beginning, Reader};
use crate::error::Error;
use crate::message::Message;
use crate::stream::Stream;
use crate::tail::{Stop, Tail};

/// A durable consumer on SUBMITTED.
#[derive(Debug)]
pub struct Intake {
    tail: Tail,
}

impl Bus {
    /// Opens the consumer `durable` on SUBMITTED at message `from`; an older consumer of that name is replaced.
    ///
    /// # Errors
    /// [`Error::NoStream`], and what a request can fail with.
    pub async fn intake(&self, durable: &str, from: u64) -> Result<Intake, Error> {
        let reader = Reader::Durable(durable.to_owned());
        let beginning = Beginning::Sequence(from);
        Ok(Intake {
            tail: Tail::new(self, Stream::Submitted, reader, Some(beginning)).await?,
        })
    }
}

impl Intake {
    /// Returns as soon as one message is there, with all that are, up to `max`; empty after `wait`.
    ///
    /// Messages come in the order of the stream, each once, from `from` on. What is delivered again is dropped. A missing
    /// message makes this read again from there; if it is missing still, it was deleted from the stream, which is logged,
    /// and reading goes on behind it. A lost connection is waited for; reading then goes on where it was. Opening a consumer
    /// again can take longer than `wait`. This may be dropped while it waits, and called again: nothing is lost.
    ///
    /// # Errors
    /// [`Error::NoStream`], [`Error::StreamRecreated`], [`Error::StreamRewound`] and [`Error::ConsumerGone`]: this intake is
    /// over. Any error [`Error::is_temporary`] speaks of: call again, or open a new intake.
    pub async fn next(&mut self, max: usize, wait: Duration) -> Result<Vec<Message>, Error> {
        self.tail.next(max, wait).await.map_err(|stop| match stop {
            Stop::Failed(error) => error,
            // A durable reader goes on behind a gap and never reports one.
            Stop::Gap { expected, found } => Error::StreamRewound {
                stream: "SUBMITTED".to_owned(),
                expected,
                last: found,
            },
        })
    }

    /// Tells the server that everything up to message `sequence` is kept. The server does not confirm it; what is lost here
    /// is delivered again and dropped.
    ///
    /// # Errors
    /// [`Error::Client`] when the connection is closed for good.
    pub async fn ack_through(&self, sequence: u64) -> Result<(), Error> {
        self.tail.acknowledge(sequence).await
    }

    /// Messages that wait in the stream behind the last one that was given, as far as is known.
    pub fn pending(&self) -> u64 {
        self.tail.pending()
    }
}
