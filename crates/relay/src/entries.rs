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
use armistice_bus::{Bus, Outgoing, PublishError, Published, Stream, StreamSettings, Window};
use armistice_eventlog::Reader;
use armistice_tlog::{Index, TreeSize};
use std::ops::Range;
use tokio::sync::watch;
use tracing::{debug, info};

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
                // What is missing is published at the next start.
                Err(error) if error.is_temporary() && stopping.is_set() => return Ok(()),
                Err(Error::Moved) => {}
                Err(error) if error.is_temporary() => backoff.wait("entries", &error).await,
                Err(error) => return Err(error),
            }
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
        // The stream may be a new one: the first checkpoint is published whatever was published before.
        let mut checkpointed = None;
        loop {
            let size = *self.heads.borrow_and_update();
            // A head of the reader is at least as new as the one that was announced.
            let head = self.reader.head();
            while next < size.0 {
                let end = size.0.min(next + PUBLISH_ENTRIES);
                self.publish(next..end).await?;
                next = end;
            }
            if let Some(head) = head.filter(|head| head.size.0 <= next && checkpointed != Some(head.size)) {
                let message = checkpoint_message(self.bus.subjects(), head.note);
                self.bus.publish(message).await?;
                checkpointed = Some(head.size);
                debug!(tree_size = head.size.0, "checkpoint published");
            }
            backoff.worked();
            if stopping.is_set() && self.heads.borrow().0 <= next {
                return Ok(());
            }
            tokio::select! {
                changed = self.heads.changed() => if changed.is_err() { return Ok(()) },
                // Whatever was lost is found by beginning again.
                _ = reconnects.changed() => return Err(Error::Moved),
                () = stopping.set() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {
                    let checkpoints = self.bus.state(Stream::Checkpoints).await?;
                    if checkpoints.is_none_or(|state| state.messages == 0) {
                        return Err(Error::Moved);
                    }
                    next = self.begin().await?;
                }
            }
        }
    }

    /// Makes sure of the streams and finds the entry to publish next.
    async fn begin(&self) -> Result<u64, Error> {
        let streams = &self.settings.streams;
        self.bus.ensure(Stream::Checkpoints, streams).await?;
        // Made here, though projections fill it: who may make a stream may also choose what flows into it.
        self.bus.ensure(Stream::Views, streams).await?;
        fence(&self.bus, &self.reader, streams).await
    }

    async fn publish(&self, range: Range<u64>) -> Result<(), Error> {
        let first = range.start;
        let messages = self.messages(range.clone()).await?;
        let mut window: Window<u64> = self.bus.window(PUBLISH_WINDOW);
        for (index, message) in messages {
            while window.is_full()
                && let Some((at, outcome)) = window.next().await
            {
                acknowledged(at, outcome)?;
            }
            window.send(index, message).await;
        }
        while let Some((at, outcome)) = window.next().await {
            acknowledged(at, outcome)?;
        }
        info!(index = first, tree_size = range.end, "entries published");
        Ok(())
    }

    /// Reads entries on a thread that may wait for the disk.
    async fn messages(&self, range: Range<u64>) -> Result<Vec<(u64, Outgoing)>, Error> {
        let (reader, subjects) = (self.reader.clone(), self.bus.subjects().clone());
        let read = tokio::task::spawn_blocking(move || {
            let entries = reader.entries(Index(range.start)..Index(range.end));
            entries
                .map(|entry| {
                    let (index, bytes) = entry?;
                    Ok((index.0, entry_message(&subjects, index, bytes)))
                })
                .collect()
        });
        read.await.unwrap_or(Err(Error::Ended))
    }
}

/// Compares the log with what was published of it, and returns how many entries were. Nothing is taken in and nothing is
/// published before this holds: a log that was restored from an older copy, or copied and used twice, would otherwise sign
/// another history under the same name.
pub(crate) async fn fence(bus: &Bus, reader: &Reader, streams: &StreamSettings) -> Result<u64, Error> {
    let published = bus.ensure(Stream::Entries, streams).await?.last_sequence;
    let size = reader.head().map_or(TreeSize(0), |head| head.size);
    if published > size.0 {
        return Err(Error::Ahead { published, size });
    }
    let Some(index) = published.checked_sub(1).map(Index) else {
        return Ok(published);
    };
    let stored = reader.entry(index)?;
    match bus.message(Stream::Entries, published).await? {
        Some(message) if message.payload[..] == stored[..] => Ok(published),
        Some(_) => Err(Error::Forked { index }),
        // The server lost it between the two questions: asked again.
        None => Err(Error::Moved),
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
