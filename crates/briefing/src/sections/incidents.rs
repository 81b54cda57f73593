//! Section 2: incidents by district, with the observations and tallies that stand beside them in their own units.

use std::collections::BTreeMap;

use armistice_projection::{Projection, View};
use serde::Serialize;

use super::Dated;
use crate::{
    Amount, Error,
    account::{Account, Context, Row, When, spaced},
    day::{Belongs, Day},
    frame::{NOT_STATED, Place},
    rows::{self, Claim, Incident, Observation, Tally},
};

/// Section 2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Incidents {
    /// Unit: incident. Districts by id, `not_stated` last.
    pub districts: Vec<District>,
    /// Incidents that are not dated to one day.
    pub not_dated_to_one_day: Vec<IncidentLine>,
    /// Unit: observation; the observer's own numbers, added to nothing.
    pub observations: Dated<ObservationLine>,
    /// A party's or body's own numbers in its own unit, added to nothing.
    pub tallies: Dated<TallyLine>,
}

/// The incidents of one district.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct District {
    /// Its id, or `not_stated`.
    pub district: String,
    /// Its names.
    pub shown: String,
    /// The incidents.
    pub incidents: Vec<IncidentLine>,
}

/// One incident: every claim of it, none preferred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IncidentLine {
    /// Its key in the view `incidents`.
    pub incident: String,
    /// The id of its district, or `not_stated`.
    pub district: String,
    /// Every word that holds of it, in the words of the view.
    pub status: Vec<String>,
    /// Its claims.
    pub claims: Vec<Account>,
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObservationLine {
    /// Of what kind.
    pub kind: String,
    /// Whose number it is.
    pub observer: String,
    /// By which means.
    pub means: Option<String>,
    /// How many.
    pub number: Amount,
    /// True when it was assessed as an exercise.
    pub exercise: bool,
    /// Who says it, when and where.
    pub account: Account,
}

/// One tally.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TallyLine {
    /// How many.
    pub number: Amount,
    /// Of what, in the claimant's words.
    pub unit: String,
    /// The period, as stated.
    pub period: Option<When>,
    /// Who says it.
    pub account: Account,
}

pub(crate) fn section(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Incidents, Error> {
    let mut section = Incidents::default();
    let mut districts: BTreeMap<(bool, String), Vec<IncidentLine>> = BTreeMap::new();
    let day = context.day;
    let keep = |row: &Incident| belongs(day, row) != Belongs::Outside;
    for row in rows::some(projection, View::Incidents, "incident", keep)? {
        let belongs = belongs(day, &row);
        let line = line(context, row)?;
        if belongs == Belongs::Within {
            let key = (line.district == NOT_STATED, line.district.clone());
            districts.entry(key).or_default().push(line);
        } else {
            section.not_dated_to_one_day.push(line);
        }
    }
    section.districts = districts
        .into_iter()
        .map(|((_, district), incidents)| District {
            shown: match district.as_str() {
                NOT_STATED => "District not stated".to_owned(),
                id => context.frame.place(Some(id), None).shown,
            },
            district,
            incidents,
        })
        .collect();
    section.observations = observations(projection, context)?;
    section.tallies = tallies(projection, context)?;
    Ok(section)
}

/// An incident belongs to the day when one of its live claims does. The best of its claims decides.
pub(crate) fn belongs(day: Day, row: &Incident) -> Belongs {
    if !row.counted {
        return Belongs::Outside;
    }
    row.claims
        .iter()
        .filter(|claim| claim.retracted_by.is_empty())
        .map(|claim| day.holds_stated(claim.time.as_ref()))
        .min()
        .unwrap_or(Belongs::Outside)
}

fn line(context: &mut Context<'_, '_>, row: Incident) -> Result<IncidentLine, Error> {
    let mut claims = Vec::with_capacity(row.claims.len());
    for claim in &row.claims {
        claims.push(self::claim(context, claim)?);
    }
    let district = claims
        .iter()
        .filter_map(|claim| claim.place.as_ref())
        .map(|place: &Place| place.district.clone())
        .find(|district| district != NOT_STATED)
        .unwrap_or_else(|| NOT_STATED.to_owned());
    Ok(IncidentLine {
        incident: row.key,
        district,
        status: row.status.iter().map(|word| spaced(word)).collect(),
        claims,
    })
}

/// A claim, as the incident's row has it.
pub(crate) fn claim(context: &mut Context<'_, '_>, claim: &Claim) -> Result<Account, Error> {
    let mut what = spaced(&claim.kind);
    match claim.accused.as_deref() {
        Some(accused) => what = format!("{what}; accused: {}", context.frame.actor(accused)),
        None => what.push_str("; accuses nobody"),
    }
    if let Some(outcome) = &claim.outcome {
        what = format!("{what}; outcome: {}", spaced(outcome));
    }
    let mut notes = Vec::new();
    notes.extend(
        claim
            .repeats
            .as_ref()
            .map(|entry| format!("repeats #{}", entry.index)),
    );
    notes.extend(
        claim
            .corrected_by
            .iter()
            .map(|entry| format!("corrected by #{}", entry.index)),
    );
    notes.extend(
        claim
            .retracted_by
            .iter()
            .map(|entry| format!("retracted by #{}", entry.index)),
    );
    let row = Row {
        says: claim.accused.as_ref().map(|_| "alleges"),
        what,
        corrected: !claim.corrected_by.is_empty(),
        time: claim.time.as_ref(),
        place: claim.place.as_deref(),
        place_at: Some("place"),
        notes,
    };
    context.account(&claim.said, row, &claim.entry)
}

fn observations(
    projection: &Projection,
    context: &mut Context<'_, '_>,
) -> Result<Dated<ObservationLine>, Error> {
    let day = context.day;
    let keep = |row: &Observation| row.counted && day.holds_stated(row.time.as_ref()) != Belongs::Outside;
    let mut found = Dated::default();
    for row in rows::some(projection, View::Observations, "observation", keep)? {
        let belongs = context.holds(row.time.as_ref());
        let Some(entry) = row
            .entries
            .first()
            .filter(|_| row.counted && belongs != Belongs::Outside)
        else {
            continue;
        };
        let observer = row.observer.as_deref().unwrap_or(NOT_STATED);
        let observer = context.frame.actor(observer);
        let what = format!("{}; observer: {observer}", spaced(&row.kind));
        let account = Row {
            what,
            time: row.time.as_ref(),
            place: row.place.as_deref().or(row.place_named.as_deref()),
            place_at: Some("place"),
            corrected: row.entries.len() > 1,
            ..Row::default()
        };
        let line = ObservationLine {
            kind: spaced(&row.kind),
            observer,
            means: row.means.as_deref().map(spaced),
            number: row.number,
            exercise: row.exercise,
            account: context.account(&row.said, account, entry)?,
        };
        found.push(belongs, line);
    }
    Ok(found)
}

fn tallies(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Dated<TallyLine>, Error> {
    let day = context.day;
    let keep = |row: &Tally| row.in_force && day.holds_stated(row.period.as_ref()) != Belongs::Outside;
    let mut found = Dated::default();
    for row in rows::some(projection, View::Tallies, "tally", keep)? {
        let belongs = context.holds(row.period.as_ref());
        let Some(entry) = row
            .entries
            .first()
            .filter(|_| row.in_force && belongs != Belongs::Outside)
        else {
            continue;
        };
        let what = match &row.accused {
            Some(accused) => format!("accused: {}", context.frame.actor(accused)),
            None => "accuses nobody".to_owned(),
        };
        let account = Row {
            what,
            ..Row::default()
        };
        let line = TallyLine {
            number: row.number,
            unit: row.unit,
            period: row.period.as_ref().map(|time| context.when(time)),
            account: context.account(&row.said, account, entry)?,
        };
        found.push(belongs, line);
    }
    Ok(found)
}
