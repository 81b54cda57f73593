//! A claim as the tables of claims read and show it.

use armistice_projection::View;
use armistice_report::Timestamp;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{cut::Cut, shapes::Entry, table::Desk};

/// What is read of an `allegations/allegation` row. Objects that are only shown again stay the bytes that they are.
#[derive(Deserialize)]
pub(super) struct Claim {
    pub(super) side: String,
    pub(super) asserted_by: String,
    pub(super) asserted_by_side: String,
    pub(super) filed_with: Option<String>,
    pub(super) kind: String,
    pub(super) place: Option<String>,
    pub(super) place_named: Option<String>,
    pub(super) time: Box<RawValue>,
    pub(super) clause: Option<String>,
    pub(super) received: Timestamp,
    pub(super) counted: bool,
    pub(super) status: Vec<String>,
    pub(super) answers: Vec<Answered>,
    pub(super) assessments: Vec<IgnoredAny>,
    pub(super) incident: String,
    pub(super) republished: Vec<Entry>,
    pub(super) entries: Vec<Entry>,
}

/// An answer to a claim: who said what, and the row's own bytes.
#[derive(Deserialize)]
pub(super) struct Answered {
    pub(super) answer: String,
    pub(super) scope: Option<String>,
    pub(super) by: String,
    pub(super) by_side: String,
    pub(super) entry: Entry,
}

impl Answered {
    fn shown(&self) -> Shown<'_> {
        Shown {
            answer: &self.answer,
            scope: self.scope.as_deref(),
            by: &self.by,
            by_side: &self.by_side,
            entry: self.entry.index,
        }
    }
}

/// An answer as the rows show it.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    answer: &'a str,
    scope: Option<&'a str>,
    by: &'a str,
    by_side: &'a str,
    entry: u64,
}

/// What every row about a claim shows of it.
#[derive(Serialize)]
pub(super) struct What<'a> {
    side: &'a str,
    asserted_by: &'a str,
    asserted_by_side: &'a str,
    kind: &'a str,
    district: Option<&'a str>,
    place: Option<&'a str>,
    place_named: Option<&'a str>,
    time: &'a RawValue,
    clause: Option<&'a str>,
    received: Timestamp,
}

impl Claim {
    pub(super) fn what<'a>(&'a self, desk: &'a Desk<'_>) -> What<'a> {
        let place = self.place.as_deref().or(self.place_named.as_deref());
        What {
            side: &self.side,
            asserted_by: &self.asserted_by,
            asserted_by_side: &self.asserted_by_side,
            kind: &self.kind,
            district: place.and_then(|place| desk.frame.around(Cut::District, place)),
            place: self.place.as_deref(),
            place_named: self.place_named.as_deref(),
            time: &self.time,
            clause: self.clause.as_deref(),
            received: self.received,
        }
    }

    /// Whether the view says so of it.
    pub(super) fn is(&self, word: &str) -> bool {
        self.status.iter().any(|one| one == word)
    }

    /// The number behind a word such as `corroborated(2)`.
    pub(super) fn number_of(&self, word: &str) -> u64 {
        let number = |status: &String| {
            status
                .strip_prefix(word)?
                .strip_prefix('(')?
                .strip_suffix(')')?
                .parse()
                .ok()
        };
        self.status.iter().find_map(number).unwrap_or_default()
    }

    pub(super) fn answers(&self) -> Vec<Shown<'_>> {
        self.answers.iter().map(Answered::shown).collect()
    }

    /// The claim's own index.
    pub(super) fn index(&self) -> u64 {
        self.entries.first().map_or(0, |entry| entry.index)
    }
}

/// Every claim, withdrawn ones as well, in the order of the log.
pub(super) fn claims(desk: &Desk<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    desk.each(View::Allegations, "allegation", |_, claim: Claim| {
        claims.push(claim);
    });
    claims
}
