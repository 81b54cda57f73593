//! Section 4: casualties. Every account stands by itself; a range stays a range.

use std::collections::BTreeMap;

use armistice_projection::{Projection, View};
use serde::Serialize;

use super::{Dated, incidents};
use crate::{
    Amount, Error,
    account::{Account, Context, Row, spaced},
    day::Belongs,
    rows::{self, CasualtyAccount, CasualtySide, Entry, Figure, Incident},
};

/// Section 4.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Casualties {
    /// Unit: person, as reported. Accounts of the period; never added to each other.
    pub accounts: Dated<CasualtyLine>,
    /// All that is reported up to this tree size, of all days, by side and status.
    pub to_date: Vec<SideLine>,
}

/// One account of one figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CasualtyLine {
    /// Whose people.
    pub side: String,
    /// Military, civilian, …
    pub status: String,
    /// Killed.
    pub killed: Option<Amount>,
    /// Wounded.
    pub wounded: Option<Amount>,
    /// Missing.
    pub missing: Option<Amount>,
    /// Captured.
    pub captured: Option<Amount>,
    /// The incident that it belongs to; `None` when it belongs to an area and a period.
    pub incident: Option<String>,
    /// Who says it, of when and where.
    pub account: Account,
    /// Answers to it.
    pub answers: Vec<Account>,
}

/// The row of one side and status in the view `casualties`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SideLine {
    /// Whose people.
    pub side: String,
    /// Military, civilian, …
    pub status: String,
    /// Killed.
    pub killed: Option<Amount>,
    /// Wounded.
    pub wounded: Option<Amount>,
    /// Missing.
    pub missing: Option<Amount>,
    /// Captured.
    pub captured: Option<Amount>,
    /// What it comes from.
    pub entries: Vec<Entry>,
}

pub(crate) fn section(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Casualties, Error> {
    let mut section = Casualties::default();
    let day = context.day;
    let keep = |row: &Incident| incidents::belongs(day, row) != Belongs::Outside;
    let incidents: BTreeMap<String, Belongs> = rows::some(projection, View::Incidents, "incident", keep)?
        .into_iter()
        .map(|row| (row.key.clone(), incidents::belongs(day, &row)))
        .collect();
    let belongs = |figure: &Figure| {
        // A figure of an incident is of the incident's day, unless it states a time of its own.
        let of_incident = figure.incident.as_ref().and_then(|key| incidents.get(key));
        match (&figure.period, of_incident) {
            (None, Some(belongs)) => *belongs,
            (period, _) => day.holds_stated(period.as_ref()),
        }
    };
    let keep = |figure: &Figure| belongs(figure) != Belongs::Outside;
    for figure in rows::some(projection, View::Casualties, "figure", keep)? {
        let belongs = belongs(&figure);
        for account in figure.accounts.iter().filter(|account| account.counted) {
            let line = line(context, &figure, account)?;
            section.accounts.push(belongs, line);
        }
    }
    for row in rows::of::<CasualtySide>(projection, View::Casualties, "side")? {
        for entry in &row.entries {
            let words = context.reading.words(entry)?;
            context.reading.show(entry, &words);
        }
        section.to_date.push(SideLine {
            side: context.frame.actor(&row.side),
            status: spaced(&row.status),
            killed: row.killed,
            wounded: row.wounded,
            missing: row.missing,
            captured: row.captured,
            entries: row.entries,
        });
    }
    Ok(section)
}

fn line(
    context: &mut Context<'_, '_>,
    figure: &Figure,
    account: &CasualtyAccount,
) -> Result<CasualtyLine, Error> {
    let row = Row {
        what: match &figure.incident {
            Some(incident) => format!("casualties of {incident}"),
            None => "casualties".to_owned(),
        },
        time: figure.period.as_ref(),
        place: figure.place.as_deref().or(figure.place_named.as_deref()),
        place_at: Some("area"),
        ..Row::default()
    };
    Ok(CasualtyLine {
        side: context.frame.actor(&figure.side),
        status: spaced(&figure.status),
        killed: account.killed,
        wounded: account.wounded,
        missing: account.missing,
        captured: account.captured,
        incident: figure.incident.clone(),
        account: context.account(&account.said, row, &account.entry)?,
        answers: context.answers(&account.answers)?,
    })
}
