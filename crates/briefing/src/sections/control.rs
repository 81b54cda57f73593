//! Section 5: who claims to hold what, and movements. A claim of control is not control.

use armistice_projection::{Projection, View};
use serde::Serialize;

use super::Dated;
use crate::{
    Amount, Error,
    account::{Account, Context, Row, spaced},
    day::Belongs,
    frame::{NOT_STATED, Place, WITHHELD},
    rows::{self, ControlAccount, ControlDemand, ControlPlace, Movement},
};

/// Section 5.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Control {
    /// Places of which somebody says who holds them since this day or an earlier one.
    pub places: Vec<PlaceLine>,
    /// Movements of the period.
    pub movements: Dated<MovementLine>,
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlaceLine {
    /// The place with all its names.
    pub place: Place,
    /// The word of the view `control`, over the accounts of all days.
    pub status: String,
    /// Claims that begin by the end of the day, and their denials.
    pub accounts: Vec<Account>,
    /// Accounts in force that begin after the day and are therefore not shown.
    pub later: usize,
    /// Demands for withdrawal made by the end of the day.
    pub demands: Vec<Account>,
}

/// One movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MovementLine {
    /// How many, in `unit`.
    pub number: Option<Amount>,
    /// Of what.
    pub unit: Option<String>,
    /// Who says it.
    pub account: Account,
}

pub(crate) fn section(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Control, Error> {
    let mut section = Control::default();
    let mut hidden = Vec::new();
    for row in rows::of::<ControlPlace>(projection, View::Control, "place")? {
        let line = place(context, &row, &mut hidden)?;
        if !line.accounts.is_empty() || !line.demands.is_empty() {
            section.places.push(line);
        }
    }
    if !hidden.is_empty() {
        section.places.push(PlaceLine {
            place: context.frame.place(Some(WITHHELD), None),
            status: NOT_STATED.replace('_', " "),
            accounts: hidden,
            later: 0,
            demands: Vec::new(),
        });
    }
    let day = context.day;
    let keep = |row: &Movement| row.counted && day.holds_stated(row.time.as_ref()) != Belongs::Outside;
    for row in rows::some(projection, View::Control, "movement", keep)? {
        let belongs = context.holds(row.time.as_ref());
        let Some(entry) = row
            .entries
            .first()
            .filter(|_| row.counted && belongs != Belongs::Outside)
        else {
            continue;
        };
        let hidden = [context.hides(entry, "from")?, context.hides(entry, "to")?];
        let place = |id: &Option<String>, hidden: bool| {
            let id = if hidden { Some(WITHHELD) } else { id.as_deref() };
            context.frame.place(id, None).shown
        };
        let actor = row
            .actor
            .as_deref()
            .map_or_else(|| "not stated".to_owned(), |id| context.frame.actor(id));
        let what = format!(
            "{} by {actor}, from {} to {}",
            spaced(&row.kind),
            place(&row.from, hidden[0]),
            place(&row.to, hidden[1])
        );
        let account = Row {
            what,
            time: row.time.as_ref(),
            ..Row::default()
        };
        let line = MovementLine {
            number: row.number,
            unit: row.unit.clone(),
            account: context.account(&row.said, account, entry)?,
        };
        section.movements.push(belongs, line);
    }
    Ok(section)
}

/// `hidden` takes the accounts of which the place is not shown.
fn place(
    context: &mut Context<'_, '_>,
    row: &ControlPlace,
    hidden: &mut Vec<Account>,
) -> Result<PlaceLine, Error> {
    let (mut accounts, mut shown, mut later) = (Vec::new(), Vec::new(), 0);
    for account in row.accounts.iter().filter(|account| account.in_force) {
        let begun = match &account.denies {
            Some(denied) => shown.contains(denied),
            None => account
                .since
                .as_ref()
                .is_none_or(|since| context.day.begun(since)),
        };
        let Some(entry) = account.entries.first().filter(|_| begun) else {
            later += 1;
            continue;
        };
        shown.push(entry.clone());
        let (says, what) = what(context, account);
        let row = Row {
            says,
            what,
            time: account.since.as_ref(),
            ..Row::default()
        };
        let given = context.account(&account.said, row, entry)?;
        if context.hides(account.denies.as_ref().unwrap_or(entry), "place")? {
            hidden.push(given);
        } else {
            accounts.push(given);
        }
    }
    let mut demands = Vec::new();
    for demand in &row.demands {
        let Some(given) = self::demand(context, demand)? else {
            continue;
        };
        if context.hides(&given.entry, "demand.place")? {
            hidden.push(given);
        } else {
            demands.push(given);
        }
    }
    Ok(PlaceLine {
        place: context.frame.place(Some(&row.place), None),
        status: spaced(&row.status),
        accounts,
        later,
        demands,
    })
}

fn what(context: &Context<'_, '_>, account: &ControlAccount) -> (Option<&'static str>, String) {
    if let Some(denied) = &account.denies {
        let scope = account
            .scope
            .as_deref()
            .map(|scope| format!("; scope: {}", spaced(scope)));
        let what = format!("the account #{}{}", denied.index, scope.unwrap_or_default());
        return (Some("denies"), what);
    }
    match account.account.as_str() {
        "admission" => return (Some("admits"), "an account of this place".to_owned()),
        "corroboration" => return (Some("corroborates"), "an account of this place".to_owned()),
        _ => {}
    }
    let mut parts: Vec<String> = account.mode.as_deref().map(spaced).into_iter().collect();
    parts.extend(
        account
            .previous
            .as_ref()
            .map(|id| format!("before: {}", context.frame.actor(id))),
    );
    parts.push(match &account.controller {
        Some(id) => format!("holder: {}", context.frame.actor(id)),
        None => "holder: not stated".to_owned(),
    });
    (None, parts.join("; "))
}

fn demand(context: &mut Context<'_, '_>, demand: &ControlDemand) -> Result<Option<Account>, Error> {
    let begun = demand.time.as_ref().is_none_or(|time| context.day.begun(time));
    let Some(entry) = demand.entries.first().filter(|_| begun) else {
        return Ok(None);
    };
    let state = if demand.open { "open" } else { "not open" };
    let row = Row {
        says: Some("demands"),
        what: format!("withdrawal of {}; {state}", context.frame.actor(&demand.of)),
        time: demand.time.as_ref(),
        ..Row::default()
    };
    context.account(&demand.said, row, entry).map(Some)
}
