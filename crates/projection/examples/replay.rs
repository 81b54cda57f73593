//! How fast entries are folded into all views, and how much memory the views take.
//!
//! ```text
//! cargo run --release -p armistice-projection --example replay -- 1000000
//! ```
//! Entries are made up: three quarters reported incidents, the rest denials, corroborations, observations, casualties and
//! links to earlier ones. Nothing is signed or stored; `armistice bench replay` measures the whole path.
#![expect(clippy::print_stdout, reason = "this is what the example is for")]
#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::{convert::Infallible, time::Instant};

use armistice_projection::{Item, Live, Projection, View, replay};
use armistice_report::{Timestamp, entry};
use armistice_tlog::{Hash, leaf_hash};

const KEY: &str = "0a1b2c3d+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

fn main() {
    let count: u64 = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(200_000);
    let before = resident_mib();
    let entries = make(count);
    let made = resident_mib();
    println!("{count} entries, {} MiB of them", made - before);

    let started = Instant::now();
    let mut projection = Projection::new();
    let source = entries
        .iter()
        .enumerate()
        .map(|(at, bytes)| Ok::<_, Infallible>((at as u64, bytes.clone())));
    replay(&mut projection, source, |_| {}).expect("the entries are well formed");
    rate("replay: read, parse and fold", count, started);
    println!("views take {} MiB", resident_mib() - made);

    let started = Instant::now();
    let parsed: Vec<_> = entries.iter().take(100_000).map(|bytes| parse(bytes)).collect();
    rate("parse alone, one core", parsed.len() as u64, started);
    let started = Instant::now();
    let mut folded = Projection::new();
    for (at, (hash, submission, received, report)) in parsed.iter().enumerate() {
        let item = Item {
            index: at as u64,
            hash: hash.0,
            submission: submission.0,
            received: *received,
            report,
        };
        folded.apply(&item).expect("in order");
    }
    rate("fold alone, one core", parsed.len() as u64, started);

    for view in View::ALL {
        let started = Instant::now();
        let digest = projection.digest(*view);
        println!(
            "{view}: {} rows, {:.0} ms",
            digest.rows,
            started.elapsed().as_secs_f64() * 1e3
        );
    }
    follow(&entries);
    let started = Instant::now();
    let snapshot = projection.snapshot();
    println!(
        "snapshot: {} MiB, {:.0} ms",
        snapshot.len() >> 20,
        started.elapsed().as_secs_f64() * 1e3
    );
    let started = Instant::now();
    let restored = Projection::restore(&snapshot).expect("its own snapshot");
    println!(
        "restore of {}: {:.0} ms",
        restored.tree_size(),
        started.elapsed().as_secs_f64() * 1e3
    );
}

/// The last 2,000 entries in batches of 20: the changed rows of each, and the digests of all views after it.
fn follow(entries: &[Vec<u8>]) {
    let mut projection = Projection::new();
    let last = entries.len().saturating_sub(2_000);
    let source = entries[..last]
        .iter()
        .enumerate()
        .map(|(at, bytes)| Ok::<_, Infallible>((at as u64, bytes.clone())));
    replay(&mut projection, source, |_| {}).expect("the entries are well formed");
    let started = Instant::now();
    let mut live = Live::new(projection);
    println!(
        "all rows made once: {:.0} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    let (mut times, mut rows, mut digesting) = (Vec::new(), 0, 0.0_f64);
    let parsed: Vec<_> = entries[last..].iter().map(|bytes| parse(bytes)).collect();
    for (batch, reports) in (0_u64..).zip(parsed.chunks(20)) {
        let started = Instant::now();
        for (index, (hash, submission, received, report)) in (last as u64 + 20 * batch..).zip(reports) {
            let item = Item {
                index,
                hash: hash.0,
                submission: submission.0,
                received: *received,
                report,
            };
            live.apply(&item).expect("in order");
        }
        rows += live.changes().len();
        times.push(started.elapsed().as_secs_f64() * 1e3);
        let started = Instant::now();
        rows += View::ALL
            .iter()
            .map(|view| live.digest(*view))
            .filter(|digest| digest.rows.0 == u64::MAX)
            .count();
        digesting += started.elapsed().as_secs_f64() * 1e3;
    }
    times.sort_by(f64::total_cmp);
    println!(
        "batches of 20: {rows} changed rows, p50 {:.2} ms, max {:.2} ms; digests {:.2} ms in all",
        times[times.len() / 2],
        times.last().copied().unwrap_or_default(),
        digesting,
    );
}

fn rate(what: &str, count: u64, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let per_second = count as f64 / seconds;
    println!("{what}: {per_second:.0}/s, {:.2} µs each", 1e6 / per_second);
}

fn parse(bytes: &[u8]) -> (Hash, Hash, Timestamp, armistice_report::Report) {
    let parts = entry::parse(bytes).expect("made here");
    let end = parts
        .note
        .windows(2)
        .position(|pair| pair == b"\n\n")
        .expect("a note");
    let report = armistice_report::parse(&parts.note[..=end]).expect("made here");
    (leaf_hash(bytes), Hash::sha256(parts.note), parts.received, report)
}

fn make(count: u64) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    let mut hashes: Vec<Hash> = Vec::new();
    let mut prev = String::new();
    for at in 0..count {
        let (of, content) = if at == 0 { founding() } else { content(at, &hashes) };
        let text = format!(
            concat!(
                r#"{{"specversion":"1.0","id":"r-{}","source":"desk","type":"{}.v1","time":"2022-03-26T14:00:00Z","#,
                r#""subject":"karabakh-2020","ledger":"example.org/karabakh-2020","producerseq":{},{}"#,
                r#""data":{{"provenance":{{"asserted_by":{{"actor":"actor-{}","capacity":"party"}},"#,
                r#""source":{{"kind":"press","language":"en"}},"verbatim":"{}","hedge":"claimed"}},"content":{}}}}}"#
            ),
            at,
            of,
            at + 1,
            prev,
            at % 40,
            "words that the views do not keep ".repeat(4),
            content,
        );
        let note = format!("{text}\n\n\u{2014} desk {}\n", "A".repeat(92));
        prev = format!(r#""prev":"{}","#, Hash::sha256(note.as_bytes()));
        let received = Timestamp::from_micros(1_648_300_000_000_000 + i64::try_from(at).expect("few"))
            .expect("in range");
        let bytes = entry::encode(received, note.as_bytes()).expect("short");
        hashes.push(leaf_hash(&bytes));
        entries.push(bytes);
    }
    entries
}

fn founding() -> (&'static str, String) {
    let content = format!(
        concat!(
            r#"{{"ceasefire":"karabakh-2020","origin":"example.org/karabakh-2020","ledger_key":"l+{}","#,
            r#""operator":{{"name":"desk","key":"desk+{}"}},"codebook":{{"id":"demo","sha256":"{}"}},"zone":"+04:00"}}"#
        ),
        KEY,
        KEY,
        "5f".repeat(32)
    );
    ("ledger.founded", content)
}

fn content(at: u64, hashes: &[Hash]) -> (&'static str, String) {
    let earlier = |distance: u64| {
        // Incidents stand at every index that is a multiple of 4.
        let index = (at.saturating_sub(distance) / 4 * 4).max(4);
        usize::try_from(index)
            .ok()
            .and_then(|index| hashes.get(index))
            .map_or_else(|| "0".repeat(64), Hash::to_string)
    };
    let minute = at % 60;
    let time = format!(
        r#"{{"earliest":"2022-03-25T20:{minute:02}:00Z","latest":"2022-03-26T19:59:59Z","precision":"day"}}"#
    );
    let place = format!(r#"{{"place":"place-{}","precision":"near_25km"}}"#, at % 500);
    let number = r#"{"min":3,"best":3,"max":3,"relation":"exactly"}"#;
    if at < 40 || at % 4 != 3 {
        let accused = if at.is_multiple_of(2) {
            "azerbaijan"
        } else {
            "karabakh-armenian"
        };
        let content = format!(r#"{{"kind":"mortar","accused":"{accused}","time":{time},"place":{place}}}"#);
        return ("incident.reported", content);
    }
    match at / 4 % 6 {
        0 | 1 => (
            "claim.denied",
            format!(r#"{{"target":"{}","scope":"whole"}}"#, earlier(50)),
        ),
        2 => (
            "claim.corroborated",
            format!(r#"{{"target":"{}","basis":"imagery"}}"#, earlier(90)),
        ),
        3 => {
            let content = format!(
                r#"{{"means":"camera","kind":"burst","number":{number},"time":{time},"place":{place}}}"#
            );
            ("observation.recorded", content)
        }
        4 => {
            let incident = earlier(30);
            let content = format!(
                r#"{{"side":"azerbaijan","status":"military","killed":{number},"incident":"{incident}"}}"#
            );
            ("casualties.reported", content)
        }
        _ => {
            let (a, b) = (earlier(8), earlier(16));
            (
                "incidents.linked",
                format!(r#"{{"a":"{a}","b":"{b}","relation":"same_incident"}}"#),
            )
        }
    }
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap_or_default();
    let kib: u64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(0);
    kib >> 10
}
