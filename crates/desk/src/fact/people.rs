//! People killed, wounded, missing or captured, from the figures of `casualties`.

use std::collections::HashSet;

use armistice_projection::View;
use serde::Deserialize;

use super::{Fact, LeftOut, Record, Wanted, claims::incidents_of};
use crate::{
    amount::Amount,
    cut::Cut,
    frame::{Frame, read},
    shapes::{Entry, Time},
};

#[derive(Deserialize)]
struct FigureRow {
    side: String,
    status: String,
    incident: Option<String>,
    place: Option<String>,
    place_named: Option<String>,
    period: Option<Time>,
    killed: Option<Amount>,
    wounded: Option<Amount>,
    missing: Option<Amount>,
    captured: Option<Amount>,
    accounts: Vec<Account>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Account {
    counted: bool,
}

impl Record for FigureRow {
    fn place(&self) -> Option<&str> {
        self.place.as_deref().or(self.place_named.as_deref())
    }

    fn value<'a>(&'a self, cut: Cut, _: &'a Frame, give: &mut dyn FnMut(&'a str)) {
        match cut {
            Cut::Side => give(&self.side),
            Cut::Status => give(&self.status),
            _ => {}
        }
    }
}

/// Figures, one fact for each kind of harm that is stated. A figure of an incident has the incident's time and place unless it states its own.
pub(super) fn figures(wanted: &Wanted<'_>, left_out: &mut LeftOut, sink: &mut dyn FnMut(Fact)) {
    let mut rows: Vec<FigureRow> = Vec::new();
    wanted.projection.for_each_row(View::Casualties, |key, row| {
        if key.starts_with("figure/") {
            let row: FigureRow = read(row);
            if row.accounts.iter().any(|account| account.counted) {
                rows.push(row);
            } else {
                left_out.withdrawn += 1;
            }
        }
    });
    let keys: HashSet<String> = rows.iter().filter_map(|row| row.incident.clone()).collect();
    let incidents = incidents_of(wanted, &keys);
    for row in rows {
        let incident = row.incident.as_ref().and_then(|key| incidents.get(key));
        let mut values = wanted.values(&row);
        if let Some(incident) = incident {
            for ((cut, own), of_incident) in wanted.cuts.iter().zip(&mut values).zip(&incident.values) {
                if Cut::PLACES.contains(cut) && own.is_empty() {
                    own.clone_from(of_incident);
                }
            }
        }
        let stated = row.period.as_ref().map(Time::span);
        let span = stated
            .or(incident.map(|incident| incident.span))
            .unwrap_or_default();
        let harms = [
            ("killed", row.killed),
            ("wounded", row.wounded),
            ("missing", row.missing),
            ("captured", row.captured),
        ];
        for (harm, amount) in harms {
            let Some(amount) = amount else { continue };
            let mut fact = Fact::new(span, vec![harm.to_owned()], values.clone(), row.entries.clone());
            fact.amount = amount;
            fact.overlaps = row.incident.is_none();
            sink(fact);
        }
    }
}
