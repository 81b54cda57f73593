//! The decision: does this submission become the next entry?
//!
//! The checks run in a fixed order, so that the same submission against the same entries gets the same
//! code from everybody: readable, already known, addressed to this ledger, signed by a key that is valid
//! now, within its grant, its id not used for other bytes, lawful as governance, naming entries that
//! exist and fit.

use crate::registry::{KeyStatus, Producer};
use crate::state::key_id;
use crate::{Checked, Signature, State, Submission, targets};
use armistice_report::{
    CodebookAdopted, EntryHash, Event, EventType, Family, Grant, KeyText, Refusal, RefusalCode,
};
use armistice_tlog::{Hash, Index, VerifierKey};

/// What becomes of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It becomes the next entry.
    Admit,
    /// It is the entry at this index already, byte for byte: its receipt is given again.
    Known(Index),
    /// It does not become an entry; only its mark does.
    Refuse(Refusal),
}

/// An entry of the same producer with the same report id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prior {
    /// Its position.
    pub index: Index,
    /// Whether its signed note is, byte for byte, the submission.
    pub same_bytes: bool,
}

/// Decides about a submission, given the state after all entries before it.
///
/// `prior` is the entry with the same [`crate::unique_key`], `find` looks an entry up by its leaf hash. The
/// signature is not checked again where `checked` tried it with the key that is valid now.
pub fn admit(
    state: &State,
    checked: &Checked,
    prior: Option<Prior>,
    find: impl Fn(&EntryHash) -> Option<Index>,
) -> Decision {
    let submission = match &checked.submission {
        Ok(submission) => submission,
        Err(rejected) => return Decision::Refuse(rejected.refusal.clone()),
    };
    // Same bytes as a stored entry: it was checked when it was admitted, and its key may be revoked since.
    if let Some(Prior {
        index,
        same_bytes: true,
    }) = prior
    {
        return Decision::Known(index);
    }
    let decided = addressed(state, submission)
        .and_then(|()| authorised(state, checked, submission))
        .and_then(|()| match prior {
            Some(prior) => Err(Refusal::new(
                RefusalCode::IdConflict,
                "id",
                format!(
                    "an id that this producer has not used; entry {} has it with other bytes",
                    prior.index.0
                ),
            )),
            None => Ok(()),
        })
        .and_then(|()| governs(state, submission))
        .and_then(|()| targets::fit(state, submission.report(), find));
    match decided {
        Ok(()) => Decision::Admit,
        Err(refusal) => Decision::Refuse(refusal),
    }
}

fn addressed(state: &State, submission: &Submission) -> Result<(), Refusal> {
    let founding = &state.registry().founding;
    let report = submission.report();
    if report.ledger != founding.origin {
        return Err(Refusal::new(
            RefusalCode::WrongLedger,
            "ledger",
            founding.origin.as_str(),
        ));
    }
    if report.subject != founding.ceasefire {
        return Err(Refusal::new(
            RefusalCode::WrongCeasefire,
            "subject",
            founding.ceasefire.as_str(),
        ));
    }
    Ok(())
}

fn authorised(state: &State, checked: &Checked, submission: &Submission) -> Result<(), Refusal> {
    let registry = state.registry();
    let producer = registry.producer(submission.signer()).ok_or_else(|| {
        Refusal::new(
            RefusalCode::UnknownProducer,
            "source",
            "the name of an enrolled producer",
        )
    })?;
    let key = producer.key(submission.signed().key_id()).ok_or_else(|| {
        Refusal::new(
            RefusalCode::UnknownKey,
            "source",
            "a signature by a key enrolled for this producer",
        )
    })?;
    match key.status {
        KeyStatus::Valid { .. } => {}
        KeyStatus::Rotated { at } | KeyStatus::Revoked { at } => {
            return Err(Refusal::new(
                RefusalCode::RevokedKey,
                "source",
                format!(
                    "a signature by the producer's present key; this one ended at entry {}",
                    at.0
                ),
            ));
        }
    }
    let signature_is_good = match &checked.signature {
        Signature::Good(tried) if **tried == key.key => true,
        Signature::Bad(tried) if **tried == key.key => false,
        _ => submission.signed().is_signed_by(&key.key),
    };
    if !signature_is_good {
        return Err(Refusal::new(
            RefusalCode::BadSignature,
            "",
            "an Ed25519 signature that verifies strictly over the note's text",
        ));
    }
    granted(submission.report().event.event_type(), producer)
}

fn granted(event_type: EventType, producer: &Producer) -> Result<(), Refusal> {
    let by_ledger = producer.number == 0;
    if event_type == EventType::LedgerFounded {
        return Err(Refusal::new(
            RefusalCode::AlreadyFounded,
            "type",
            "a type other than ledger.founded.v1: entry 0 founded this ledger",
        ));
    }
    if is_ledgers_own(event_type) != by_ledger {
        return Err(Refusal::new(
            RefusalCode::ReservedType,
            "type",
            "a type that this signer may publish: refusal.recorded and intake.rewound are the ledger's own, and its only ones",
        ));
    }
    if by_ledger || producer.may.contains(&event_type.grant()) {
        return Ok(());
    }
    let may: Vec<&str> = producer.may.iter().map(|grant| grant.as_str()).collect();
    Err(Refusal::new(
        RefusalCode::BeyondGrant,
        "type",
        format!("a type within the grant of this producer: {}", may.join(", ")),
    ))
}

fn is_ledgers_own(event_type: EventType) -> bool {
    matches!(event_type, EventType::RefusalRecorded | EventType::IntakeRewound)
}

/// The rules of the founding family: who can be enrolled, rotated, revoked.
fn governs(state: &State, submission: &Submission) -> Result<(), Refusal> {
    if submission.report().event.event_type().family() != Family::Founding {
        return Ok(());
    }
    match &submission.report().event {
        Event::ProducerEnrolled(enrolled) => {
            let key = enrolment_key(&enrolled.key, enrolled.producer.as_str())?;
            match state.registry().producer(enrolled.producer.as_str()) {
                // The same name with its present key again: the grants are replaced.
                Some(known) if is_valid_key(known, &key) && known.number > 1 => {
                    let loses_admin = !enrolled.may.contains(&Grant::Admin);
                    if loses_admin && is_last_admin(state, enrolled.producer.as_str()) {
                        return Err(last_admin("data.content.may"));
                    }
                    Ok(())
                }
                Some(_) => Err(Refusal::new(
                    RefusalCode::AlreadyEnrolled,
                    "data.content.producer",
                    "a name that is not enrolled, or the enrolled name with its present key to replace its grants; key.rotated gives a new key",
                )),
                None => unused(state, &key),
            }
        }
        Event::KeyRotated(rotated) => {
            let producer = enrolled(state, rotated.producer.as_str())?;
            let key = enrolment_key(&rotated.key, rotated.producer.as_str())?;
            // Signature lines tell a producer's keys apart by their ids alone.
            if producer.key(key.id()).is_some() {
                let expected = "a key whose id no other key of this producer has";
                return Err(Refusal::new(
                    RefusalCode::AlreadyEnrolled,
                    "data.content.key",
                    expected,
                ));
            }
            unused(state, &key)
        }
        Event::KeyRevoked(revoked) => {
            let producer = enrolled(state, revoked.producer.as_str())?;
            let named = key_id(revoked.key_id.as_str()).and_then(|id| producer.key(id));
            match named.map(|state| state.status) {
                None => Err(Refusal::new(
                    RefusalCode::UnknownKey,
                    "data.content.key_id",
                    "the id of a key that this producer has",
                )),
                Some(KeyStatus::Revoked { at }) => Err(Refusal::new(
                    RefusalCode::RevokedKey,
                    "data.content.key_id",
                    format!("a key that is not revoked yet; entry {} did", at.0),
                )),
                // Without a key that may `admin` nobody could ever enrol or revoke again.
                Some(KeyStatus::Valid { .. }) if is_last_admin(state, revoked.producer.as_str()) => {
                    Err(last_admin("data.content.key_id"))
                }

                Some(_) => Ok(()),
            }
        }
        Event::CodebookAdopted(adopted) => fits_its_hash(adopted),
        _ => Ok(()),
    }
}

/// A codebook's text is the one that the hash names: otherwise two readers of one entry would count by two codebooks.
fn fits_its_hash(adopted: &CodebookAdopted) -> Result<(), Refusal> {
    let Some(text) = &adopted.text else { return Ok(()) };
    let found = Hash::sha256(text.as_bytes());
    if found.0 == adopted.codebook.sha256.0 {
        return Ok(());
    }
    let expected = format!("a text whose SHA-256 is {}", adopted.codebook.sha256);
    Err(
        Refusal::new(RefusalCode::CodebookMismatch, "data.content.text", expected)
            .found(&format!("a text whose SHA-256 is {found}")),
    )
}

fn enrolment_key(vkey: &KeyText, name: &str) -> Result<VerifierKey, Refusal> {
    let key = VerifierKey::parse(vkey).map_err(|error| {
        Refusal::new(
            RefusalCode::WeakKey,
            "data.content.key",
            format!("a signed-note vkey of a strong Ed25519 key: {error}"),
        )
    })?;
    if key.name() != name {
        return Err(Refusal::new(
            RefusalCode::KeyNameMismatch,
            "data.content.key",
            "a key whose name is the producer's",
        ));
    }
    Ok(key)
}

fn unused(state: &State, key: &VerifierKey) -> Result<(), Refusal> {
    if state.registry().knows_public_key(key) {
        return Err(Refusal::new(
            RefusalCode::AlreadyEnrolled,
            "data.content.key",
            "a key that was never enrolled, under no name",
        ));
    }
    Ok(())
}

fn enrolled<'a>(state: &'a State, name: &str) -> Result<&'a Producer, Refusal> {
    // The ledger's own key is part of the founding; it is not rotated by the operator.
    state
        .registry()
        .producer(name)
        .filter(|producer| producer.number > 0)
        .ok_or_else(|| {
            Refusal::new(
                RefusalCode::NotEnrolled,
                "data.content.producer",
                "the name of an enrolled producer",
            )
        })
}

fn last_admin(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::LastAdminKey,
        field,
        "something that leaves another valid key with the grant admin",
    )
}

fn is_valid_key(producer: &Producer, key: &VerifierKey) -> bool {
    producer
        .keys
        .iter()
        .any(|state| state.key == *key && matches!(state.status, KeyStatus::Valid { .. }))
}

fn is_last_admin(state: &State, name: &str) -> bool {
    let may_admin = |producer: &Producer| producer.may.contains(&Grant::Admin);
    state.registry().producer(name).is_some_and(may_admin)
        && !state
            .registry()
            .producers()
            .any(|(other, producer)| other != name && may_admin(producer) && producer.has_valid_key())
}
