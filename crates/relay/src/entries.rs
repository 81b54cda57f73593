//! The publisher: ENTRIES and CHECKPOINTS follow the log.
//!
//! ```text
//! entry n ──► ENTRIES, expected last sequence n ──► sequence n + 1      checkpoint(size) after entry size - 1
//! ```
//! The cursor is the stream's last sequence: a stream that was lost is refilled from entry 0, one that lost its newest messages
//! from there. Before it goes on, the stream's last message is compared with the log: a stream of another log, or one that is
//! longer than the log, ends the relay instead of being mixed with it.
//!
//! If the process dies between two messages, the next one goes on behind the last that the server has; if the server dies, it
//! has a prefix. Readers wait for the checkpoint that covers an entry, which is published last.

use crate::backoff::Backoff;
use crate::error::Error;
use crate::messages::{checkpoint_message, entry_message};
use crate::relay::Stopping;
use crate::settings::{LOOK_EVERY, PUBLISH_ENTRIES, PUBLISH_WINDOW, Settings};
use armistice_bus::{Bus, PublishError, Published, Stream, StreamState, Window};
use armistice_eventlog::Reader;
use armistice_tlog::{Index, TreeSize};
use tokio::sync::watch;
use tracing::{debug, info, warn};

/// Follows the log's heads.
pub(crate) struct Publisher {
    pub(crate) bus: Bus,
    pub(crate) reader: Reader,
    pub(crate) heads: watch::Receiver<TreeSize>,
    pub(crate) settings: Settings,
}

impl Publisher {
    /// Runs until `stopping`, and then until the last head is published.
    pub(crate) async fn run(mut self, mut stopping: Stopping) -> Result<(), Error> {
        let mut backoff = Backoff::new();
        let mut reconnects = self.bus.reconnects();
        loop {
            match self.follow(&mut stopping, &mut reconnects, &mut backoff).await {
                Ok(()) => return Ok(()),
                Err(error) if error.is_temporary() => {
                    warn!(error = %chain(&error), "publishing entries interrupted");
                }
                Err(error) => return Err(error),
            }
            if stopping.is_set() {
                // What is missing is published at the next start.
                return Ok(());
            }
            backoff.wait().await;
        }
    }

    /// Publishes what the streams lack, then each new head; returns once it is to stop and nothing is left.
    async fn follow(
        &mut self,
        stopping: &mut Stopping,
        reconnects: &mut watch::Receiver<u64>,
        backoff: &mut Backoff,
    ) -> Result<(), Error> {
        reconnects.borrow_and_update();
        let mut next = self.begin().await?;
        loop {
            let size = *self.heads.borrow_and_update();
            // A head of the reader is at least as new as the one that was announced.
            let head = self.reader.head();
            while next < size.0 {
                let end = size.0.min(next + PUBLISH_ENTRIES);
                self.publish(next..end).await?;
                next = end;
            }
            if let Some(head) = head.filter(|head| head.size.0 <= next) {
                self.bus
                    .publish(checkpoint_message(self.bus.subjects(), head.note))
                    .await?;
                debug!(tree_size = head.size.0, "checkpoint published");
            }
            backoff.worked();
            if stopping.is_set() && self.heads.borrow().0 <= next {
                return Ok(());
            }
            tokio::select! {
                changed = self.heads.changed() => if changed.is_err() { return Ok(()) },
                _ = reconnects.changed() => next = self.begin().await?,
                () = stopping.set() => {}
                () = tokio::time::sleep(LOOK_EVERY) => next = self.begin().await?,
            }
        }
    }

    /// Makes sure of the streams and finds the entry to publish next.
    async fn begin(&self) -> Result<u64, Error> {
        let streams = &self.settings.streams;
        let entries = self.bus.ensure(Stream::Entries, streams).await?;
        self.bus.ensure(Stream::Checkpoints, streams).await?;
        self.compare(&entries).await?;
        Ok(entries.last_sequence)
    }

    async fn compare(&self, entries: &StreamState) -> Result<(), Error> {
        let published = entries.last_sequence;
        let size = self.reader.head().map_or(TreeSize(0), |head| head.size);
        if published > size.0 {
            return Err(Error::Ahead { published, size });
        }
        let Some(last) = published.checked_sub(1).map(Index) else {
            return Ok(());
        };
        let message = self.bus.message(Stream::Entries, published).await?;
        let stored = self.reader.entry(last)?;
        match message {
            Some(message) if message.payload[..] == stored[..] => Ok(()),
            _ => Err(Error::Forked { index: last }),
        }
    }

    async fn publish(&self, range: std::ops::Range<u64>) -> Result<(), Error> {
        let mut window: Window<u64> = self.bus.window(PUBLISH_WINDOW);
        let first = range.start;
        for entry in self.reader.entries(Index(range.start)..Index(range.end)) {
            let (index, bytes) = entry?;
            if window.len() >= PUBLISH_WINDOW
                && let Some((at, outcome)) = window.next().await
            {
                acknowledged(at, outcome)?;
            }
            let message = entry_message(self.bus.subjects(), index, bytes);
            window.send(index.0, message).await;
        }
        while let Some((at, outcome)) = window.next().await {
            acknowledged(at, outcome)?;
        }
        info!(index = first, tree_size = range.end, "entries published");
        Ok(())
    }
}

/// Whether the server has the entry at `index` where it belongs.
fn acknowledged(index: u64, outcome: Result<Published, PublishError>) -> Result<(), Error> {
    let published = outcome?;
    if published.sequence == index + 1 {
        Ok(())
    } else {
        Err(Error::Forked { index: Index(index) })
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
