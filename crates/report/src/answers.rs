//! Answers: what somebody says about an entry that is already in the ledger.
//!
//! `{"target":"5f70…","scope":"whole","text":"…","counter_accusation":{"accused":"azerbaijan","text":"…"}}`
//!
//! Every answer names its target by entry hash; nothing that it answers is changed. Source: CAMEO 016 (deny), 015
//! (acknowledge responsibility). A denial needs a target: a denial of something that nobody reported is a statement.
//! Whether the target exists, and whether this publisher may correct or retract it, is admission's to judge.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::{Replacement, Rules},
    flaw::{Checked, Flaw},
    frame::ClauseRef,
    ids::{ActorId, EntryHash},
    place::PlaceName,
    quantity::Quantity,
    refusal::RefusalCode,
    text::{Line, Passage},
    words::words,
};

/// Somebody denies an entry, wholly or in part (CAMEO 016).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimDenied {
    /// The entry denied: a claim, a peacekeeping or diplomatic report, or a finding.
    pub target: EntryHash,
    /// What of it is denied.
    pub scope: DenialScope,
    /// The clause whose breach is denied, when `scope` is `characterisation` and the denial names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<ClauseRef>,
    /// The denier's own figure, when `scope` is `figure` and it gives one; in the unit of the figure denied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<Quantity>,
    /// The name that the denier uses, when `scope` is `place_name` and it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_name: Option<PlaceName>,
    /// The denial in short, in the denier's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Passage>,
    /// An accusation made in passing, too vague to be a claim of its own. Shown with the denial, counted nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter_accusation: Option<CounterAccusation>,
}

words! {
    /// What of an entry is denied.
    DenialScope {
        /// That it happened.
        Occurrence = "occurrence",
        /// That the accused did it.
        Responsibility = "responsibility",
        /// What it is called, or that it is a violation.
        Characterisation = "characterisation",
        /// A number.
        Figure = "figure",
        /// A place's name.
        PlaceName = "place_name",
        /// All of it.
        Whole = "whole",
    }
}

/// An accusation made in passing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterAccusation {
    /// Whom it accuses.
    pub accused: ActorId,
    /// Of what, in the accuser's words.
    pub text: Line,
}

/// Somebody accepts responsibility for what an entry reports (CAMEO 015).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponsibilityAdmitted {
    /// The entry.
    pub target: EntryHash,
    /// Whether for all of it.
    pub extent: AdmissionExtent,
    /// A figure that is admitted, in the unit of the target's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<Quantity>,
    /// In their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Passage>,
}

words! {
    /// How far responsibility is accepted.
    AdmissionExtent {
        /// For all that the entry reports.
        Full = "full",
        /// For a part of it, said in the text.
        Partial = "partial",
        /// That it happened by their hand, not that it was a violation.
        FactNotViolation = "fact_not_violation",
    }
}

/// Somebody supports what an entry reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimCorroborated {
    /// The entry.
    pub target: EntryHash,
    /// On what ground.
    pub basis: CorroborationBasis,
    /// Whether the supporter declares to be independent of the asserter. None means not declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub independent: Option<bool>,
    /// In their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Passage>,
}

words! {
    /// On what ground somebody supports a claim.
    CorroborationBasis {
        /// They perceived it themselves.
        OwnObservation = "own_observation",
        /// They inspected the place.
        SiteInspection = "site_inspection",
        /// Pictures or film.
        Imagery = "imagery",
        /// An instrument.
        Sensor = "sensor",
        /// Documents.
        Documents = "documents",
        /// Witnesses.
        Witnesses = "witnesses",
        /// Another source than the target's.
        OtherSource = "other_source",
        /// The same source as the target's: it adds no origin.
        SameSource = "same_source",
        /// Not stated.
        NotStated = "not_stated",
    }
}

/// A claim gets a new content: the whole of it, never a patch. The old one stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimCorrected {
    /// The entry corrected.
    pub target: EntryHash,
    /// Why.
    pub reason: CorrectionReason,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Line>,
    /// The new content; of the same type as the target's.
    pub replacement: Replacement,
}

words! {
    /// Why a claim is corrected.
    CorrectionReason {
        /// The publisher erred in coding or typing.
        PublisherError = "publisher_error",
        /// The source corrected itself.
        SourceCorrected = "source_corrected",
        /// More became known.
        NewInformation = "new_information",
        /// A translation was wrong.
        Translation = "translation",
        /// A data set came in a newer release.
        NewRelease = "new_release",
        /// Anything else, said in the text.
        Other = "other",
    }
}

/// A claim is taken back. It stays, marked as retracted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimRetracted {
    /// The entry taken back.
    pub target: EntryHash,
    /// Why.
    pub reason: RetractionReason,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Line>,
}

words! {
    /// Why a claim is taken back.
    RetractionReason {
        /// The publisher erred.
        PublisherError = "publisher_error",
        /// The source took it back.
        SourceRetracted = "source_retracted",
        /// It had been published before.
        Duplicate = "duplicate",
        /// It turned out to be made up.
        Fabricated = "fabricated",
        /// It endangers somebody.
        Safety = "safety",
        /// A data set dropped it.
        RemovedFromDataset = "removed_from_dataset",
        /// Anything else, said in the text.
        Other = "other",
    }
}

impl Rules for ClaimDenied {
    fn check(&self) -> Checked {
        let misplaced = [
            ("clause", self.clause.is_some(), DenialScope::Characterisation),
            ("figure", self.figure.is_some(), DenialScope::Figure),
            ("place_name", self.place_name.is_some(), DenialScope::PlaceName),
        ];
        for (field, given, scope) in misplaced {
            if given && self.scope != scope && self.scope != DenialScope::Whole {
                let expected = format!("scope {scope} or whole, because {field} is given");
                return Err(Flaw::at(RefusalCode::Contradiction, "scope", expected));
            }
        }
        Ok(())
    }

    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.push(self.target);
    }
}

impl Rules for ResponsibilityAdmitted {
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.push(self.target);
    }
}

impl Rules for ClaimCorroborated {
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.push(self.target);
    }
}

impl Rules for ClaimCorrected {
    fn check(&self) -> Checked {
        if self.reason == CorrectionReason::Other && self.text.is_none() {
            return Err(Flaw::at(
                RefusalCode::MissingField,
                "text",
                "why, because reason is other",
            ));
        }
        Ok(())
    }

    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.push(self.target);
        self.replacement.targets(out);
    }
}

impl Rules for ClaimRetracted {
    fn check(&self) -> Checked {
        if self.reason == RetractionReason::Other && self.text.is_none() {
            return Err(Flaw::at(
                RefusalCode::MissingField,
                "text",
                "why, because reason is other",
            ));
        }
        Ok(())
    }

    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.push(self.target);
    }
}
