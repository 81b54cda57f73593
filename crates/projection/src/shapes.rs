//! The parts of rows that several views share: how an answer, a finding, a time or a number is printed.

use armistice_report::{
    AttributionDegree, Capacity, Characterisation, DenialScope, Hedge, Occurrence, StandardOfProof,
};
use serde::Serialize;

use crate::{
    answers::{Answer, Attributed, Finding},
    compact::{By, Span, SpanRow},
    entries::EntryRef,
    live::groups::Indexes,
    reading::Reading,
};

/// Entries that a counting row names; the count beside them has no limit.
pub(crate) const ROW_ENTRIES_MAX: usize = 256;

/// Who says something, in a row.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct ByRow<'a> {
    pub(crate) asserted_by: &'a str,
    pub(crate) asserted_by_side: &'a str,
    pub(crate) capacity: Option<Capacity>,
    pub(crate) hedge: Option<Hedge>,
}

impl<'a> ByRow<'a> {
    /// Of the original entry at `index`, or of a correction of it.
    pub(crate) fn new(reading: &Reading<'a>, index: u32, by: By) -> Self {
        let side = reading.by_side(index, by);
        let by = reading.by(index, by);
        Self {
            asserted_by: reading.text(by.who),
            asserted_by_side: reading.text(side),
            capacity: by.capacity,
            hedge: by.hedge,
        }
    }
}

/// An answer in a row.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AnswerRow<'a> {
    pub(crate) answer: &'static str,
    pub(crate) scope: Option<DenialScope>,
    pub(crate) by: &'a str,
    pub(crate) by_side: &'a str,
    pub(crate) capacity: Option<Capacity>,
    pub(crate) counter_accusation: Option<CounterRow<'a>>,
    pub(crate) entry: EntryRef,
}

/// A counter-accusation in general words: whom it accuses, and that no count holds it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CounterRow<'a> {
    pub(crate) accused: &'a str,
    pub(crate) counted: bool,
}

impl<'a> AnswerRow<'a> {
    pub(crate) fn new(reading: &Reading<'a>, answer: &Answer) -> Self {
        let side = reading.by_side(answer.index, answer.by);
        let by = reading.by(answer.index, answer.by);
        Self {
            answer: answer.kind.as_str(),
            scope: answer.scope,
            by: reading.text(by.who),
            by_side: reading.text(side),
            capacity: by.capacity,
            counter_accusation: answer.counter.map(|accused| CounterRow {
                accused: reading.text(accused),
                counted: false,
            }),
            entry: reading.entry(answer.index),
        }
    }

    /// Every answer in force to an entry.
    pub(crate) fn all(reading: &Reading<'a>, index: u32) -> Vec<Self> {
        reading
            .answers_to(index)
            .map(|answer| Self::new(reading, answer))
            .collect()
    }
}

/// A finding in a row, with who disputes it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FindingRow<'a> {
    pub(crate) assessor: &'a str,
    pub(crate) asserted_by: &'a str,
    pub(crate) capacity: Option<Capacity>,
    pub(crate) time: Option<SpanRow>,
    pub(crate) occurrence: Option<Occurrence>,
    pub(crate) attribution: Vec<AttributionRow<'a>>,
    pub(crate) characterisation: Vec<CharacterisationRow<'a>>,
    pub(crate) standard_of_proof: Option<StandardOfProof>,
    pub(crate) answers: Vec<AnswerRow<'a>>,
    pub(crate) entry: EntryRef,
}

/// Whom a finding attributes an event to, and how firmly.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AttributionRow<'a> {
    pub(crate) to: &'a str,
    pub(crate) degree: AttributionDegree,
}

/// What a finding says about one clause.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CharacterisationRow<'a> {
    pub(crate) clause: Option<&'a str>,
    pub(crate) actor: Option<&'a str>,
    pub(crate) finding: Characterisation,
}

impl<'a> FindingRow<'a> {
    pub(crate) fn new(reading: &Reading<'a>, finding: &Finding) -> Self {
        let to = |attributed: Attributed| match attributed {
            Attributed::Actor(actor) => reading.text(actor),
            Attributed::ThirdParty => "third_party",
            Attributed::Unidentified => "unidentified",
        };
        Self {
            assessor: reading.named(finding.index, finding.by, finding.assessor),
            asserted_by: reading.text(reading.by(finding.index, finding.by).who),
            capacity: finding.by.capacity,
            time: finding.time.map(Span::row),
            occurrence: finding.occurrence,
            attribution: finding
                .attribution
                .iter()
                .map(|&(attributed, degree)| AttributionRow {
                    to: to(attributed),
                    degree,
                })
                .collect(),
            characterisation: finding
                .characterisation
                .iter()
                .map(|found| CharacterisationRow {
                    clause: reading.option(found.clause),
                    actor: reading.option(found.actor),
                    finding: found.finding,
                })
                .collect(),
            standard_of_proof: finding.standard,
            answers: AnswerRow::all(reading, finding.index),
            entry: reading.entry(finding.index),
        }
    }
}

/// How many of something, kept apart by a word: who says it, of which kind.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CountRow<'a> {
    pub(crate) of: &'a str,
    pub(crate) count: u64,
}

/// The first [`ROW_ENTRIES_MAX`] of the entries behind a count.
pub(crate) fn named(reading: &Reading<'_>, indexes: &Indexes) -> Vec<EntryRef> {
    reading.entries(indexes.as_slice().iter().copied().take(ROW_ENTRIES_MAX))
}

/// The entries behind a count: the first [`ROW_ENTRIES_MAX`] by name, all by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source(Vec<u32>, u64);

impl Source {
    pub(crate) fn add(&mut self, index: u32) {
        self.1 += 1;
        if self.0.len() < ROW_ENTRIES_MAX {
            self.0.push(index);
        }
    }

    pub(crate) fn named(&self, reading: &Reading<'_>) -> Vec<EntryRef> {
        reading.entries(self.0.iter().copied())
    }

    pub(crate) fn count(&self) -> u64 {
        self.1
    }
}
