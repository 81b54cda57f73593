//! `control-history`: what each claimant said about each place, in the order in which it was said.
//!
//! A claim of control is not control. Withdrawn accounts stay in the history with `in_force` false.

use std::collections::BTreeMap;

use armistice_projection::View;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    cut::Cut,
    shapes::Entry,
    table::{Desk, Lines, padded},
};

#[derive(Deserialize)]
struct PlaceRow {
    place: String,
    status: String,
    accounts: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    account: String,
    asserted_by: String,
    asserted_by_side: String,
    capacity: Option<String>,
    controller: Option<String>,
    previous: Option<String>,
    mode: Option<String>,
    since: Option<Box<RawValue>>,
    scope: Option<String>,
    denies: Option<Entry>,
    in_force: bool,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Body<'a> {
    place: &'a str,
    district: Option<&'a str>,
    account: &'a str,
    asserted_by: &'a str,
    asserted_by_side: &'a str,
    capacity: Option<&'a str>,
    controller: Option<&'a str>,
    previous: Option<&'a str>,
    mode: Option<&'a str>,
    since: Option<&'a RawValue>,
    scope: Option<&'a str>,
    denies: Option<u64>,
    in_force: bool,
}

#[derive(Serialize)]
struct Voice<'a> {
    place: &'a str,
    place_status: &'a str,
    claimant_side: &'a str,
    accounts: u64,
    in_force: u64,
    last_account: Option<&'a str>,
    last_says_controller: Option<&'a str>,
    last_says_previous: Option<&'a str>,
    last_mode: Option<&'a str>,
    #[serde(skip)]
    entries: Vec<Entry>,
}

/// Makes the rows: `account` for each, `claimant` for what each side last says of each place.
pub(crate) fn make(desk: &Desk<'_>, lines: &mut Lines<'_>) {
    let mut places: Vec<(String, PlaceRow)> = Vec::new();
    desk.each(View::Control, "place", |key, row| {
        places.push((key.to_owned(), row));
    });
    for (key, place) in &places {
        // The view's own key: two redacted places read as one word and are two.
        let rest = key.strip_prefix("place/").unwrap_or(key);
        let mut claimants: BTreeMap<&str, Voice<'_>> = BTreeMap::new();
        for account in &place.accounts {
            let index = account.entries.first().map_or(0, |entry| entry.index);
            let key = [rest, &account.asserted_by_side, &padded(index)];
            lines.add(
                "account",
                &key,
                "account",
                &body(desk, place, account),
                &account.entries,
            );
            let of = claimants
                .entry(&account.asserted_by_side)
                .or_insert_with(|| Voice {
                    place: &place.place,
                    place_status: &place.status,
                    claimant_side: &account.asserted_by_side,
                    accounts: 0,
                    in_force: 0,
                    last_account: None,
                    last_says_controller: None,
                    last_says_previous: None,
                    last_mode: None,
                    entries: Vec::new(),
                });
            of.accounts += 1;
            of.entries.extend(&account.entries);
            if account.in_force {
                of.in_force += 1;
                of.last_account = Some(&account.account);
                of.last_says_controller = account.controller.as_deref();
                of.last_says_previous = account.previous.as_deref();
                of.last_mode = account.mode.as_deref();
            }
        }
        for (side, claimant) in claimants {
            lines.add("claimant", &[rest, side], "account", &claimant, &claimant.entries);
        }
    }
}

fn body<'a>(desk: &'a Desk<'_>, place: &'a PlaceRow, account: &'a Said) -> Body<'a> {
    Body {
        place: &place.place,
        district: desk.frame.around(Cut::District, &place.place),
        account: &account.account,
        asserted_by: &account.asserted_by,
        asserted_by_side: &account.asserted_by_side,
        capacity: account.capacity.as_deref(),
        controller: account.controller.as_deref(),
        previous: account.previous.as_deref(),
        mode: account.mode.as_deref(),
        since: account.since.as_deref(),
        scope: account.scope.as_deref(),
        denies: account.denies.map(|entry| entry.index),
        in_force: account.in_force,
    }
}
