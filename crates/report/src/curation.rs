//! Curation: what a reader of the ledger adds to it, revocably.
//!
//! `{"a":"5f70…","b":"9c1e…","relation":"competing_accounts"}`
//!
//! A link joins entries, it does not merge them; taking it back is another entry. A redaction says what displays leave
//! out and on whose authority: the entry itself stays in the tree. No note or link counts as a claim.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::Rules,
    findings::{Confidence, TARGETS_MAX, each_once},
    flaw::{Checked, Flaw},
    ids::EntryHash,
    list::OneTo,
    refusal::RefusalCode,
    text::{Line, Name, Passage},
    words::words,
};

/// Fields of one redaction, at most.
pub const REDACTED_FIELDS_MAX: usize = 64;

/// Two entries belong together in some way. Where the relation has a direction, it reads "a, relation, b".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentsLinked {
    /// The first entry.
    pub a: EntryHash,
    /// The second entry, another than the first.
    pub b: EntryHash,
    /// In which way.
    pub relation: LinkRelation,
    /// How sure the linker is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Line>,
}

words! {
    /// In which way two entries belong together.
    LinkRelation {
        /// They are accounts of one incident that agree.
        SameIncident = "same_incident",
        /// They are, or may be, accounts of one incident that contradict each other.
        CompetingAccounts = "competing_accounts",
        /// The first is a part of the second.
        PartOf = "part_of",
        /// The first is said to answer the second.
        RetaliationFor = "retaliation_for",
        /// The first came after the second, and because of it or in its course.
        Follows = "follows",
    }
}

impl LinkRelation {
    /// True when the two entries count as one incident.
    pub const fn joins(self) -> bool {
        matches!(self, Self::SameIncident | Self::CompetingAccounts)
    }
}

/// A link is taken back. It stays, marked as no longer in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentsUnlinked {
    /// The entry of the link.
    pub target: EntryHash,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
}

/// A note on entries, for readers. It changes no count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteAdded {
    /// The entries, each once.
    pub targets: OneTo<TARGETS_MAX, EntryHash>,
    /// The note.
    pub text: Passage,
}

/// Displays leave something out from here on. The entry stays as it is in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactionApplied {
    /// The entry.
    pub target: EntryHash,
    /// The fields left out, as paths such as `data.content.place`.
    pub fields: OneTo<REDACTED_FIELDS_MAX, Name>,
    /// Why.
    pub reason: RedactionReason,
    /// On whose authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Line>,
}

words! {
    /// Why displays leave something out.
    RedactionReason {
        /// It endangers somebody.
        Safety = "safety",
        /// It is about a private person.
        Privacy = "privacy",
        /// A court or a law orders it.
        LegalOrder = "legal_order",
        /// The witness took back their consent.
        ConsentWithdrawn = "consent_withdrawn",
        /// It is someone else's work.
        Copyright = "copyright",
        /// Anything else.
        Other = "other",
    }
}

impl Rules for IncidentsLinked {
    fn check(&self) -> Checked {
        if self.a == self.b {
            return Err(Flaw::at(RefusalCode::Contradiction, "b", "another entry than a"));
        }
        Ok(())
    }
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.extend([self.a, self.b]);
    }
}

impl Rules for IncidentsUnlinked {
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.push(self.target);
    }
}

impl Rules for NoteAdded {
    fn check(&self) -> Checked {
        each_once(&self.targets)
    }
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.extend(&*self.targets);
    }
}

impl Rules for RedactionApplied {
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.push(self.target);
    }
}
