//! A process that queues is killed with SIGKILL, again and again, on one outbox: nothing that it was told is queued is lost, and
//! no number is used twice.

use crate::support::{chain, draft, open};
use armistice_producer::Counter;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The folder that the child queues in; set only in the child.
const FOLDER: &str = "ARMISTICE_TEST_OUTBOX";
/// Where the child's ids begin, so that each child has its own.
const ROUND: &str = "ARMISTICE_TEST_ROUND";
/// Children, and after how many answers each is killed.
const KILLED_AFTER: [usize; 8] = [1, 700, 2, 90, 333, 1_500, 7, 40];
/// Tasks that queue at the same time in a child.
const TASKS: usize = 16;

#[test]
fn a_killed_process_loses_nothing_and_forks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    for (round, answers) in KILLED_AFTER.into_iter().enumerate() {
        told.extend(run_and_kill(folder.path(), round, answers));
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let producer = open(folder.path()).await;
        let notes = chain(&producer, Counter::default());
        let kept: std::collections::HashSet<String> =
            notes.iter().map(|note| note.report().id.to_string()).collect();
        assert_eq!(kept.len(), notes.len(), "an id stands twice");
        assert!(told.len() >= KILLED_AFTER.iter().sum());
        for id in &told {
            assert!(kept.contains(id), "{id} was queued and is lost");
        }
    });
}

/// Starts a child, kills it after so many answers, and returns every id that it was told is queued.
fn run_and_kill(folder: &Path, round: usize, answers: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    let mut killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).split(b'\n') {
        let line = String::from_utf8(line.unwrap()).unwrap();
        if let Some((_, id)) = line.split_once("queued ") {
            told.push(id.to_owned());
        }
        if told.len() >= answers && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the child ended by itself after {} answers", told.len());
    told
}

/// The process that is killed. Not a test of its own.
#[test]
#[ignore = "started and killed by a_killed_process_loses_nothing_and_forks_nothing"]
fn child() {
    let (Some(folder), Some(round)) = (std::env::var_os(FOLDER), std::env::var_os(ROUND)) else {
        return;
    };
    let round = round.to_string_lossy().into_owned();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let producer = open(Path::new(&folder)).await;
        let next = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let (producer, next, round) = (producer.clone(), Arc::clone(&next), round.clone());
                tokio::spawn(async move {
                    while next.load(Ordering::Relaxed) < usize::MAX {
                        let id = format!("r-{round}-{}", next.fetch_add(1, Ordering::Relaxed));
                        producer.report(draft(&id)).await.unwrap();
                        // One write for a line: the parent never reads a part of one that is killed.
                        let line = format!("queued {id}\n");
                        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            let ended: Result<(), _> = task.await;
            ended.unwrap();
        }
    });
}
