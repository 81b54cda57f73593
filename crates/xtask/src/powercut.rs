//! Cuts the power under a writer, again and again, and looks for what it had acknowledged.
//!
//! ```text
//! cargo xtask powercut                  20 cuts while it writes, 4 while it opens: the event log, then the ledger
//! cargo xtask powercut --without-sync   the control: without fsync there must be losses
//! ```
//!
//! A killed process proves nothing here: the page cache survives it. So the file system lies on a device whose memory
//! is sealed at a random moment ([`device`]): from that instant no write reaches it, and what it holds is what a disk
//! would hold. The writer is then killed, the file system is mounted again from a copy of that memory, as a machine does
//! that boots, and the checker must find everything that the writer had acknowledged on its standard output.
//!
//! Then a small disk is filled up. The writer and the checker are one program: `PROGRAM write DIR` acknowledges line by line, `PROGRAM check DIR` gets
//! all those lines on its standard input and succeeds if everything is there.
//!
//! The device has no cache of its own that it could lose, and a write that was under way may be there in part.

mod device;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::run::{cargo, done, say, target};
use device::{Device, Mounted, ROOMY_BYTES};

/// Exit code: could not check (docs: exit codes).
const COULD_NOT_CHECK: i32 = 7;

/// A log that survived so many cuts makes place for a new one: founding is cut too, and checks stay short.
const DEVICE_CUTS_MAX: u32 = 8;

/// A device that is fuller than this begins anew.
const USED_BYTES_MAX: u64 = 300 << 20;

/// A device that is soon full, and what is removed from it to open the log again.
const SMALL_BYTES: u64 = 72 << 20;
const BALLAST_BYTES: usize = 16 << 20;

/// The longest time that a writer may take to fill the small device.
const FULL_MAX: Duration = Duration::from_secs(120);

/// The longest wait for a writer's first acknowledgement.
const FIRST_ACKNOWLEDGEMENT_MAX: Duration = Duration::from_secs(60);

/// Cuts the power under a ledger and checks every receipt afterwards
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Cuts while the writer writes
    #[arg(long, default_value_t = 20)]
    cuts: u32,
    /// Cuts while the writer opens what a killed writer left
    #[arg(long, default_value_t = 4)]
    opening_cuts: u32,
    /// The program that writes and checks; by default that of the event log, then that of the ledger
    #[arg(long)]
    program: Option<PathBuf>,
    /// The control: the writer does not sync, and at least one cut must lose something
    #[arg(long)]
    without_sync: bool,
    /// Seed of the random moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What a series of cuts found.
#[derive(Default)]
struct Tally {
    cuts: u32,
    acknowledged: usize,
    lost: u32,
}

/// When the power goes.
#[derive(Clone, Copy)]
enum Moment {
    /// A while after the first acknowledgement.
    Writing,
    /// A few milliseconds after the start, over what a killed writer left.
    Opening,
}

/// Runs the task. Ends the process with code 7 where root, a loop device or `mkfs.ext4` is missing; every other obstacle is
/// a failure.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    if let Some(missing) = device::missing() {
        say(&format!("could not cut the power here: {missing}"));
        say("hint: run as root on Linux with a loop device and mkfs.ext4; nothing was checked");
        #[expect(clippy::exit, reason = "a code of its own: neither passed nor failed")]
        std::process::exit(COULD_NOT_CHECK);
    }
    let programs = match &args.program {
        Some(program) => vec![program.clone()],
        None => build()?,
    };
    // The ledger syncs its head after each commit, and on ext4 that happens to write the store's bytes too: the control
    // tells something over the event log only.
    let under = if args.without_sync { 1 } else { programs.len() };
    for program in programs.into_iter().take(under) {
        say(&format!("cutting the power under {}", program.display()));
        series(args, &program)?;
    }
    Ok(())
}

/// All cuts under one program.
fn series(args: &Args, program: &Path) -> Result<(), String> {
    let mut noise = Noise(args.seed);
    let mut device = Device::create(ROOMY_BYTES)?;
    let mut lines = Vec::new();
    let mut tally = Tally::default();
    let moments = std::iter::repeat_n(Moment::Writing, args.cuts as usize)
        .chain(std::iter::repeat_n(Moment::Opening, args.opening_cuts as usize));
    for moment in moments {
        if tally.cuts % DEVICE_CUTS_MAX == DEVICE_CUTS_MAX - 1 || device.used_bytes()? > USED_BYTES_MAX {
            (device, lines) = (Device::create(ROOMY_BYTES)?, Vec::new());
        }
        let survived = cut(args, program, moment, device, &mut lines, &mut noise)?;
        tally.cuts += 1;
        tally.acknowledged += lines.len();
        device = match survived {
            (device, Ok(())) => device,
            (_, Err(loss)) => {
                tally.lost += 1;
                say(&format!("cut {}: {loss}", tally.cuts));
                lines.clear();
                Device::create(ROOMY_BYTES)?
            }
        };
    }
    verdict(args, &tally)?;
    if args.without_sync {
        Ok(())
    } else {
        fill_up(args, program)
    }
}

/// Lets the writer run until the disk is full. It must end by itself; with a little room again everything that it
/// acknowledged must be there.
fn fill_up(args: &Args, program: &Path) -> Result<(), String> {
    let mounted = Device::create(SMALL_BYTES)?.mount()?;
    let ballast = mounted.path().join("ballast");
    let failed = |error: std::io::Error| format!("cannot write to the small device: {error}");
    std::fs::write(&ballast, vec![1; BALLAST_BYTES]).map_err(failed)?;
    let mut lines = Vec::new();
    let running = Running::start(args, program, mounted.path())?;
    running.end(&mut lines)?;
    std::fs::remove_file(&ballast).map_err(failed)?;
    let said = check(program, &mounted, &lines)?;
    mounted.unmount()?;
    say(&format!(
        "full disk: the writer stopped, and everything acknowledged was there: {said}"
    ));
    Ok(())
}

fn verdict(args: &Args, tally: &Tally) -> Result<(), String> {
    let Tally {
        cuts,
        acknowledged,
        lost,
    } = tally;
    let found =
        format!("{cuts} power cuts, {acknowledged} acknowledgements looked for, {lost} cuts with losses");
    match (args.without_sync, lost) {
        (false, 0) => say(&format!("{found}: everything acknowledged was there")),
        (false, _) => return Err(found),
        (true, 0) => return Err(format!("{found}: this harness does not notice a missing fsync")),
        (true, _) => say(&format!("{found}: a missing fsync is noticed")),
    }
    Ok(())
}

/// One cut. The device that survived, and what the checker said.
fn cut(
    args: &Args,
    program: &Path,
    moment: Moment,
    device: Device,
    lines: &mut Vec<String>,
    noise: &mut Noise,
) -> Result<(Device, Result<(), String>), String> {
    let mounted = device.mount()?;
    let mut running = Running::start(args, program, mounted.path())?;
    running.first_acknowledgement(lines)?;
    thread::sleep(Duration::from_micros(noise.below(400_000)));
    if matches!(moment, Moment::Opening) {
        // The process dies and the page cache lives: the next writer finds a log that was not closed.
        running.kill(lines)?;
        running = Running::start(args, program, mounted.path())?;
        thread::sleep(Duration::from_micros(noise.below(40_000)));
    }
    mounted.cut_power()?;
    running.kill(lines)?;
    let survivor = mounted.survivor()?;
    let mounted = survivor.mount()?;
    let checked = check(program, &mounted, lines);
    if let Ok(said) = &checked {
        say(&format!(
            "{}: {said}",
            match moment {
                Moment::Writing => "cut while writing",
                Moment::Opening => "cut while opening",
            }
        ));
    }
    Ok((mounted.unmount()?, checked.map(|_| ())))
}

/// Hands the checker everything that was acknowledged.
fn check(program: &Path, mounted: &Mounted, lines: &[String]) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("cannot run the checker: {error}");
    let mut child = Command::new(program)
        .arg("check")
        .arg(mounted.path().join("log"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let all: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    // A checker that ends early closes its input; its exit code tells.
    let _ = child
        .stdin
        .take()
        .ok_or("the checker has no input")?
        .write_all(all.as_bytes());
    let output = child.wait_with_output().map_err(failed)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}

/// A writer, and the lines that it has printed.
struct Running {
    child: Child,
    printed: Receiver<String>,
}

impl Running {
    fn start(args: &Args, program: &Path, mount: &Path) -> Result<Self, String> {
        let mut command = Command::new(program);
        command.arg("write").arg(mount.join("log")).stdout(Stdio::piped());
        if args.without_sync {
            command.arg("--without-sync");
        }
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot start the writer: {error}"))?;
        let out = child.stdout.take().ok_or("the writer has no output")?;
        let (sender, printed) = channel();
        thread::spawn(move || {
            let mut out = BufReader::new(out);
            let mut line = String::new();
            // A line without its end is no acknowledgement.
            while out.read_line(&mut line).is_ok_and(|len| len > 0) && line.ends_with('\n') {
                if sender.send(line.trim_end().to_owned()).is_err() {
                    break;
                }
                line.clear();
            }
        });
        Ok(Self { child, printed })
    }

    fn first_acknowledgement(&self, lines: &mut Vec<String>) -> Result<(), String> {
        let first = self.printed.recv_timeout(FIRST_ACKNOWLEDGEMENT_MAX);
        lines.push(first.map_err(|_| "the writer acknowledged nothing")?);
        Ok(())
    }

    /// Waits for a writer that must fail by itself.
    fn end(mut self, lines: &mut Vec<String>) -> Result<(), String> {
        // The printed lines end when the writer does.
        while let Ok(line) = self.printed.recv_timeout(FULL_MAX) {
            lines.push(line);
        }
        let gone = |error: std::io::Error| format!("cannot wait for the writer: {error}");
        match self.child.try_wait().map_err(gone)? {
            Some(status) if !status.success() => Ok(()),
            Some(_) => Err("the writer succeeded on a full disk".to_owned()),
            None => {
                // It closes its output a moment before it is gone.
                thread::sleep(Duration::from_secs(2));
                let ended = self.child.try_wait().map_err(gone)?;
                self.child.kill().map_err(gone)?;
                ended
                    .map(|_| ())
                    .ok_or_else(|| "the writer hangs on a full disk".to_owned())
            }
        }
    }

    /// Kills the writer and takes every whole line: what it printed after the cut counts too, because nothing that was
    /// not on the device by then may be acknowledged.
    fn kill(mut self, lines: &mut Vec<String>) -> Result<(), String> {
        let gone = |error: std::io::Error| format!("cannot kill the writer: {error}");
        self.child.kill().map_err(gone)?;
        self.child.wait().map_err(gone)?;
        lines.extend(self.printed.iter());
        Ok(())
    }
}

/// Builds the writers and checkers: of the event log (`crates/eventlog/examples/durable.rs`: bytes of all sizes), and of
/// the ledger over it (`tests/examples/receipts.rs`: signed reports, receipts, the audit).
fn build() -> Result<Vec<PathBuf>, String> {
    let examples = target()?.join("release").join("examples");
    let mut programs = Vec::new();
    for (package, example) in [("armistice-eventlog", "durable"), ("armistice-tests", "receipts")] {
        let mut build = cargo();
        build.args(["build", "--release", "--locked", "--package", package]);
        done(build.args(["--example", example]))?;
        programs.push(examples.join(example));
    }
    Ok(programs)
}

/// splitmix64.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}
