//! `queue`: incidents that nobody has assessed yet, with their age. Age is no blame: it says how long a question waits.

use std::collections::BTreeMap;

use armistice_projection::View;
use armistice_report::Timestamp;
use serde::{Deserialize, Serialize};

use super::claim::claims;
use crate::{
    cut::Cut,
    shapes::Entry,
    table::{Desk, Lines},
};

/// Ages by which the total is divided: up to so many days, and the name of the field.
const AGES: [(u64, &str); 4] = [
    (1, "days_0_to_1"),
    (7, "days_2_to_7"),
    (30, "days_8_to_30"),
    (u64::MAX, "days_over_30"),
];

#[derive(Deserialize)]
struct IncidentRow {
    counted: bool,
    sides: Vec<String>,
    claims_count: u64,
    denials_count: u64,
    assessments_count: u64,
    entries: Vec<Entry>,
}

/// What the claims of an incident say together.
#[derive(Default)]
struct Said {
    kinds: Vec<String>,
    districts: Vec<String>,
    first_received: Option<Timestamp>,
}

#[derive(Serialize)]
struct Body<'a> {
    sides: &'a [String],
    kinds: &'a [String],
    districts: &'a [String],
    claims: u64,
    denials: u64,
    first_received: Option<Timestamp>,
    age_days: Option<u64>,
}

#[derive(Serialize)]
struct Total {
    incidents: u64,
    assessed: u64,
    waiting: u64,
    oldest_days: Option<u64>,
    waiting_by_age: BTreeMap<&'static str, u64>,
}

/// Makes the rows.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let said = said(desk);
    let nothing = Said::default();
    let mut total = Total {
        incidents: 0,
        assessed: 0,
        waiting: 0,
        oldest_days: None,
        waiting_by_age: AGES.iter().map(|(_, name)| (*name, 0)).collect(),
    };
    let mut waiting: Vec<Entry> = Vec::new();
    desk.each(View::Incidents, "incident", |key, row: IncidentRow| {
        if !row.counted {
            return;
        }
        total.incidents += 1;
        if row.assessments_count > 0 {
            total.assessed += 1;
            return;
        }
        let said = said.get(key).unwrap_or(&nothing);
        let age_days = said.first_received.and_then(|time| desk.days_since(time));
        let body = Body {
            sides: &row.sides,
            kinds: &said.kinds,
            districts: &said.districts,
            claims: row.claims_count,
            denials: row.denials_count,
            first_received: said.first_received,
            age_days,
        };
        let rest = key.strip_prefix("incident/").unwrap_or(key);
        lines.add("incident", &[rest], "incident", &body, &row.entries);
        total.waiting += 1;
        total.oldest_days = total.oldest_days.max(age_days);
        let age = AGES
            .iter()
            .find(|(days, _)| age_days.unwrap_or_default() <= *days);
        if let Some(number) = age.and_then(|(_, name)| total.waiting_by_age.get_mut(name)) {
            *number += 1;
        }
        waiting.extend(row.entries);
    });
    lines.add("total", &[], "incident", &total, &waiting);
}

fn said(desk: &Desk<'_>) -> BTreeMap<String, Said> {
    let mut all: BTreeMap<String, Said> = BTreeMap::new();
    for claim in claims(desk).into_iter().filter(|claim| claim.counted) {
        let place = claim.place.as_deref().or(claim.place_named.as_deref());
        let district = place.and_then(|place| desk.frame.around(Cut::District, place));
        let said = all.entry(claim.incident.clone()).or_default();
        said.districts.extend(district.map(str::to_owned));
        said.kinds.push(claim.kind);
        let first = said.first_received.get_or_insert(claim.received);
        *first = claim.received.min(*first);
    }
    for said in all.values_mut() {
        for words in [&mut said.kinds, &mut said.districts] {
            words.sort_unstable();
            words.dedup();
        }
    }
    all
}
