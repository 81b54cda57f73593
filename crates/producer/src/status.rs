//! What a producer can say about itself while it runs.

use crate::Error;
use tokio::sync::watch;

/// How a producer is doing. Watch it with `Producer::status`.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Reports that wait for an outcome.
    pub pending: usize,
    /// The newest thing that is wrong and not over; `None` while all goes well.
    pub problem: Option<Problem>,
}

/// Something that keeps reports in the outbox. All but [`Error::Store`] and [`Error::Damaged`] is tried again.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What failed.
    pub error: Error,
    /// How often in a row.
    pub attempts: u32,
}

/// Tells a problem; one that ends the publishing for good is not replaced by another.
pub(crate) fn trouble(status: &watch::Sender<Status>, error: Error, attempts: u32) {
    status.send_if_modified(|status| {
        let ended = status.problem.as_ref().is_some_and(Problem::is_final);
        if !ended {
            status.problem = Some(Problem { error, attempts });
        }
        !ended
    });
}

/// Takes back a problem that is over.
pub(crate) fn over(status: &watch::Sender<Status>, is_over: impl Fn(&Error) -> bool) {
    status.send_if_modified(|status| {
        let over = status
            .problem
            .as_ref()
            .is_some_and(|problem| !problem.is_final() && is_over(&problem.error));
        if over {
            status.problem = None;
        }
        over
    });
}

impl Problem {
    fn is_final(&self) -> bool {
        matches!(self.error, Error::Store(_) | Error::Damaged { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_the_outbox_stays() {
        let status = watch::Sender::new(Status::default());
        trouble(&status, Error::Closed, 1);
        over(&status, |_| true);
        assert!(status.borrow().problem.is_none());
        trouble(&status, Error::Damaged { what: "a test" }, 1);
        trouble(&status, Error::Closed, 1);
        over(&status, |_| true);
        let problem = status.borrow().problem.clone();
        assert!(matches!(
            problem,
            Some(Problem {
                error: Error::Damaged { .. },
                ..
            })
        ));
    }
}
