//! The clock, the environment and the machine's randomness: the only file of the program that asks for them.
//!
//! Everything further in takes time, keys and settings as arguments, so that it can be re-run with the same answer.

use std::io::IsTerminal;
use std::time::Duration;

use armistice_report::Timestamp;

use crate::failure::{Exit, Failure, Outcome};

/// The wall clock, for receiving times.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the wall clock"
)]
pub(crate) fn now() -> Timestamp {
    jiff::Timestamp::now().into()
}

/// The wall clock to the second, for the `time` of a report that does not say its own.
pub(crate) fn now_seconds() -> Timestamp {
    let now = now();
    Timestamp::from_micros(now.as_micros().div_euclid(1_000_000) * 1_000_000).unwrap_or(now)
}

/// An environment variable, if it is set to valid text.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// True when a person reads standard error: progress bars appear only then.
pub(crate) fn stderr_is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// The width of the terminal on standard output, in columns; none when the output goes elsewhere.
pub(crate) fn stdout_columns() -> Option<u16> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    rustix::termios::tcgetwinsize(std::io::stdout())
        .ok()
        .map(|size| size.ws_col)
        .filter(|columns| *columns > 0)
}

/// Thirty-two random bytes of the operating system, for the seed of a signing key.
pub(crate) fn seed() -> Outcome<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| {
        Failure::new(Exit::Failed, "randomness", "the system gave no random bytes").because(&error)
    })?;
    Ok(seed)
}

/// A name for a new folder among the system's temporary files.
pub(crate) fn temporary_folder(prefix: &str) -> Outcome<std::path::PathBuf> {
    let name = u64::from_le_bytes(*seed()?.first_chunk().expect("a seed has 32 bytes"));
    Ok(std::env::temp_dir().join(format!("{prefix}-{name:016x}")))
}

/// Measures how long something took; used by `armistice bench`, by progress bars and by nothing that decides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "the one place that measures time")]
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// The time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The resident memory of this process in bytes, now and at its highest, as Linux tells it; none elsewhere.
pub(crate) fn resident_bytes() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim()
            .strip_suffix(" kB")?
            .trim()
            .parse::<u64>()
            .ok()
            .map(|kib| kib * 1024)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

/// Starts the highest resident memory anew, where Linux allows it.
pub(crate) fn forget_highest_resident() {
    // Where it is not allowed, the highest value of the whole run is shown instead: too high, never too low.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_seeds_differ() {
        assert_ne!(seed().unwrap(), seed().unwrap());
    }
}
