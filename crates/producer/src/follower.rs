//! Reads what the ledger answers: the producer's own subject of `RECEIPTS`, from now on.
//!
//! What was answered while nobody read is not looked for: a report that is still pending is published again, and the ledger
//! answers again.

use crate::Error;
use armistice_bus::{Bus, FollowError, Message, Start, Stream};
use backon::{BackoffBuilder, ExponentialBuilder};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tracing::{debug, warn};

/// Answers at once.
const ANSWERS_MAX: usize = 256;
/// How long one read waits; only how often the loop turns.
const WAIT: Duration = Duration::from_secs(10);
/// Batches that wait for the courier.
pub(crate) const BATCHES_MAX: usize = 4;
/// The shortest and the longest pause before the stream is tried again.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// What the courier is told.
#[derive(Debug)]
pub(crate) enum Heard {
    /// Answers are read from now on.
    Following,
    /// They are not, and why.
    NotFollowing(Error),
    /// Answers, in the order of the stream.
    Answers(Vec<Message>),
}

/// Runs until the courier is gone.
pub(crate) async fn run(bus: Bus, subject: String, to: mpsc::Sender<Heard>) {
    let mut pauses = pauses();
    loop {
        match bus.follow(Stream::Receipts, Some(&subject), Start::New).await {
            Ok(mut follow) => {
                pauses = self::pauses();
                if to.send(Heard::Following).await.is_err() {
                    return;
                }
                loop {
                    match follow.next(ANSWERS_MAX, WAIT).await {
                        Ok(messages) if messages.is_empty() => {}
                        Ok(messages) => {
                            if to.send(Heard::Answers(messages)).await.is_err() {
                                return;
                            }
                        }
                        Err(FollowError::Bus(error)) => {
                            warn!(error = ?error, "receipts interrupted");
                            break;
                        }
                        // Deleted and created anew, or a gap: nothing that is missed here is missed for good.
                        Err(error) => {
                            debug!(error = ?error, "receipts begin anew");
                            break;
                        }
                    }
                }
            }
            Err(error) => {
                let error = Error::NotFollowed(Arc::new(error));
                if to.send(Heard::NotFollowing(error)).await.is_err() {
                    return;
                }
            }
        }
        tokio::time::sleep(pauses.next().unwrap_or(PAUSE_MAX)).await;
    }
}

/// The pauses of one row of failures.
pub(crate) fn pauses() -> backon::ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(PAUSE_MIN)
        .with_max_delay(PAUSE_MAX)
        .with_jitter()
        .without_max_times()
        .build()
}
