//! What `armistice doctor` looks for on this machine: room on the disk, its file system, and the clock.
//!
//! The limits are wide: this is a look at what will stop a ledger, not monitoring.

use std::path::Path;

use armistice_report::Timestamp;

use super::finding::Finding;

/// Free bytes below which a ledger is about to stop: about 200,000 entries with their share of the tree and the store's
/// own copies (4 kB an entry, measured in `docs/performance.md`), and room for the store to clean up.
const FREE_BYTES_MIN: u64 = 1 << 30;

/// Free bytes below which it is time to make room.
const FREE_BYTES_LOW: u64 = 10 << 30;

/// How far this clock may be from the server's. Receiving times are stated to the microsecond and never go back: a clock
/// that is ahead stays in the log until the others have caught up with it.
const CLOCK_S_MAX: f64 = 2.0;

/// The room that is left for `folder`, and on what kind of file system.
pub(crate) fn disk(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    match rustix::fs::statvfs(folder) {
        Ok(facts) => findings.push(room(
            facts.f_bavail.saturating_mul(facts.f_frsize),
            facts.f_blocks.saturating_mul(facts.f_frsize),
        )),
        Err(error) => findings.push(Finding::warning(
            "disk",
            format!(
                "cannot read the free space of {}: {}",
                folder.display(),
                std::io::Error::from(error)
            ),
            "name the ledger's folder with --dir",
        )),
    }
    findings.extend(file_system(folder));
    findings
}

fn room(free: u64, total: u64) -> Finding {
    let found = format!("{} free of {}", size(free), size(total));
    if free < FREE_BYTES_MIN {
        Finding::problem(
            "disk",
            found,
            "make room now: a full disk stops the ledger, it never loses what has a receipt",
        )
    } else if free < FREE_BYTES_LOW {
        Finding::warning("disk", found, "make room or move the folder to a larger disk")
    } else {
        Finding::ok("disk", found)
    }
}

/// Where Linux tells: whether a receipt can mean what it says on this kind of file system.
#[cfg(target_os = "linux")]
fn file_system(folder: &Path) -> Option<Finding> {
    /// Magic numbers of `statfs(2)`.
    const KINDS: &[(i64, &str, Kind)] = &[
        (0xEF53, "ext4", Kind::Disk),
        (0x5846_5342, "xfs", Kind::Disk),
        (0x9123_683E, "btrfs", Kind::Disk),
        (0x2FC1_2FC1, "zfs", Kind::Disk),
        (0xF2F5_2010, "f2fs", Kind::Disk),
        (0x794C_7630, "overlay", Kind::Layered),
        (0x0102_1994, "tmpfs", Kind::Memory),
        (0x6969, "nfs", Kind::Network),
        (0xFF53_4D42, "cifs", Kind::Network),
        (0xFE53_4D42, "smb2", Kind::Network),
        (0x0102_1997, "9p", Kind::Network),
        (0x6573_5546, "fuse", Kind::Network),
    ];
    #[derive(Clone, Copy)]
    enum Kind {
        Disk,
        Layered,
        Memory,
        Network,
    }
    #[allow(
        clippy::useless_conversion,
        reason = "the type of this field differs between machines"
    )]
    let magic = i64::try_from(rustix::fs::statfs(folder).ok()?.f_type).ok()?;
    let Some((_, name, kind)) = KINDS.iter().find(|(number, _, _)| *number == magic) else {
        return Some(Finding::note("file system", format!("unknown kind {magic:#x}")));
    };
    Some(match kind {
        Kind::Disk => Finding::ok("file system", *name),
        Kind::Layered => Finding::warning(
            "file system",
            *name,
            "a container's own layer goes away with the container: keep the ledger on a volume",
        ),
        Kind::Memory => Finding::problem(
            "file system",
            format!("{name}: it is gone when the machine restarts"),
            "move the ledger to a disk",
        ),
        Kind::Network => Finding::warning(
            "file system",
            format!("{name}: whether a sync reaches a disk is up to another machine"),
            "keep the ledger on a local disk: a receipt means that the disk has it",
        ),
    })
}

#[cfg(not(target_os = "linux"))]
fn file_system(_folder: &Path) -> Option<Finding> {
    None
}

/// This clock against the one of `whose`, read at the same time but for the way that the answer took.
pub(crate) fn clock(ours: Timestamp, theirs: Timestamp, whose: &str) -> Finding {
    let ahead = seconds_between(theirs, ours);
    if ahead.abs() <= CLOCK_S_MAX {
        return Finding::ok("clock", format!("within {CLOCK_S_MAX} s of {whose}"));
    }
    let direction = if ahead > 0.0 { "ahead of" } else { "behind" };
    Finding::warning(
        "clock",
        format!("{:.1} s {direction} {whose}", ahead.abs()),
        "keep the clocks of all machines right with NTP (`timedatectl status`); receiving times come from the ledger's machine",
    )
}

/// This clock against the receiving time of the newest entry. Receiving times never go back, so a clock that is behind
/// them repeats the last time until it has caught up.
pub(crate) fn clock_and_log(ours: Timestamp, received: Timestamp) -> Finding {
    let behind = seconds_between(ours, received);
    if behind <= CLOCK_S_MAX {
        return Finding::ok("clock", "not behind the newest entry");
    }
    Finding::problem(
        "clock",
        format!("{behind:.1} s behind the receiving time of the newest entry, {received}"),
        "find out which clock was wrong: new entries get the newest entry's time until this clock has caught up",
    )
}

/// How much later `to` is than `from`, in seconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "a difference of clocks needs no more than 52 bits of microseconds: 142 years"
)]
fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_micros() - from.as_micros()) as f64 / 1e6
}

/// Bytes in the largest binary unit that leaves a number of at least 1.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut whole = bytes;
    let mut tenths = 0;
    while whole >= 1024 && unit + 1 < UNITS.len() {
        tenths = (whole % 1024) * 10 / 1024;
        whole /= 1024;
        unit += 1;
    }
    if unit == 0 {
        format!("{whole} bytes")
    } else {
        format!("{whole}.{tenths} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::Level;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_600_000_000_000_000 + seconds * 1_000_000).unwrap()
    }

    #[test]
    fn clocks_may_differ_a_little() {
        assert_eq!(clock(at(0), at(1), "the server").level, Level::Ok);
        let ahead = clock(at(60), at(0), "the server");
        assert_eq!(
            (ahead.level, ahead.found.as_str()),
            (Level::Warning, "60.0 s ahead of the server")
        );
        assert!(clock(at(0), at(60), "the server").found.contains("behind"));
        assert_eq!(clock_and_log(at(60), at(0)).level, Level::Ok);
        assert_eq!(clock_and_log(at(0), at(60)).level, Level::Problem);
    }

    #[test]
    fn little_room_is_a_warning_and_none_a_problem() {
        for (free, level) in [
            (100 << 30, Level::Ok),
            (5 << 30, Level::Warning),
            (1 << 20, Level::Problem),
        ] {
            assert_eq!(room(free, 200 << 30).level, level);
        }
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(10 << 30), "10.0 GiB");
        assert!(!disk(Path::new("/")).is_empty());
        assert!(disk(Path::new("/not/there"))[0].advice.is_some());
    }
}
