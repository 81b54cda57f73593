//! What the caller holds for a queued report, and what becomes of it.

use crate::Error;
use armistice_report::Refusal;
use armistice_tlog::{Hash, Index};
use tokio::sync::oneshot;

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log, and its receipt verified.
    Recorded(Receipt),
    /// It is not, and why. A refusal is not signed: it is as trustworthy as the connection that it came over.
    Refused(Refusal),
}

/// A receipt that was verified against the ledger's key and the note's own bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's position.
    pub index: Index,
    /// The entry's leaf hash: the name by which later reports refer to it.
    pub hash: Hash,
    /// Whether the ledger says that it had the same bytes before. Only a hint: nothing proves it.
    pub repeated: bool,
    /// The tlog-proof (`docs/formats/receipt.md`).
    pub text: String,
    /// The entry: the header lines from the receipt, and the signed note.
    pub entry: Vec<u8>,
}

/// A queued report. Dropping it changes nothing: the report stays queued, and `Producer::ticket` gives another.
#[derive(Debug)]
pub struct Ticket {
    pub(crate) id: String,
    pub(crate) submission: Hash,
    pub(crate) answer: oneshot::Receiver<Answer>,
    pub(crate) known: Option<Answer>,
}

pub(crate) type Answer = Result<Outcome, Error>;

impl Ticket {
    /// The report's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// SHA-256 of the signed note.
    pub fn submission(&self) -> Hash {
        self.submission
    }

    /// Waits for the outcome, without limit: put `tokio::time::timeout` around it. May be called again.
    ///
    /// # Errors
    /// [`Error::NotPublished`] when the server refuses the report for good, [`Error::Closed`] when the producer is closed
    /// first, [`Error::Store`] when the outbox fails. The report is in the outbox in every case.
    pub async fn outcome(&mut self) -> Result<Outcome, Error> {
        if let Some(known) = &self.known {
            return known.clone();
        }
        let answer = (&mut self.answer).await.unwrap_or(Err(Error::Closed));
        self.known = Some(answer.clone());
        answer
    }
}
