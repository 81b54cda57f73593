//! How far each follower is behind: the log, what the stream holds of it, the newest checkpoint, and what waits to be taken.
//!
//! ```text
//! log/head 1,204 ─► ENTRIES last sequence 1,204 ─► CHECKPOINTS tree size 1,204        SUBMITTED: 0 wait
//! ```
//! Stream sequence n is entry n - 1, so the last sequence of ENTRIES is the size of what was published.

use super::finding::Finding;
use super::machine;

/// Entries that a stream may be behind while all is well: two groups of the ledger's intake.
const ENTRIES_BEHIND_MAX: u64 = 2_048;

/// Reports that may wait for the ledger while all is well: about one second of its intake.
const WAITING_MAX: u64 = 10_000;

/// Used share of SUBMITTED, in percent, above which producers are about to be pushed back.
const FULL_PERCENT_HIGH: u64 = 80;

/// Published entries against the log. `log` is not known on another machine, or while the folder is not named.
pub(crate) fn entries(log: Option<u64>, published: u64) -> Finding {
    let about = "lag of ENTRIES";
    let Some(log) = log else {
        return Finding::note(about, format!("{published} entries are published"));
    };
    match log.checked_sub(published) {
        Some(0) => Finding::ok(about, format!("all {log} entries of the log are published")),
        Some(behind) if behind <= ENTRIES_BEHIND_MAX => {
            Finding::note(about, format!("{behind} of {log} entries are not published yet"))
        }
        Some(behind) => Finding::warning(
            about,
            format!("{behind} of {log} entries are not published"),
            "start `armistice serve` on the ledger's machine; it publishes what is missing",
        ),
        None => Finding::problem(
            about,
            format!("the stream has {published} entries, the log beside its signed head {log}"),
            "the folder is an older copy, or another ledger writes this stream: stop `serve`, and compare `armistice log head --dir` with the CHECKPOINTS stream",
        ),
    }
}

/// The newest published checkpoint against the published entries.
pub(crate) fn checkpoint(published: u64, checkpoint: Option<u64>) -> Finding {
    let about = "lag of CHECKPOINTS";
    match checkpoint {
        None if published == 0 => Finding::note(about, "nothing is published yet"),
        None => Finding::warning(
            about,
            format!("no checkpoint covers the {published} published entries"),
            "start `armistice serve`; projections wait for a checkpoint before they show an entry",
        ),
        Some(size) if size > published => Finding::warning(
            about,
            format!("the checkpoint covers {size} entries, the stream has {published}"),
            "the ENTRIES stream lost its end or was made anew: `armistice serve` fills it again from the log",
        ),
        Some(size) if size + ENTRIES_BEHIND_MAX < published => Finding::warning(
            about,
            format!("the checkpoint covers {size} of {published} published entries"),
            "start `armistice serve`; it signs and publishes the next checkpoint",
        ),
        Some(size) => Finding::ok(about, format!("covers {size} of {published} published entries")),
    }
}

/// What waits in SUBMITTED. The ledger keeps the message at its cursor, so one message is none that waits.
pub(crate) fn submitted(messages: u64, bytes: u64, bytes_max: Option<u64>) -> Vec<Finding> {
    let about = "lag of SUBMITTED";
    let waiting = messages.saturating_sub(1);
    let mut findings = Vec::new();
    findings.push(match waiting {
        0 => Finding::ok(about, "no report waits for the ledger"),
        1..=WAITING_MAX => Finding::note(about, format!("{waiting} reports wait for the ledger")),
        _ => Finding::warning(
            about,
            format!("{waiting} reports wait for the ledger"),
            "look whether `armistice serve` runs and keeps up; nothing is lost while they wait",
        ),
    });
    if let Some(max) = bytes_max.filter(|max| *max > 0) {
        let percent = bytes.saturating_mul(100) / max;
        if percent >= FULL_PERCENT_HIGH {
            findings.push(Finding::problem(
                "room in SUBMITTED",
                format!("{percent} % of {} is used", machine::size(max)),
                "start `armistice serve`: it takes the reports and makes room; until then producers keep theirs in their outboxes",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::Level;

    #[test]
    fn a_stream_may_be_behind_the_log_and_never_before_it() {
        for (log, published, level) in [
            (Some(10), 10, Level::Ok),
            (Some(10), 9, Level::Note),
            (Some(10_000), 9, Level::Warning),
            (Some(9), 10, Level::Problem),
            (None, 10, Level::Note),
        ] {
            assert_eq!(entries(log, published).level, level, "{log:?} {published}");
        }
    }

    #[test]
    fn a_checkpoint_covers_what_is_published() {
        for (published, size, level) in [
            (0, None, Level::Note),
            (5, None, Level::Warning),
            (5, Some(5), Level::Ok),
            (5, Some(6), Level::Warning),
            (50_000, Some(5), Level::Warning),
        ] {
            assert_eq!(checkpoint(published, size).level, level, "{published} {size:?}");
        }
    }

    #[test]
    fn a_full_inbox_is_a_problem() {
        assert_eq!(submitted(1, 100, Some(1000))[0].level, Level::Ok);
        assert_eq!(submitted(2, 100, Some(1000))[0].level, Level::Note);
        assert_eq!(submitted(90_000, 100, None)[0].level, Level::Warning);
        assert_eq!(submitted(90, 999, Some(1000))[1].level, Level::Problem);
    }
}
