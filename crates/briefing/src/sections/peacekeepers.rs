//! Section 6: peacekeepers. Reports are kept apart by who says so; strengths are accounts of a kind and never added.

use armistice_projection::{Projection, View};
use serde::Serialize;
use serde_json::Value;

use super::Dated;
use crate::{
    Amount, Error,
    account::{Account, Context, Row, spaced},
    day::Belongs,
    frame::WITHHELD,
    rows::{self, Access, Entry, Keeping, KeepingKind, Reinforcement, Strength},
};

/// Section 6.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Peacekeepers {
    /// Where the force is said to be, or not to be.
    pub presence: Dated<Account>,
    /// Patrols.
    pub patrols: Dated<Account>,
    /// Interventions.
    pub interventions: Dated<Account>,
    /// Interventions of the day by who asserts them: unit report.
    pub interventions_by: AssertedBy,
    /// Accounts of strength: authorized, declared, observed, estimated.
    pub strength: Dated<StrengthLine>,
    /// Requests for reinforcement made by the end of the day that are open, and those made on it.
    pub requests: Vec<RequestLine>,
    /// Restrictions of movement and denials of access.
    pub restrictions: Dated<Account>,
}

/// How many reports come from whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AssertedBy {
    /// By a party.
    pub by_party: u64,
    /// By the force itself.
    pub by_contingent: u64,
    /// By others.
    pub by_others: u64,
    /// By nobody who is named.
    pub by_not_stated: u64,
}

/// One account of strength.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StrengthLine {
    /// Authorized, declared, observed or estimated.
    pub kind: String,
    /// Which force.
    pub force: String,
    /// How many, in `unit`.
    pub number: Amount,
    /// Of what.
    pub unit: Option<String>,
    /// Who says it.
    pub account: Account,
}

/// One request for reinforcement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestLine {
    /// How many are asked for.
    pub number: Option<Amount>,
    /// Open, granted, refused, …
    pub state: String,
    /// Who says it.
    pub account: Account,
}

pub(crate) fn section(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Peacekeepers, Error> {
    let mut section = Peacekeepers::default();
    for kind in ["presence", "patrol", "intervention"] {
        for row in rows::of::<KeepingKind>(projection, View::Peacekeeping, kind)? {
            for report in &row.reports {
                keeping(context, &row, report, &mut section)?;
            }
        }
    }
    // A patrol stands at each place of its route and is one report.
    section.patrols.day.dedup_by(|a, b| a.entry == b.entry);
    for row in rows::of::<Strength>(projection, View::Peacekeeping, "strength")? {
        strength(context, &row, &mut section)?;
    }
    for row in rows::of::<Reinforcement>(projection, View::Peacekeeping, "reinforcement")? {
        section.requests.extend(request(context, &row)?);
    }
    for row in rows::of::<Access>(projection, View::Findings, "access")? {
        access(context, &row, &mut section)?;
    }
    Ok(section)
}

fn keeping(
    context: &mut Context<'_, '_>,
    row: &KeepingKind,
    report: &Keeping,
    section: &mut Peacekeepers,
) -> Result<(), Error> {
    let belongs = context.holds(report.time.as_ref());
    let Some(entry) = report
        .entries
        .first()
        .filter(|_| report.counted && belongs != Belongs::Outside)
    else {
        return Ok(());
    };
    let mut what = row.kind.as_deref().map_or_else(|| row.row.clone(), spaced);
    if let Some(force) = &report.force {
        what = format!("{what}; force: {}", context.frame.actor(force));
    }
    for (name, word) in [("state", &report.state), ("result", &report.result)] {
        if let Some(word) = word {
            what = format!("{what}; {name}: {}", spaced(word));
        }
    }
    // A patrol has a route: the row tells which of its places this is, and the report which of them it withholds.
    let is_patrol = row.row == "patrol";
    let hidden = is_patrol && hides_on_route(context, entry, report.place.as_deref())?;
    let account = Row {
        what,
        time: report.time.as_ref(),
        place: if hidden {
            Some(WITHHELD)
        } else {
            report.place.as_deref()
        },
        place_at: if is_patrol { None } else { Some("place") },
        corrected: is_patrol || report.entries.len() > 1,
        ..Row::default()
    };
    let account = context.account(&report.said, account, entry)?;
    match row.row.as_str() {
        "presence" => section.presence.push(belongs, account),
        "patrol" => section.patrols.push(belongs, account),
        _ => {
            if belongs == Belongs::Within {
                count(&mut section.interventions_by, report);
            }
            section.interventions.push(belongs, account);
        }
    }
    Ok(())
}

fn hides_on_route(context: &mut Context<'_, '_>, entry: &Entry, place: Option<&str>) -> Result<bool, Error> {
    let words = context.reading.words(entry)?;
    let Some(route) = words.at("content.route").and_then(Value::as_array) else {
        return Ok(words.is_redacted("content.route"));
    };
    let text = |stop: &Value, name: &str| stop.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(route.iter().any(|stop| {
        let is_hidden = text(stop, "precision").as_deref() == Some(WITHHELD) || stop.is_string();
        is_hidden && text(stop, "place").is_none_or(|id| Some(id.as_str()) == place)
    }))
}

fn count(by: &mut AssertedBy, report: &Keeping) {
    let number = match report.said.capacity.as_deref() {
        Some("party") => &mut by.by_party,
        Some("peacekeeper") => &mut by.by_contingent,
        None if report.said.asserted_by == crate::frame::NOT_STATED => &mut by.by_not_stated,
        _ => &mut by.by_others,
    };
    *number += 1;
}

fn strength(context: &mut Context<'_, '_>, row: &Strength, section: &mut Peacekeepers) -> Result<(), Error> {
    let belongs = context.holds(row.time.as_ref());
    let Some(entry) = row
        .entries
        .first()
        .filter(|_| row.counted && belongs != Belongs::Outside)
    else {
        return Ok(());
    };
    let account = Row {
        what: format!("strength, {}", spaced(&row.kind)),
        time: row.time.as_ref(),
        ..Row::default()
    };
    let line = StrengthLine {
        kind: spaced(&row.kind),
        force: context.frame.actor(&row.force),
        number: row.number,
        unit: row.unit.clone(),
        account: context.account(&row.said, account, entry)?,
    };
    section.strength.push(belongs, line);
    Ok(())
}

fn request(context: &mut Context<'_, '_>, row: &Reinforcement) -> Result<Option<RequestLine>, Error> {
    let open = row.state == "open" && row.time.as_ref().is_none_or(|time| context.day.begun(time));
    let of_the_day = context.holds(row.time.as_ref()) != Belongs::Outside;
    let Some(entry) = row.entries.first().filter(|_| open || of_the_day) else {
        return Ok(None);
    };
    let name = |id: &str| context.frame.actor(id);
    let what = format!(
        "{} asks {} to reinforce {}",
        name(&row.requester),
        name(&row.addressee),
        name(&row.force)
    );
    let account = Row {
        what,
        time: row.time.as_ref(),
        ..Row::default()
    };
    Ok(Some(RequestLine {
        number: row.number,
        state: spaced(&row.state),
        account: context.account(&row.said, account, entry)?,
    }))
}

fn access(context: &mut Context<'_, '_>, row: &Access, section: &mut Peacekeepers) -> Result<(), Error> {
    let belongs = context.holds(row.time.as_ref());
    let Some(entry) = row
        .entries
        .first()
        .filter(|_| row.counted && belongs != Belongs::Outside)
    else {
        return Ok(());
    };
    let name = |id: &str| context.frame.actor(id);
    let by = row
        .denied_by
        .as_deref()
        .map_or_else(|| "not stated".to_owned(), name);
    let what = format!(
        "{}: {}, denied to {} by {by}",
        spaced(&row.activity),
        spaced(&row.manner),
        name(&row.denied_to)
    );
    let account = Row {
        what,
        time: row.time.as_ref(),
        place: row.place.as_deref(),
        place_at: Some("place"),
        corrected: row.entries.len() > 1,
        ..Row::default()
    };
    let account = context.account(&row.said, account, entry)?;
    section.restrictions.push(belongs, account);
    Ok(())
}
