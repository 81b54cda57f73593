//! What reports about the contingent add up to: the row `total`, counted up and down.

use serde::Serialize;

use super::{Decision, Record, What, rows::request_state};
use crate::{compact::Voice, entries::EntryRef, live::groups::Indexes, reading::Reading, shapes::named};

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Voices {
    pub(super) reported: u64,
    pub(super) by_party: u64,
    pub(super) by_contingent: u64,
    pub(super) by_others: u64,
    pub(super) by_not_stated: u64,
}

#[derive(Serialize)]
pub(super) struct TotalRow {
    unit: &'static str,
    places_with_presence: usize,
    presence: Voices,
    patrols: Voices,
    interventions: Voices,
    strength_accounts: u64,
    reinforcements_requested: u64,
    reinforcements_decided: u64,
    reinforcements_open: u64,
    statements_on_strength: u64,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

/// What a report, a request or a remark adds to the total.
#[derive(Clone, Copy, Debug)]
pub(super) enum Score {
    Presence(Voice),
    Patrol(Voice),
    Intervention(Voice),
    Strength,
    /// A request and its state.
    Request(&'static str),
    Remark,
    Effort,
}

/// What is counted of all reports.
#[derive(Debug, Default)]
pub(super) struct Sum {
    presence: Voices,
    patrols: Voices,
    interventions: Voices,
    strength_accounts: u64,
    requested: u64,
    decided: u64,
    open: u64,
    remarks: u64,
    source: Indexes,
}

impl Voices {
    pub(super) fn add(&mut self, voice: Voice) {
        self.put(voice, 1);
    }

    /// Adds to the numbers, or takes away by adding the complement.
    fn put(&mut self, voice: Voice, number: u64) {
        let of_voice = match voice {
            Voice::Party => &mut self.by_party,
            Voice::Contingent => &mut self.by_contingent,
            Voice::Others => &mut self.by_others,
            Voice::NotStated => &mut self.by_not_stated,
        };
        *of_voice = of_voice.wrapping_add(number);
        self.reported = self.reported.wrapping_add(number);
    }
}

impl Score {
    /// `None` for what adds nothing: a report that was taken back.
    pub(super) fn of(
        reading: &Reading<'_>,
        index: u32,
        record: &Record,
        decided: &[(u32, &Decision)],
    ) -> Option<Self> {
        if !reading.entries.is_live(index) {
            return None;
        }
        let voice = record.by.voice();
        Some(match &record.what {
            What::Presence { .. } => Self::Presence(voice),
            What::Patrol { .. } => Self::Patrol(voice),
            What::Intervention { .. } => Self::Intervention(voice),
            What::Strength { .. } => Self::Strength,
            What::Request { .. } => Self::Request(request_state(reading, index, decided)),
            What::Effort(_) => Self::Effort,
        })
    }

    pub(super) fn of_remark(reading: &Reading<'_>, index: u32) -> Option<Self> {
        reading.entries.is_live(index).then_some(Self::Remark)
    }
}

impl Sum {
    pub(super) fn count(&mut self, index: u32, score: Option<Score>) {
        if let Some(score) = score {
            self.put(score, 1);
            if !matches!(score, Score::Remark) {
                self.source.insert(index);
            }
        }
    }

    /// Takes back what [`Sum::count`] added.
    pub(super) fn discount(&mut self, index: u32, score: Option<Score>) {
        if let Some(score) = score {
            self.put(score, 1_u64.wrapping_neg());
            if !matches!(score, Score::Remark) {
                self.source.remove(index);
            }
        }
    }

    fn put(&mut self, score: Score, number: u64) {
        let add = |to: &mut u64| *to = to.wrapping_add(number);
        match score {
            Score::Presence(voice) => self.presence.put(voice, number),
            Score::Patrol(voice) => self.patrols.put(voice, number),
            Score::Intervention(voice) => self.interventions.put(voice, number),
            Score::Strength => add(&mut self.strength_accounts),
            Score::Request(state) => {
                add(&mut self.requested);
                add(if state == "decided" {
                    &mut self.decided
                } else {
                    &mut self.open
                });
            }
            Score::Remark => add(&mut self.remarks),
            Score::Effort => {}
        }
    }

    pub(super) fn row(&self, reading: &Reading<'_>, places_with_presence: usize) -> TotalRow {
        TotalRow {
            unit: "report",
            places_with_presence,
            presence: self.presence,
            patrols: self.patrols,
            interventions: self.interventions,
            strength_accounts: self.strength_accounts,
            reinforcements_requested: self.requested,
            reinforcements_decided: self.decided,
            reinforcements_open: self.open,
            statements_on_strength: self.remarks,
            entries_count: self.source.len() as u64,
            entries: named(reading, &self.source),
        }
    }
}
