//! What the ledger is measured against: a plain file, and bare signature verification.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use armistice_eventlog::group::{Limits, Queue};
use armistice_tlog::{SingleNote, VerifierKey};
use rayon::prelude::*;

use crate::failure::{Failure, Outcome};
use crate::machine::Stopwatch;

/// Strict Ed25519 verification of all notes, on all cores, and nothing else: the bound that no admission can pass. Taking the
/// notes apart is not counted.
pub(super) fn verify(notes: &[Vec<u8>], keys: &[VerifierKey]) -> Duration {
    let parsed: Vec<SingleNote<'_>> = notes
        .par_iter()
        .filter_map(|note| SingleNote::parse(note).ok())
        .collect();
    let started = Stopwatch::start();
    let verified = parsed
        .par_iter()
        .filter(|note| {
            let key = keys.iter().find(|key| key.matches(&note.signature));
            key.is_some_and(|key| key.verify_line(note.text, &note.signature).is_ok())
        })
        .count();
    let elapsed = started.elapsed();
    assert_eq!(verified, notes.len(), "the generator signs what it makes");
    elapsed
}

/// The same bytes to a plain file, with one fdatasync after each `group`.
pub(super) fn plain_file(path: &Path, notes: &[Vec<u8>], group: usize) -> Outcome<Duration> {
    let failed = |error: std::io::Error| Failure::file("write", path, &error);
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(failed)?;
    let started = Stopwatch::start();
    for notes in notes.chunks(group) {
        let bytes = notes.concat();
        file.write_all(&bytes)
            .and_then(|()| file.sync_data())
            .map_err(failed)?;
    }
    Ok(started.elapsed())
}

/// The same bytes to a plain file by `submitters` threads at once, each waiting for its own note, with one fdatasync for
/// all that came in during the last one. Returns the time, and each note's wait.
pub(super) fn plain_file_shared(
    path: &Path,
    notes: &[Vec<u8>],
    submitters: usize,
) -> Outcome<(Duration, Vec<Duration>)> {
    let failed = |error: std::io::Error| Failure::file("write", path, &error);
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(failed)?;
    let (submitter, mut queue) = Queue::<(&[u8], mpsc::SyncSender<()>)>::new(Limits::default());
    let mut missing = notes.len();
    let started = Stopwatch::start();
    let (written, waits) = std::thread::scope(|scope| {
        let writer = scope.spawn(move || -> std::io::Result<()> {
            while missing > 0 {
                let Some(group) = queue.next_group(1_024, 8 << 20, Duration::ZERO) else {
                    break;
                };
                let bytes: Vec<u8> = group.iter().flat_map(|(note, _)| note.iter().copied()).collect();
                file.write_all(&bytes).and_then(|()| file.sync_data())?;
                missing -= group.len();
                for (_, done) in group {
                    // A submitter waits for exactly this; it cannot have gone away.
                    let _ = done.send(());
                }
            }
            Ok(())
        });
        let waits = in_parallel(notes, submitters, &|note| {
            let (done, wait) = mpsc::sync_channel(1);
            submitter.submit_blocking((note, done), note.len()).is_ok() && wait.recv().is_ok()
        });
        (
            writer
                .join()
                .unwrap_or_else(|_| Err(std::io::Error::other("the writing thread panicked"))),
            waits,
        )
    });
    written.map_err(failed)?;
    Ok((started.elapsed(), waits))
}

/// Hands the notes out to `submitters` threads, each of which sends one after the other; returns each note's wait.
pub(super) fn in_parallel<'a>(
    notes: &'a [Vec<u8>],
    submitters: usize,
    send: &(dyn Fn(&'a [u8]) -> bool + Sync),
) -> Vec<Duration> {
    let share = notes.len().div_ceil(submitters.max(1)).max(1);
    std::thread::scope(|scope| {
        let work = |share: &'a [Vec<u8>]| {
            let wait = |note: &'a Vec<u8>| {
                let started = Stopwatch::start();
                assert!(send(note), "the receiver of a bench ended early");
                started.elapsed()
            };
            share.iter().map(wait).collect::<Vec<_>>()
        };
        let threads: Vec<_> = notes
            .chunks(share)
            .map(|share| scope.spawn(move || work(share)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_default())
            .collect()
    })
}
