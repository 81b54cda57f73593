//! What the store costs, measured.
//!
//! ```text
//! cargo run --release -p armistice-eventlog --example measure -- DIR [ENTRIES]
//! cargo run --release -p armistice-eventlog --example measure -- DIR/log append ENTRIES GROUP
//! ```
//!
//! Appends realistic entries of about 1.2 kB in groups of 1, 64 and 1,024, interleaved with a plain file and fdatasync;
//! then writes ENTRIES (default 1,000,000) in groups of 1,024, and opens and scans them in processes of their own, so
//! that each memory figure is that of one task.
#![expect(clippy::print_stdout, reason = "it prints its measurements")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]
#![expect(clippy::cast_precision_loss, reason = "rates and coordinates")]

use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use armistice_eventlog::{Batch, Options, Record, Writer};
use armistice_tlog::{Checkpoint, Index, SigningKey};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let dir = Path::new(args.get(1).ok_or("usage: measure DIR [ENTRIES]")?);
    match args.get(2).map(String::as_str) {
        Some("append") => append(
            dir,
            args[3].parse()?,
            args.get(4).map_or(Ok(1024), |group| group.parse())?,
        ),
        Some("open") => open(dir),
        Some("scan") => scan(dir),
        entries => {
            let entries = entries.unwrap_or("1000000");
            throughput(dir)?;
            for task in [&["append", entries][..], &["open"], &["open"], &["scan"]] {
                let status = std::process::Command::new(&args[0])
                    .arg(dir.join("log"))
                    .args(task)
                    .status()?;
                if !status.success() {
                    return Err(format!("{task:?} failed").into());
                }
            }
            Ok(())
        }
    }
}

/// Groups of each size, store and plain file in turns, each over a fresh directory.
fn throughput(dir: &Path) -> Result<()> {
    const ROUNDS: usize = 5;
    let mut noise = Noise(1);
    for (group, groups) in [(1, 400), (64, 200), (1024, 40)] {
        let mut rates = [Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            let batches: Vec<Batch> = (0..groups).map(|_| noise.batch(group)).collect();
            let entries = (group * groups) as f64;
            let place = dir.join(format!("round-{group}-{round}"));
            let mut opened = Writer::open(&place, Options::create())?;
            let start = Instant::now();
            for batch in &batches {
                opened.writer.append(batch)?;
            }
            rates[0].push(entries / start.elapsed().as_secs_f64());
            drop(opened);
            fs::remove_dir_all(&place)?;
            let mut file = File::create(&place)?;
            let start = Instant::now();
            for batch in &batches {
                let bytes: Vec<u8> = batch
                    .records
                    .iter()
                    .flat_map(|record| record.bytes.iter().copied())
                    .collect();
                file.write_all(&bytes)?;
                file.sync_data()?;
            }
            rates[1].push(entries / start.elapsed().as_secs_f64());
            fs::remove_file(&place)?;
        }
        let [store, plain] = rates.map(|mut rates| {
            rates.sort_by(f64::total_cmp);
            rates[ROUNDS / 2]
        });
        println!(
            "groups of {group}: {store:.0} entries/s, plain file {plain:.0}, ratio {:.2}",
            store / plain
        );
    }
    Ok(())
}

fn append(dir: &Path, entries: usize, group: usize) -> Result<()> {
    let mut noise = Noise(2);
    let mut opened = Writer::open(dir, Options::create())?;
    let (mut raw, mut busy) = (0, 0.0);
    while opened.reader.size().0 < entries as u64 {
        let batch = noise.batch(group);
        raw += batch
            .records
            .iter()
            .map(|record| record.bytes.len())
            .sum::<usize>();
        let start = Instant::now();
        opened.writer.append(&batch)?;
        busy += start.elapsed().as_secs_f64();
    }
    let size = opened.reader.size();
    let key = SigningKey::from_seed("example.org/measure", [1; 32])?;
    let head = Checkpoint::new("example.org/measure", size, opened.reader.root_at(size)?)?.sign(&key);
    opened.writer.publish_head(head.as_bytes())?;
    let memory = memory()?;
    drop(opened);
    let disk = disk_bytes(dir)?;
    println!(
        "append: {size} entries of {} bytes in groups of {group}, {:.0} entries/s, {memory}, disk {disk} / raw {raw} = {:.3}",
        raw as u64 / size.0,
        size.0 as f64 / busy,
        disk as f64 / raw as f64
    );
    Ok(())
}

fn open(dir: &Path) -> Result<()> {
    let start = Instant::now();
    let opened = Writer::open(dir, Options::default())?;
    println!(
        "open: {} entries in {:.2} s, {}",
        opened.reader.size(),
        start.elapsed().as_secs_f64(),
        memory()?
    );
    Ok(())
}

fn scan(dir: &Path) -> Result<()> {
    let opened = Writer::open(dir, Options::default())?;
    let start = Instant::now();
    let mut raw = 0;
    for read in opened.reader.entries(Index(0)..Index(opened.reader.size().0)) {
        raw += read?.1.len();
    }
    println!(
        "open and scan: {raw} bytes in {:.2} s, {}",
        start.elapsed().as_secs_f64(),
        memory()?
    );
    Ok(())
}

/// Resident memory now and at its highest.
fn memory() -> Result<String> {
    let status = fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or("?")
            .trim()
            .to_owned()
    };
    Ok(format!("resident {} (peak {})", field("VmRSS:"), field("VmHWM:")))
}

fn disk_bytes(dir: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let mut sum = 0;
    for item in fs::read_dir(dir)? {
        let item = item?;
        let metadata = item.metadata()?;
        sum += if metadata.is_dir() {
            disk_bytes(&item.path())?
        } else {
            metadata.blocks() * 512
        };
    }
    Ok(sum)
}

/// splitmix64: the same entries in each run.
struct Noise(u64);

const WORDS: [&str; 48] = [
    "the",
    "mortar",
    "fire",
    "was",
    "heard",
    "near",
    "village",
    "of",
    "positions",
    "ceasefire",
    "line",
    "according",
    "to",
    "ministry",
    "spokesperson",
    "said",
    "that",
    "units",
    "violated",
    "regime",
    "by",
    "shelling",
    "from",
    "direction",
    "heights",
    "no",
    "casualties",
    "were",
    "reported",
    "peacekeepers",
    "mediation",
    "contact",
    "restored",
    "around",
    "evening",
    "drone",
    "strike",
    "killed",
    "wounded",
    "serviceman",
    "denied",
    "claims",
    "false",
    "observation",
    "post",
    "withdrew",
    "demanded",
    "investigation",
];

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn hex(&mut self, words: usize) -> String {
        (0..words)
            .map(|_| format!("{:016x}", self.next()))
            .collect::<Vec<_>>()
            .concat()
    }

    /// Random base64 characters: what a signature looks like.
    fn base64(&mut self, len: usize) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        (0..len)
            .map(|_| char::from(ALPHABET[(self.next() % 64) as usize]))
            .collect()
    }

    fn words(&mut self, count: u64) -> String {
        (0..count)
            .map(|_| WORDS[(self.next() % 48) as usize])
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn entry(&mut self) -> Vec<u8> {
        let kind =
            ["shelling", "small_arms", "drone_strike", "crossing", "casevac"][(self.next() % 5) as usize];
        let accused = ["side-a", "side-b"][(self.next() % 2) as usize];
        let producer = self.next() % 40;
        let (day, hour, minute) = (self.next() % 28 + 1, self.next() % 24, self.next() % 60);
        let (lat, lon) = (
            39.0 + (self.next() % 1_000_000) as f64 / 1e6,
            46.0 + (self.next() % 1_000_000) as f64 / 1e6,
        );
        let count = self.next() % 30 + 22;
        format!(
            "armistice/entry/v1\n2022-03-{day:02}T{hour:02}:{minute:02}:00.{:06}Z\n{{\"specversion\":\"1.0\",\"id\":\"r-{}\",\
             \"source\":\"producer-{producer}\",\"type\":\"incident.reported.v1\",\"time\":\"2022-03-{day:02}T{hour:02}:{minute:02}:11Z\",\
             \"subject\":\"karabakh-2020\",\"ledger\":\"example.org/karabakh-2020\",\"producerseq\":{},\"prev\":\"{}\",\
             \"data\":{{\"provenance\":{{\"asserted_by\":{{\"actor\":\"{accused}\",\"office\":\"ministry of defence\",\"capacity\":\"party\"}},\
             \"attribution\":[\"spokesperson\",\"agency-{}\"],\"source\":{{\"kind\":\"press_release\",\"url\":\"https://example.org/{}\",\"language\":\"en\"}},\
             \"verbatim\":\"{}\",\"hedge\":\"stated\"}},\"content\":{{\"kind\":\"{kind}\",\"weapons\":[\"mortar\"],\"accused\":\"{accused}\",\
             \"time\":{{\"earliest\":\"2022-03-{day:02}T{hour:02}:00:00Z\",\"latest\":\"2022-03-{day:02}T{hour:02}:59:59Z\",\"precision\":\"hour\",\"zone\":\"+04:00\"}},\
             \"place\":{{\"place\":\"place-{}\",\"names\":[{{\"name\":\"Place {}\"}}],\"lat\":{lat:.6},\"lon\":{lon:.6},\"precision\":\"exact\"}}}}}}}}\n\n\u{2014} producer-{producer} {}\n",
            self.next() % 1_000_000,
            self.next() % 1_000_000,
            self.next() % 100_000,
            self.hex(4),
            self.next() % 9,
            self.next() % 100_000,
            self.words(count),
            self.next() % 300,
            self.next() % 300,
            self.base64(92),
        )
        .into_bytes()
    }

    fn batch(&mut self, group: usize) -> Batch {
        let record = |_| {
            let mut key = [0; 32];
            key.chunks_exact_mut(8)
                .for_each(|part| part.copy_from_slice(&self.next().to_be_bytes()));
            Record {
                bytes: self.entry(),
                key,
            }
        };
        Batch {
            records: (0..group).map(record).collect(),
            cursors: vec![],
        }
    }
}
