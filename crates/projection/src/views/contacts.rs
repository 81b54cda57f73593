//! `contacts`: who spoke with whom, when and in which way. Unit: contact.
//!
//! ```text
//! {"key":"contact/000000000016","row":"contact","participants":["armenia","russia"],"mode":"phone","readouts_count":1,…}
//! {"key":"total","row":"total","unit":"contact","contacts":2,"readouts":2,…}
//! ```
//! Readouts of the same participants, mode and time are one contact with several accounts.

mod live;

use std::collections::{BTreeMap, BTreeSet};

use armistice_report::{ContactMode, Event, Topic};
use serde::{Deserialize, Serialize};

use crate::{
    compact::{By, Span, SpanRow},
    entries::EntryRef,
    live::groups::Indexes,
    names::Name,
    reading::{Reading, recorded},
    rows::Rows,
    scene::Scene,
    shapes::{AnswerRow, ByRow, CountRow, named},
};
pub(crate) use live::Live;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    index: u32,
    original: u32,
    by: By,
    /// In the order of their numbers, each once.
    participants: Box<[Name]>,
    mode: ContactMode,
    topics: Box<[Topic]>,
    initiator: Option<Name>,
    readout_by: Option<Name>,
    time: Span,
}
recorded!(Record);

/// What readouts of one contact share.
type Key<'r> = (&'r [Name], ContactMode, Span);

/// Every report of a contact, in the order of the log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Contacts {
    records: Vec<Record>,
}

#[derive(Serialize)]
struct ReadoutRow<'a> {
    readout_by: Option<&'a str>,
    #[serde(flatten)]
    by: ByRow<'a>,
    initiator: Option<&'a str>,
    topics: &'a [Topic],
    counted: bool,
    answers: Vec<AnswerRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct ContactRow<'a> {
    participants: Vec<&'a str>,
    mode: ContactMode,
    time: SpanRow,
    topics: Vec<Topic>,
    counted: bool,
    readouts_count: usize,
    readouts: Vec<ReadoutRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct TotalRow<'a> {
    unit: &'static str,
    contacts: u64,
    readouts: usize,
    by_mode: Vec<CountRow<'a>>,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

impl Contacts {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let Event::ContactReported(contact) = scene.event else {
            return;
        };
        let participants: BTreeSet<Name> = contact
            .participants
            .iter()
            .map(|participant| scene.name(&participant.actor))
            .collect();
        let record = Record {
            index: scene.index,
            original: scene.original,
            by: scene.by,
            participants: participants.into_iter().collect(),
            mode: contact.mode,
            topics: contact.topics.iter().copied().collect(),
            initiator: contact.initiator.as_ref().map(|id| scene.name(id)),
            readout_by: contact.readout_by.as_ref().map(|id| scene.name(id)),
            time: Span::of(&contact.time),
        };
        self.records.push(record);
    }

    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let mut groups: BTreeMap<Key<'_>, Vec<(u32, &Record)>> = BTreeMap::new();
        for (index, record) in reading.standing(&self.records) {
            groups
                .entry((&record.participants, record.mode, record.time))
                .or_default()
                .push((index, record));
        }
        let mut contacts: Vec<Vec<(u32, &Record)>> = groups.into_values().collect();
        contacts.sort_by_key(|readouts| readouts[0].0);
        let mut sum = Sum::default();
        for contact in &contacts {
            let row = contact_row(reading, contact);
            out.push_at("contact", contact[0].0, &row);
            sum.count(Score::of(contact[0].0, &row));
        }
        out.push("total", "", &sum.row(reading));
    }
}

/// What one contact adds to the total.
#[derive(Clone, Copy, Debug)]
struct Score {
    first: u32,
    counted: bool,
    mode: ContactMode,
    readouts: usize,
}

/// What is counted of all contacts.
#[derive(Debug, Default)]
struct Sum {
    modes: BTreeMap<&'static str, u64>,
    readouts: usize,
    source: Indexes,
}

impl Score {
    fn of(first: u32, row: &ContactRow<'_>) -> Self {
        Self {
            first,
            counted: row.counted,
            mode: row.mode,
            readouts: row.readouts_count,
        }
    }
}

impl Sum {
    fn count(&mut self, score: Score) {
        if score.counted {
            *self.modes.entry(score.mode.as_str()).or_default() += 1;
            self.readouts += score.readouts;
            self.source.insert(score.first);
        }
    }

    /// Takes back what [`Sum::count`] added.
    fn discount(&mut self, score: Score) {
        if !score.counted {
            return;
        }
        if let Some(count) = self.modes.get_mut(score.mode.as_str()) {
            *count -= 1;
            if *count == 0 {
                self.modes.remove(score.mode.as_str());
            }
        }
        self.readouts -= score.readouts;
        self.source.remove(score.first);
    }

    fn row<'a>(&self, reading: &Reading<'a>) -> TotalRow<'a> {
        let by_mode = self.modes.iter();
        TotalRow {
            unit: "contact",
            contacts: self.source.len() as u64,
            readouts: self.readouts,
            by_mode: by_mode.map(|(&of, &count)| CountRow { of, count }).collect(),
            entries_count: self.source.len() as u64,
            entries: named(reading, &self.source),
        }
    }
}

fn contact_row<'a>(reading: &Reading<'a>, readouts: &[(u32, &'a Record)]) -> ContactRow<'a> {
    let (_, first) = readouts[0];
    let mut participants: Vec<&str> = first
        .participants
        .iter()
        .map(|&name| reading.text(name))
        .collect();
    participants.sort_unstable();
    let topics: BTreeSet<Topic> = readouts
        .iter()
        .flat_map(|(_, record)| record.topics.iter().copied())
        .collect();
    let live = readouts
        .iter()
        .filter(|(index, _)| reading.entries.is_live(*index))
        .count();
    ContactRow {
        participants,
        mode: first.mode,
        time: first.time.row(),
        topics: topics.into_iter().collect(),
        counted: live > 0,
        readouts_count: live,
        readouts: readouts
            .iter()
            .map(|&(index, record)| readout_row(reading, index, record))
            .collect(),
        entries: reading.entries(
            readouts
                .iter()
                .flat_map(|&(index, _)| reading.version_indexes(index)),
        ),
    }
}

fn readout_row<'a>(reading: &Reading<'a>, index: u32, record: &'a Record) -> ReadoutRow<'a> {
    ReadoutRow {
        readout_by: record
            .readout_by
            .map(|name| reading.named(index, record.by, name)),
        by: ByRow::new(reading, index, record.by),
        initiator: reading.option(record.initiator),
        topics: &record.topics,
        counted: reading.entries.is_live(index),
        answers: AnswerRow::all(reading, index),
        entries: reading.versions(index),
    }
}
