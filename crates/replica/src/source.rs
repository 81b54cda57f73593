//! One of the two streams of the ledger, waited for while it is not there.
//!
//! The ledger makes its streams when it starts, and fills ENTRIES again when it was lost: both are waited for. A stream that
//! was created anew is read from its first message; [`crate::VerifiedCopy`] knows whether it tells the same again.
//!
//! A task of its own reads, so that opening a consumer again, several round trips, is not begun anew with each question that
//! is answered meanwhile. It ends with this.

use armistice_bus::{Bus, Error as BusError, Follow, FollowError, Message, Start, Stream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::error::Error;
use crate::settings::{BATCHES_MAX, STREAM_AGAIN, WAIT};

/// What one stream gives.
#[derive(Debug)]
pub(crate) struct Source {
    batches: mpsc::Receiver<Result<Vec<Message>, Error>>,
    task: JoinHandle<()>,
}

impl Source {
    /// Begins to read at message `from`, at most `max` messages in a batch.
    pub(crate) fn start(bus: &Bus, stream: Stream, from: u64, max: usize) -> Self {
        let (to, batches) = mpsc::channel(BATCHES_MAX);
        let reading = Reading {
            bus: bus.clone(),
            stream,
            follow: None,
            from,
            was_missed: false,
        };
        Self {
            batches,
            task: tokio::spawn(reading.run(max, to)),
        }
    }

    /// The next messages, whenever they come. May be dropped and called again.
    pub(crate) async fn next(&mut self) -> Result<Vec<Message>, Error> {
        match self.batches.recv().await {
            Some(batch) => batch,
            None => Err(Error::Task {
                task: "reading a stream",
                source: (&mut self.task).await.err(),
            }),
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A position in a stream that may come and go.
struct Reading {
    bus: Bus,
    stream: Stream,
    follow: Option<Follow>,
    /// Where to begin.
    from: u64,
    was_missed: bool,
}

impl Reading {
    /// Runs until nobody listens, or until reading cannot go on.
    async fn run(mut self, max: usize, to: mpsc::Sender<Result<Vec<Message>, Error>>) {
        loop {
            let batch = self.next(max).await;
            let is_last = batch.is_err();
            if batch.as_ref().is_ok_and(Vec::is_empty) {
                continue;
            }
            if to.send(batch).await.is_err() || is_last {
                return;
            }
        }
    }

    async fn next(&mut self, max: usize) -> Result<Vec<Message>, Error> {
        let follow = match &mut self.follow {
            Some(follow) => follow,
            none => {
                let opened = self
                    .bus
                    .follow(self.stream, None, Start::Sequence(self.from))
                    .await;
                match opened {
                    Ok(follow) => none.insert(follow),
                    Err(error) => return self.later(Error::Bus(error)).await,
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
            Err(error) => self.later(Error::Follow(error)).await,
        }
    }

    /// Nothing after a moment, where trying again can help.
    async fn later(&mut self, error: Error) -> Result<Vec<Message>, Error> {
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
        tokio::time::sleep(STREAM_AGAIN).await;
        Ok(Vec::new())
    }
}
