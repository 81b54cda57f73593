//! Group commit: many submitters, one consumer, one flush for all that waited.
//!
//! ```
//! use armistice_eventlog::group::{Limits, Queue};
//! use std::time::Duration;
//!
//! let (submitter, mut queue) = Queue::new(Limits::default());
//! submitter.submit_blocking("a", 1).expect("open");
//! submitter.submit_blocking("b", 1).expect("open");
//! assert_eq!(queue.next_group(1024, 1 << 20, Duration::ZERO), Some(vec!["a", "b"]));
//! drop(submitter);
//! assert_eq!(queue.next_group(1024, 1 << 20, Duration::ZERO), None);
//! ```
//!
//! With a wait of zero a group is whatever came in while the last one was flushed: a lone submitter is never delayed,
//! and many make large groups by themselves. The order of one submitter's items is kept. The queue does not know what
//! an item is, and an item that was taken is the consumer's to answer for.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use tokio::sync::Semaphore;

/// How much may wait in a queue. A submitter beyond it waits for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Items that may wait. Default 8,192: two of the largest batches.
    pub items_max: usize,
    /// Bytes of the items that may wait, as their submitters count them. Default 32 MiB: two of the largest batches.
    pub bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            items_max: 2 * crate::limits::BATCH_ENTRIES_MAX,
            bytes_max: 2 * crate::limits::BATCH_BYTES_MAX,
        }
    }
}

/// How groups are made: the arguments of [`Queue::next_group`] as settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// Items in one group. Default 1,024: beyond it a flush costs no less per entry.
    pub items_max: usize,
    /// Bytes in one group. Default 8 MiB, half of the largest batch.
    pub bytes_max: usize,
    /// How long an incomplete group waits for more. Default zero: what came in during the last flush is the group.
    pub wait: Duration,
}

impl Default for Grouping {
    fn default() -> Self {
        Self {
            items_max: 1_024,
            bytes_max: crate::limits::BATCH_BYTES_MAX / 2,
            wait: Duration::ZERO,
        }
    }
}

/// The queue is closed: its consumer is gone. The item comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the queue is closed")]
pub struct Closed<T>(pub T);

/// Why [`Submitter::try_submit`] did not take an item. The item comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken<T> {
    /// There is no room now.
    #[error("the queue is full")]
    Full(T),
    /// There is no consumer any more.
    #[error("the queue is closed")]
    Closed(T),
}

struct Shared<T> {
    limits: Limits,
    waiting: Mutex<Waiting<T>>,
    arrived: Condvar,
    /// One permit per byte; an item takes at least `bytes_max / items_max`, so this bounds both.
    room: Semaphore,
}

struct Waiting<T> {
    items: VecDeque<(T, usize)>,
    submitters: usize,
    /// The consumer is gone.
    closed: bool,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        // A thread that panicked while it held the lock left the queue whole: nothing in here can panic half-way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Permits for an item: never more than there are, so that one large item can always pass alone.
    fn cost(&self, bytes: usize) -> u32 {
        let least = (self.limits.bytes_max / self.limits.items_max.max(1)).max(1);
        u32::try_from(bytes.max(least).min(self.limits.bytes_max.max(1))).unwrap_or(u32::MAX)
    }

    fn push(&self, item: T, bytes: usize) -> Result<(), Closed<T>> {
        let mut waiting = self.lock();
        // The consumer may have gone after the permit was given. Nobody would ever take or drop the item.
        if waiting.closed {
            return Err(Closed(item));
        }
        waiting.items.push_back((item, bytes));
        drop(waiting);
        self.arrived.notify_one();
        Ok(())
    }
}

/// Puts items into the queue. Clones share it.
pub struct Submitter<T>(Arc<Shared<T>>);

impl<T> Submitter<T> {
    /// Waits for room, then puts the item in. `bytes` is what the item counts against the limits.
    ///
    /// # Errors
    /// [`Closed`] with the item if the consumer is gone.
    pub async fn submit(&self, item: T, bytes: usize) -> Result<(), Closed<T>> {
        match self.0.room.acquire_many(self.0.cost(bytes)).await {
            Ok(permit) => permit.forget(),
            Err(_) => return Err(Closed(item)),
        }
        self.0.push(item, bytes)
    }

    /// [`Self::submit`] for a thread outside any runtime: blocks until there is room.
    ///
    /// # Errors
    /// [`Closed`] with the item if the consumer is gone.
    pub fn submit_blocking(&self, item: T, bytes: usize) -> Result<(), Closed<T>> {
        block_on(self.submit(item, bytes))
    }

    /// Puts the item in if there is room now.
    ///
    /// # Errors
    /// [`NotTaken`] with the item.
    pub fn try_submit(&self, item: T, bytes: usize) -> Result<(), NotTaken<T>> {
        match self.0.room.try_acquire_many(self.0.cost(bytes)) {
            Ok(permit) => permit.forget(),
            Err(tokio::sync::TryAcquireError::NoPermits) => return Err(NotTaken::Full(item)),
            Err(tokio::sync::TryAcquireError::Closed) => return Err(NotTaken::Closed(item)),
        }
        self.0
            .push(item, bytes)
            .map_err(|Closed(item)| NotTaken::Closed(item))
    }
}

impl<T> Clone for Submitter<T> {
    fn clone(&self) -> Self {
        self.0.lock().submitters += 1;
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Submitter<T> {
    fn drop(&mut self) {
        self.0.lock().submitters -= 1;
        self.0.arrived.notify_one();
    }
}

impl<T> std::fmt::Debug for Submitter<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Submitter").finish_non_exhaustive()
    }
}

/// The consumer's end. Dropping it closes the queue; what still waits is dropped with it.
pub struct Queue<T>(Arc<Shared<T>>);

impl<T> Queue<T> {
    /// A queue with these limits, each at least 1 and the bytes at most `u32::MAX`.
    pub fn new(limits: Limits) -> (Submitter<T>, Self) {
        let bytes_max = limits.bytes_max.clamp(1, u32::MAX as usize);
        let shared = Arc::new(Shared {
            limits: Limits { bytes_max, ..limits },
            waiting: Mutex::new(Waiting {
                items: VecDeque::new(),
                submitters: 1,
                closed: false,
            }),
            arrived: Condvar::new(),
            room: Semaphore::new(bytes_max),
        });
        (Submitter(Arc::clone(&shared)), Self(shared))
    }

    /// The next group: blocks until there is an item, then takes up to `items_max` items of up to `bytes_max` bytes
    /// together (at least one), and waits at most `wait` for the group to fill. None when every submitter is gone and
    /// nothing is left. Call it from a plain thread: it blocks.
    pub fn next_group(&mut self, items_max: usize, bytes_max: usize, wait: Duration) -> Option<Vec<T>> {
        let shared = &*self.0;
        let mut waiting = shared
            .arrived
            .wait_while(shared.lock(), |waiting| {
                waiting.items.is_empty() && waiting.submitters > 0
            })
            .unwrap_or_else(PoisonError::into_inner);
        if !wait.is_zero() {
            let incomplete = |waiting: &mut Waiting<T>| {
                waiting.submitters > 0
                    && fitting(&waiting.items, items_max, bytes_max) == waiting.items.len()
                    && waiting.items.len() < items_max
            };
            waiting = shared
                .arrived
                .wait_timeout_while(waiting, wait, incomplete)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let count = fitting(&waiting.items, items_max, bytes_max);
        if count == 0 {
            return None;
        }
        let mut room = 0;
        let group = waiting
            .items
            .drain(..count)
            .map(|(item, bytes)| {
                room += shared.cost(bytes) as usize;
                item
            })
            .collect();
        drop(waiting);
        shared.room.add_permits(room);
        Some(group)
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.closed = true;
        let left = std::mem::take(&mut waiting.items);
        drop(waiting);
        self.0.room.close();
        // Whoever waits for an answer to one of these learns of it by the drop.
        drop(left);
    }
}

impl<T> std::fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

/// How many items from the front make a group: at least one if there is one.
fn fitting<T>(items: &VecDeque<(T, usize)>, items_max: usize, bytes_max: usize) -> usize {
    let mut sum = 0_usize;
    let fits = items.iter().take(items_max.max(1)).take_while(|(_, bytes)| {
        sum = sum.saturating_add(*bytes);
        sum <= bytes_max
    });
    fits.count().max(usize::from(!items.is_empty()))
}

/// Wakes a parked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread. The futures here wait for permits only, which any thread may add.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn groups_stop_at_items_and_at_bytes() {
        let (submitter, mut queue) = Queue::new(Limits {
            items_max: 100,
            bytes_max: 1_000,
        });
        for (item, bytes) in [(0, 10), (1, 10), (2, 10), (3, 500), (4, 10), (5, 460)] {
            submitter.submit_blocking(item, bytes).expect("open");
        }
        assert_eq!(queue.next_group(2, 1_000, Duration::ZERO), Some(vec![0, 1]));
        // An item above the limit makes a group of its own.
        assert_eq!(queue.next_group(9, 100, Duration::ZERO), Some(vec![2]));
        assert_eq!(queue.next_group(9, 100, Duration::ZERO), Some(vec![3]));
        assert_eq!(queue.next_group(9, 1_000, Duration::ZERO), Some(vec![4, 5]));
    }

    #[test]
    fn a_full_queue_says_so_and_takes_again_after_a_group() {
        for limits in [
            Limits {
                items_max: 2,
                bytes_max: 1_000,
            },
            Limits {
                items_max: 1_000,
                bytes_max: 20,
            },
        ] {
            let (submitter, mut queue) = Queue::new(limits);
            submitter.try_submit(0, 10).expect("room");
            submitter.try_submit(1, 10).expect("room");
            assert_eq!(submitter.try_submit(2, 10), Err(NotTaken::Full(2)));
            assert_eq!(queue.next_group(1, 99, Duration::ZERO), Some(vec![0]));
            submitter.try_submit(2, 10).expect("room");
        }
    }

    #[test]
    fn an_item_above_every_limit_passes_alone() {
        let (submitter, mut queue) = Queue::new(Limits {
            items_max: 4,
            bytes_max: 100,
        });
        submitter.try_submit('a', 5_000).expect("room");
        assert_eq!(submitter.try_submit('b', 1), Err(NotTaken::Full('b')));
        assert_eq!(queue.next_group(4, 10, Duration::ZERO), Some(vec!['a']));
        submitter.try_submit('b', 1).expect("room");
    }

    #[test]
    fn an_incomplete_group_waits_for_more_and_not_for_ever() {
        let (submitter, mut queue) = Queue::new(Limits::default());
        submitter.submit_blocking(0, 1).expect("open");
        let later = submitter.clone();
        let thread = thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            later.submit_blocking(1, 1)
        });
        assert_eq!(
            queue.next_group(2, 100, Duration::from_secs(60)),
            Some(vec![0, 1])
        );
        thread.join().expect("no panic").expect("open");
        submitter.submit_blocking(2, 1).expect("open");
        assert_eq!(queue.next_group(2, 100, Duration::from_millis(1)), Some(vec![2]));
        drop(submitter);
        assert_eq!(queue.next_group(2, 100, Duration::from_secs(60)), None);
    }

    #[test]
    fn a_dropped_consumer_closes_the_queue_and_lets_go_of_what_waited() {
        let (submitter, queue) = Queue::new(Limits {
            items_max: 1,
            bytes_max: 1,
        });
        let item = Arc::new(());
        submitter.submit_blocking(Arc::clone(&item), 1).expect("open");
        let (blocked, other) = (submitter.clone(), Arc::clone(&item));
        let thread = thread::spawn(move || blocked.submit_blocking(other, 1).is_err());
        drop(queue);
        assert!(thread.join().expect("no panic"));
        assert_eq!(Arc::strong_count(&item), 1);
        assert!(submitter.submit_blocking(item, 1).is_err());
    }

    #[test]
    fn many_submitters_lose_nothing_and_keep_their_order() {
        const EACH: u64 = 500;
        let (submitter, mut queue) = Queue::new(Limits {
            items_max: 16,
            bytes_max: 1_000,
        });
        let threads: Vec<_> = (0..8)
            .map(|name| {
                let submitter = submitter.clone();
                thread::spawn(move || {
                    (0..EACH).try_for_each(|item| submitter.submit_blocking((name, item), 30))
                })
            })
            .collect();
        drop(submitter);
        let mut next = [0; 8];
        while let Some(group) = queue.next_group(10, 200, Duration::ZERO) {
            assert!(group.len() <= 6);
            for (name, item) in group {
                assert_eq!(item, next[name]);
                next[name] += 1;
            }
        }
        assert_eq!(next, [EACH; 8]);
        for thread in threads {
            thread.join().expect("no panic").expect("open");
        }
    }
}
