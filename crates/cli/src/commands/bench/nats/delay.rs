//! How soon a report is seen: from handing it to the SDK until its receipt, and until a changed row of a view reaches a
//! subscriber, at a steady rate.

use std::collections::BTreeMap;
use std::time::Duration;

use armistice_admission::Submission;
use armistice_bus::{Bus, Start, Stream, header};
use armistice_producer::{Outcome as Answer, Producer};
use armistice_replica::{Replica, Settings};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::path::{must_be_recorded, too_long};
use super::site::{ROUND_MAX, Site, bench_failure};
use crate::failure::Outcome;
use crate::machine::Stopwatch;
use crate::runtime;

/// Messages that the subscriber takes at once.
const AT_ONCE: usize = 1_024;
/// The longest wait for a message.
const WAIT: Duration = Duration::from_millis(100);

/// How long reports are sent before any of them is counted: a projection that has just started reads the log, compares
/// VIEWS and takes the lead first, which is no delay of one that runs.
const WARM_UP: Duration = Duration::from_secs(3);

/// What was measured.
pub(super) struct Delays {
    /// Reports a second that were asked for.
    pub(super) rate: u64,
    pub(super) receipts: Vec<Duration>,
    pub(super) views: Vec<Duration>,
}

/// A report that was sent: when, when its receipt was there, and its position.
struct Sent {
    at: Duration,
    answered: Duration,
    index: u64,
}

/// Sends `rate` reports a second for `seconds`, after the warm-up.
pub(super) fn measure(site: &mut Site, rate: u32, seconds: u32) -> Outcome<Delays> {
    let sending = Duration::from_secs(u64::from(seconds)) + WARM_UP;
    let notes = site.notes(rate as usize * usize::try_from(sending.as_secs()).unwrap_or(usize::MAX));
    let clock = Stopwatch::start();
    runtime::block_on(async {
        let running = site.run().await?;
        let settings = Settings::new("bench", site.vkey.clone());
        let replica =
            Replica::open(site.connect().await?, settings).map_err(|error| bench_failure(&error))?;
        let projecting = tokio::spawn(replica.run(std::future::pending()));
        let (wanted, until) = watch::channel(u64::MAX);
        let watching = tokio::spawn(watch_views(site.connect().await?, clock, until));
        let sent = send(&running.producers, notes, rate, clock).await?;
        let last = sent.iter().map(|one| one.index).max().unwrap_or_default();
        wanted.send_replace(last);
        let seen = tokio::time::timeout(ROUND_MAX, watching)
            .await
            .map_err(|_| too_long())?;
        let seen = seen.map_err(|error| bench_failure(&error))??;
        projecting.abort();
        running.stop().await?;
        let counted_from = sent.iter().map(|one| one.at).min().unwrap_or_default() + WARM_UP;
        let sent: Vec<Sent> = sent.into_iter().filter(|one| one.at >= counted_from).collect();
        let views = sent.iter().filter_map(|one| {
            // The first row that counts this entry.
            let (_, at) = seen.range(one.index..).next()?;
            Some(at.saturating_sub(one.at))
        });
        Ok(Delays {
            rate: u64::from(rate),
            views: views.collect(),
            receipts: sent
                .iter()
                .map(|one| one.answered.saturating_sub(one.at))
                .collect(),
        })
    })
}

async fn send(
    producers: &BTreeMap<String, Producer>,
    notes: Vec<Vec<u8>>,
    rate: u32,
    clock: Stopwatch,
) -> Outcome<Vec<Sent>> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
    let mut waiting = JoinSet::new();
    for note in notes {
        let submission = Submission::read(note).map_err(|rejected| bench_failure(&rejected.refusal))?;
        let Some(producer) = producers.get(submission.signer()).cloned() else {
            continue;
        };
        ticks.tick().await;
        waiting.spawn(async move {
            let at = clock.elapsed();
            let ticket = producer.queue_note(submission.bytes().to_vec()).await;
            let outcome = ticket.map_err(|error| bench_failure(&error))?.outcome().await;
            let outcome = outcome.map_err(|error| bench_failure(&error))?;
            must_be_recorded(&outcome)?;
            let Answer::Recorded(receipt) = outcome else {
                return Ok(None);
            };
            Ok(Some(Sent {
                at,
                answered: clock.elapsed(),
                index: receipt.index.0,
            }))
        });
    }
    let mut sent = Vec::new();
    while let Some(one) = waiting.join_next().await {
        let one: Outcome<Option<Sent>> = one.map_err(|error| bench_failure(&error))?;
        sent.extend(one?);
    }
    Ok(sent)
}

/// Takes every changed row until the last report is counted; for each last counted entry the time of its first row.
async fn watch_views(
    bus: Bus,
    clock: Stopwatch,
    until: watch::Receiver<u64>,
) -> Outcome<BTreeMap<u64, Duration>> {
    let mut follow = loop {
        match bus.follow(Stream::Views, None, Start::New).await {
            Ok(follow) => break follow,
            // The projection makes the stream.
            Err(_) => tokio::time::sleep(WAIT).await,
        }
    };
    let mut seen = BTreeMap::new();
    loop {
        let messages = follow
            .next(AT_ONCE, WAIT)
            .await
            .map_err(|error| bench_failure(&error))?;
        let now = clock.elapsed();
        for message in messages {
            if let Some(index) = message.header(header::INDEX).and_then(|index| index.parse().ok()) {
                seen.entry(index).or_insert(now);
            }
        }
        if seen
            .last_key_value()
            .is_some_and(|(index, _)| *index >= *until.borrow())
        {
            return Ok(seen);
        }
    }
}
