//! `casualties`: killed, wounded, missing and captured per side and status. Unit: person, as reported.
//!
//! ```text
//! {"key":"figure/000000000014","row":"figure","side":"karabakh-armenian","status":"military","killed":{"min":3,"best":3,"max":3},…}
//! {"key":"side/karabakh-armenian/military","row":"side",…}
//! ```
//! A figure belongs to one incident, or to one area and period. Accounts of one figure are never added: they span.
//! Figures of different incidents are added; figures of areas are not, nor to those of incidents: they may overlap.

mod live;

use std::collections::BTreeMap;

use armistice_report::{CasualtyStatus, Event, Quantity};
use serde::{Deserialize, Serialize};

use crate::{
    amount::Amount,
    compact::{By, Span, SpanRow, Where},
    entries::EntryRef,
    names::Name,
    reading::{Reading, recorded},
    rows::{Rows, index_key},
    scene::Scene,
    shapes::{AnswerRow, ByRow, Source},
};
pub(crate) use live::Live;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Harm {
    Killed,
    Wounded,
    Missing,
    Captured,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    index: u32,
    original: u32,
    by: By,
    side: Name,
    status: CasualtyStatus,
    numbers: Box<[(Harm, Amount)]>,
    incident: Option<u32>,
    area: Where,
    period: Option<Span>,
    supersedes: Option<u32>,
}

recorded!(Record);

impl Record {
    fn number(&self, harm: Harm) -> Option<Amount> {
        self.numbers
            .iter()
            .find(|(of, _)| *of == harm)
            .map(|&(_, amount)| amount)
    }

    fn numbers(&self) -> Numbers {
        Numbers::from(|harm| self.number(harm))
    }
}

/// Every report of casualties, in the order of the log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Casualties {
    records: Vec<Record>,
}

/// The four numbers of a row; `null` where nobody states one.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Numbers {
    killed: Option<Amount>,
    wounded: Option<Amount>,
    missing: Option<Amount>,
    captured: Option<Amount>,
}

impl Numbers {
    fn from(number: impl Fn(Harm) -> Option<Amount>) -> Self {
        Self {
            killed: number(Harm::Killed),
            wounded: number(Harm::Wounded),
            missing: number(Harm::Missing),
            captured: number(Harm::Captured),
        }
    }

    fn get(&self, harm: Harm) -> Option<Amount> {
        match harm {
            Harm::Killed => self.killed,
            Harm::Wounded => self.wounded,
            Harm::Missing => self.missing,
            Harm::Captured => self.captured,
        }
    }
}

#[derive(Serialize)]
struct AccountRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    #[serde(flatten)]
    numbers: Numbers,
    counted: bool,
    superseded_by: Option<EntryRef>,
    retracted_by: Vec<EntryRef>,
    corrected_by: Vec<EntryRef>,
    answers: Vec<AnswerRow<'a>>,
    entry: EntryRef,
}

#[derive(Serialize)]
struct FigureRow<'a> {
    side: &'a str,
    status: CasualtyStatus,
    basis: &'static str,
    incident: Option<String>,
    place: Option<&'a str>,
    place_named: Option<&'a str>,
    period: Option<SpanRow>,
    #[serde(flatten)]
    numbers: Numbers,
    accounts_count: usize,
    accounts: Vec<AccountRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct BasisRow {
    figures: usize,
    #[serde(flatten)]
    numbers: Numbers,
}

#[derive(Serialize)]
struct SideRow<'a> {
    side: &'a str,
    status: CasualtyStatus,
    unit: &'static str,
    #[serde(flatten)]
    numbers: Numbers,
    in_incidents: BasisRow,
    in_areas: BasisRow,
    entries_count: u64,
    entries: Vec<EntryRef>,
}

/// What accounts of one figure share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    side: Name,
    status: CasualtyStatus,
    incident: Option<u32>,
    area: Where,
    period: Option<Span>,
}

struct Account<'a> {
    original: u32,
    content: &'a Record,
    superseded_by: Option<u32>,
    counted: bool,
}

impl<'a> Account<'a> {
    fn new(reading: &Reading<'_>, original: u32, content: &'a Record, superseded_by: Option<u32>) -> Self {
        Self {
            original,
            content,
            superseded_by,
            counted: reading.entries.is_live(original) && superseded_by.is_none(),
        }
    }
}

/// What one figure adds to the row of its side and status.
#[derive(Debug)]
struct Score {
    /// The figure is one of an incident, not of an area.
    in_incident: bool,
    numbers: Numbers,
    /// The accounts that count, in the order of the log.
    counted: Vec<u32>,
}

/// A side and status, with the figures of its incidents and of its areas.
#[derive(Default)]
struct Side {
    incidents: Vec<Numbers>,
    areas: Vec<Numbers>,
    source: Source,
}

impl Casualties {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let Event::CasualtiesReported(report) = scene.event else {
            return;
        };
        let stated = [
            (Harm::Killed, &report.killed),
            (Harm::Wounded, &report.wounded),
            (Harm::Missing, &report.missing),
            (Harm::Captured, &report.captured),
        ];
        let number =
            |(harm, quantity): (Harm, &Option<Quantity>)| Some((harm, Amount::of(quantity.as_ref()?)));
        let record = Record {
            index: scene.index,
            original: scene.original,
            by: scene.by,
            side: report
                .side
                .as_ref()
                .map_or(Name::NOT_STATED, |side| scene.name(side)),
            status: report.status,
            numbers: stated.into_iter().filter_map(number).collect(),
            incident: report.incident.and_then(|hash| scene.find(&hash)),
            area: scene.place(report.area.as_ref()),
            period: report.period.as_ref().map(Span::of),
            supersedes: report.supersedes.and_then(|hash| scene.find(&hash)),
        };
        self.records.push(record);
    }

    /// Every report's content that stands, with what replaced it.
    fn accounts<'a>(&'a self, reading: &Reading<'a>) -> Vec<Account<'a>> {
        let contents = reading.standing(&self.records);
        // Only a producer's own later figure takes the place of its earlier one; another's stands beside it.
        let replaced: BTreeMap<u32, u32> = contents
            .iter()
            .filter(|(index, _)| reading.entries.is_live(*index))
            .filter_map(|(index, content)| Some((content.supersedes?, *index)))
            .filter(|&(old, new)| reading.entries.producer(old) == reading.entries.producer(new))
            .collect();
        contents
            .into_iter()
            .map(|(original, content)| {
                Account::new(reading, original, content, replaced.get(&original).copied())
            })
            .collect()
    }

    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        let mut groups: BTreeMap<Key, Vec<Account<'_>>> = BTreeMap::new();
        for account in self.accounts(reading) {
            groups
                .entry(key(reading, account.content))
                .or_default()
                .push(account);
        }
        let mut figures: Vec<(Key, Vec<Account<'_>>)> = groups.into_iter().collect();
        figures.sort_by_key(|(_, accounts)| accounts[0].original);
        let mut sides: BTreeMap<(String, &str, CasualtyStatus), Side> = BTreeMap::new();
        for (key, accounts) in &figures {
            let numbers = spanned(accounts);
            out.push_at(
                "figure",
                accounts[0].original,
                &figure_row(reading, key, accounts, numbers),
            );
            let name = reading.side_text(key.side);
            let side = sides
                .entry((format!("{name}/{}", key.status.as_str()), name, key.status))
                .or_default();
            side.add(&Score::of(key, accounts, numbers));
        }
        for ((key, name, status), side) in &sides {
            out.push("side", key, &side.row(reading, name, *status));
        }
    }
}

fn key(reading: &Reading<'_>, record: &Record) -> Key {
    let incident = record
        .incident
        .map(|claim| reading.derived.claim(claim).map_or(claim, |claim| claim.incident));
    // A figure of an incident is about the incident, whatever area the report names beside it.
    let area = if incident.is_some() {
        Where::default()
    } else {
        // The true one, also where it is hidden: a redaction changes no figure.
        record.area
    };
    let period = record.period.filter(|_| incident.is_none());
    Key {
        side: reading.side(record.side),
        status: record.status,
        incident,
        area,
        period,
    }
}

fn spanned(accounts: &[Account<'_>]) -> Numbers {
    let counted = || accounts.iter().filter(|account| account.counted);
    Numbers::from(|harm| Amount::span(counted().filter_map(|account| account.content.number(harm))))
}

impl Score {
    fn of(key: &Key, accounts: &[Account<'_>], numbers: Numbers) -> Self {
        let counted = accounts.iter().filter(|account| account.counted);
        Self {
            in_incident: key.incident.is_some(),
            numbers,
            counted: counted.map(|account| account.original).collect(),
        }
    }
}

impl Side {
    fn add(&mut self, score: &Score) {
        score.counted.iter().for_each(|&account| self.source.add(account));
        if !score.counted.is_empty() {
            let figures = if score.in_incident {
                &mut self.incidents
            } else {
                &mut self.areas
            };
            figures.push(score.numbers);
        }
    }

    fn row<'a>(&self, reading: &Reading<'a>, side: &'a str, status: CasualtyStatus) -> SideRow<'a> {
        let of = |figures: &[Numbers], harm| {
            figures
                .iter()
                .filter_map(move |numbers| numbers.get(harm))
                .collect::<Vec<_>>()
        };
        let incidents = Numbers::from(|harm| Amount::sum(of(&self.incidents, harm)));
        let areas = Numbers::from(|harm| Amount::bound(of(&self.areas, harm)));
        SideRow {
            side,
            status,
            unit: "person",
            numbers: Numbers::from(|harm| {
                Amount::bound(incidents.get(harm).into_iter().chain(areas.get(harm)))
            }),
            in_incidents: BasisRow {
                figures: self.incidents.len(),
                numbers: incidents,
            },
            in_areas: BasisRow {
                figures: self.areas.len(),
                numbers: areas,
            },
            entries_count: self.source.count(),
            entries: self.source.named(reading),
        }
    }
}

fn figure_row<'a>(
    reading: &Reading<'a>,
    key: &Key,
    accounts: &[Account<'_>],
    numbers: Numbers,
) -> FigureRow<'a> {
    // An account of the same area names the place of all others: hidden of one, it is hidden of all.
    let hidden = accounts
        .iter()
        .find(|account| key.incident.is_none() && reading.redactions.hides_place(account.original));
    let (place, place_named) = match hidden {
        Some(account) => reading.place_texts(account.original, key.area),
        None => (reading.option(key.area.place), reading.option(key.area.named)),
    };
    let rows: Vec<AccountRow<'a>> = accounts
        .iter()
        .map(|account| account_row(reading, account))
        .collect();
    let corrections = accounts
        .iter()
        .flat_map(|account| reading.entries.corrections_of(account.original).iter().copied());
    FigureRow {
        side: reading.text(key.side),
        status: key.status,
        basis: if key.incident.is_some() {
            "incident"
        } else {
            "area_and_period"
        },
        incident: key.incident.map(|index| format!("incident/{}", index_key(index))),
        place,
        place_named,
        period: key.period.map(Span::row),
        numbers,
        accounts_count: accounts.iter().filter(|account| account.counted).count(),
        entries: reading.entries(accounts.iter().map(|account| account.original).chain(corrections)),
        accounts: rows,
    }
}

fn account_row<'a>(reading: &Reading<'a>, account: &Account<'_>) -> AccountRow<'a> {
    AccountRow {
        by: ByRow::new(reading, account.original, account.content.by),
        numbers: account.content.numbers(),
        counted: account.counted,
        superseded_by: account.superseded_by.map(|index| reading.entry(index)),
        retracted_by: reading.entries(reading.entries.retractions_of(account.original).iter().copied()),
        corrected_by: reading.entries(reading.entries.corrections_of(account.original).iter().copied()),
        answers: AnswerRow::all(reading, account.original),
        entry: reading.entry(account.original),
    }
}
