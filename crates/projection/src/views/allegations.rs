//! `allegations`: who accuses whom of what, and what became of it. Unit: allegation.
//!
//! ```text
//! {"key":"allegation/000000000012","row":"allegation","side":"azerbaijan","asserted_by":"karabakh-authorities",…}
//! {"key":"side/azerbaijan","row":"side","side":"azerbaijan","alleged":4,"denied":0,…}
//! ```
//! An allegation is a live report of an incident by one asserter against one accused, once however many publishers
//! repeat it. It says nothing about how many incidents there were: the view `incidents` does.

use std::collections::BTreeMap;

use armistice_report::{Characterisation, IncidentKind, Occurrence, Outcome};
use serde::{Deserialize, Serialize};

use crate::{
    answers::{Answer, AnswerKind, Finding},
    claims::Claim,
    compact::{SpanRow, Voice},
    entries::EntryRef,
    names::Name,
    reading::Reading,
    rows::{Rows, index_key},
    scene::Scene,
    shapes::{AnswerRow, ByRow, CountRow, Counts, FindingRow, Source},
    standing::Standing,
};

/// Needs nothing beyond the claims, answers and findings that all views share.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Allegations {}

/// What holds for one allegation.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and several hold at once"
)]
pub(crate) struct Status<'a> {
    pub(crate) answered: bool,
    pub(crate) denied: bool,
    pub(crate) denied_by_others: bool,
    pub(crate) admitted: bool,
    pub(crate) corroborated: usize,
    pub(crate) findings: Vec<&'a Finding>,
    pub(crate) disputed_by: Vec<&'a Answer>,
    pub(crate) answers: Vec<&'a Answer>,
    pub(crate) repeats: Vec<u32>,
}

impl<'a> Status<'a> {
    /// Gathers what was said about an allegation and about the reports that repeat it.
    pub(crate) fn of(reading: &Reading<'a>, claim: &Standing) -> Self {
        let content = reading.content(claim);
        let accused = (content.accused != Name::NOT_STATED).then(|| reading.side(content.accused));
        let repeats: Vec<u32> = reading.derived.repeats_of(claim.index).collect();
        let members = || std::iter::once(claim.index).chain(repeats.iter().copied());
        let answers: Vec<&Answer> = members().flat_map(|index| reading.answers_to(index)).collect();
        let mut findings: Vec<&Finding> = members()
            .flat_map(|index| reading.findings_about(index))
            .collect();
        findings.sort_unstable_by_key(|finding| finding.index);
        findings.dedup_by_key(|finding| finding.index);
        let by_accused = |answer: &Answer| Some(reading.side(answer.by.who)) == accused;
        let mut origins: Vec<Name> = answers
            .iter()
            .filter(|answer| answer.kind == AnswerKind::Corroborated && answer.root != content.root)
            .map(|answer| answer.root)
            .collect();
        origins.sort_unstable();
        origins.dedup();
        Self {
            answered: answers
                .iter()
                .any(|answer| answer.kind != AnswerKind::Corroborated && by_accused(answer)),
            denied: answers.iter().any(|answer| answer.denies() && by_accused(answer)),
            denied_by_others: answers
                .iter()
                .any(|answer| answer.denies() && !by_accused(answer)),
            admitted: answers
                .iter()
                .any(|answer| answer.kind == AnswerKind::Admitted && by_accused(answer)),
            corroborated: origins.len(),
            disputed_by: findings
                .iter()
                .flat_map(|finding| reading.denials_of(finding.index))
                .collect(),
            findings,
            answers,
            repeats,
        }
    }

    /// Every word that holds, in a fixed order; several hold at once.
    pub(crate) fn words(&self, reading: &Reading<'a>, claim: &Standing) -> Vec<String> {
        let corrected = !reading.entries.corrections_of(claim.index).is_empty();
        if !claim.live {
            return [Some("retracted"), corrected.then_some("corrected")]
                .into_iter()
                .flatten()
                .map(str::to_owned)
                .collect();
        }
        let accused = reading.content(claim).accused != Name::NOT_STATED;
        let mut words = vec!["alleged".to_owned()];
        let mut word = |holds: bool, word: &str| {
            if holds {
                words.push(word.to_owned());
            }
        };
        word(self.denied, "disputed");
        word(self.denied_by_others, "disputed_by_others");
        word(self.admitted, "admitted");
        word(
            self.corroborated > 0,
            &format!("corroborated({})", self.corroborated),
        );
        for finding in &self.findings {
            for found in found_words(finding) {
                word(
                    true,
                    &format!("assessed:{found}@{}", reading.text(finding.assessor)),
                );
            }
        }
        word(
            self.findings.iter().any(|finding| unverified(finding)),
            "unable_to_verify",
        );
        word(!self.disputed_by.is_empty(), "assessment_disputed");
        word(accused && !self.answered, "not_answered");
        word(corrected, "corrected");
        words
    }
}

/// What an assessment found, a word per axis that it speaks about.
pub(crate) fn found_words(finding: &Finding) -> Vec<&'static str> {
    let occurrence = finding.occurrence.map(Occurrence::as_str);
    let attribution = finding.attribution.iter().map(|(_, degree)| degree.as_str());
    let characterisation = finding
        .characterisation
        .iter()
        .map(|found| found.finding.as_str());
    let mut words: Vec<&str> = occurrence
        .into_iter()
        .chain(attribution)
        .chain(characterisation)
        .collect();
    words.dedup();
    words
}

fn unverified(finding: &Finding) -> bool {
    finding.occurrence == Some(Occurrence::UnableToVerify)
}

#[derive(Serialize)]
struct AllegationRow<'a> {
    side: &'a str,
    accused: &'a str,
    #[serde(flatten)]
    by: ByRow<'a>,
    kind: IncidentKind,
    outcome: Option<Outcome>,
    place: Option<&'a str>,
    place_named: Option<&'a str>,
    time: SpanRow,
    clause: Option<&'a str>,
    counted: bool,
    status: Vec<String>,
    answers: Vec<AnswerRow<'a>>,
    assessments: Vec<FindingRow<'a>>,
    incident: String,
    republished: Vec<EntryRef>,
    corrected_by: Vec<EntryRef>,
    retracted_by: Vec<EntryRef>,
    entries: Vec<EntryRef>,
}

/// What is counted per accused side.
#[derive(Default)]
struct Tally<'a> {
    alleged: u64,
    alleged_by: Counts<'a>,
    by_party: u64,
    by_contingent: u64,
    by_others: u64,
    by_not_stated: u64,
    denied: u64,
    denied_by_others: u64,
    admitted: u64,
    corroborated: u64,
    assessed: u64,
    confirmed: u64,
    violations: u64,
    unable_to_verify: u64,
    assessment_disputed: u64,
    not_answered: u64,
    retracted: u64,
    corrected: u64,
    republished: u64,
    source: Source,
}

#[derive(Serialize)]
struct SideRow<'a> {
    side: &'a str,
    unit: &'static str,
    alleged: u64,
    alleged_by: Vec<CountRow<'a>>,
    alleged_by_party: u64,
    alleged_by_contingent: u64,
    alleged_by_others: u64,
    alleged_by_not_stated: u64,
    denied: u64,
    denied_by_others: u64,
    admitted: u64,
    corroborated: u64,
    assessed: u64,
    occurrence_confirmed: u64,
    assessed_as_violation: u64,
    unable_to_verify: u64,
    assessment_disputed: u64,
    not_answered: u64,
    retracted: u64,
    corrected: u64,
    republished: u64,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

impl Allegations {
    #[expect(clippy::unused_self, reason = "all views are called alike")]
    pub(crate) fn apply(&mut self, _: &mut Scene<'_>) {}

    #[expect(clippy::unused_self, reason = "all views are called alike")]
    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let mut sides: BTreeMap<&str, Tally<'_>> = BTreeMap::new();
        for side in reading.actors.sides() {
            sides.entry(reading.text(side)).or_default();
        }
        // A report that repeats an allegation is shown in the row of that allegation.
        let (repeats, first): (Vec<&Standing>, Vec<&Standing>) = reading
            .derived
            .claims
            .iter()
            .partition(|claim| claim.repeats.is_some());
        let side_of = |claim: &Standing| reading.side_text(reading.content(claim).accused);
        for claim in repeats {
            sides.entry(side_of(claim)).or_default().republished += 1;
        }
        let make = |claim: &&Standing| {
            let status = Status::of(reading, claim);
            (claim.index, allegation_row(reading, claim, &status), status)
        };
        out.push_each_at("allegation", &first, make, |claim, status| {
            sides
                .entry(side_of(claim))
                .or_default()
                .count(reading, claim, &status);
        });
        for (side, tally) in &sides {
            out.push("side", side, &tally.row(reading, side));
        }
    }
}

impl<'a> Tally<'a> {
    fn count(&mut self, reading: &Reading<'a>, claim: &Standing, status: &Status<'a>) {
        let content = reading.content(claim);
        self.corrected += u64::from(!reading.entries.corrections_of(claim.index).is_empty());
        if !claim.live {
            self.retracted += 1;
            return;
        }
        let accused = content.accused != Name::NOT_STATED;
        self.alleged += 1;
        self.alleged_by.add(reading.side_text(content.by.who));
        match content.by.voice() {
            Voice::Party => self.by_party += 1,
            Voice::Contingent => self.by_contingent += 1,
            Voice::Others => self.by_others += 1,
            Voice::NotStated => self.by_not_stated += 1,
        }
        let found = |wanted: fn(&Finding) -> bool| status.findings.iter().any(|finding| wanted(finding));
        self.denied += u64::from(status.denied);
        self.denied_by_others += u64::from(status.denied_by_others);
        self.admitted += u64::from(status.admitted);
        self.corroborated += u64::from(status.corroborated > 0);
        self.assessed += u64::from(!status.findings.is_empty());
        self.confirmed += u64::from(found(|finding| finding.occurrence == Some(Occurrence::Confirmed)));
        self.violations += u64::from(found(|finding| {
            finding
                .characterisation
                .iter()
                .any(|found| found.finding == Characterisation::Violation)
        }));
        self.unable_to_verify += u64::from(found(unverified));
        self.assessment_disputed += u64::from(!status.disputed_by.is_empty());
        self.not_answered += u64::from(accused && !status.answered);
        self.source.add(claim.index);
    }

    fn row(&self, reading: &Reading<'a>, side: &'a str) -> SideRow<'a> {
        SideRow {
            side,
            unit: "allegation",
            alleged: self.alleged,
            alleged_by: self.alleged_by.rows(),
            alleged_by_party: self.by_party,
            alleged_by_contingent: self.by_contingent,
            alleged_by_others: self.by_others,
            alleged_by_not_stated: self.by_not_stated,
            denied: self.denied,
            denied_by_others: self.denied_by_others,
            admitted: self.admitted,
            corroborated: self.corroborated,
            assessed: self.assessed,
            occurrence_confirmed: self.confirmed,
            assessed_as_violation: self.violations,
            unable_to_verify: self.unable_to_verify,
            assessment_disputed: self.assessment_disputed,
            not_answered: self.not_answered,
            retracted: self.retracted,
            corrected: self.corrected,
            republished: self.republished,
            entries_count: self.source.count(),
            entries: self.source.named(reading),
        }
    }
}

fn allegation_row<'a>(reading: &Reading<'a>, claim: &Standing, status: &Status<'a>) -> AllegationRow<'a> {
    let content: &Claim = reading.content(claim);
    let corrections = reading.entries.corrections_of(claim.index);
    AllegationRow {
        side: reading.side_text(content.accused),
        accused: reading.text(content.accused),
        by: ByRow::new(reading, content.by),
        kind: content.kind,
        outcome: content.outcome,
        place: reading.option(content.place.place),
        place_named: reading.option(content.place.named),
        time: content.time.row(),
        clause: reading.option(content.clause),
        counted: claim.live,
        status: status.words(reading, claim),
        answers: status
            .answers
            .iter()
            .map(|answer| AnswerRow::new(reading, answer))
            .collect(),
        assessments: status
            .findings
            .iter()
            .map(|finding| FindingRow::new(reading, finding))
            .collect(),
        incident: format!("incident/{}", index_key(claim.incident)),
        republished: reading.entries(status.repeats.iter().copied()),
        corrected_by: reading.entries(corrections.iter().copied()),
        retracted_by: reading.entries(reading.entries.retractions_of(claim.index).iter().copied()),
        entries: reading.entries(
            std::iter::once(claim.index)
                .chain(corrections.iter().copied())
                .chain(status.repeats.iter().copied()),
        ),
    }
}
