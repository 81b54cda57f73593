//! Which note is published next, and when again: decided here, done by [`crate::courier`].
//!
//! ```text
//!            sending            published                 answered
//! (outbox) ──────────► InFlight ─────────► Waiting{due} ─────────► gone
//!                         │ failed             │ overdue, reconnected
//!                         └──────► Again ◄─────┘
//! ```
//! - Notes go out in the order of the outbox; what must go again goes before anything new.
//! - After a failure one note is tried, then two, then four: a full inbox or a dead server is not flooded, and few notes
//!   overtake the one that failed.
//! - What had no receipt in time goes again, the longest wait first, and only [`PROBES_MAX`] at once: while the ledger is down
//!   an inbox does not fill with repetitions; once receipts come, the next follow at their pace. What again has none in time
//!   leaves its place to the next: reports that are never answered do not keep others from going again. The more of them in
//!   a row have none, the longer is the wait.
//! - After a new connection the notes that were acknowledged shortly before it go again at once: a server that was killed
//!   may have lost what it had not yet written.
//!
//! It knows no network, no disk and no clock: the time is an argument.

use armistice_tlog::Hash;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tokio::time::Instant;

/// Notes that go again for want of a receipt, at once.
pub(crate) const PROBES_MAX: usize = 256;
/// How long before a new connection an acknowledgement may be and still be doubted.
const DOUBTED: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Schedule {
    sent: BTreeMap<u64, Sent>,
    by_submission: HashMap<Hash, u64>,
    again: BTreeSet<u64>,
    /// Every position up to here was published at least once by this process.
    reached: u64,
    /// Positions from here on were queued by this process: nobody published them before.
    fresh_from: u64,
    in_flight: usize,
    allowance: usize,
    probing: usize,
    /// Repetitions in a row that had no answer in time.
    silent: usize,
    limits: Limits,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) in_flight_max: usize,
    pub(crate) resend_after: Duration,
    pub(crate) resend_after_max: Duration,
}

#[derive(Debug)]
struct Sent {
    submission: Hash,
    /// Times that it was published and acknowledged without an answer.
    attempts: u32,
    probing: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    InFlight,
    Waiting {
        since: Instant,
        due: Instant,
    },
    Again,
    /// The server takes no message of this length; tried again after a new connection.
    Stuck,
}

impl Schedule {
    pub(crate) fn new(fresh_from: u64, limits: Limits) -> Self {
        Self {
            sent: BTreeMap::new(),
            by_submission: HashMap::new(),
            again: BTreeSet::new(),
            reached: 0,
            fresh_from,
            in_flight: 0,
            allowance: limits.in_flight_max.max(1),
            probing: 0,
            silent: 0,
            limits,
        }
    }

    /// How many may be published now.
    pub(crate) fn room(&self) -> usize {
        self.allowance.saturating_sub(self.in_flight)
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The oldest that must go again.
    pub(crate) fn again(&self, max: usize) -> Vec<u64> {
        self.again.iter().copied().take(max).collect()
    }

    /// The last position that was ever published here: what is new begins after it.
    pub(crate) fn reached(&self) -> u64 {
        self.reached
    }

    /// Is being published. True when nobody can have published it before.
    pub(crate) fn sending(&mut self, position: u64, submission: Hash) -> bool {
        self.in_flight += 1;
        self.again.remove(&position);
        if let Some(sent) = self.sent.get_mut(&position) {
            sent.state = State::InFlight;
            return false;
        }
        self.reached = self.reached.max(position);
        self.by_submission.insert(submission, position);
        let sent = Sent {
            submission,
            attempts: 0,
            probing: false,
            state: State::InFlight,
        };
        self.sent.insert(position, sent);
        position >= self.fresh_from
    }

    /// The server has it. A receipt is expected now.
    pub(crate) fn published(&mut self, position: u64, now: Instant) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.allowance = (self.allowance + 1).min(self.limits.in_flight_max.max(1));
        let limits = self.limits;
        let silent_rounds = u32::try_from(self.silent / PROBES_MAX).unwrap_or(u32::MAX);
        if let Some(sent) = self.sent.get_mut(&position) {
            let rounds = if sent.probing { silent_rounds } else { 0 };
            let doublings = sent.attempts.max(rounds).min(16);
            let wait = limits
                .resend_after
                .saturating_mul(1 << doublings)
                .min(limits.resend_after_max);
            sent.attempts += 1;
            let due = now + wait;
            sent.state = State::Waiting { since: now, due };
        }
    }

    /// It was not published, or nobody knows.
    pub(crate) fn failed(&mut self, position: u64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.allowance = 1;
        self.put_again(position);
    }

    /// The server will never take it as things are.
    pub(crate) fn stuck(&mut self, position: u64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(sent) = self.sent.get_mut(&position) {
            sent.state = State::Stuck;
            self.probing -= usize::from(std::mem::take(&mut sent.probing));
        }
    }

    /// The position of a submission that was published here and has no outcome.
    pub(crate) fn position(&self, submission: &Hash) -> Option<u64> {
        self.by_submission.get(submission).copied()
    }

    /// It has an outcome, or is no longer in the outbox.
    pub(crate) fn settled(&mut self, position: u64) {
        self.again.remove(&position);
        if let Some(sent) = self.sent.remove(&position) {
            self.by_submission.remove(&sent.submission);
            self.probing -= usize::from(sent.probing);
            self.silent = 0;
        }
    }

    /// Puts what has waited too long among what must go again.
    pub(crate) fn overdue(&mut self, now: Instant) {
        let mut overdue = Vec::new();
        for (position, sent) in &mut self.sent {
            if let State::Waiting { since, due } = sent.state
                && due <= now
            {
                if std::mem::take(&mut sent.probing) {
                    self.probing -= 1;
                    self.silent += 1;
                }
                overdue.push((since, *position));
            }
        }
        overdue.sort_unstable();
        for (_, position) in overdue.into_iter().take(PROBES_MAX.saturating_sub(self.probing)) {
            if let Some(sent) = self.sent.get_mut(&position) {
                sent.probing = true;
                self.probing += 1;
            }
            self.put_again(position);
        }
    }

    /// There is a new connection: what was in flight is lost, and what was acknowledged just before may be.
    pub(crate) fn reconnected(&mut self, now: Instant) {
        self.in_flight = 0;
        for (position, sent) in &mut self.sent {
            let doubted = match sent.state {
                State::Waiting { since, .. } => now.saturating_duration_since(since) < DOUBTED,
                State::InFlight | State::Stuck => true,
                State::Again => false,
            };
            sent.attempts = 0;
            if doubted {
                sent.state = State::Again;
                self.again.insert(*position);
            } else if let State::Waiting { since, .. } = sent.state {
                sent.state = State::Waiting { since, due: now };
            }
        }
    }

    fn put_again(&mut self, position: u64) {
        if let Some(sent) = self.sent.get_mut(&position) {
            sent.state = State::Again;
            self.again.insert(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Duration = Duration::from_secs(5);

    fn schedule(in_flight_max: usize) -> Schedule {
        let limits = Limits {
            in_flight_max,
            resend_after: T,
            resend_after_max: T * 4,
        };
        Schedule::new(3, limits)
    }

    fn hash(position: u64) -> Hash {
        Hash::sha256(&position.to_be_bytes())
    }

    fn publish(schedule: &mut Schedule, positions: impl IntoIterator<Item = u64>, now: Instant) {
        for position in positions {
            schedule.sending(position, hash(position));
            schedule.published(position, now);
        }
    }

    #[test]
    fn only_the_first_publication_of_a_fresh_note_is_a_first_one() {
        let mut schedule = schedule(8);
        let firsts: Vec<bool> = (1..=4).map(|at| schedule.sending(at, hash(at))).collect();
        assert_eq!(firsts, [false, false, true, true]);
        schedule.failed(3);
        assert_eq!((schedule.again(9), schedule.reached()), (vec![3], 4));
        assert!(!schedule.sending(3, hash(3)));
        assert!(schedule.again(9).is_empty());
    }

    #[test]
    fn a_failure_slows_down_and_success_speeds_up() {
        let mut schedule = schedule(4);
        assert_eq!(schedule.room(), 4);
        for position in 1..=4 {
            schedule.sending(position, hash(position));
        }
        assert_eq!(schedule.room(), 0);
        for position in 1..=4 {
            schedule.failed(position);
        }
        assert_eq!((schedule.room(), schedule.again(9)), (1, vec![1, 2, 3, 4]));
        let now = Instant::now();
        publish(&mut schedule, [1, 2, 3, 4], now);
        assert_eq!(schedule.room(), 4);
    }

    #[tokio::test]
    async fn the_wait_doubles_up_to_its_limit() {
        let mut schedule = schedule(4);
        let mut now = Instant::now();
        for wait in [T, T * 2, T * 4, T * 4] {
            publish(&mut schedule, [3], now);
            schedule.overdue(now + wait.saturating_sub(Duration::from_millis(1)));
            assert!(schedule.again(9).is_empty());
            now += wait;
            schedule.overdue(now);
            assert_eq!(schedule.again(9), [3]);
        }
        schedule.settled(3);
        assert_eq!((schedule.again(9), schedule.position(&hash(3))), (vec![], None));
    }

    #[tokio::test]
    async fn a_silent_ledger_gets_few_repetitions_and_an_answering_one_the_rest() {
        let mut schedule = schedule(4_096);
        let now = Instant::now();
        let all = 1..=(PROBES_MAX as u64 * 3);
        publish(&mut schedule, all.clone(), now);
        schedule.overdue(now + T);
        assert_eq!(schedule.again(9_999).len(), PROBES_MAX);
        publish(&mut schedule, 1..=PROBES_MAX as u64, now + T);
        schedule.overdue(now + T * 2);
        assert!(schedule.again(9_999).is_empty());
        for position in 1..=10 {
            schedule.settled(position);
        }
        schedule.overdue(now + T * 2);
        assert_eq!(schedule.again(9_999).len(), 10);
        for position in all {
            schedule.settled(position);
        }
        assert_eq!(schedule.probing, 0);
    }

    #[tokio::test]
    async fn reports_that_are_never_answered_take_turns_with_the_others() {
        let mut schedule = schedule(4_096);
        let mut now = Instant::now();
        let max = PROBES_MAX as u64;
        publish(&mut schedule, 1..=max * 2, now);
        let mut repeated = BTreeSet::new();
        for _ in 0..2 {
            now += T * 4;
            schedule.overdue(now);
            let again = schedule.again(9_999);
            assert_eq!((again.len(), schedule.probing), (PROBES_MAX, PROBES_MAX));
            repeated.extend(again.iter().copied());
            publish(&mut schedule, again, now);
        }
        assert_eq!(repeated.len(), PROBES_MAX * 2);
        // Nobody answered: the next round waits longer, the first answer ends that.
        assert_eq!(schedule.silent, PROBES_MAX);
        schedule.stuck(1);
        schedule.settled(2);
        assert_eq!(schedule.silent, 0);
        for position in 1..=max * 2 {
            schedule.settled(position);
        }
        assert_eq!(schedule.probing, 0);
    }

    #[tokio::test]
    async fn a_new_connection_repeats_what_it_may_have_lost() {
        let mut schedule = schedule(16);
        let now = Instant::now();
        publish(&mut schedule, [1, 2], now);
        publish(&mut schedule, [3], now + T);
        schedule.sending(4, hash(4));
        schedule.reconnected(now + T);
        assert_eq!((schedule.again(9), schedule.in_flight()), (vec![3, 4], 0));
        schedule.overdue(now + T);
        assert_eq!(schedule.again(9), [1, 2, 3, 4]);
    }
}
