//! A writer is killed at random moments, again and again, over one log: what it acknowledged is there.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use armistice_eventlog::{Options, Writer};
use armistice_tlog::{Index, Tree, TreeSize, leaf_hash};

use crate::support::{Noise, append, entry, open, publish};

const DIR: &str = "ARMISTICE_EVENTLOG_KILL_DIR";
const KILLS: u32 = 36;

/// The writer: appends groups of all sizes, publishes heads, and prints each size after it is durable.
#[test]
#[ignore = "it is the child of `acknowledged_entries_survive_sigkill`"]
#[expect(
    clippy::disallowed_methods,
    reason = "the parent names the directory in the environment"
)]
fn child() {
    let dir = std::env::var(DIR).expect("the parent sets it");
    let mut log = Writer::open(Path::new(&dir), Options::create()).expect("opens");
    for group in [1, 1, 64, 7, 1000, 3, 130].into_iter().cycle() {
        append(&mut log, group);
        let size = log.reader.size();
        println!("durable {size} {}", log.reader.root_at(size).expect("root"));
        if group == 64 {
            publish(&mut log);
            println!("published {size}");
        }
    }
}

fn is_durable(line: &std::io::Result<String>) -> bool {
    line.as_ref().is_ok_and(|line| line.starts_with("durable"))
}

#[test]
fn acknowledged_entries_survive_sigkill() {
    let dir = tempfile::tempdir().expect("dir");
    let mut noise = Noise::new(u64::from(std::process::id()));
    let mut tree = Tree::new();
    let (mut published, mut acknowledged) = (0, 0);
    for kill in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "kill::child", "--ignored", "--nocapture"])
            .env(DIR, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        // One in four dies while it opens or before its first commit, however slow the machine is.
        let first = if kill % 4 == 0 {
            None
        } else {
            lines.by_ref().find(is_durable)
        };
        std::thread::sleep(Duration::from_millis(noise.next() % 60));
        child.kill().expect("killed");
        for line in first.into_iter().chain(lines) {
            let line = line.expect("line");
            match line.split(' ').collect::<Vec<_>>()[..] {
                // A torn last line has a torn root.
                ["durable", size, root] if root.len() == 64 => {
                    acknowledged = size.parse().expect("size");
                    let missing = tree.size().0..acknowledged;
                    tree.extend(missing.map(|index| leaf_hash(&entry(index))));
                    let expected = tree.root_at(TreeSize(acknowledged)).expect("root");
                    assert_eq!(root, expected.to_string(), "the writer continued another log");
                }
                ["published", size] => published = size.parse().expect("size"),
                _ => {}
            }
        }
        child.wait().expect("gone");
        let log = match open(dir.path()) {
            Err(armistice_eventlog::Error::NotFound { .. }) if acknowledged == 0 => continue,
            log => log.expect("opens"),
        };
        let size = log.reader.size();
        assert!(size.0 >= acknowledged, "kill {kill}: {size} of {acknowledged}");
        tree.extend((tree.size().0..size.0).map(|index| leaf_hash(&entry(index))));
        assert_eq!(
            log.reader.root_at(size).expect("root"),
            tree.root_at(size).expect("root")
        );
        assert!(
            log.reader.head().map_or(0, |head| head.size.0) >= published,
            "kill {kill}"
        );
        for read in log.reader.entries(Index(0)..Index(size.0)) {
            let (index, bytes) = read.expect("whole");
            assert_eq!(bytes, entry(index.0));
        }
    }
    assert!(
        acknowledged > 100,
        "the kills left it time to write: {acknowledged}"
    );
}
