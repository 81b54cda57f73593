//! The writer and the checker of `cargo xtask powercut`.
//!
//! ```text
//! durable write DIR [--without-sync]   appends for ever; prints a line for everything that is acknowledged
//! durable check DIR                    reads those lines on stdin; opens the log; fails unless everything is there
//! ```
//!
//! Every entry follows from its position, so that the checker knows all of them: most are a few hundred bytes of text,
//! one in sixteen is noise of up to 65,535 bytes. Groups have 1 to 1,024 entries.
#![expect(clippy::print_stdout, reason = "acknowledgements go to stdout")]

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::path::Path;

use armistice_eventlog::faults::{Faults, Step};
use armistice_eventlog::{Batch, Missing, Options, Record, Writer};
use armistice_tlog::{Checkpoint, Index, SigningKey, TreeSize};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ORIGIN: &str = "example.org/powercut";
const GROUPS: [u64; 8] = [1, 1, 3, 64, 1, 250, 1024, 7];
/// A group ends early beyond this.
const GROUP_BYTES_MAX: usize = 8 << 20;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let args: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    match args[..] {
        ["write", dir] => write(Path::new(dir), &Faults::default()),
        ["write", dir, "--without-sync"] => {
            let faults = Faults::default();
            faults.lie(Step::Sync);
            write(Path::new(dir), &faults)
        }
        ["check", dir] => check(Path::new(dir)),
        _ => Err("usage: durable write DIR [--without-sync] | durable check DIR".into()),
    }
}

fn write(dir: &Path, faults: &Faults) -> Result<()> {
    let key = SigningKey::from_seed(ORIGIN, [1; 32])?;
    let mut log = Writer::open_with_faults(dir, Options::create(), faults)?;
    for group in GROUPS.into_iter().cycle() {
        let first = log.reader.size().0;
        let mut bytes = 0;
        let records = (first..first + group)
            .map(record)
            .take_while(|record| {
                bytes += record.bytes.len();
                bytes <= GROUP_BYTES_MAX
            })
            .collect();
        let cursors = vec![("intake".to_owned(), first.to_be_bytes().to_vec())];
        let appended = log.writer.append(&Batch { records, cursors })?;
        acknowledge(&format!("ack {} {}", appended.size, appended.root))?;
        if group == 3 {
            let head = Checkpoint::new(ORIGIN, appended.size, appended.root)?.sign(&key);
            log.writer.publish_head(head.as_bytes())?;
            acknowledge(&format!("head {}", appended.size))?;
        }
    }
    Ok(())
}

/// One write to the pipe, so that no line is torn.
fn acknowledge(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    Ok(out.flush()?)
}

fn check(dir: &Path) -> Result<()> {
    let lines: Vec<String> = std::io::stdin().lock().lines().collect::<std::io::Result<_>>()?;
    let missing = if lines.is_empty() {
        Missing::Create
    } else {
        Missing::Refuse
    };
    let log = Writer::open(
        dir,
        Options {
            missing,
            ..Options::default()
        },
    )?;
    let size = log.reader.size();
    for line in &lines {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["ack", acknowledged, root] => {
                let acknowledged = TreeSize(acknowledged.parse()?);
                if acknowledged > size {
                    return Err(format!("{acknowledged} entries were acknowledged, {size} are there").into());
                }
                if log.reader.root_at(acknowledged)?.to_string() != root {
                    return Err(format!("the first {acknowledged} entries have another root").into());
                }
            }
            ["head", published] => {
                let published: u64 = published.parse()?;
                let found = log.reader.head().map_or(0, |head| head.size.0);
                if found < published {
                    return Err(
                        format!("a head of {published} was published, one of {found} is there").into(),
                    );
                }
            }
            _ => return Err(format!("not an acknowledgement: {line}").into()),
        }
    }
    for read in log.reader.entries(Index(0)..Index(size.0)) {
        let (index, bytes) = read?;
        if bytes != record(index.0).bytes {
            return Err(format!("entry {index} is another").into());
        }
    }
    println!("{size} entries, {} acknowledgements", lines.len());
    Ok(())
}

/// The record that belongs at a position.
fn record(index: u64) -> Record {
    let mut noise = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        noise = noise.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (noise ^ (noise >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let mut key = [0; 32];
    key.chunks_exact_mut(8)
        .for_each(|part| part.copy_from_slice(&next().to_be_bytes()));
    let mut bytes = Vec::new();
    if index.is_multiple_of(16) {
        let len = if index.is_multiple_of(64) {
            65_535
        } else {
            usize::try_from(next() % 65_536).unwrap_or(0)
        };
        while bytes.len() < len {
            bytes.extend_from_slice(&next().to_be_bytes());
        }
        bytes.truncate(len);
    } else {
        for _ in 0..next() % 40 {
            bytes.extend_from_slice(format!("entry {index} says {} and ", next() % 1000).as_bytes());
        }
    }
    Record { bytes, key }
}
