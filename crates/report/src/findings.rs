//! Findings: what somebody with a mandate, or a method, concludes about entries.
//!
//! `{"assessor":"monitors","targets":["5f70…"],"occurrence":"confirmed","attribution":[{"actor":"x","degree":"likely"}]}`
//!
//! Three axes, each optional and none implied by another: did it occur, who did it, is it a violation of which clause.
//! Source: OSCE SMM, UN missions (violation reports), CTSAMVM (inquiry, attribution, denial of access). A finding does
//! not close a dispute: it can be denied like a claim.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    claims::PLACES_MAX,
    event::Rules,
    flaw::{Checked, Flaw},
    frame::ClauseRef,
    ids::{ActorId, EntryHash, InvestigationId},
    list::{OneTo, UpTo},
    place::PlaceSpec,
    refusal::RefusalCode,
    text::{Label, Line, Passage},
    time::TimeSpec,
    words::words,
};

/// Entries that one finding is about, at most.
pub const TARGETS_MAX: usize = 64;
/// Attributions, characterisations, methods or dissents of one finding, at most.
pub const FINDINGS_MAX: usize = 32;

/// An assessor concludes about one or more entries. At least one of the three axes is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentAssessed {
    /// Who assesses. Not always who says so: a ministry may publish its contingent's assessment.
    pub assessor: ActorId,
    /// The entries assessed, each once.
    pub targets: OneTo<TARGETS_MAX, EntryHash>,
    /// The finding in short, in the assessor's words. It binds none of the three axes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Passage>,
    /// When what was found happened, by the assessor's account. None means not stated; not the time of the assessing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeSpec>,
    /// First axis: did it occur. None means not addressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<Occurrence>,
    /// Second axis: who did it, and to which degree. Empty means not addressed.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub attribution: UpTo<FINDINGS_MAX, AttributionFinding>,
    /// Third axis: is it a violation, clause by clause. Empty means not addressed.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub characterisation: UpTo<FINDINGS_MAX, ClauseFinding>,
    /// How much proof the assessor asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_of_proof: Option<StandardOfProof>,
    /// How sure the assessor is, by its own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// By which methods.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub method: UpTo<FINDINGS_MAX, Method>,
    /// The methods, what could not be reached and what was left out, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method_text: Option<Passage>,
    /// The mandate under which it is assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Line>,
    /// The investigation that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub investigation: Option<InvestigationId>,
    /// Members of the assessing body who differ.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub dissent: UpTo<FINDINGS_MAX, Dissent>,
}

words! {
    /// Did it occur.
    Occurrence {
        /// It did.
        Confirmed = "confirmed",
        /// It probably did.
        Probable = "probable",
        /// It may have.
        Plausible = "plausible",
        /// Nothing found supports it.
        Unsubstantiated = "unsubstantiated",
        /// What was found speaks against it.
        Contradicted = "contradicted",
        /// The assessor could not tell.
        UnableToVerify = "unable_to_verify",
    }
}

/// Who did it: exactly one of `actor` and `unnamed`, and the degree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributionFinding {
    /// The actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// Somebody without a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unnamed: Option<UnnamedParty>,
    /// To which degree.
    pub degree: AttributionDegree,
}

words! {
    /// Somebody to whom an act is attributed without a name.
    UnnamedParty {
        /// Another than the sides.
        ThirdParty = "third_party",
        /// Nobody could be identified.
        Unidentified = "unidentified",
    }
}

words! {
    /// To which degree an act is attributed (CTSAMVM wording).
    AttributionDegree {
        /// Attributed.
        Attributed = "attributed",
        /// Largely attributed.
        LargelyAttributed = "largely_attributed",
        /// Likely.
        Likely = "likely",
        /// It could not be attributed.
        NotAttributable = "not_attributable",
        /// Not addressed.
        NotAddressed = "not_addressed",
    }
}

/// Is it a violation of one clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseFinding {
    /// The clause. None means the ceasefire as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<ClauseRef>,
    /// Whose violation. None means whoever it is attributed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// The finding.
    pub finding: Characterisation,
}

words! {
    /// Is it a violation.
    Characterisation {
        /// It is.
        Violation = "violation",
        /// It is not.
        NotViolation = "not_violation",
        /// It answered a provocation.
        ProvokedResponse = "provoked_response",
        /// The assessor may not say.
        OutsideMandate = "outside_mandate",
        /// The assessor could not say.
        Undetermined = "undetermined",
    }
}

words! {
    /// How much proof an assessor asks for, from the least to the most.
    StandardOfProof {
        /// As it was reported.
        AsReported = "as_reported",
        /// Reasonable suspicion.
        ReasonableSuspicion = "reasonable_suspicion",
        /// Reasonable grounds to believe.
        ReasonableGrounds = "reasonable_grounds",
        /// More likely than not.
        BalanceOfProbabilities = "balance_of_probabilities",
        /// Clear and convincing.
        ClearAndConvincing = "clear_and_convincing",
    }
}

words! {
    /// How sure somebody is, by their own account.
    Confidence {
        /// Low.
        Low = "low",
        /// Moderate.
        Moderate = "moderate",
        /// High.
        High = "high",
    }
}

words! {
    /// A method of assessing.
    Method {
        /// A visit to the place.
        SiteVisit = "site_visit",
        /// Observation by the assessor's own people.
        DirectObservation = "direct_observation",
        /// Crater or impact analysis.
        ImpactAnalysis = "impact_analysis",
        /// Interviews.
        Interviews = "interviews",
        /// Pictures from satellites.
        SatelliteImagery = "satellite_imagery",
        /// Pictures from unmanned aircraft.
        UavImagery = "uav_imagery",
        /// Cameras and other instruments.
        Instruments = "instruments",
        /// Open sources.
        OpenSource = "open_source",
        /// Documents of the sides.
        PartyDocuments = "party_documents",
        /// Medical or forensic examination.
        Forensic = "forensic",
        /// Comparison of the sides' accounts.
        Accounts = "accounts",
        /// Anything else, said in `method_text`.
        Other = "other",
    }
}

/// Somebody within an assessing body differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dissent {
    /// Who.
    pub by: ActorId,
    /// In which way.
    pub text: Line,
}

/// A violation report was served on a side (UN missions). A document, not an incident: counted by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViolationReportIssued {
    /// Its number.
    pub number: Label,
    /// Who issued it.
    pub issued_by: ActorId,
    /// The side on which it was served.
    pub addressee: ActorId,
    /// The entries that it is about.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub targets: UpTo<TARGETS_MAX, EntryHash>,
    /// The clauses that it says are broken.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub clauses: UpTo<FINDINGS_MAX, ClauseRef>,
    /// Where.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub places: UpTo<PLACES_MAX, PlaceSpec>,
    /// What it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Line>,
    /// When it was served.
    pub time: TimeSpec,
}

/// A side answered a violation report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViolationReportAnswered {
    /// The entry of the violation report.
    pub target: EntryHash,
    /// Who answered.
    pub by: ActorId,
    /// How.
    pub response: ViolationResponse,
    /// In their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Passage>,
    /// When.
    pub time: TimeSpec,
}

words! {
    /// How a side answered a violation report (UN missions).
    ViolationResponse {
        /// It acknowledged the receipt.
        Acknowledged = "acknowledged",
        /// It signed.
        Signed = "signed",
        /// It refused to sign.
        RefusedToSign = "refused_to_sign",
        /// It protested.
        Protested = "protested",
        /// It took or announced a remedy.
        RemedialAction = "remedial_action",
        /// It said that it will look into it.
        UnderInquiry = "under_inquiry",
    }
}

/// Refuses a list that names one entry twice; lists are short, so comparing all pairs is cheap.
pub(crate) fn each_once(targets: &[EntryHash]) -> Checked {
    let mut sorted = targets.to_vec();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Flaw::at(RefusalCode::Contradiction, "targets", "each entry once"));
    }
    Ok(())
}

impl IncidentAssessed {
    fn check_attribution(&self) -> Checked {
        for (at, one) in self.attribution.iter().enumerate() {
            if one.actor.is_some() == one.unnamed.is_some() {
                let field = format!("attribution[{at}].actor");
                return Err(Flaw::at(
                    RefusalCode::Contradiction,
                    field,
                    "exactly one of actor and unnamed",
                ));
            }
            if self.attribution[..at]
                .iter()
                .any(|other| other.actor == one.actor && other.unnamed == one.unnamed)
            {
                let field = format!("attribution[{at}]");
                return Err(Flaw::at(RefusalCode::Contradiction, field, "each actor once"));
            }
        }
        Ok(())
    }

    fn check_characterisation(&self) -> Checked {
        let same = |a: &ClauseFinding, b: &ClauseFinding| a.clause == b.clause && a.actor == b.actor;
        let twice = |(at, one)| self.characterisation[..at].iter().any(|other| same(other, one));
        if self.characterisation.iter().enumerate().any(twice) {
            return Err(Flaw::at(
                RefusalCode::Contradiction,
                "characterisation",
                "each clause and actor once",
            ));
        }
        Ok(())
    }
}

impl Rules for IncidentAssessed {
    fn check(&self) -> Checked {
        each_once(&self.targets)?;
        if self.occurrence.is_none() && self.attribution.is_empty() && self.characterisation.is_empty() {
            let expected = "at least one of occurrence, attribution, characterisation";
            return Err(Flaw::at(RefusalCode::MissingField, "occurrence", expected));
        }
        if self.method.contains(&Method::Other) && self.method_text.is_none() {
            return Err(Flaw::at(
                RefusalCode::MissingField,
                "method_text",
                "the method in words, because method has other",
            ));
        }
        self.check_attribution()?;
        self.check_characterisation()
    }
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.extend(&*self.targets);
    }
}

impl Rules for ViolationReportIssued {
    fn check(&self) -> Checked {
        each_once(&self.targets)
    }
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.extend(&*self.targets);
    }
}

impl Rules for ViolationReportAnswered {
    fn targets(&self, out: &mut Vec<EntryHash>) {
        out.push(self.target);
    }
}
