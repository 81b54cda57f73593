//! What waits to be published: of each row the newest, and the newest stamp.
//!
//! The loop that follows the ledger puts, the publisher takes. Rows that change faster than they are published are
//! published once. Never more than the rows that there are; nothing at all while another replica publishes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use armistice_projection::{Change, View};
use tokio::sync::Notify;

use crate::stamp::Stamp;

/// Rows of one stamp, by view and key.
pub(crate) type Rows = BTreeMap<(View, String), Option<Vec<u8>>>;

#[derive(Debug, Default)]
struct Waiting {
    rows: Rows,
    stamp: Option<Stamp>,
    /// Whether the stamp is newer than the one that was taken last.
    is_new: bool,
    wanted: bool,
}

/// Shared by the two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    waiting: Arc<Mutex<Waiting>>,
    woken: Arc<Notify>,
}

impl Outbox {
    /// Adds what changed up to `stamp`.
    pub(crate) fn put(&self, changes: Vec<Change>, stamp: Stamp) {
        let mut waiting = self.lock();
        if waiting.wanted {
            waiting.rows.extend(
                changes
                    .into_iter()
                    .map(|change| ((change.view, change.key), change.row)),
            );
        }
        waiting.stamp = Some(stamp);
        waiting.is_new = true;
        drop(waiting);
        self.woken.notify_one();
    }

    /// All rows that wait, with the stamp that they are of; `None` when nothing is new.
    pub(crate) fn take(&self) -> Option<(Rows, Stamp)> {
        let mut waiting = self.lock();
        if !waiting.is_new {
            return None;
        }
        waiting.is_new = false;
        let stamp = waiting.stamp.clone()?;
        Some((std::mem::take(&mut waiting.rows), stamp))
    }

    /// Forgets what waits; collects from now on, or no more.
    pub(crate) fn collect(&self, wanted: bool) {
        let mut waiting = self.lock();
        waiting.wanted = wanted;
        waiting.rows.clear();
        waiting.is_new = false;
    }

    /// The newest stamp.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        self.lock().stamp.clone()
    }

    /// Waits for the next [`Outbox::put`], or returns at once if there was one since the last wait.
    pub(crate) async fn changed(&self) {
        self.woken.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Whoever panicked held no half-made state: each change is one assignment.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
