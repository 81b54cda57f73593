//! `allegations`: who accuses whom of what, and what became of it. Unit: allegation.
//!
//! ```text
//! {"key":"allegation/000000000012","row":"allegation","side":"azerbaijan","asserted_by":"karabakh-authorities",…}
//! {"key":"side/azerbaijan","row":"side","side":"azerbaijan","alleged":4,"denied":0,…}
//! ```
//! An allegation is a live report of an incident by one asserter against one accused, once however many publishers
//! repeat it. It says nothing about how many incidents there were: the view `incidents` does.

mod live;

use std::collections::BTreeMap;

use armistice_report::{Characterisation, IncidentKind, Occurrence, Outcome, TargetKind, Timestamp, Weapon};
use serde::{Deserialize, Serialize};

use crate::{
    amount::Amount,
    answers::{Answer, AnswerKind, Finding},
    claims::Claim,
    compact::{SpanRow, Voice},
    entries::EntryRef,
    live::groups::Indexes,
    names::Name,
    reading::Reading,
    rows::{Rows, index_key},
    scene::Scene,
    shapes::{AnswerRow, ByRow, CountRow, FindingRow, named},
    standing::Standing,
};
pub(crate) use live::Live;

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
                    &format!(
                        "assessed:{found}@{}",
                        reading.named(finding.index, finding.by, finding.assessor)
                    ),
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
    filed_with: Option<&'a str>,
    kind: IncidentKind,
    weapons: Vec<Weapon>,
    target_kind: Option<TargetKind>,
    outcome: Option<Outcome>,
    count: Option<Amount>,
    place: Option<&'a str>,
    place_named: Option<&'a str>,
    time: SpanRow,
    clause: Option<&'a str>,
    received: Option<Timestamp>,
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

/// A number in the row of a side.
#[derive(Clone, Copy)]
enum Of {
    Alleged,
    ByParty,
    ByContingent,
    ByOthers,
    ByNotStated,
    Denied,
    DeniedByOthers,
    Admitted,
    Corroborated,
    Assessed,
    Confirmed,
    Violations,
    UnableToVerify,
    AssessmentDisputed,
    NotAnswered,
    Retracted,
    Corrected,
    Republished,
}

const NUMBERS: usize = Of::Republished as usize + 1;

/// What one claim adds to the row of the side that it accuses.
#[derive(Clone, Debug)]
struct Score {
    side: Name,
    numbers: [bool; NUMBERS],
    /// The side that alleges, where it counts as an allegation.
    alleged_by: Option<Name>,
}

/// What is counted per accused side.
#[derive(Debug, Default)]
struct Tally {
    /// Claims that accuse the side, whether they count or not.
    claims: u64,
    numbers: [u64; NUMBERS],
    alleged_by: BTreeMap<Name, u64>,
    source: Indexes,
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
        let mut sides: BTreeMap<Name, Tally> = BTreeMap::new();
        for side in reading.actors.sides() {
            sides.entry(side).or_default();
        }
        // A report that repeats an allegation is shown in the row of that allegation.
        let (repeats, first): (Vec<&Standing>, Vec<&Standing>) = reading
            .derived
            .claims
            .iter()
            .partition(|claim| claim.repeats.is_some());
        for claim in repeats {
            let score = Score::repeated(reading, claim);
            sides.entry(score.side).or_default().count(claim.index, &score);
        }
        let make = |claim: &&Standing| {
            let (row, score) = allegation(reading, claim);
            (claim.index, row, score)
        };
        out.push_each_at("allegation", &first, make, |claim, score| {
            sides.entry(score.side).or_default().count(claim.index, &score);
        });
        let sides: BTreeMap<&str, Tally> = sides
            .into_iter()
            .map(|(side, tally)| (reading.text(side), tally))
            .collect();
        for (side, tally) in &sides {
            out.push("side", side, &tally.row(reading, side));
        }
    }
}

/// The row of an allegation, and what it adds to the row of a side.
fn allegation<'a>(reading: &Reading<'a>, claim: &Standing) -> (AllegationRow<'a>, Score) {
    let status = Status::of(reading, claim);
    let row = allegation_row(reading, claim, &status);
    (row, Score::new(reading, claim, &status))
}

impl Score {
    fn none(reading: &Reading<'_>, claim: &Standing) -> Self {
        Self {
            side: reading.side(reading.content(claim).accused),
            numbers: [false; NUMBERS],
            alleged_by: None,
        }
    }

    /// A claim that repeats another one.
    fn repeated(reading: &Reading<'_>, claim: &Standing) -> Self {
        Self::none(reading, claim).with(Of::Republished, true)
    }

    fn new(reading: &Reading<'_>, claim: &Standing, status: &Status<'_>) -> Self {
        let content = reading.content(claim);
        let corrected = !reading.entries.corrections_of(claim.index).is_empty();
        let score = Self::none(reading, claim).with(Of::Corrected, corrected);
        if !claim.live {
            return score.with(Of::Retracted, true);
        }
        let accused = content.accused != Name::NOT_STATED;
        let voice = match content.by.voice() {
            Voice::Party => Of::ByParty,
            Voice::Contingent => Of::ByContingent,
            Voice::Others => Of::ByOthers,
            Voice::NotStated => Of::ByNotStated,
        };
        let found = |wanted: fn(&Finding) -> bool| status.findings.iter().any(|finding| wanted(finding));
        let violation = |finding: &Finding| {
            finding
                .characterisation
                .iter()
                .any(|found| found.finding == Characterisation::Violation)
        };
        let mut score = score
            .with(Of::Alleged, true)
            .with(voice, true)
            .with(Of::Denied, status.denied)
            .with(Of::DeniedByOthers, status.denied_by_others)
            .with(Of::Admitted, status.admitted)
            .with(Of::Corroborated, status.corroborated > 0)
            .with(Of::Assessed, !status.findings.is_empty())
            .with(
                Of::Confirmed,
                found(|finding| finding.occurrence == Some(Occurrence::Confirmed)),
            )
            .with(Of::Violations, found(violation))
            .with(Of::UnableToVerify, found(unverified))
            .with(Of::AssessmentDisputed, !status.disputed_by.is_empty())
            .with(Of::NotAnswered, accused && !status.answered);
        score.alleged_by = Some(reading.by_side(claim.index, content.by));
        score
    }

    fn with(mut self, number: Of, holds: bool) -> Self {
        self.numbers[number as usize] = holds;
        self
    }
}

impl Tally {
    fn count(&mut self, index: u32, score: &Score) {
        self.claims += 1;
        for (number, holds) in self.numbers.iter_mut().zip(score.numbers) {
            *number += u64::from(holds);
        }
        if let Some(by) = score.alleged_by {
            *self.alleged_by.entry(by).or_default() += 1;
            self.source.insert(index);
        }
    }

    /// Takes back what [`Tally::count`] added.
    fn discount(&mut self, index: u32, score: &Score) {
        self.claims -= 1;
        for (number, holds) in self.numbers.iter_mut().zip(score.numbers) {
            *number -= u64::from(holds);
        }
        if let Some(by) = score.alleged_by {
            if let Some(count) = self.alleged_by.get_mut(&by) {
                *count -= 1;
                if *count == 0 {
                    self.alleged_by.remove(&by);
                }
            }
            self.source.remove(index);
        }
    }

    fn row<'a>(&self, reading: &Reading<'a>, side: &'a str) -> SideRow<'a> {
        let of = |number: Of| self.numbers[number as usize];
        let mut alleged_by: Vec<CountRow<'a>> = self
            .alleged_by
            .iter()
            .map(|(&by, &count)| CountRow {
                of: reading.text(by),
                count,
            })
            .collect();
        alleged_by.sort_by_key(|row| row.of);
        SideRow {
            side,
            unit: "allegation",
            alleged: of(Of::Alleged),
            alleged_by,
            alleged_by_party: of(Of::ByParty),
            alleged_by_contingent: of(Of::ByContingent),
            alleged_by_others: of(Of::ByOthers),
            alleged_by_not_stated: of(Of::ByNotStated),
            denied: of(Of::Denied),
            denied_by_others: of(Of::DeniedByOthers),
            admitted: of(Of::Admitted),
            corroborated: of(Of::Corroborated),
            assessed: of(Of::Assessed),
            occurrence_confirmed: of(Of::Confirmed),
            assessed_as_violation: of(Of::Violations),
            unable_to_verify: of(Of::UnableToVerify),
            assessment_disputed: of(Of::AssessmentDisputed),
            not_answered: of(Of::NotAnswered),
            retracted: of(Of::Retracted),
            corrected: of(Of::Corrected),
            republished: of(Of::Republished),
            entries_count: self.source.len() as u64,
            entries: named(reading, &self.source),
        }
    }
}

/// What the first report of an allegation says that says it at all: the claim, or else one that repeats it.
fn stated<T>(
    reading: &Reading<'_>,
    claim: &Standing,
    status: &Status<'_>,
    says: impl Fn(&Claim) -> Option<T>,
) -> Option<T> {
    let repeats = status.repeats.iter();
    let repeats = repeats.filter_map(|&index| reading.derived.claim(index));
    std::iter::once(claim)
        .chain(repeats)
        .find_map(|report| says(reading.content(report)))
}

fn allegation_row<'a>(reading: &Reading<'a>, claim: &Standing, status: &Status<'a>) -> AllegationRow<'a> {
    let content: &Claim = reading.content(claim);
    let corrections = reading.entries.corrections_of(claim.index);
    let (place, place_named) = reading.place_texts(claim.index, content.place);
    AllegationRow {
        side: reading.side_text(content.accused),
        accused: reading.text(content.accused),
        by: ByRow::new(reading, claim.index, content.by),
        filed_with: reading.option(stated(reading, claim, status, |report| report.filed_with)),
        kind: content.kind,
        weapons: stated(reading, claim, status, |report| report.weapons.stated())
            .unwrap_or_default()
            .list(),
        target_kind: stated(reading, claim, status, |report| report.target_kind),
        outcome: content.outcome,
        count: stated(reading, claim, status, |report| report.count),
        place,
        place_named,
        time: content.time.row(),
        clause: reading.option(content.clause),
        received: Timestamp::from_micros(content.received),
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
