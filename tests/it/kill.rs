//! SIGKILL at random moments while many submitters wait for receipts: what was handed out holds.
//!
//! The child is this test binary again, running [`child`]; it prints a line for each receipt that it got. The parent
//! kills it, opens the log, and compares.

use armistice_audit::verify_receipt;
use armistice_ledger::{Ledger, Outcome, Settings};
use armistice_tests::{ORIGIN, Producer, Public, World, key};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, thread};

const KILLS: u32 = 36;
const SUBMITTERS: u8 = 8;
/// Tells the child which ledger to open; without it [`child`] has nothing to do.
const DIR: &str = "ARMISTICE_TEST_KILL_DIR";
const ROUND: &str = "ARMISTICE_TEST_KILL_ROUND";

/// A receipt that the child was given.
struct Handed {
    note: Vec<u8>,
    receipt: String,
}

#[test]
fn every_receipt_survives_being_killed() {
    let mut world = World::default();
    for n in 0..SUBMITTERS {
        world.enrol(&signer(n), "claim");
    }
    world.close();
    let mut handed = Vec::new();
    let mut rounds_with_receipts = 0;
    for round in 1..=KILLS {
        let before = handed.len();
        handed.extend(killed(world.dir(), round));
        rounds_with_receipts += u32::from(handed.len() > before);
        // Opening proves that no group is torn: the store must match the signed head.
        world.reopen(Settings::default());
        for one in &handed[before..] {
            check(&world, one);
        }
        world.close();
    }
    assert!(
        rounds_with_receipts > KILLS / 2,
        "only {rounds_with_receipts} rounds got as far as a receipt"
    );
    world.reopen(Settings::default());
    for one in &handed {
        check(&world, one);
    }
    let verdict = Public::of(world.ledger().reader()).audit(&World::vkey(), None);
    assert!(verdict.holds(), "{:?}", verdict.finding);
}

fn check(world: &World, handed: &Handed) {
    let verified =
        verify_receipt(handed.receipt.as_bytes(), &handed.note, &World::vkey(), None).expect("verified");
    let stored = world.ledger().reader().entry(verified.index).expect("stored");
    assert!(stored.ends_with(&handed.note), "entry {}", verified.index);
    assert_eq!(
        world.ledger().reader().leaf_hash(verified.index),
        Some(verified.hash)
    );
}

/// Runs a child, kills it at a moment that differs from round to round, returns what it was given until then.
fn killed(dir: &Path, round: u32) -> Vec<Handed> {
    let mut child = Command::new(env::current_exe().expect("this binary"))
        .args(["kill::child", "--exact", "--nocapture"])
        .env(DIR, dir)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let reading = thread::spawn(move || {
        lines
            .map_while(Result::ok)
            .filter_map(|line| handed(&line))
            .collect()
    });
    // 7 is coprime to 300: the moments cover 50 to 350 ms, opening included.
    thread::sleep(Duration::from_millis(50 + u64::from(round * 7_919 % 300)));
    child.kill().expect("killed");
    child.wait().expect("ended");
    reading.join().expect("read")
}

/// A whole line of the child; a line that was cut off by the kill is none.
fn handed(line: &str) -> Option<Handed> {
    let rest = line.strip_prefix("RECEIPT ")?.strip_suffix(" END")?;
    let (note, receipt) = rest.split_once(' ')?;
    let text = |json: &str| serde_json::from_str::<String>(&json.replace("\\u0020", " ")).ok();
    Some(Handed {
        note: text(note)?.into_bytes(),
        receipt: text(receipt)?,
    })
}

/// One line, in which the only spaces are between the parts.
fn line(note: &[u8], receipt: &str) -> String {
    let word = |text: &str| serde_json::json!(text).to_string().replace(' ', "\\u0020");
    format!(
        "RECEIPT {} {} END\n",
        word(&String::from_utf8_lossy(note)),
        word(receipt)
    )
}

/// The child's part: submits until it is killed. Does nothing when it is run as a test of its own.
#[test]
fn child() {
    let (Some(dir), Some(round)) = (
        env::var_os(DIR),
        env::var_os(ROUND).and_then(|round| round.to_str()?.parse::<u64>().ok()),
    ) else {
        return;
    };
    let clock = Arc::new(World::present);
    let ledger = Ledger::open(Path::new(&dir), key(ORIGIN, 2), Settings::default(), clock).expect("opened");
    thread::scope(|scope| {
        for n in 0..SUBMITTERS {
            let ledger = ledger.clone();
            scope.spawn(move || {
                let mut producer = Producer::starting_at(signer(n), round * 1_000_000);
                // Far more than a round has time for, so that a child whose parent died ends all the same.
                for burst in 0..10_000 {
                    // Groups of all sizes: bursts of 1 to 40.
                    let notes: Vec<_> = (0..=(burst * 7 + usize::from(n)) % 40)
                        .map(|_| producer.incident())
                        .collect();
                    let answers = ledger.submit_all_blocking(notes.clone());
                    let lines: String = notes
                        .iter()
                        .zip(answers)
                        .filter_map(|(note, answer)| match answer {
                            Ok(Outcome::Recorded(receipt)) => Some(line(note, &receipt.text)),
                            _ => None,
                        })
                        .collect();
                    std::io::stdout().write_all(lines.as_bytes()).expect("a reader");
                }
            });
        }
    });
}

fn signer(n: u8) -> armistice_tlog::SigningKey {
    key(&format!("p{n}"), 100 + n)
}

#[test]
fn a_line_is_read_back_as_it_was_written() {
    let read = handed(line(b"a b\n", "c d\n\ne").trim_end()).expect("a line");
    assert_eq!(
        (read.note.as_slice(), read.receipt.as_str()),
        (&b"a b\n"[..], "c d\n\ne")
    );
}
