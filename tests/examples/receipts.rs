//! The ledger under `cargo xtask powercut`: a writer that hands out receipts, and a checker that wants them all.
//!
//! ```text
//! receipts write DIR [--without-sync]   founds or opens a ledger and submits for ever; a line for each receipt
//! receipts check DIR                    reads those lines on stdin; fails unless every receipt verifies, its entry is
//!                                       in the ledger that opens, and the whole log passes its audit
//! ```
//!
//! A line is `receipt <number> <receipt as a JSON string>`. The submission follows from its number: short ones, and one
//! in sixteen as long as an entry can be. Groups have 1 to 1,024 submissions.
#![expect(clippy::print_stdout, reason = "receipts go to stdout")]

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use armistice_audit::verify_receipt;
use armistice_eventlog::faults::{Faults, Step};
use armistice_ledger::{Clock, Founder, Ledger, Outcome, Settings, found};
use armistice_report::{CeasefireId, Codebook, CodebookId, Origin, Sha256, Timestamp, Zone, entry};
use armistice_tests::{CEASEFIRE, ORIGIN, Public, World, key};
use armistice_tlog::{SigningKey, TlogProof};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const GROUPS: [u64; 8] = [1, 1, 3, 64, 1, 250, 1024, 7];

/// A process begins with the log's size times this. A number that comes twice has the same bytes twice, and gets a
/// repeated receipt; numbers stay below the limit of `producerseq`, 2,147,483,647, up to two million entries.
const NUMBERS_AN_ENTRY: u64 = 1_000;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["write", dir] => write(Path::new(dir), &Faults::default()),
        ["write", dir, "--without-sync"] => {
            let faults = Faults::default();
            faults.lie(Step::Sync);
            write(Path::new(dir), &faults)
        }
        ["check", dir] => check(Path::new(dir)),
        _ => Err("usage: receipts write DIR [--without-sync] | receipts check DIR".into()),
    }
}

fn write(dir: &Path, faults: &Faults) -> Result<()> {
    let ledger = open(dir, faults).or_else(|_| {
        // No ledger yet, or one that was cut off before its first entry was durable: founding goes over both.
        establish(dir)?;
        open(dir, faults)
    })?;
    submit(&ledger, vec![enrolment()], |_| 0)?;
    let begin = (ledger.reader().size().0 + 1) * NUMBERS_AN_ENTRY;
    let mut number = begin;
    for group in GROUPS.into_iter().cycle() {
        let notes = (number..number + group).map(submission).collect();
        submit(&ledger, notes, |at| number + at)?;
        number += group;
    }
    Ok(())
}

/// Submits a group; prints each receipt under its number, 0 for none.
fn submit(ledger: &Ledger, notes: Vec<Vec<u8>>, number: impl Fn(u64) -> u64) -> Result<()> {
    let answers = ledger.submit_all_blocking(notes);
    let mut out = std::io::stdout().lock();
    for (at, answer) in (0..).zip(answers) {
        match answer? {
            Outcome::Recorded(receipt) if number(at) > 0 => {
                writeln!(out, "receipt {} {}", number(at), json!(receipt.text))?;
            }
            Outcome::Recorded(_) => {}
            Outcome::Refused(refusal) => return Err(format!("refused: {refusal}").into()),
        }
    }
    Ok(out.flush()?)
}

fn check(dir: &Path) -> Result<()> {
    let lines: Vec<String> = std::io::stdin().lock().lines().collect::<std::io::Result<_>>()?;
    let ledger = match open(dir, &Faults::default()) {
        Err(_) if lines.is_empty() => return Ok(()),
        ledger => ledger?,
    };
    let reader = ledger.reader();
    for line in &lines {
        let (number, receipt) = line
            .strip_prefix("receipt ")
            .and_then(|rest| rest.split_once(' '))
            .ok_or("not a receipt line")?;
        let (note, receipt): (_, String) = (submission(number.parse()?), serde_json::from_str(receipt)?);
        let verified = verify_receipt(receipt.as_bytes(), &note, &World::vkey(), None)?;
        if reader.leaf_hash(verified.index) != Some(verified.hash) {
            return Err(format!("entry {} of a receipt is not in the ledger", verified.index).into());
        }
        // The checkpoint of the receipt speaks of this very log.
        let proof = TlogProof::parse(receipt.as_bytes())?;
        let (checkpoint, _) = armistice_tlog::Checkpoint::parse_unverified(proof.checkpoint.as_bytes())?;
        if reader.root_at(checkpoint.size())? != checkpoint.root() {
            return Err(format!("the receipt of entry {} is of another log", verified.index).into());
        }
    }
    let verdict = Public::of(reader).audit(&World::vkey(), None);
    if !verdict.holds() {
        return Err(format!("the audit fails: {:?}", verdict.finding).into());
    }
    println!("{} entries audited, {} receipts", reader.size(), lines.len());
    Ok(())
}

fn open(dir: &Path, faults: &Faults) -> Result<Ledger> {
    Ok(Ledger::open_with_faults(
        dir,
        key(ORIGIN, 2),
        Settings::default(),
        clock(),
        faults,
    )?)
}

fn establish(dir: &Path) -> Result<()> {
    let founder = Founder {
        ceasefire: CeasefireId::new(CEASEFIRE)?,
        origin: Origin::new(ORIGIN)?,
        codebook: Codebook {
            id: CodebookId::new("karabakh-2020")?,
            sha256: Sha256([0; 32]),
        },
        zone: Zone::new("+04:00")?,
        log_key: &key(ORIGIN, 2),
        operator_key: &key("operator", 1),
    };
    found(dir, &founder, clock()())?;
    Ok(())
}

/// Stands still: receiving times may.
fn clock() -> Clock {
    Arc::new(|| Timestamp::from_micros(1_648_300_000_000_000).expect("a time"))
}

/// The same bytes each time: after the first time its receipt is a repeated one.
fn enrolment() -> Vec<u8> {
    let content =
        json!({ "producer": "desk", "key": key("desk", 3).verifier_key().to_string(), "may": ["claim"] });
    sign(
        &key("operator", 1),
        2,
        "producer.enrolled.v1",
        &json!({ "content": content }),
        0,
    )
}

/// The submission of a number.
fn submission(number: u64) -> Vec<u8> {
    let content = json!({ "kind": "mortar", "accused": "side-a", "time": { "precision": "unknown" } });
    let long = number.is_multiple_of(16);
    let words = if long { 1_300 } else { number % 60 + 1 };
    let mut noise = number;
    let verbatim: Vec<String> = (0..words)
        .map(|_| {
            noise = noise
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x1405_7b7e_f767_814f);
            format!("{:x}", noise >> 44)
        })
        .collect();
    let provenance = json!({ "asserted_by": {}, "hedge": "stated", "verbatim": verbatim.join(" ") });
    let data = json!({ "provenance": provenance, "content": content });
    sign(
        &key("desk", 3),
        number,
        "incident.reported.v1",
        &data,
        if long { entry::NOTE_BYTES_MAX } else { 0 },
    )
}

/// A signed report, filled up with blanks between two fields to `bytes`, if it is shorter.
fn sign(key: &SigningKey, number: u64, kind: &str, data: &Value, bytes: usize) -> Vec<u8> {
    let text = |blanks: usize| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"{name}-{number}\",\"source\":\"{name}\",\"type\":\"{kind}\",\
             \"time\":\"2022-03-26T14:00:00Z\",\"subject\":\"{CEASEFIRE}\",\"ledger\":\"{ORIGIN}\",\
             \"producerseq\":{number},{blank:blanks$}\"data\":{data}}}\n",
            name = key.name(),
            blank = "",
        )
    };
    let note = |text: String| format!("{text}\n{}\n", key.sign_line(&text)).into_bytes();
    let short = note(text(0));
    match bytes.checked_sub(short.len()) {
        Some(blanks) if blanks > 0 => note(text(blanks)),
        _ => short,
    }
}
