//! The publisher: one replica at a time keeps VIEWS, whichever it is.
//!
//! ```text
//!            VIEWS stands still and we are newer                 all published
//! standing by ─────────────────────────────────► comparing ─────────────────► leading ──┐ rows, then statements
//!      ▲ ▲                                           │                           │    ◄──┘
//!      │ └──────── another one was faster ───────────┘                           │
//!      └──────────────────── a message was refused, or its fate is unknown ──────┘
//! ```
//! Each message is published with the expected last sequence of the stream. The first message of a batch is acknowledged
//! before the second is sent: of two that publish, the server takes the batch of one and refuses the other at its first
//! message, which stands by with nothing else on its way. Nobody leads before a message of its own was taken. Nothing is
//! agreed beforehand, no lease runs out and no clock is compared.
//!
//! Once a second the leader looks whether VIEWS is as it left it. If it was deleted, emptied or rewound, it is compared and
//! filled again.
//!
//! If the process dies between two messages, VIEWS holds a part of a batch, whose rows say which tree size they are of, and
//! statements of an earlier one. Whoever comes next compares all of it with its own rows and publishes what differs.
//!
//! Older state is never published: a replica takes over only when its tree is at least as large as that of any message.

use std::time::Duration;

use armistice_bus::{
    Bus, Error as BusError, FollowError, Outgoing, PublishError, Published as Stored, Start, Stream,
    StreamSettings, StreamState, Window, header,
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
    COMPARE_AT_ONCE, COMPARE_WAIT, LEAD_LOOK_EVERY, LONG_ROW_BYTES, LONG_ROWS_EVERY, LOOK_EVERY,
    PUBLISH_WINDOW, START_AFTER, STATEMENT_EVERY, STATEMENT_IDLE, STREAM_AGAIN, TAKE_OVER_AFTER,
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
    /// VIEWS was deleted, emptied or rewound.
    Changed,
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
    /// When the stream was created: another time means another stream.
    created_ns: i64,
    /// Messages that were on the stream when it was looked at last: publishing never makes them fewer.
    messages: u64,
    looked_at: Instant,
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
                Lost::Changed => {
                    warn!("VIEWS is not as it was left, and is compared again");
                    patience = START_AFTER;
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
                    tokio::time::sleep(STREAM_AGAIN).await;
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

    /// Compares VIEWS with the own rows and publishes what differs, or the statements when nothing does: the lead is given
    /// by a message that was taken. `None` when VIEWS is newer, or another replica was faster.
    async fn compare(&self) -> Result<Option<Lead>, Error> {
        let state = self.bus.ensure(Stream::Views, &self.streams).await?;
        let published = self.read(&state).await?;
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
            created_ns: state.created_ns,
            messages: 0,
            looked_at: Instant::now(),
            stated: false,
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
        let taken = if differences == 0 {
            self.state(&mut lead).await
        } else {
            self.publish(&mut lead, rows).await
        };
        match taken {
            Ok(()) => Ok(Some(lead)),
            Err(Lost::ToAnother | Lost::Changed) => Ok(None),
            Err(Lost::Unsure(error) | Lost::Failed(error)) => Err(Error::Publish(error)),
        }
    }

    /// The newest message of each subject of VIEWS, of which `state` tells the last one.
    async fn read(&self, state: &StreamState) -> Result<Published, Error> {
        let mut published = Published::default();
        if state.last_sequence == 0 || state.messages == 0 {
            return Ok(published);
        }
        let mut follow = self
            .bus
            .follow(Stream::Views, None, Start::LastPerSubject)
            .await?;
        let mut has_read = false;
        loop {
            let messages = follow.next(COMPARE_AT_ONCE, COMPARE_WAIT).await?;
            let Some(newest) = messages.last().map(|message| message.sequence) else {
                // The last message may have been removed meanwhile. But a reader that has to begin again hears nothing
                // either, and what it did not read may be newer than the own rows.
                if has_read && follow.pending() == 0 && self.bus.is_connected() {
                    return Ok(published);
                }
                let doing = "reading VIEWS".to_owned();
                return Err(Error::Bus(BusError::TimedOut { doing }));
            };
            has_read = true;
            for message in &messages {
                published.take(message);
            }
            if newest >= state.last_sequence || follow.pending() == 0 {
                return Ok(published);
            }
        }
    }

    async fn lead(&self, mut lead: Lead) -> Lost {
        loop {
            if let Err(lost) = self.look(&mut lead).await {
                return lost;
            }
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

    /// Looks from time to time whether VIEWS is as this replica left it; nothing is on its way meanwhile.
    async fn look(&self, lead: &mut Lead) -> Result<(), Lost> {
        if lead.looked_at.elapsed() < LEAD_LOOK_EVERY {
            return Ok(());
        }
        lead.looked_at = Instant::now();
        let state = match self.bus.state(Stream::Views).await {
            Ok(Some(state)) => state,
            Ok(None) => return Err(Lost::Changed),
            Err(error) => {
                debug!(error = %error, "VIEWS was not looked at");
                return Ok(());
            }
        };
        if state.created_ns != lead.created_ns
            || state.last_sequence < lead.last
            || state.messages < lead.messages
        {
            return Err(Lost::Changed);
        }
        if state.last_sequence > lead.last {
            return Err(Lost::ToAnother);
        }
        lead.messages = state.messages;
        Ok(())
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
        // So many are there from now on; how many rows, the next look tells.
        lead.messages = lead.messages.max(View::ALL.len() as u64);
        debug!(tree_size = stamp.tree_size.0, "statements published");
        Ok(())
    }

    /// Publishes messages one behind the other: the first alone, then many on their way at once.
    ///
    /// Each expects the one before it. If several were on their way when another replica's message comes between them, the
    /// first would be refused and the second taken, since the other's message counts as the first: so nothing follows
    /// before the first one is taken, and nothing is sent any more once a refusal is known.
    async fn send(&self, lead: &mut Lead, messages: impl Iterator<Item = Outgoing>) -> Result<(), Lost> {
        let mut window: Window<u64> = self.bus.window(PUBLISH_WINDOW);
        let mut is_first = true;
        for mut message in messages {
            while window.is_full() {
                acknowledged(window.next().await)?;
            }
            while let Some(outcome) = ready(&mut window).await {
                acknowledged(Some(outcome))?;
            }
            message.expected_last_sequence = Some(lead.last);
            lead.last += 1;
            window.send(lead.last, message).await;
            if std::mem::take(&mut is_first) {
                acknowledged(window.next().await)?;
            }
        }
        while !window.is_empty() {
            acknowledged(window.next().await)?;
        }
        Ok(())
    }
}

/// The oldest outcome, if it is there already.
async fn ready(window: &mut Window<u64>) -> Option<(u64, Result<Stored, PublishError>)> {
    tokio::select! {
        biased;
        outcome = window.next() => outcome,
        () = std::future::ready(()) => None,
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

#[cfg(test)]
mod tests {
    use armistice_bus::Access;
    use armistice_bus::local::{LocalServer, binary};
    use armistice_projection::{Live, Projection};
    use armistice_report::CeasefireId;
    use armistice_tlog::{Checkpoint, Hash, TreeSize};

    use super::*;
    use crate::copy::Verified;

    async fn publisher(server: &LocalServer) -> Publisher {
        let ceasefire = CeasefireId::new("test").unwrap();
        Publisher {
            bus: Bus::connect(&Access::new(server.url()), &ceasefire)
                .await
                .unwrap(),
            streams: StreamSettings::default(),
            outbox: Outbox::default(),
            asks: mpsc::channel(1).0,
        }
    }

    fn lead(state: &StreamState) -> Lead {
        let verified = Verified {
            checkpoint: Checkpoint::new("example.org/test", TreeSize(0), Hash::sha256(b"")).unwrap(),
            note: String::new(),
        };
        Lead {
            last: state.last_sequence,
            created_ns: state.created_ns,
            messages: 0,
            looked_at: Instant::now(),
            stamp: Stamp::new(&Live::new(Projection::new()), &verified),
            stated: false,
            stated_at: Instant::now(),
            long: Rows::new(),
            long_at: Instant::now(),
        }
    }

    /// 100 messages that say whose they are, each on a subject of its own.
    fn batch(publisher: &Publisher, whose: &str, round: u64) -> Vec<Outgoing> {
        let subjects = publisher.bus.subjects();
        let subject = |key: u64| subjects.row("incidents", &format!("{whose}-{round}-{key}"));
        (0..100).map(|key| Outgoing::new(subject(key), "{}")).collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_two_that_lead_at_once_one_sends_all_and_the_other_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let server = LocalServer::start(&binary().unwrap(), folder.path(), "").unwrap();
        let (one, two) = (publisher(&server).await, publisher(&server).await);
        for round in 0..20 {
            let before = one.bus.ensure(Stream::Views, &one.streams).await.unwrap();
            let (mut first, mut second) = (lead(&before), lead(&before));
            let (first, second) = tokio::join!(
                one.send(&mut first, batch(&one, "one", round).into_iter()),
                two.send(&mut second, batch(&two, "two", round).into_iter()),
            );
            assert!(first.is_ok() != second.is_ok(), "round {round}");
            let lost = first.err().or(second.err());
            assert!(matches!(lost, Some(Lost::ToAnother)), "round {round}");
            let after = one.bus.state(Stream::Views).await.unwrap().unwrap();
            assert_eq!(after.last_sequence, before.last_sequence + 100, "round {round}");
        }
    }
}
