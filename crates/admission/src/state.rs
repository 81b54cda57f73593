//! Everything that the next decision depends on, folded from the entries before it.

use crate::{Checked, Founding, History, Meta, Registry, Submission};
use armistice_report::{Event, EventType, KeyText, Refusal, RefusalCode, Report, Timestamp};
use armistice_tlog::Index;
use armistice_tlog::{KeyId, VerifierKey};

/// The state of admission after some entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    registry: Registry,
    history: History,
    received: Timestamp,
}

/// Why a sequence of entries cannot be folded: the log's own fault, never a submission's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum StateError {
    /// Entry 0 is not a valid founding.
    #[error("entry 0 does not found a ledger")]
    NotFounded(#[source] Box<Refusal>),
    /// The remembered history does not fit the registry's entries.
    #[error("the history names producer number {number}, which no entry enrolled")]
    UnknownNumber {
        /// The number.
        number: u32,
    },
}

impl State {
    /// The state after entry 0, which must be a `ledger.founded` signed by the operator key that it names.
    ///
    /// # Errors
    /// [`StateError::NotFounded`] with the field that does not fit.
    pub fn found(checked: &Checked, received: Timestamp) -> Result<Self, StateError> {
        let (founding, operator_key) =
            founding(checked).map_err(|refusal| StateError::NotFounded(Box::new(refusal)))?;
        let registry = Registry::new(founding, operator_key);
        let mut history = History::default();
        history.push(Meta {
            producer: OPERATOR_NUMBER,
            event_type: EventType::LedgerFounded,
        });
        Ok(Self {
            registry,
            history,
            received,
        })
    }

    /// Who may publish what now.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Who sent each entry, and its type.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The receiving time of the last entry; the next one's is not before it.
    pub fn received(&self) -> Timestamp {
        self.received
    }

    /// The index that the next entry gets.
    pub fn next_index(&self) -> Index {
        Index(self.history.len())
    }

    /// Folds in an admitted submission as the next entry.
    pub fn apply(&mut self, submission: &Submission, received: Timestamp) {
        self.apply_report(submission.report(), received);
    }

    /// The state again, from a saved history: `governance` are the entries of the founding family behind entry 0, read
    /// from the log itself.
    ///
    /// # Errors
    /// [`StateError`] where history and entries do not fit.
    pub fn restore(
        founding: &Checked,
        governance: impl Iterator<Item = (Index, Report)>,
        history: History,
        received: Timestamp,
    ) -> Result<Self, StateError> {
        let mut state = Self::found(founding, received)?;
        for (index, report) in governance {
            govern(&mut state.registry, &report, index);
        }
        for meta in history.iter() {
            if state.registry.producer_name(meta.producer).is_none() {
                return Err(StateError::UnknownNumber {
                    number: meta.producer,
                });
            }
        }
        state.history = history;
        Ok(state)
    }

    fn apply_report(&mut self, report: &Report, received: Timestamp) {
        let index = self.next_index();
        govern(&mut self.registry, report, index);
        // A report is applied only after `admit` found its producer, so the fallback cannot be reached.
        let producer = self
            .registry
            .producer(report.source.as_str())
            .map_or(u32::MAX, |known| known.number);
        self.history.push(Meta {
            producer,
            event_type: report.event.event_type(),
        });
        self.received = received;
    }
}

/// The operator is the first producer after the ledger itself.
const OPERATOR_NUMBER: u32 = 1;

fn govern(registry: &mut Registry, report: &Report, at: Index) {
    match &report.event {
        Event::ProducerEnrolled(enrolled) => {
            if let Ok(key) = VerifierKey::parse(&enrolled.key) {
                registry.enrol_or_regrant(key, enrolled.may.to_vec(), at);
            }
        }
        Event::KeyRotated(rotated) => {
            if let Ok(key) = VerifierKey::parse(&rotated.key) {
                registry.rotate(rotated.producer.as_str(), key, at);
            }
        }
        Event::KeyRevoked(revoked) => {
            if let Some(id) = key_id(revoked.key_id.as_str()) {
                registry.revoke(revoked.producer.as_str(), id, at);
            }
        }
        _ => {}
    }
}

/// The id that eight hexadecimal digits name.
pub(crate) fn key_id(text: &str) -> Option<KeyId> {
    u32::from_str_radix(text, 16).ok().map(KeyId)
}

fn founding(checked: &Checked) -> Result<(Founding, VerifierKey), Refusal> {
    let submission = checked
        .submission
        .as_ref()
        .map_err(|rejected| rejected.refusal.clone())?;
    let report = submission.report();
    let Event::LedgerFounded(founded) = &report.event else {
        return Err(Refusal::new(
            RefusalCode::NotFounded,
            "type",
            "ledger.founded.v1 as entry 0",
        ));
    };
    let founding = Founding {
        ceasefire: founded.ceasefire.clone(),
        origin: founded.origin.clone(),
        ledger_key: founding_key("data.content.ledger_key", &founded.ledger_key, &founded.origin)?,
    };
    let operator_key = founding_key(
        "data.content.operator.key",
        &founded.operator.key,
        &founded.operator.name,
    )?;
    equal(
        "subject",
        &report.subject,
        &founding.ceasefire,
        RefusalCode::WrongCeasefire,
    )?;
    equal(
        "ledger",
        &report.ledger,
        &founding.origin,
        RefusalCode::WrongLedger,
    )?;
    equal(
        "source",
        submission.signer(),
        operator_key.name(),
        RefusalCode::SourceMismatch,
    )?;
    if operator_key.name() == founding.origin.as_str() {
        // The ledger signs its own entries under the origin; one name cannot be two signers.
        let expected = "an operator's name other than the origin";
        return Err(Refusal::new(
            RefusalCode::AlreadyEnrolled,
            "data.content.operator.name",
            expected,
        ));
    }
    if founding.ledger_key.public_key() == operator_key.public_key() {
        let expected = "a key other than the ledger's";
        return Err(Refusal::new(
            RefusalCode::AlreadyEnrolled,
            "data.content.operator.key",
            expected,
        ));
    }
    if !submission.signed().is_signed_by(&operator_key) {
        return Err(Refusal::new(
            RefusalCode::BadSignature,
            "",
            "a signature by the operator key of the content",
        ));
    }
    Ok((founding, operator_key))
}

fn founding_key(field: &str, vkey: &KeyText, name: &str) -> Result<VerifierKey, Refusal> {
    let key = VerifierKey::parse(vkey).map_err(|error| {
        Refusal::new(
            RefusalCode::WeakKey,
            field,
            format!("a signed-note vkey of a strong Ed25519 key; {error}"),
        )
    })?;
    equal(field, key.name(), name, RefusalCode::KeyNameMismatch)?;
    Ok(key)
}

fn equal(field: &str, found: &str, wanted: &str, code: RefusalCode) -> Result<(), Refusal> {
    if found == wanted {
        return Ok(());
    }
    Err(Refusal::new(code, field, wanted).found(found))
}
