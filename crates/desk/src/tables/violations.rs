//! `violations`: what a named assessor found to be a violation, with the kinds, time and place of its incident.
//!
//! Two assessors may have found the same: their numbers stand apart and are never added.

use std::collections::BTreeMap;

use armistice_projection::View;
use serde::{Deserialize, Serialize};

use super::claim::claims;
use crate::{
    cut::Cut,
    shapes::Entry,
    table::{Desk, Lines},
};

#[derive(Deserialize)]
struct ViolationRow {
    incident: String,
    clause: Option<String>,
    actor: String,
    side: String,
    assessor: String,
    disputed: bool,
    entries: Vec<Entry>,
}

#[derive(Default)]
struct Incident {
    kinds: Vec<String>,
    domains: Vec<String>,
    districts: Vec<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    incident: &'a str,
    clause: Option<&'a str>,
    actor: &'a str,
    side: &'a str,
    assessor: &'a str,
    disputed: bool,
    counted: bool,
    kinds: &'a [String],
    domains: &'a [String],
    districts: &'a [String],
}

#[derive(Serialize)]
struct Sum<'a> {
    assessor: &'a str,
    side: &'a str,
    violations: u64,
    disputed: u64,
    by_domain: BTreeMap<&'a str, u64>,
    #[serde(skip)]
    entries: Vec<Entry>,
}

/// Makes the rows: one for each violation, and one for each assessor and side.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let incidents = incidents(desk);
    let nothing = Incident::default();
    let mut rows: Vec<(String, ViolationRow)> = Vec::new();
    desk.each(View::Findings, "violation", |key, row| {
        rows.push((key.to_owned(), row));
    });
    let mut sums: BTreeMap<[&str; 2], Sum<'_>> = BTreeMap::new();
    for (key, row) in &rows {
        let incident = incidents.get(&row.incident);
        let of = incident.unwrap_or(&nothing);
        let body = Body {
            incident: &row.incident,
            clause: row.clause.as_deref(),
            actor: &row.actor,
            side: &row.side,
            assessor: &row.assessor,
            disputed: row.disputed,
            counted: incident.is_some(),
            kinds: &of.kinds,
            domains: &of.domains,
            districts: &of.districts,
        };
        let rest = key.strip_prefix("violation/").unwrap_or(key);
        lines.add("violation", &[rest], "violation", &body, &row.entries);
        // Every claim of the incident was withdrawn: shown, and in no number.
        if incident.is_none() {
            continue;
        }
        let sum = sums.entry([&row.assessor, &row.side]).or_insert_with(|| Sum {
            assessor: &row.assessor,
            side: &row.side,
            violations: 0,
            disputed: 0,
            by_domain: BTreeMap::new(),
            entries: Vec::new(),
        });
        sum.violations += 1;
        sum.disputed += u64::from(row.disputed);
        let domain = match of.domains.as_slice() {
            [] => "not_stated",
            [one] => one,
            _ => "several",
        };
        *sum.by_domain.entry(domain).or_default() += 1;
        sum.entries.extend(&row.entries);
    }
    for (key, sum) in sums {
        lines.add("sum", &key, "violation", &sum, &sum.entries);
    }
}

/// Kinds, domains and districts of every incident with a claim in force.
fn incidents(desk: &Desk<'_>) -> BTreeMap<String, Incident> {
    let mut all: BTreeMap<String, Incident> = BTreeMap::new();
    for claim in claims(desk).into_iter().filter(|claim| claim.counted) {
        let place = claim.place.as_deref().or(claim.place_named.as_deref());
        let district = place.and_then(|place| desk.frame.around(Cut::District, place));
        let incident = all.entry(claim.incident.clone()).or_default();
        incident.districts.extend(district.map(str::to_owned));
        incident
            .domains
            .extend(crate::unit::domain(&claim.kind).map(str::to_owned));
        incident.kinds.push(claim.kind);
    }
    for incident in all.values_mut() {
        for words in [
            &mut incident.kinds,
            &mut incident.domains,
            &mut incident.districts,
        ] {
            words.sort_unstable();
            words.dedup();
        }
    }
    all
}
