//! From a producer's note to its verified receipt, over the server.

use std::collections::BTreeMap;
use std::time::Duration;

use armistice_admission::Submission;
use armistice_producer::{Outcome as Answer, Producer, Ticket};
use futures_util::future::join_all;

use super::site::{ROUND_MAX, Site, bench_failure};
use crate::failure::{Exit, Failure, Outcome};
use crate::machine::Stopwatch;
use crate::runtime;

/// Notes that one producer queues at once; they share a write.
const AT_ONCE: usize = 512;

/// Sends `count` notes, the producers at the same time; the time until each has a receipt. Connecting is not counted.
pub(super) fn round(site: &mut Site, count: usize) -> Outcome<Duration> {
    let notes = by_producer(site.notes(count))?;
    runtime::block_on(async {
        let running = site.run().await?;
        let started = Stopwatch::start();
        let all = notes.into_iter().filter_map(|(name, notes)| {
            let producer = running.producers.get(&name)?.clone();
            Some(tokio::spawn(send(producer, notes)))
        });
        let all: Vec<_> = all.collect();
        for one in all {
            let sent = tokio::time::timeout(ROUND_MAX, one)
                .await
                .map_err(|_| too_long())?;
            sent.map_err(|error| bench_failure(&error))??;
        }
        let time = started.elapsed();
        running.stop().await?;
        Ok(time)
    })
}

pub(super) fn by_producer(notes: Vec<Vec<u8>>) -> Outcome<BTreeMap<String, Vec<Vec<u8>>>> {
    let mut sorted: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for note in notes {
        let submission = Submission::read(note).map_err(|rejected| bench_failure(&rejected.refusal))?;
        let name = submission.signer().to_owned();
        sorted.entry(name).or_default().push(submission.bytes().to_vec());
    }
    Ok(sorted)
}

async fn send(producer: Producer, notes: Vec<Vec<u8>>) -> Outcome {
    let mut tickets: Vec<Ticket> = Vec::with_capacity(notes.len());
    for part in notes.chunks(AT_ONCE) {
        let queued = join_all(part.iter().map(|note| producer.queue_note(note.clone()))).await;
        for ticket in queued {
            tickets.push(ticket.map_err(|error| bench_failure(&error))?);
        }
    }
    for mut ticket in tickets {
        must_be_recorded(&ticket.outcome().await.map_err(|error| bench_failure(&error))?)?;
    }
    Ok(())
}

pub(super) fn must_be_recorded(outcome: &Answer) -> Outcome {
    match outcome {
        Answer::Recorded(_) => Ok(()),
        Answer::Refused(refusal) => Err(bench_failure(refusal)),
    }
}

pub(super) fn too_long() -> Failure {
    Failure::new(Exit::Failed, "bench", "a round took longer than five minutes")
}
