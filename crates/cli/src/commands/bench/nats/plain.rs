//! The bound: publishing to a stream that the server syncs to the disk for each message.

use std::time::Duration;

use armistice_bus::{Outgoing, Stream, StreamSettings};

use super::site::{Site, bench_failure};
use crate::failure::Outcome;
use crate::machine::Stopwatch;

/// Messages on their way at once.
const WINDOW: usize = 1_024;

/// Publishes the notes, a subject for each, to a stream without `persist_mode: async`; the time until all are acknowledged.
pub(super) async fn publish(site: &Site, notes: &[Vec<u8>]) -> Outcome<Duration> {
    let bus = site.connect().await?;
    let made = bus.ensure(Stream::Views, &StreamSettings::default()).await;
    made.map_err(|error| bench_failure(&error))?;
    let started = Stopwatch::start();
    let mut window = bus.window(WINDOW);
    for (number, note) in notes.iter().enumerate() {
        let subject = bus.subjects().row("plain", &number.to_string());
        window.send((), Outgoing::new(subject, note.clone())).await;
        while window.is_full() {
            if let Some(((), outcome)) = window.next().await {
                outcome.map_err(|error| bench_failure(&error))?;
            }
        }
    }
    while let Some(((), outcome)) = window.next().await {
        outcome.map_err(|error| bench_failure(&error))?;
    }
    let time = started.elapsed();
    bus.close().await;
    Ok(time)
}
