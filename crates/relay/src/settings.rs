//! Every limit of the relay, with its unit and the arithmetic behind its default.

use armistice_bus::StreamSettings;
use std::time::Duration;

/// How the relay's streams are made.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Size, age and copies of the streams.
    pub streams: StreamSettings,
}

/// Name of the durable consumer on SUBMITTED.
pub(crate) const CONSUMER: &str = "ledger";

/// Submissions pulled at once: one group of the ledger.
pub(crate) const PULL_MAX: usize = 1_024;

/// Submissions that wait for their answers: two groups, one being verified while the other is flushed. The ledger's own queue
/// is bounded as well.
pub(crate) const IN_FLIGHT_MAX: usize = 2_048;

/// How long one pull waits for a first message.
pub(crate) const PULL_WAIT: Duration = Duration::from_secs(5);

/// Messages taken between two purges of SUBMITTED, at most. They are in the log; the stream keeps only the last one taken.
pub(crate) const PURGE_MESSAGES: u64 = 8_192;

/// The part of the stream's size that may be taken messages: a full inbox is emptied long before the rest is needed.
pub(crate) const PURGE_SHARE: i64 = 8;

/// What a message of SUBMITTED takes at most, headers included.
pub(crate) const MESSAGE_BYTES: i64 = 66_560;

/// Entries and receipts on their way at once; 1,024 is enough for the server's full speed.
pub(crate) const PUBLISH_WINDOW: usize = 2_048;

/// Entries read from the log and published at a time: some 5 MiB.
pub(crate) const PUBLISH_ENTRIES: u64 = 4_096;

/// How often the streams are looked at while nothing happens, to find one that was deleted.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Answers that wait for publication. When it is full the intake waits.
pub(crate) const ANSWERS_MAX: usize = 4_096;

/// Entries whose receipts are published again at the start, at most. Who waits for an older one sends again.
pub(crate) const CATCH_UP_MAX: u64 = 65_536;

/// How long an answer waits for room before it is dropped.
pub(crate) const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// Times that the consumer may be taken away soon after it was made; then another ledger is at work.
pub(crate) const CONTENDED_MAX: u32 = 10;

/// A consumer that lasted this long was not taken away by another ledger's start.
pub(crate) const UNDISTURBED: Duration = Duration::from_secs(60);

/// How long [`crate::Relay::stop`] waits for what is on its way.
pub(crate) const STOP_WAIT: Duration = Duration::from_secs(10);
