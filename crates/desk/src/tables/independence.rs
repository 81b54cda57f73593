//! `independence`: who repeats whom. A claim that five producers carry has one origin and counts once.
//!
//! Independence here is what the reports state: another asserter who corroborates. Nobody's word is taken for good or bad.

use std::collections::BTreeMap;

use serde::Serialize;

use super::claim::claims;
use crate::{
    frame::NOT_STATED,
    shapes::Entry,
    table::{Desk, Lines, padded},
};

#[derive(Serialize)]
struct Body<'a> {
    side: &'a str,
    asserted_by: &'a str,
    kind: &'a str,
    first_published_by: &'a str,
    repeated_by: Vec<Repeat<'a>>,
    corroborated_by: Vec<&'a str>,
    independent_origins: u64,
    counted_as: u64,
}

#[derive(Serialize)]
struct Repeat<'a> {
    producer: &'a str,
    entry: u64,
}

#[derive(Serialize)]
struct Edge<'a> {
    producer: &'a str,
    repeats: &'a str,
    claims: u64,
    #[serde(skip)]
    entries: Vec<Entry>,
}

#[derive(Default, Serialize)]
struct Total {
    allegations: u64,
    published_once: u64,
    repeated: u64,
    repetitions: u64,
    with_another_origin: u64,
}

/// Makes the rows: a claim that somebody repeats or corroborates, who repeats whom how often, and a total.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let all = claims(desk);
    let producer = |entry: &Entry| desk.projection.producer(entry.index).unwrap_or(NOT_STATED);
    let mut edges: BTreeMap<[&str; 2], Edge<'_>> = BTreeMap::new();
    let mut total = Total::default();
    let mut counted: Vec<Entry> = Vec::new();
    for claim in all.iter().filter(|claim| claim.counted) {
        let others = claim.number_of("corroborated");
        let first = claim.entries.first().map_or(NOT_STATED, producer);
        total.allegations += 1;
        total.published_once += u64::from(claim.republished.is_empty());
        total.repeated += u64::from(!claim.republished.is_empty());
        total.repetitions += claim.republished.len() as u64;
        total.with_another_origin += u64::from(others > 0);
        counted.extend(claim.entries.first());
        for entry in &claim.republished {
            let edge = edges.entry([producer(entry), first]).or_insert_with(|| Edge {
                producer: producer(entry),
                repeats: first,
                claims: 0,
                entries: Vec::new(),
            });
            edge.claims += 1;
            edge.entries.push(*entry);
        }
        if claim.republished.is_empty() && others == 0 {
            continue;
        }
        let repeat = |entry| Repeat {
            producer: producer(entry),
            entry: entry.index,
        };
        let agreed = claim
            .answers
            .iter()
            .filter(|answer| answer.answer == "corroborated");
        let body = Body {
            side: &claim.side,
            asserted_by: &claim.asserted_by,
            kind: &claim.kind,
            first_published_by: first,
            repeated_by: claim.republished.iter().map(repeat).collect(),
            corroborated_by: agreed.map(|answer| answer.by.as_str()).collect(),
            independent_origins: 1 + others,
            counted_as: 1,
        };
        lines.add(
            "claim",
            &[&padded(claim.index())],
            "allegation",
            &body,
            &claim.entries,
        );
    }
    for (key, edge) in edges {
        lines.add("repeats", &key, "allegation", &edge, &edge.entries);
    }
    lines.add("total", &[], "allegation", &total, &counted);
}
