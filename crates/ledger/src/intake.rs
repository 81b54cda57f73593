//! The first thread: gathers a group, reads it and verifies its signatures on all cores, in order.
//!
//! Nothing is decided here. A key enrolled a moment ago may be missing from the keyring: admission then
//! verifies that signature itself.

use crate::ledger::{Cursor, Queued, Waiting, Work};
use crate::settings::Settings;
use armistice_admission::{Checked, Keyring};
use armistice_eventlog::group::Queue;
use armistice_report::Event;
use rayon::prelude::*;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, PoisonError, RwLock};
use tracing::debug_span;

/// The keys that the commit thread last published.
pub(crate) type SharedKeyring = Arc<RwLock<Arc<Keyring>>>;

/// What is to be decided.
pub(crate) enum Task {
    /// A submission that was read and checked, and who handed it in where that is known.
    Submission(Box<Checked>, Option<Arc<str>>),
    /// An entry of the ledger's own.
    Own(Box<Event>),
}

/// A task with the cursor that it moves and the caller who waits for its answer.
pub(crate) struct CheckedWaiting {
    pub(crate) task: Task,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) waiting: Waiting,
}

/// Runs until the queue is closed and empty, or until nobody takes the groups any more.
pub(crate) fn run(
    mut queue: Queue<Queued>,
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
            .map(|queued| CheckedWaiting {
                task: match queued.work {
                    Work::Submission(bytes, sender) => Task::Submission(Box::new(keys.check(bytes)), sender),
                    Work::Own(event) => Task::Own(event),
                },
                cursor: queued.cursor,
                waiting: queued.waiting,
            })
            .collect();
        if groups.send(checked).is_err() {
            // The commit thread ended; dropping the queue tells every waiting caller.
            return;
        }
    }
}
