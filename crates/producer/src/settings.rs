//! What a producer is told when its outbox is opened.

use crate::Error;
use armistice_report::{CeasefireId, Origin, ProducerName};
use armistice_tlog::{Hash, SigningKey, VerifierKey};
use std::time::Duration;

/// Reports without a receipt in one outbox, by default. At 1.2 kB each 80 MB of disk; at the longest entry's 64 KiB 4 GiB.
pub(crate) const PENDING_MAX: usize = 65_536;
/// Reports whose receipts are kept, by default. At 2.5 kB for note and receipt 160 MB of disk.
pub(crate) const KEPT_MAX: u64 = 65_536;
/// Publishes without an acknowledgement at once. 1,024 are enough to fill a connection; fewer keep reorderings short.
pub(crate) const IN_FLIGHT_MAX: usize = 512;
/// Waiting for a receipt before a report is sent again.
pub(crate) const RESEND_AFTER: Duration = Duration::from_secs(5);
/// Waiting at most, after the wait has doubled with each resend.
pub(crate) const RESEND_AFTER_MAX: Duration = Duration::from_secs(300);

/// Who signs.
#[derive(Debug, Clone)]
pub enum Signer {
    /// This process, with this key; its name is the producer's.
    Key(Box<SigningKey>),
    /// Somebody else: only notes that are signed already can be queued.
    Elsewhere(ProducerName),
}

/// Where a producer's counter stands: the last number that it used, and the note that used it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counter {
    /// The last `producerseq`; 0 before the first report.
    pub sequence: u64,
    /// SHA-256 of the last signed note: the next report's `prev`.
    pub previous: Option<Hash>,
}

/// What a [`crate::Producer`] needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who signs. The name of the key is the producer's name, the `source` of its reports and its token in subjects.
    pub signer: Signer,
    /// The ledger's verifier key: every receipt is checked against it. Its name is the ledger's origin.
    pub ledger: VerifierKey,
    /// The ceasefire: the `subject` of every report.
    pub ceasefire: CeasefireId,
    /// Where the producer's counter stands in the ledger; looked at once, when the outbox does not know: it is new, or was
    /// made or moved by notes that nobody here checked. A producer whose entries are in the ledger already, made elsewhere
    /// or with an outbox that is lost, begins after its last one; otherwise its numbers would stand twice, which shows as a
    /// fork. `None` is "not known": then such an outbox is not opened, and a new one not created
    /// ([`Error::CounterUnknown`]). An outbox that stands higher goes on from its own number. Without a key not looked at.
    pub counter: Option<Counter>,
    /// Reports without a receipt, at most; beyond it callers wait. Default 65,536.
    pub pending_max: usize,
    /// Receipts that are kept, at most, and as many refused reports; the oldest goes first. Default 65,536.
    pub kept_max: u64,
    /// Publishes without an acknowledgement, at most. Default 512.
    pub in_flight_max: usize,
    /// How long a receipt is waited for before the report is sent again; doubles each time. Default 5 s.
    pub resend_after: Duration,
    /// Where the doubling ends. Default 5 minutes.
    pub resend_after_max: Duration,
}

impl Settings {
    /// A producer that signs here and has never reported to this ledger from elsewhere, with the defaults.
    pub fn new(key: SigningKey, ledger: VerifierKey, ceasefire: CeasefireId) -> Self {
        Self::of(Signer::Key(Box::new(key)), ledger, ceasefire)
    }

    /// A producer whose notes are signed elsewhere, with the defaults.
    pub fn carrying(name: ProducerName, ledger: VerifierKey, ceasefire: CeasefireId) -> Self {
        Self::of(Signer::Elsewhere(name), ledger, ceasefire)
    }

    fn of(signer: Signer, ledger: VerifierKey, ceasefire: CeasefireId) -> Self {
        Self {
            signer,
            ledger,
            ceasefire,
            counter: Some(Counter::default()),
            pending_max: PENDING_MAX,
            kept_max: KEPT_MAX,
            in_flight_max: IN_FLIGHT_MAX,
            resend_after: RESEND_AFTER,
            resend_after_max: RESEND_AFTER_MAX,
        }
    }

    pub(crate) fn producer(&self) -> Result<ProducerName, Error> {
        match &self.signer {
            Signer::Key(key) => ProducerName::new(key.name()).map_err(|_| Error::Name {
                name: key.name().to_owned(),
            }),
            Signer::Elsewhere(name) => Ok(name.clone()),
        }
    }

    pub(crate) fn origin(&self) -> Result<Origin, Error> {
        Origin::new(self.ledger.name()).map_err(|_| Error::Name {
            name: self.ledger.name().to_owned(),
        })
    }
}
