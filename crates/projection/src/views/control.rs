//! `control`: who is said to hold a place, who denies it, who demands withdrawal. Unit: account, per place.
//!
//! ```text
//! {"key":"movement/000000000041","row":"movement","kind":"withdrawal","actor":"azerbaijan",…}
//! {"key":"place/parukh","row":"place","place":"parukh","status":"contested","accounts_count":3,"open_demands":1,…}
//! ```
//! A claim of control is not control: a place is contested or not, never held by anyone. A contested place has a denial in force,
//! an account that says so itself, or two accounts of the same time that name different holders, or of which one says that a
//! side holds it and one that this side withdrew.

mod live;

use std::collections::{BTreeMap, BTreeSet};

use armistice_report::{Capacity, ControlMode, DemandKind, DenialScope, Event, Hedge, MovementKind};
use serde::{Deserialize, Serialize};

use crate::{
    amount::Amount,
    answers::AnswerKind,
    compact::{By, Span, SpanRow, Where},
    entries::EntryRef,
    names::Name,
    reading::{Reading, recorded},
    redactions::shown,
    rows::Rows,
    scene::Scene,
    shapes::{AnswerRow, ByRow, FindingRow},
};
pub(crate) use live::Live;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    index: u32,
    original: u32,
    by: By,
    place: Where,
    controller: Option<Name>,
    previous: Option<Name>,
    mode: ControlMode,
    since: Option<Span>,
    clause: Option<Name>,
}

/// A statement that demands withdrawal.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Demand {
    index: u32,
    original: u32,
    by: By,
    of: Name,
    place: Where,
    time: Span,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Movement {
    index: u32,
    original: u32,
    by: By,
    kind: MovementKind,
    actor: Name,
    from: Where,
    to: Where,
    number: Option<Amount>,
    unit: Option<Name>,
    time: Span,
}
recorded!(Record, Demand, Movement);

/// Accounts of control, demands for withdrawal and movements, in the order of the log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Control {
    records: Vec<Record>,
    demands: Vec<Demand>,
    movements: Vec<Movement>,
}

#[derive(Serialize)]
struct AccountRow<'a> {
    account: &'static str,
    asserted_by: &'a str,
    asserted_by_side: &'a str,
    capacity: Option<Capacity>,
    hedge: Option<Hedge>,
    controller: Option<&'a str>,
    previous: Option<&'a str>,
    mode: Option<ControlMode>,
    since: Option<SpanRow>,
    clause: Option<&'a str>,
    scope: Option<DenialScope>,
    denies: Option<EntryRef>,
    in_force: bool,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct DemandRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    of: &'a str,
    of_side: &'a str,
    open: bool,
    time: SpanRow,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct PlaceRow<'a> {
    place: &'a str,
    status: &'static str,
    unit: &'static str,
    accounts_count: usize,
    claimed_for: Vec<&'a str>,
    said_to_have_left: Vec<&'a str>,
    denials_count: usize,
    open_demands: usize,
    accounts: Vec<AccountRow<'a>>,
    demands: Vec<DemandRow<'a>>,
    assessments: Vec<FindingRow<'a>>,
    entries: Vec<EntryRef>,
}

#[derive(Serialize)]
struct MovementRow<'a> {
    #[serde(flatten)]
    by: ByRow<'a>,
    kind: MovementKind,
    actor: &'a str,
    actor_side: &'a str,
    from: &'a str,
    to: &'a str,
    number: Option<Amount>,
    unit: Option<&'a str>,
    time: SpanRow,
    counted: bool,
    answers: Vec<AnswerRow<'a>>,
    entries: Vec<EntryRef>,
}

/// What is said about one place: (original entry, content that stands).
///
/// An account whose place is hidden is in a row of its own. Whether a place is contested, and whether a demand is met, is
/// told by all accounts of it all the same: a redaction changes neither.
#[derive(Default)]
struct Place<'r> {
    claims: Vec<(u32, &'r Record)>,
    demands: Vec<(u32, &'r Demand)>,
}

impl Control {
    pub(crate) fn apply(&mut self, scene: &mut Scene<'_>) {
        let (index, original, by) = (scene.index, scene.original, scene.by);
        match scene.event {
            Event::ControlClaimed(claimed) => self.records.push(Record {
                index,
                original,
                by,
                place: scene.place(Some(&claimed.place)),
                controller: claimed.controller.as_ref().map(|actor| scene.name(actor)),
                previous: claimed.previous.as_ref().map(|actor| scene.name(actor)),
                mode: claimed.mode,
                since: claimed.since.as_ref().map(Span::of),
                clause: scene.clause(claimed.clause.as_ref()),
            }),
            Event::StatementMade(made) => {
                let Some(demand) = made
                    .demand
                    .as_ref()
                    .filter(|demand| demand.kind == DemandKind::Withdrawal)
                else {
                    return;
                };
                let (of, place) = (scene.name(&demand.of), scene.place(demand.place.as_ref()));
                self.demands.push(Demand {
                    index,
                    original,
                    by,
                    of,
                    place,
                    time: Span::of(&made.time),
                });
            }
            Event::MovementReported(moved) => self.movements.push(Movement {
                index,
                original,
                by,
                kind: moved.kind,
                actor: moved
                    .actor
                    .as_ref()
                    .map_or(Name::NOT_STATED, |actor| scene.name(actor)),
                from: scene.place(moved.from.as_ref()),
                to: scene.place(moved.to.as_ref()),
                number: moved.number.as_ref().map(Amount::of),
                unit: moved.unit.as_ref().map(|unit| scene.name(unit)),
                time: Span::of(&moved.time),
            }),
            _ => {}
        }
    }

    pub(crate) fn rows(&self, reading: &Reading<'_>, out: &mut Rows<'_>) {
        for (index, moved) in reading.standing(&self.movements) {
            out.push_at("movement", index, &movement_row(reading, index, moved));
        }
        let mut places: BTreeMap<&str, Place<'_>> = BTreeMap::new();
        let mut wholes: BTreeMap<Name, Place<'_>> = BTreeMap::new();
        for (index, record) in reading.standing(&self.records) {
            let shown = reading.text(reading.place(index, record.place).label());
            places.entry(shown).or_default().claims.push((index, record));
            let whole = wholes.entry(record.place.label()).or_default();
            whole.claims.push((index, record));
        }
        for (index, demand) in reading.standing(&self.demands) {
            let shown = reading.text(reading.place(index, demand.place).label());
            places.entry(shown).or_default().demands.push((index, demand));
        }
        let none = Place::default();
        for (label, place) in &places {
            let whole = place.label().and_then(|label| wholes.get(&label));
            out.push("place", label, &place.row(reading, label, whole.unwrap_or(&none)));
        }
    }
}

impl<'r> Place<'r> {
    /// The true place, which everything in a row shares.
    fn label(&self) -> Option<Name> {
        let claimed = self.claims.first().map(|(_, record)| record.place);
        let demanded = self.demands.first().map(|(_, demand)| demand.place);
        claimed.or(demanded).map(Where::label)
    }

    fn live(&self, reading: &Reading<'_>) -> impl Iterator<Item = &(u32, &'r Record)> {
        self.claims
            .iter()
            .filter(|(index, _)| reading.entries.is_live(*index))
    }

    fn status(&self, reading: &Reading<'_>) -> &'static str {
        let live: Vec<_> = self.live(reading).collect();
        let denied = live
            .iter()
            .any(|(index, _)| reading.denials_of(*index).next().is_some());
        let said_so = live
            .iter()
            .any(|(_, record)| record.mode == ControlMode::Contested);
        let at_odds = rival_holders(reading, &live) || held_and_left(reading, &live);
        match (live.is_empty(), denied || said_so || at_odds) {
            (true, _) => "no_account",
            (false, true) => "contested",
            (false, false) => "uncontested",
        }
    }

    /// A demand is open until an account in force that nobody denies says that its addressee withdrew.
    fn is_met(&self, reading: &Reading<'_>, of: Name) -> bool {
        self.live(reading).any(|(index, record)| {
            record.left().map(|left| reading.side(left)) == Some(reading.side(of))
                && reading.denials_of(*index).next().is_none()
        })
    }

    /// The row of what is shown as one place; `whole` is every account of the true place.
    fn row<'a>(&self, reading: &Reading<'a>, label: &'a str, whole: &Place<'_>) -> PlaceRow<'a> {
        let mut accounts = Vec::new();
        let mut assessments = Vec::new();
        for &(index, record) in &self.claims {
            accounts.push(claim_row(reading, index, record));
            accounts.extend(answer_rows(reading, index));
            assessments.extend(
                reading
                    .findings_about(index)
                    .map(|finding| FindingRow::new(reading, finding)),
            );
        }
        accounts.sort_by_key(|account| account.entries[0]);
        let demands: Vec<DemandRow<'a>> = self
            .demands
            .iter()
            .map(|&(index, demand)| whole.demand_row(reading, index, demand))
            .collect();
        let in_force = |kind: &str| {
            accounts
                .iter()
                .filter(|account| account.in_force && account.account == kind)
                .count()
        };
        let claimed_for: BTreeSet<&str> = self
            .live(reading)
            .filter_map(|(_, record)| reading.option(record.controller))
            .collect();
        let said_to_have_left: BTreeSet<&str> = self
            .live(reading)
            .filter_map(|(_, record)| reading.option(record.left()))
            .collect();
        let named = accounts.iter().flat_map(|account| &account.entries);
        let named = named
            .chain(demands.iter().flat_map(|demand| &demand.entries))
            .chain(assessments.iter().map(|row| &row.entry));
        PlaceRow {
            place: shown(label),
            status: whole.status(reading),
            unit: "account",
            accounts_count: in_force("claim") + in_force("denial"),
            claimed_for: claimed_for.into_iter().collect(),
            said_to_have_left: said_to_have_left.into_iter().collect(),
            denials_count: in_force("denial"),
            open_demands: demands.iter().filter(|demand| demand.open).count(),
            entries: reading.entries(named.map(|entry| entry.index)),
            accounts,
            demands,
            assessments,
        }
    }

    fn demand_row<'a>(&self, reading: &Reading<'a>, index: u32, demand: &Demand) -> DemandRow<'a> {
        DemandRow {
            by: ByRow::new(reading, index, demand.by),
            of: reading.text(demand.of),
            of_side: reading.side_text(demand.of),
            open: reading.entries.is_live(index) && !self.is_met(reading, demand.of),
            time: demand.time.row(),
            entries: reading.versions(index),
        }
    }
}

/// The first and the last moment of a time, in microseconds.
type Bounds = (i64, i64);

impl Record {
    /// Who withdrew, in this account.
    fn left(&self) -> Option<Name> {
        self.previous.filter(|_| self.mode == ControlMode::Withdrew)
    }

    /// When it is said of; without a time, of any.
    fn bounds(&self) -> Bounds {
        self.since.map_or((i64::MIN, i64::MAX), Span::bounds)
    }
}

/// Whether two accounts of the same time, or of no stated time, name different holders.
fn rival_holders(reading: &Reading<'_>, live: &[&(u32, &Record)]) -> bool {
    let holders = live.iter().filter_map(|(_, record)| {
        record
            .controller
            .map(|holder| (record.bounds(), reading.side(holder)))
    });
    differ_at_one_time(holders.collect())
}

/// Whether an account says that a side withdrew, without saying who came after it, and another of the same time, or of
/// no stated time, that this side holds the place.
fn held_and_left(reading: &Reading<'_>, live: &[&(u32, &Record)]) -> bool {
    let mut of_side: BTreeMap<Name, Vec<(Bounds, bool)>> = BTreeMap::new();
    for (_, record) in live {
        let (side, holds) = match (record.controller, record.left()) {
            (Some(holder), _) => (holder, true),
            (None, Some(left)) => (left, false),
            (None, None) => continue,
        };
        let accounts = of_side.entry(reading.side(side)).or_default();
        accounts.push((record.bounds(), holds));
    }
    of_side.into_values().any(differ_at_one_time)
}

/// Whether two accounts whose times overlap say different things.
fn differ_at_one_time<T: Copy + Ord>(mut accounts: Vec<(Bounds, T)>) -> bool {
    accounts.sort_unstable();
    // In the order of their beginnings: the holder whose time reaches furthest, and the furthest of any other holder.
    let mut furthest: Option<(i64, T)> = None;
    let mut other: Option<i64> = None;
    for ((start, end), holder) in accounts {
        let against = if furthest.is_some_and(|(_, leader)| leader == holder) {
            other
        } else {
            furthest.map(|(end, _)| end)
        };
        if against.is_some_and(|reach| reach >= start) {
            return true;
        }
        match furthest {
            Some((reach, leader)) if leader == holder => furthest = Some((reach.max(end), leader)),
            Some((reach, _)) if reach >= end => other = other.max(Some(end)),
            beaten => {
                other = other.max(beaten.map(|(reach, _)| reach));
                furthest = Some((end, holder));
            }
        }
    }
    false
}

fn claim_row<'a>(reading: &Reading<'a>, index: u32, record: &Record) -> AccountRow<'a> {
    let by = ByRow::new(reading, index, record.by);
    AccountRow {
        account: "claim",
        asserted_by: by.asserted_by,
        asserted_by_side: by.asserted_by_side,
        capacity: by.capacity,
        hedge: by.hedge,
        controller: reading.option(record.controller),
        previous: reading.option(record.previous),
        mode: Some(record.mode),
        since: record.since.map(Span::row),
        clause: reading.option(record.clause),
        scope: None,
        denies: None,
        in_force: reading.entries.is_live(index),
        entries: reading.versions(index),
    }
}

/// The answers in force to an account of control; a denial of a name or a figure is no account of who holds the place.
fn answer_rows<'a>(reading: &Reading<'a>, index: u32) -> impl Iterator<Item = AccountRow<'a>> {
    let in_force = reading.entries.is_live(index);
    reading.answers_to(index).map(move |answer| {
        let by = ByRow::new(reading, answer.index, answer.by);
        AccountRow {
            account: match answer.kind {
                AnswerKind::Denied if answer.denies() => "denial",
                AnswerKind::Denied => "partial_denial",
                AnswerKind::Admitted => "admission",
                AnswerKind::Corroborated => "corroboration",
            },
            asserted_by: by.asserted_by,
            asserted_by_side: by.asserted_by_side,
            capacity: by.capacity,
            hedge: by.hedge,
            controller: None,
            previous: None,
            mode: None,
            since: None,
            clause: None,
            scope: answer.scope,
            denies: (answer.kind == AnswerKind::Denied).then(|| reading.entry(index)),
            in_force,
            entries: reading.versions(answer.index),
        }
    })
}

fn movement_row<'a>(reading: &Reading<'a>, index: u32, moved: &Movement) -> MovementRow<'a> {
    MovementRow {
        by: ByRow::new(reading, index, moved.by),
        kind: moved.kind,
        actor: reading.text(moved.actor),
        actor_side: reading.side_text(moved.actor),
        from: reading.place_text(index, moved.from),
        to: reading.place_text(index, moved.to),
        number: moved.number,
        unit: reading.option(moved.unit),
        time: moved.time.row(),
        counted: reading.entries.is_live(index),
        answers: AnswerRow::all(reading, index),
        entries: reading.versions(index),
    }
}
