//! `contacts`: who spoke with whom, when and in which way. Unit: contact.
//!
//! ```text
//! {"key":"contact/000000000016","row":"contact","participants":["armenia","russia"],"mode":"phone","readouts_count":1,…}
//! {"key":"total","row":"total","unit":"contact","contacts":2,"readouts":2,…}
//! ```
//! Readouts of the same participants, mode and time are one contact with several accounts.

use std::collections::{BTreeMap, BTreeSet};

use armistice_report::{ContactMode, Event, Topic};
use serde::{Deserialize, Serialize};

use crate::{
    compact::{By, Span, SpanRow},
    entries::EntryRef,
    names::Name,
    reading::{Reading, recorded},
    rows::Rows,
    scene::Scene,
    shapes::{AnswerRow, ByRow, CountRow, Counts, Source},
};

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
        let mut modes = Counts::default();
        let mut source = Source::default();
        let mut readouts = 0;
        for contact in &contacts {
            let row = contact_row(reading, contact);
            if row.counted {
                modes.add(row.mode.as_str());
                source.add(contact[0].0);
                readouts += row.readouts_count;
            }
            out.push_at("contact", contact[0].0, &row);
        }
        let total = TotalRow {
            unit: "contact",
            contacts: source.count(),
            readouts,
            by_mode: modes.rows(),
            entries_count: source.count(),
            entries: source.named(reading),
        };
        out.push("total", "", &total);
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
        readout_by: reading.option(record.readout_by),
        by: ByRow::new(reading, record.by),
        initiator: reading.option(record.initiator),
        topics: &record.topics,
        counted: reading.entries.is_live(index),
        answers: AnswerRow::all(reading, index),
        entries: reading.versions(index),
    }
}
