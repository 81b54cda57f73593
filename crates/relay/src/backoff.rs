//! Waiting before the next try: short at first, so that a restarted server is used at once, and never long.

use crate::error::Error;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;
use tracing::{error, warn};

/// The first wait.
const WAIT_MIN: Duration = Duration::from_millis(20);

/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Failures in a row after which a person is told: about a minute.
const LONG: u32 = 35;

/// Waits that grow with each failure in a row.
#[derive(Debug)]
pub(crate) struct Backoff {
    waits: ExponentialBackoff,
    failures: u32,
}

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
        Self {
            waits: fresh(),
            failures: 0,
        }
    }

    /// Something worked: the next wait is a short one again.
    pub(crate) fn worked(&mut self) {
        if self.failures > 0 {
            *self = Self::new();
        }
    }

    /// Waits after a failure of `task`, and says so.
    pub(crate) async fn wait(&mut self, task: &'static str, error: &Error) {
        self.failures += 1;
        let error = chain(error);
        if self.failures.is_multiple_of(LONG) {
            error!(
                task,
                attempt = self.failures,
                error,
                "interrupted for long, somebody has to look"
            );
        } else {
            warn!(task, attempt = self.failures, error, "interrupted");
        }
        tokio::time::sleep(self.waits.next().unwrap_or(WAIT_MAX)).await;
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
