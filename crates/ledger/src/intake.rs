//! The first thread: gathers a group, reads it and verifies its signatures on all cores, in order.
//!
//! Nothing is decided here. A key enrolled a moment ago may be missing from the keyring: admission then
//! verifies that signature itself.

use crate::ledger::Waiting;
use crate::settings::Settings;
use armistice_admission::{Checked, Keyring};
use armistice_eventlog::group::Queue;
use rayon::prelude::*;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, PoisonError, RwLock};
use tracing::debug_span;

/// The keys that the commit thread last published.
pub(crate) type SharedKeyring = Arc<RwLock<Arc<Keyring>>>;

/// A submission that was read and checked, with the caller who waits for its answer.
pub(crate) struct CheckedWaiting {
    pub(crate) checked: Checked,
    pub(crate) waiting: Waiting,
}

/// Runs until the queue is closed and empty, or until nobody takes the groups any more.
pub(crate) fn run(
    mut queue: Queue<(Vec<u8>, Waiting)>,
    keyring: &SharedKeyring,
    groups: &SyncSender<Vec<CheckedWaiting>>,
    settings: &Settings,
) {
    let next = |queue: &mut Queue<_>| {
        queue.next_group(
            settings.group_items_max,
            settings.group_bytes_max,
            settings.group_wait,
        )
    };
    while let Some(group) = next(&mut queue) {
        let _span = debug_span!("intake", submissions = group.len()).entered();
        let keys = Arc::clone(&keyring.read().unwrap_or_else(PoisonError::into_inner));
        let checked = group
            .into_par_iter()
            .map(|(bytes, waiting)| CheckedWaiting {
                checked: keys.check(bytes),
                waiting,
            })
            .collect();
        if groups.send(checked).is_err() {
            // The commit thread ended; dropping the queue tells every waiting caller.
            return;
        }
    }
}
