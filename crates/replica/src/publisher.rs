//! The publisher: one replica at a time keeps VIEWS, whichever it is.
//!
//! ```text
//!            VIEWS stands still and we are newer                 all published
//! standing by ─────────────────────────────────► comparing ─────────────────► leading ──┐ rows, then statements
//!      ▲ ▲                                           │                           │    ◄──┘
//!      │ └──────── another one was faster ───────────┘                           │
//!      └──────────────────── a message was refused, or its fate is unknown ──────┘
//! ```
//! Each message is published with the expected last sequence of the stream. Of two that publish, the server takes one and
//! refuses the other, at the first message and at all that follow; who is refused stands by. Nothing is agreed beforehand,
//! no lease runs out and no clock is compared.
//!
//! If the process dies between two messages, VIEWS holds a part of a batch, whose rows say which tree size they are of, and
//! statements of an earlier one. Whoever comes next compares all of it with its own rows and publishes what differs.
//!
//! Older state is never published: a replica takes over only when its tree is at least as large as that of any message.

use std::time::Duration;

use armistice_bus::{
    Bus, FollowError, Outgoing, PublishError, Published as Stored, Start, Stream, StreamSettings, Window,
    header,
};
use armistice_projection::View;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::{debug, info, warn};

use crate::differences::{Ask, Published};
use crate::error::Error;
use crate::outbox::{Outbox, Rows};
use crate::rows::{number, row_message, statement_message};
use crate::settings::{
    COMPARE_AT_ONCE, LONG_ROW_BYTES, LONG_ROWS_EVERY, LOOK_EVERY, PUBLISH_WINDOW, START_AFTER,
    STATEMENT_EVERY, STATEMENT_IDLE, TAKE_OVER_AFTER,
};
use crate::stamp::Stamp;

/// Publishes what the outbox holds.
pub(crate) struct Publisher {
    pub(crate) bus: Bus,
    pub(crate) streams: StreamSettings,
    pub(crate) outbox: Outbox,
    pub(crate) asks: mpsc::Sender<Ask>,
}

/// Why a replica stopped leading.
enum Lost {
    /// Another one published.
    ToAnother,
    /// The fate of a message is unknown, or the stream went away.
    Unsure(PublishError),
    /// It will not work later either.
    Failed(PublishError),
}

impl From<PublishError> for Lost {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::WrongLastSequence { .. } => Self::ToAnother,
            PublishError::NoStream { .. } => Self::Unsure(error),
            error if error.is_temporary() => Self::Unsure(error),
            error => Self::Failed(error),
        }
    }
}

/// The lead: the sequence behind which the next message goes.
struct Lead {
    last: u64,
    stamp: Stamp,
    stated: bool,
    stated_at: Instant,
    /// Long rows that wait for their time.
    long: Rows,
    long_at: Instant,
}

impl Publisher {
    /// Runs until it is dropped, or until the server does not let it publish at all.
    pub(crate) async fn run(self) -> Result<(), Error> {
        let mut patience = START_AFTER;
        loop {
            self.outbox.collect(false);
            self.stand_by(patience).await;
            let lead = match self.compare().await {
                Ok(Some(lead)) => lead,
                Ok(None) => {
                    patience = TAKE_OVER_AFTER;
                    continue;
                }
                Err(error) if is_temporary(&error) => {
                    debug!(error = %error, "views were not compared");
                    patience = START_AFTER;
                    continue;
                }
                Err(error) => return Err(error),
            };
            info!(tree_size = lead.stamp.tree_size.0, "publishing the views");
            match self.lead(lead).await {
                Lost::ToAnother => {
                    info!("another replica publishes the views");
                    patience = TAKE_OVER_AFTER;
                }
                Lost::Unsure(error) => {
                    warn!(error = %error, "publishing the views was interrupted");
                    patience = START_AFTER;
                }
                Lost::Failed(error) => return Err(Error::Publish(error)),
            }
        }
    }

    /// Returns when VIEWS stood still for `patience` while this replica has something to show.
    async fn stand_by(&self, patience: Duration) {
        let mut seen: Option<(i64, u64)> = None;
        let mut since = Instant::now();
        loop {
            tokio::time::sleep(LOOK_EVERY.min(patience)).await;
            let state = match self.bus.ensure(Stream::Views, &self.streams).await {
                Ok(state) => state,
                Err(error) => {
                    // A stream of other settings is found by comparing, which says so.
                    if !error.is_temporary() {
                        return;
                    }
                    since = Instant::now();
                    continue;
                }
            };
            let now = (state.created_ns, state.last_sequence);
            if seen != Some(now) {
                since = seen.map_or(since, |_| Instant::now());
                seen = Some(now);
            }
            let Some(own) = self.outbox.stamp() else { continue };
            if state.last_sequence == 0 {
                return;
            }
            if since.elapsed() < patience {
                continue;
            }
            if patience == START_AFTER || self.is_newer(own.tree_size.0).await {
                return;
            }
            since = Instant::now();
        }
    }

    /// Whether the own rows are newer than the last statement on VIEWS.
    async fn is_newer(&self, own: u64) -> bool {
        // All views are stated one after the other; the last one tells that all are.
        let last = View::ALL.last().map_or("", |view| view.name());
        let subject = self.bus.subjects().view(last);
        match self.bus.last_message(Stream::Views, Some(&subject)).await {
            Ok(Some(statement)) => number(&statement, header::TREE_SIZE).is_none_or(|stated| stated < own),
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// Compares VIEWS with the own rows and publishes what differs. `None` when VIEWS is as new as the own rows and as they
    /// are, or newer, or another replica was faster.
    async fn compare(&self) -> Result<Option<Lead>, Error> {
        let state = self.bus.ensure(Stream::Views, &self.streams).await?;
        let published = self.read(state.last_sequence).await?;
        let own = self.outbox.stamp().map_or(0, |stamp| stamp.tree_size.0);
        if let Some(view) = published.newer_version {
            warn!(
                view = view.name(),
                "VIEWS has rows of a newer version of a view; leaving them alone"
            );
            return Ok(None);
        }
        if published.tree_size > own {
            debug!(tree_size = own, "VIEWS is newer");
            return Ok(None);
        }
        let stated = published.is_stated_at(own);
        let (answer, answered) = oneshot::channel();
        let ask = Ask { published, answer };
        if self.asks.send(ask).await.is_err() {
            // The owner of the views is gone, and this will be dropped.
            return Ok(None);
        }
        let Ok(Some((rows, stamp))) = answered.await else {
            return Ok(None);
        };
        let differences = rows.len();
        let mut lead = Lead {
            last: state.last_sequence,
            stated: stated && differences == 0 && stamp.tree_size.0 == own,
            stated_at: Instant::now(),
            long: Rows::new(),
            long_at: Instant::now(),
            stamp,
        };
        info!(
            rows = differences,
            tree_size = lead.stamp.tree_size.0,
            "views compared"
        );
        match self.publish(&mut lead, rows).await {
            Ok(()) => Ok(Some(lead)),
            Err(Lost::ToAnother) => Ok(None),
            Err(Lost::Unsure(error) | Lost::Failed(error)) => Err(Error::Publish(error)),
        }
    }

    /// The newest message of each subject of VIEWS, up to `last`.
    async fn read(&self, last: u64) -> Result<Published, Error> {
        let mut published = Published::default();
        if last == 0 {
            return Ok(published);
        }
        let mut follow = self
            .bus
            .follow(Stream::Views, None, Start::LastPerSubject)
            .await?;
        loop {
            let messages = follow.next(COMPARE_AT_ONCE, STATEMENT_EVERY).await?;
            let Some(newest) = messages.last().map(|message| message.sequence) else {
                // Everything that is there was read; the stream may have been purged meanwhile.
                return Ok(published);
            };
            for message in &messages {
                published.take(message);
            }
            if newest >= last || follow.pending() == 0 {
                return Ok(published);
            }
        }
    }

    async fn lead(&self, mut lead: Lead) -> Lost {
        loop {
            if let Some((rows, stamp)) = self.outbox.take() {
                lead.stamp = stamp;
                lead.stated = false;
                let rows = lead.short_rows(rows);
                if let Err(lost) = self.publish(&mut lead, rows).await {
                    return lost;
                }
            }
            if lead.long_at.elapsed() >= LONG_ROWS_EVERY
                && let Err(lost) = self.publish_long(&mut lead).await
            {
                return lost;
            }
            if !lead.stated && lead.stated_at.elapsed() >= STATEMENT_EVERY {
                if let Err(lost) = self.state(&mut lead).await {
                    return lost;
                }
                continue;
            }
            let wait = if lead.stated {
                STATEMENT_EVERY
            } else {
                STATEMENT_IDLE
            };
            let idle = tokio::time::timeout(wait, self.outbox.changed()).await.is_err();
            if idle
                && !lead.stated
                && let Err(lost) = self.state(&mut lead).await
            {
                return lost;
            }
        }
    }

    async fn publish(&self, lead: &mut Lead, rows: Rows) -> Result<(), Lost> {
        let payload_max = self.bus.server().max_payload;
        let stamp = lead.stamp.clone();
        let subjects = self.bus.subjects();
        let messages = rows
            .into_iter()
            .map(|((view, key), row)| row_message(subjects, view, &key, row, &stamp, payload_max));
        self.send(lead, messages).await
    }

    /// Publishes the long rows that wait.
    async fn publish_long(&self, lead: &mut Lead) -> Result<(), Lost> {
        let rows = std::mem::take(&mut lead.long);
        if rows.is_empty() {
            return Ok(());
        }
        lead.long_at = Instant::now();
        self.publish(lead, rows).await
    }

    /// Says of every view what its rows come to.
    async fn state(&self, lead: &mut Lead) -> Result<(), Lost> {
        self.publish_long(lead).await?;
        let stamp = lead.stamp.clone();
        let statements = View::ALL
            .iter()
            .map(|&view| statement_message(self.bus.subjects(), view, &stamp));
        self.send(lead, statements).await?;
        lead.stated = true;
        lead.stated_at = Instant::now();
        debug!(tree_size = stamp.tree_size.0, "statements published");
        Ok(())
    }

    /// Publishes messages one behind the other, many on their way at once.
    async fn send(&self, lead: &mut Lead, messages: impl Iterator<Item = Outgoing>) -> Result<(), Lost> {
        let mut window: Window<u64> = self.bus.window(PUBLISH_WINDOW);
        for mut message in messages {
            while window.is_full() {
                acknowledged(window.next().await)?;
            }
            message.expected_last_sequence = Some(lead.last);
            lead.last += 1;
            window.send(lead.last, message).await;
        }
        while !window.is_empty() {
            acknowledged(window.next().await)?;
        }
        Ok(())
    }
}

impl Lead {
    /// Keeps the long rows back; each row waits in its newest form only.
    fn short_rows(&mut self, rows: Rows) -> Rows {
        for place in rows.keys() {
            self.long.remove(place);
        }
        let is_long = |row: &Option<Vec<u8>>| row.as_ref().is_some_and(|row| row.len() > LONG_ROW_BYTES);
        let (long, short): (Rows, Rows) = rows.into_iter().partition(|(_, row)| is_long(row));
        self.long.extend(long);
        short
    }
}

fn acknowledged(outcome: Option<(u64, Result<Stored, PublishError>)>) -> Result<(), Lost> {
    let Some((expected, outcome)) = outcome else {
        return Ok(());
    };
    if outcome?.sequence == expected {
        Ok(())
    } else {
        Err(Lost::ToAnother)
    }
}

fn is_temporary(error: &Error) -> bool {
    match error {
        Error::Bus(error) => error.is_temporary() || matches!(error, armistice_bus::Error::NoStream { .. }),
        Error::Follow(FollowError::Gone { .. }) => true,
        Error::Follow(error) => error.is_temporary(),
        Error::Publish(error) => error.is_temporary() || matches!(error, PublishError::NoStream { .. }),
        _ => false,
    }
}
