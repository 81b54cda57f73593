//! Founding: the ledger's own beginning, its producers and their keys, its codebook, its refusals.
//!
//! `{"producer":"demo-newsdesk","key":"demo-newsdesk+1a2b3c4d+AQ…","may":["claim"],"actor":"newsdesk"}`
//!
//! Written by the ledger's operator or by the ledger itself. What a key may do follows from these entries and from their
//! order alone; a key is valid or not at an index, never at a clock time. Whether a key is strong, whether a producer is
//! enrolled and whether this is entry 0 is admission's to judge.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    clock::{Timestamp, Zone},
    event::{Grant, Rules},
    flaw::{Checked, Flaw},
    ids::{ActorId, CeasefireId, CodebookId, KeyId, KeyText, Origin, ProducerName, Sha256},
    list::{OneTo, UpTo},
    number::Whole,
    refusal::RefusalCode,
    text::{Label, Line, Name, Text},
    time::Window,
};

/// Grants of one producer, at most: there are four.
pub const GRANTS_MAX: usize = 4;
/// Marks in one `refusal.recorded`, at most: 256 × 193 bytes are 49,408 of the 65,535 of an entry.
pub const MARKS_MAX: usize = 256;
/// Sums in one `refusal.recorded`, at most: 64 × 133 bytes are 8,512, so that both lists fit into one entry.
pub const SUMS_MAX: usize = 64;

/// Longest codebook that an entry holds, in bytes: written as a JSON string its quotes double, and 2 × 30,000 leave room
/// in the 65,535 of an entry.
pub const CODEBOOK_BYTES_MAX: usize = 30_000;

/// The bytes of a codebook.
pub type CodebookText = Text<CODEBOOK_BYTES_MAX>;

/// Entry 0: what the ledger is about, under which name and keys it signs, and which codebook it counts by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerFounded {
    /// The ceasefire; equal to the `subject` of every report in this ledger.
    pub ceasefire: CeasefireId,
    /// The ledger's name: first line of its checkpoints (c2sp.org/tlog-checkpoint).
    pub origin: Origin,
    /// The verifier key of the ledger's checkpoints (c2sp.org/signed-note).
    pub ledger_key: KeyText,
    /// Who may enrol, rotate and revoke.
    pub operator: Operator,
    /// The first codebook.
    pub codebook: Codebook,
    /// The zone in which views count days.
    pub zone: Zone,
}

/// Who runs the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// The operator's name as a producer.
    pub name: ProducerName,
    /// The operator's verifier key.
    pub key: KeyText,
}

/// A codebook by name and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Codebook {
    /// Its name.
    pub id: CodebookId,
    /// SHA-256 of its text.
    pub sha256: Sha256,
}

/// A producer may publish from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProducerEnrolled {
    /// Its name: equal to the name of its key and to the `source` of its reports.
    pub producer: ProducerName,
    /// Its verifier key, used for nothing else.
    pub key: KeyText,
    /// What it may publish.
    pub may: OneTo<GRANTS_MAX, Grant>,
    /// The actor that the producer is, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// How to reach whoever runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Name>,
}

/// A producer signs with another key from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotated {
    /// The producer.
    pub producer: ProducerName,
    /// Its new verifier key.
    pub key: KeyText,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
}

/// A key signs nothing any more from here on. Nothing that it signed before is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRevoked {
    /// The producer.
    pub producer: ProducerName,
    /// The key.
    pub key_id: KeyId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// From when on somebody else may have signed with it, UTC. Marks the producer's reports as contested, removes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromised_since: Option<Timestamp>,
}

/// Views count by another codebook from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodebookAdopted {
    /// The codebook.
    pub codebook: Codebook,
    /// Its bytes (`docs/formats/codebook-v1.md`): a JSON document on one line, without a line feed. Admission compares
    /// them with `codebook.sha256`. None means that the text is kept elsewhere: then nobody can count by it from the log
    /// alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<CodebookText>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
}

/// Submissions that were refused: nobody is silenced unseen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalRecorded {
    /// One mark for each refused submission.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub marks: UpTo<MARKS_MAX, RefusalMark>,
    /// Sums in place of marks, under a flood.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub aggregated: UpTo<SUMS_MAX, RefusalSum>,
    /// The ledger's receiving times of the first and the last of them.
    pub window: Window,
}

/// One refused submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalMark {
    /// SHA-256 of the submission's bytes as received.
    pub submission_sha256: Sha256,
    /// The producer whose key signed it. None when no signature of an enrolled producer verified: otherwise anybody could
    /// fill another's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<ProducerName>,
    /// Why it was refused.
    pub code: RefusalCode,
}

/// Refused submissions of one kind, summed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalSum {
    /// Why they were refused.
    pub code: RefusalCode,
    /// The producer whose key signed them. None when no signature of an enrolled producer verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<ProducerName>,
    /// How many submissions.
    pub count: Whole,
}

/// An intake was set back, so that submissions may have been lost or come again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntakeRewound {
    /// The intake, such as the name of a stream.
    pub intake: Label,
    /// The cursor before: the last position that was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_position: Option<Whole>,
    /// The cursor after: the position that comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_position: Option<Whole>,
    /// Why, as far as the ledger knows.
    pub reason: Line,
}

impl Rules for LedgerFounded {}

impl Rules for ProducerEnrolled {
    fn check(&self) -> Checked {
        if self
            .may
            .iter()
            .enumerate()
            .any(|(at, grant)| self.may[..at].contains(grant))
        {
            return Err(Flaw::at(RefusalCode::Contradiction, "may", "each grant once"));
        }
        Ok(())
    }
}

impl Rules for KeyRotated {}
impl Rules for KeyRevoked {}

impl Rules for CodebookAdopted {
    fn check(&self) -> Checked {
        let is_object = |text: &CodebookText| {
            text.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
        };
        if self.text.as_ref().is_some_and(|text| !is_object(text)) {
            let expected = "a codebook: one JSON object on one line, without anything before or after it";
            return Err(Flaw::at(RefusalCode::InvalidJson, "text", expected));
        }
        Ok(())
    }
}

impl Rules for RefusalRecorded {
    fn check(&self) -> Checked {
        if self.marks.is_empty() && self.aggregated.is_empty() {
            return Err(Flaw::at(
                RefusalCode::Empty,
                "marks",
                "at least one mark or one sum",
            ));
        }
        Ok(())
    }
}

impl Rules for IntakeRewound {}
