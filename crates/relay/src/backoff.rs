//! Waiting before the next try: short at first, so that a restarted server is used at once, and never long.

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;

/// The first wait.
const WAIT_MIN: Duration = Duration::from_millis(20);

/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Waits that grow with each failure in a row.
#[derive(Debug)]
pub(crate) struct Backoff(ExponentialBackoff);

fn fresh() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(WAIT_MIN)
        .with_max_delay(WAIT_MAX)
        .with_jitter()
        .without_max_times()
        .build()
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self(fresh())
    }

    /// Something worked: the next wait is a short one again.
    pub(crate) fn worked(&mut self) {
        self.0 = fresh();
    }

    pub(crate) async fn wait(&mut self) {
        tokio::time::sleep(self.0.next().unwrap_or(WAIT_MAX)).await;
    }
}
