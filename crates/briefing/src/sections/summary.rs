//! Section 1: each unit by itself, beside the day before. Nothing is added across units.

use std::collections::{BTreeMap, BTreeSet};

use armistice_projection::{Projection, View};
use serde::Serialize;

use super::Sections;
use crate::{
    Amount, Change, Error,
    account::Context,
    day::{Belongs, Day},
    rows::{self, Allegation},
};

/// One number of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SummaryLine {
    /// What is counted.
    pub what: String,
    /// In which unit.
    pub unit: &'static str,
    /// True for a part of the line before: what of it was denied, what not answered.
    pub is_part: bool,
    /// From which view.
    pub view: String,
    /// On the day.
    pub number: Amount,
    /// On the day before, as the same entries have it.
    pub before: Amount,
    /// The first against the second, where the bounds allow to say.
    pub change: Change,
    /// Beside the number, in no day: what only overlaps the day.
    pub not_dated_to_one_day: Amount,
}

impl SummaryLine {
    /// True when there is none on either day, and none apart.
    pub fn is_none(&self) -> bool {
        let zero = Amount::exactly(0);
        self.number == zero && self.before == zero && self.not_dated_to_one_day == zero
    }
}

/// A number before it is compared.
#[derive(Clone, Copy, Default)]
struct Number {
    number: Amount,
    apart: Amount,
}

/// How the name of a part begins.
const PART: &str = "of these, ";

/// Position in the table, order within it (sides by their code), what, unit.
type Key = (usize, String, String, &'static str);
type Numbers = BTreeMap<Key, (View, Number)>;

pub(crate) fn section(
    projection: &Projection,
    context: &Context<'_, '_>,
    today: &Sections,
    before: Day,
    earlier: &Sections,
) -> Result<Vec<SummaryLine>, Error> {
    let allegations: Vec<Allegation> =
        rows::some(projection, View::Allegations, "allegation", |row: &Allegation| {
            let of = |day: Day| day.holds_stated(row.time.as_ref()) != Belongs::Outside;
            row.counted && (of(context.day) || of(before))
        })?;
    let now = numbers(context, context.day, today, &allegations);
    let then = numbers(context, before, earlier, &allegations);
    let mut keys: Vec<_> = now
        .iter()
        .chain(&then)
        .map(|(key, (view, _))| (key, *view))
        .collect();
    keys.sort_unstable_by(|a, b| a.0.cmp(b.0));
    keys.dedup_by(|a, b| a.0 == b.0);
    let of = |numbers: &Numbers, key| {
        let none = Number {
            number: Amount::exactly(0),
            apart: Amount::exactly(0),
        };
        numbers.get(key).map_or(none, |(_, number)| *number)
    };
    Ok(keys
        .into_iter()
        .map(|(key, view)| {
            let (now, then) = (of(&now, key), of(&then, key));
            SummaryLine {
                what: key.2.clone(),
                is_part: key.2.starts_with(PART),
                unit: key.3,
                view: view.id(),
                number: now.number,
                before: then.number,
                change: now.number.against(then.number),
                not_dated_to_one_day: now.apart,
            }
        })
        .collect())
}

/// A line before it is a number: position, what, unit, view, and how many of the day and apart.
type Counted = (usize, &'static str, &'static str, View, (usize, usize));

fn numbers(context: &Context<'_, '_>, day: Day, of: &Sections, allegations: &[Allegation]) -> Numbers {
    let lines = incidents_and_accounts(of).into_iter().chain(acts(of));
    let mut numbers: Numbers = lines
        .map(|(at, what, unit, view, (day, apart))| {
            let number = Number {
                number: Amount::exactly(count(day)),
                apart: Amount::exactly(count(apart)),
            };
            ((at, String::new(), what.to_owned(), unit), (view, number))
        })
        .collect();
    against_sides(context, day, allegations, &mut numbers);
    observed(of, &mut numbers);
    numbers
}

fn incidents_and_accounts(of: &Sections) -> [Counted; 4] {
    let of_day = of
        .incidents
        .districts
        .iter()
        .map(|district| district.incidents.len());
    let incidents = (of_day.sum(), of.incidents.not_dated_to_one_day.len());
    let tallies = "tallies of parties and bodies, shown and never added";
    let accounts = "accounts of casualties, never added";
    [
        (0, "incidents", "incident", View::Incidents, incidents),
        (3, tallies, "tally", View::Tallies, of.incidents.tallies.len()),
        (
            4,
            accounts,
            "account",
            View::Casualties,
            of.casualties.accounts.len(),
        ),
        (
            5,
            "movements",
            "report",
            View::Control,
            of.control.movements.len(),
        ),
    ]
}

fn acts(of: &Sections) -> [Counted; 8] {
    let (kept, spoken, found) = (&of.peacekeepers, &of.diplomacy, &of.findings);
    let (restrictions, reports) = ("restrictions and denials of access", "violation reports");
    let keeping = View::Peacekeeping;
    [
        (
            6,
            "presences of peacekeepers",
            "report",
            keeping,
            kept.presence.len(),
        ),
        (7, "patrols", "report", keeping, kept.patrols.len()),
        (8, "interventions", "report", keeping, kept.interventions.len()),
        (9, restrictions, "report", View::Findings, kept.restrictions.len()),
        (
            10,
            "statements",
            "statement",
            View::Statements,
            spoken.statements.len(),
        ),
        (11, "contacts", "contact", View::Contacts, spoken.contacts.len()),
        (
            12,
            "assessments",
            "assessment",
            View::Findings,
            found.assessments.len(),
        ),
        (
            13,
            reports,
            "violation report",
            View::Findings,
            found.violation_reports.len(),
        ),
    ]
}

/// Allegations of the day by the side that they are against, and how they stand at this tree size.
fn against_sides(context: &Context<'_, '_>, day: Day, allegations: &[Allegation], numbers: &mut Numbers) {
    let mut sides: BTreeSet<&str> = allegations.iter().map(|row| row.side.as_str()).collect();
    let registered = context.frame.sides();
    sides.extend(registered.iter().map(String::as_str));
    for side in &sides {
        let of_side = || allegations.iter().filter(|row| row.side == *side);
        let name = context.frame.actor(side);
        let count_of = |word: Option<&str>| {
            let mut number = Number {
                number: Amount::exactly(0),
                apart: Amount::exactly(0),
            };
            for row in of_side().filter(|row| word.is_none_or(|word| row.status.iter().any(|s| s == word))) {
                match day.holds_stated(row.time.as_ref()) {
                    Belongs::Within => number.number = number.number.plus(Amount::exactly(1)),
                    Belongs::Overlaps => number.apart = number.apart.plus(Amount::exactly(1)),
                    Belongs::Outside => {}
                }
            }
            number
        };
        let parts = [
            (None, format!("allegations, accused: {name}")),
            (Some("disputed"), format!("{PART}denied by the accused")),
            (Some("not_answered"), format!("{PART}not answered")),
        ];
        for (rank, (word, text)) in parts.into_iter().enumerate() {
            numbers.insert(
                (1, format!("{side}/{rank}"), text, "allegation"),
                (View::Allegations, count_of(word)),
            );
        }
    }
}

/// Observations by kind and observer; exercises are a series apart.
fn observed(of: &Sections, numbers: &mut Numbers) {
    for (lines, is_apart) in [
        (&of.incidents.observations.day, false),
        (&of.incidents.observations.not_dated_to_one_day, true),
    ] {
        for line in lines {
            let exercise = if line.exercise { "; exercise" } else { "" };
            let what = format!("observed: {}{exercise}; observer: {}", line.kind, line.observer);
            let fresh = Number {
                number: Amount::exactly(0),
                apart: Amount::exactly(0),
            };
            let (_, number) = numbers
                .entry((2, what.clone(), what, "observation"))
                .or_insert((View::Observations, fresh));
            if is_apart {
                number.apart = number.apart.plus(line.number);
            } else {
                number.number = number.number.plus(line.number);
            }
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
