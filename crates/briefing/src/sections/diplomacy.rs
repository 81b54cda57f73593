//! Section 7: statements by the time of saying, and contacts.

use armistice_projection::{Projection, View};
use serde::Serialize;

use super::Dated;
use crate::{
    Error,
    account::{Account, Context, Row, spaced},
    day::{Belongs, Time},
    frame::WITHHELD,
    rows::{self, Contact, Statement},
};

/// Section 7.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diplomacy {
    /// Statements that take a stance or carry a demand, bare comments, and those that decline one.
    pub statements: Dated<StatementLine>,
    /// Contacts, each with its readouts.
    pub contacts: Dated<ContactLine>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    /// Its act.
    pub act: String,
    /// `demand`, `stance`, `comment` or `no_comment`.
    pub class: String,
    /// Who says it.
    pub account: Account,
}

/// One contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContactLine {
    /// Who spoke with each other.
    pub participants: Vec<String>,
    /// By phone, at a meeting, …
    pub mode: String,
    /// About what.
    pub topics: Vec<String>,
    /// Each account of it.
    pub readouts: Vec<Account>,
}

pub(crate) fn section(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Diplomacy, Error> {
    let mut section = Diplomacy::default();
    for row in rows::of::<Statement>(projection, View::Statements, "statement")? {
        let Some(entry) = row.entries.first().filter(|_| row.counted) else {
            continue;
        };
        let said = said(context, &row)?;
        let belongs = context.holds(said.as_ref());
        if belongs == Belongs::Outside {
            continue;
        }
        let hidden = context.hides(entry, "demand.place")?;
        let account = Row {
            says: Some("makes a statement"),
            what: what(context, &row, hidden),
            time: row.time.as_ref(),
            ..Row::default()
        };
        let line = StatementLine {
            act: spaced(&row.act),
            class: row.class.clone(),
            account: context.account(&row.said, account, entry)?,
        };
        section.statements.push(belongs, line);
    }
    for row in rows::of::<Contact>(projection, View::Contacts, "contact")? {
        let belongs = context.holds(row.time.as_ref());
        if row.counted && belongs != Belongs::Outside {
            let line = contact(context, &row)?;
            section.contacts.push(belongs, line);
        }
    }
    Ok(section)
}

/// The time of saying: the asserter's own where it is stated, else the statement's time. A day of publication is neither.
pub(crate) fn said(context: &mut Context<'_, '_>, row: &Statement) -> Result<Option<Time>, Error> {
    let Some(entry) = row.entries.first() else {
        return Ok(None);
    };
    let logged = context.reading.logged(entry.index)?;
    let stated = logged.report.provenance.and_then(|provenance| provenance.said_at);
    Ok(stated
        .map(|time| Time {
            earliest: time.earliest,
            latest: time.latest,
            precision: time.precision.as_str().to_owned(),
        })
        .or_else(|| row.time.clone()))
}

fn what(context: &Context<'_, '_>, row: &Statement, hidden: bool) -> String {
    let name = |id: &String| context.frame.actor(id);
    let mut what = spaced(&row.act);
    if !row.addressees.is_empty() {
        let to: Vec<String> = row.addressees.iter().map(name).collect();
        what = format!("{what}, to {}", to.join(", "));
    }
    if let Some(demand) = &row.demand {
        what = format!("{what}; {} of {}", spaced(&demand.kind), name(&demand.of));
        if let Some(place) = demand.place.as_deref() {
            let place = if hidden { WITHHELD } else { place };
            what = format!("{what}, {}", context.frame.place(Some(place), None).shown);
        }
    }
    what
}

fn contact(context: &mut Context<'_, '_>, row: &Contact) -> Result<ContactLine, Error> {
    let mut readouts = Vec::new();
    for readout in row.readouts.iter().filter(|readout| readout.counted) {
        let Some(entry) = readout.entries.first() else {
            continue;
        };
        let what = match &readout.readout_by {
            Some(by) => format!("readout by {}", context.frame.actor(by)),
            None => "no readout; as reported".to_owned(),
        };
        let account = Row {
            what,
            time: row.time.as_ref(),
            ..Row::default()
        };
        readouts.push(context.account(&readout.said, account, entry)?);
    }
    Ok(ContactLine {
        participants: row
            .participants
            .iter()
            .map(|id| context.frame.actor(id))
            .collect(),
        mode: spaced(&row.mode),
        topics: row.topics.iter().map(|topic| spaced(topic)).collect(),
        readouts,
    })
}
