//! Following a stream: what is there, then what comes, through restarts of the server.
//!
//! ```no_run
//! # async fn show(bus: armistice_bus::Bus) -> Result<(), Box<dyn std::error::Error>> {
//! use armistice_bus::{Start, Stream};
//! let mut follow = bus.follow(Stream::Entries, None, Start::Sequence(1)).await?;
//! for message in follow.next(1_024, std::time::Duration::from_secs(5)).await? {
//!     println!("entry {}: {} bytes", message.sequence - 1, message.payload.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The reader keeps its own position; the server keeps none for it, so any number of readers costs it little.
//! ENTRIES without a filter has no gaps, and one is an error. The other streams lose messages by design: what is old, or
//! what was replaced on its subject.
//!
//! What is not here: belief. Whoever follows ENTRIES checks the entries against signed checkpoints.

use std::time::Duration;

use crate::connection::Bus;
use crate::consumer::{Beginning, Reader};
use crate::error::{Error, FollowError};
use crate::message::Message;
use crate::stream::Stream;
use crate::tail::{Stop, Tail};

/// Where following begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At that message, or the first behind it that is there. 0 and 1 mean the first.
    Sequence(u64),
    /// With the newest message of each subject, in the order of the stream, then what comes.
    LastPerSubject,
    /// With what comes after this call.
    New,
}

/// A position in a stream.
#[derive(Debug)]
pub struct Follow {
    tail: Tail,
}

impl Bus {
    /// Begins to follow a stream: all of it, or the subjects that `filter` matches.
    ///
    /// # Errors
    /// [`Error::NoStream`], and what a request can fail with.
    pub async fn follow(&self, stream: Stream, filter: Option<&str>, start: Start) -> Result<Follow, Error> {
        let reader = Reader::Passing {
            filter: filter.map(str::to_owned),
        };
        let beginning = match start {
            Start::Sequence(sequence) => Some(Beginning::Sequence(sequence)),
            Start::LastPerSubject => Some(Beginning::LastPerSubject),
            Start::New => None,
        };
        Ok(Follow {
            tail: Tail::new(self, stream, reader, beginning).await?,
        })
    }
}

impl Follow {
    /// Returns as soon as one message is there, with all that are, up to `max`; empty after `wait`.
    ///
    /// Messages come in the order of the stream, each once. A lost connection is waited for; reading then goes on where it
    /// was. Opening a consumer again can take longer than `wait`. This may be dropped while it waits, and called again:
    /// nothing is lost.
    ///
    /// # Errors
    /// [`FollowError::Gap`] for ENTRIES without a filter, again at each call while the gap is there.
    /// [`FollowError::Gone`] when the stream was deleted, created anew, or lost messages that were given already; ENTRIES
    /// that lost some is waited for, since the ledger fills it again. [`FollowError::Bus`] for the rest.
    pub async fn next(&mut self, max: usize, wait: Duration) -> Result<Vec<Message>, FollowError> {
        self.tail.next(max, wait).await.map_err(|stop| match stop {
            Stop::Gap { expected, found } => FollowError::Gap { expected, found },
            Stop::Failed(
                Error::NoStream { stream }
                | Error::StreamRecreated { stream }
                | Error::StreamRewound { stream, .. },
            ) => FollowError::Gone { stream },
            Stop::Failed(error) => FollowError::Bus(error),
        })
    }

    /// Messages that wait in the stream behind the last one that was given, as far as is known.
    pub fn pending(&self) -> u64 {
        self.tail.pending()
    }
}
