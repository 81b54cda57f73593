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

/// Messages that the ledger has taken and not yet removed from SUBMITTED (`armistice-relay` removes them in groups of this
/// size, the one at its cursor stays).
const TAKEN_KEPT_MAX: u64 = 8_192;

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

/// What is known of SUBMITTED.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inbox {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    pub(crate) bytes_max: Option<u64>,
    /// The stream is an office's own: the hub copies it and nobody empties it.
    pub(crate) is_office: bool,
}

/// What waits in SUBMITTED, and how full it is. The ledger leaves what it has taken in the stream for a while, so only
/// more messages than that are known to wait.
pub(crate) fn submitted(inbox: &Inbox) -> Vec<Finding> {
    let about = "lag of SUBMITTED";
    let messages = inbox.messages;
    let waiting = messages.saturating_sub(TAKEN_KEPT_MAX);
    let mut findings = Vec::new();
    findings.push(if inbox.is_office {
        Finding::note(
            about,
            format!("{messages} messages of the last day are kept for the hub"),
        )
    } else if waiting > WAITING_MAX {
        Finding::warning(
            about,
            format!("at least {waiting} of {messages} reports wait for the ledger"),
            "look whether `armistice serve` runs and keeps up; nothing is lost while they wait",
        )
    } else if waiting > 0 {
        Finding::note(
            about,
            format!("at least {waiting} of {messages} reports wait for the ledger"),
        )
    } else if messages > 0 {
        Finding::ok(
            about,
            format!("{messages} messages; the ledger leaves up to {TAKEN_KEPT_MAX} that it has taken"),
        )
    } else {
        Finding::ok(about, "nothing waits for the ledger")
    });
    let (bytes, bytes_max) = (inbox.bytes, inbox.bytes_max);
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
        let inbox = |messages: u64| Inbox {
            messages,
            bytes: 100,
            bytes_max: Some(1_000),
            is_office: false,
        };
        for (messages, level) in [
            (0, Level::Ok),
            (8_192, Level::Ok),
            (8_193, Level::Note),
            (80_000, Level::Warning),
        ] {
            assert_eq!(submitted(&inbox(messages))[0].level, level, "{messages}");
        }
        let full = Inbox {
            bytes: 999,
            ..inbox(8_000)
        };
        assert_eq!(submitted(&full)[1].level, Level::Problem);
    }
}
