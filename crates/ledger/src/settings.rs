//! Every limit of the ledger, with its unit and the arithmetic behind its default.

use armistice_eventlog::limits::{
    BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, CURSOR_BYTES_MAX, CURSOR_NAME_BYTES_MAX,
};
use armistice_report::{ENTRY_BYTES_MAX, ENTRY_HEADER_BYTES};
use std::time::Duration;

/// How the ledger groups, queues and limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Submissions in one group commit, at most. Default 1,024: at 1.2 kB an entry one flush of about
    /// 1.2 MB, past which grouping gained nothing (`docs/performance.md`).
    pub group_items_max: usize,
    /// Bytes of submissions in one group commit, at most. Default 8 MiB: 128 entries of the largest size.
    pub group_bytes_max: usize,
    /// How long the first submission of a group waits for others. Default 0: while one group is flushed
    /// the next one gathers by itself, so waiting only adds delay.
    pub group_wait: Duration,
    /// Submissions that wait in the queue, at most; a caller beyond it waits for room. Default 4,096: four groups.
    pub queue_items_max: usize,
    /// Bytes that wait in the queue, at most. Default 32 MiB: four groups.
    pub queue_bytes_max: usize,
    /// `refusal.recorded` entries a minute, at most; refusals beyond are only counted, and the counts go into the next
    /// such entry. Default 60: with up to 256 marks each, one mark a refusal up to 256 a second.
    pub mark_entries_per_minute_max: u32,
    /// Entries between two saved states of admission. Default 65,536: re-reading as many takes about half a second.
    pub snapshot_entries: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            group_items_max: 1_024,
            group_bytes_max: 8 << 20,
            group_wait: Duration::ZERO,
            queue_items_max: 4_096,
            queue_bytes_max: 32 << 20,
            mark_entries_per_minute_max: 60,
            snapshot_entries: 65_536,
        }
    }
}

impl Settings {
    /// The same, as far as the store can take it: a group and the mark of its refusals fit into one batch.
    pub(crate) fn within_limits(self) -> Self {
        // Each submission grows by its header; one entry of the largest size is left for the mark, and one cursor.
        let group_items_max = self.group_items_max.clamp(1, BATCH_ENTRIES_MAX - 1);
        let headers = group_items_max * ENTRY_HEADER_BYTES;
        let group_bytes_max = self
            .group_bytes_max
            .min(BATCH_BYTES_MAX - ENTRY_BYTES_MAX - CURSOR_NAME_BYTES_MAX - CURSOR_BYTES_MAX - headers);
        Self {
            group_items_max,
            group_bytes_max,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_the_limits_and_more_is_cut() {
        assert_eq!(Settings::default().within_limits(), Settings::default());
        let much = Settings {
            group_items_max: usize::MAX,
            group_bytes_max: usize::MAX,
            ..Settings::default()
        };
        let cut = much.within_limits();
        let batch = cut.group_bytes_max + cut.group_items_max * ENTRY_HEADER_BYTES + ENTRY_BYTES_MAX;
        assert!(cut.group_items_max < BATCH_ENTRIES_MAX && batch <= BATCH_BYTES_MAX);
    }
}
