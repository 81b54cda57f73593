//! What a producer can say about itself while it runs.

use crate::Error;

/// How a producer is doing. Watch it with `Producer::status`.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Reports that wait for an outcome.
    pub pending: usize,
    /// The newest thing that is wrong and not over; `None` while all goes well.
    pub problem: Option<Problem>,
}

/// Something that keeps reports in the outbox. All are tried again.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What failed.
    pub error: Error,
    /// How often in a row.
    pub attempts: u32,
}
