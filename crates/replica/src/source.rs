//! One of the two streams of the ledger, waited for while it is not there.
//!
//! The ledger makes its streams when it starts, and fills ENTRIES again when it was lost: both are waited for. A stream that
//! was created anew is read from its first message; [`crate::VerifiedCopy`] knows whether it tells the same again.

use armistice_bus::{Bus, Error as BusError, Follow, FollowError, Message, Start, Stream};
use tokio::time::Instant;
use tracing::warn;

use crate::error::Error;
use crate::settings::{STREAM_AGAIN, WAIT};

/// A position in a stream that may come and go.
#[derive(Debug)]
pub(crate) struct Source {
    bus: Bus,
    stream: Stream,
    follow: Option<Follow>,
    /// Where to begin.
    from: u64,
    not_before: Option<Instant>,
    was_missed: bool,
}

impl Source {
    pub(crate) fn new(bus: &Bus, stream: Stream, from: u64) -> Self {
        Self {
            bus: bus.clone(),
            stream,
            follow: None,
            from,
            not_before: None,
            was_missed: false,
        }
    }

    /// The next messages, or none after a while. May be dropped and called again.
    pub(crate) async fn next(&mut self, max: usize) -> Result<Vec<Message>, Error> {
        if let Some(until) = self.not_before {
            tokio::time::sleep_until(until).await;
            self.not_before = None;
        }
        let follow = match &mut self.follow {
            Some(follow) => follow,
            none => {
                let opened = self
                    .bus
                    .follow(self.stream, None, Start::Sequence(self.from))
                    .await;
                match opened {
                    Ok(follow) => none.insert(follow),
                    Err(error) => return self.later(Error::Bus(error)),
                }
            }
        };
        match follow.next(max, WAIT).await {
            Ok(messages) => {
                if let Some(last) = messages.last() {
                    self.from = last.sequence + 1;
                    self.was_missed = false;
                }
                Ok(messages)
            }
            Err(FollowError::Gone { stream }) => {
                warn!(
                    stream,
                    "the stream is another one now and is read from its beginning"
                );
                self.follow = None;
                self.from = 1;
                Ok(Vec::new())
            }
            Err(error) => self.later(Error::Follow(error)),
        }
    }

    /// Nothing now, and again after a moment, where that can help.
    fn later(&mut self, error: Error) -> Result<Vec<Message>, Error> {
        let helps = match &error {
            Error::Bus(BusError::NoStream { .. }) => true,
            Error::Bus(error) => error.is_temporary(),
            Error::Follow(error) => error.is_temporary(),
            _ => false,
        };
        if !helps {
            return Err(error);
        }
        if !std::mem::replace(&mut self.was_missed, true) {
            warn!(stream = ?self.stream, error = %error, "waiting for a stream");
        }
        self.follow = None;
        self.not_before = Some(Instant::now() + STREAM_AGAIN);
        Ok(Vec::new())
    }
}
