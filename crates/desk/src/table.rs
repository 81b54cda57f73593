//! Tables: what a desk keeps on the wall. The rows of several views, joined for one task.
//!
//! ```text
//! {"key":"incident/000000000016","row":"incident","unit":"incident","age_days":3,…,"entries":[{"index":16,"hash":"…"}]}
//! ```
//! A table is computed at one tree size and not followed live (`docs/decisions/0016-counts-and-tables.md`): its ages are
//! measured to the newest entry's receiving time, so that every row changes with every entry. It has a digest like a view's, and
//! no statement. `docs/reference/tables.md` is the page. No clock: the only "now" is the log's.

use std::{fmt, str::FromStr};

use armistice_projection::{Digest, Projection, View};
use armistice_report::{Timestamp, Zone};
use armistice_tlog::{Hash, TreeSize};
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    calendar::{By, Calendar},
    counts::{Row, digest},
    frame::{Frame, read},
    shapes::{Entry, EntryRef, first, json, key},
    tables,
};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Makes the enum and the dispatch from one list.
macro_rules! tables {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $version:literal, $make:path;)+) => {
        /// A table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Table {
            $($(#[$doc])* $variant,)+
        }

        impl Table {
            /// Every table, in the order of their names.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name, as in `armistice view NAME`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The version: another whenever other rows come out of the same entries.
            pub const fn version(self) -> u32 {
                match self { $(Self::$variant => $version,)+ }
            }

            fn make(self, desk: &Desk<'_>, lines: &mut Lines<'_>) {
                match self { $(Self::$variant => $make(desk, lines),)+ }
            }
        }
    };
}

tables! {
    /// Each figure with every account of it, in order. Unit: person, as reported.
    CasualtyLedger, "casualty-ledger", 1, tables::casualties::make;
    /// What was filed with a mechanism. Unit: complaint.
    Complaints, "complaints", 1, tables::complaints::make;
    /// Which accusations the accused has answered, and how long the others wait. Unit: allegation.
    Contested, "contested", 1, tables::contested::make;
    /// What each claimant said about each place, in order. Unit: account.
    ControlHistory, "control-history", 1, tables::control::make;
    /// How much each body watched in each period, and where it could not go. Each number in its own unit.
    Effort, "effort", 1, tables::effort::make;
    /// Who repeats whom. Unit: allegation; a repetition counts nothing.
    Independence, "independence", 1, tables::independence::make;
    /// What nobody has assessed yet, and how long it waits. Unit: incident.
    Queue, "queue", 1, tables::queue::make;
    /// Each force as authorized, declared, observed, estimated, beside what was asked for. Unit: account.
    Strength, "strength", 1, tables::strength::make;
    /// Documents served on sides, and what became of them. Unit: violation report.
    ViolationReports, "violation-reports", 1, tables::reports::make;
    /// What was found to be a violation, by whom, where and when. Unit: violation.
    Violations, "violations", 1, tables::violations::make;
}

impl Table {
    /// `name@version`.
    pub fn id(self) -> String {
        format!("{}@{}", self.name(), self.version())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Table {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let all = Self::ALL.iter();
        all.clone()
            .copied()
            .find(|table| table.name() == name)
            .ok_or_else(|| Error::UnknownTable {
                name: name.to_owned(),
                known: all.map(|table| table.name()).collect::<Vec<_>>().join(", "),
            })
    }
}

/// The rows of a table in the order of their keys, with what they were computed from.
#[derive(Clone, Debug)]
pub struct Board {
    /// Which table.
    pub table: Table,
    /// The rows.
    pub rows: Vec<Row>,
    /// The number of rows and the RFC 6962 root over them, as of a view.
    pub digest: Digest,
    /// How many entries it was computed from.
    pub tree_size: TreeSize,
    /// The log's root at that size.
    pub root: Hash,
}

/// Makes a table; days are cut in the ledger's own zone, from midnight.
pub fn table(projection: &Projection, table: Table) -> Board {
    let mut lines = Lines {
        projection,
        rows: Vec::new(),
    };
    table.make(&Desk::new(projection), &mut lines);
    let mut rows = lines.rows;
    rows.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Board {
        table,
        digest: digest(&rows),
        rows,
        tree_size: projection.tree_size(),
        root: projection.root(),
    }
}

/// What tables are made with.
pub(crate) struct Desk<'a> {
    pub(crate) projection: &'a Projection,
    pub(crate) frame: Frame,
}

/// The rows in the making, in no order.
pub(crate) struct Lines<'a> {
    projection: &'a Projection,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Line<'a, T> {
    key: &'a str,
    row: &'static str,
    unit: &'static str,
    #[serde(flatten)]
    body: &'a T,
    entries_count: usize,
    entries: Vec<EntryRef>,
}

#[derive(Deserialize)]
struct LedgerRow {
    zone: Option<String>,
}

impl<'a> Desk<'a> {
    fn new(projection: &'a Projection) -> Self {
        Self {
            projection,
            frame: Frame::of(projection),
        }
    }

    /// Reads the rows of one kind of a view.
    pub(crate) fn each<T: for<'r> Deserialize<'r>>(
        &self,
        view: View,
        kind: &str,
        mut give: impl FnMut(&str, T),
    ) {
        self.projection.for_each_row(view, |key, row| {
            let of_kind = key.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/'));
            if of_kind {
                give(key, read(row));
            }
        });
    }

    /// Whole days from a moment to the newest entry; none before the first entry.
    pub(crate) fn days_since(&self, time: Timestamp) -> Option<u64> {
        let now = self.projection.last_received()?;
        u64::try_from((now.as_micros() - time.as_micros()).div_euclid(MICROS_PER_DAY)).ok()
    }

    /// Days from midnight in the ledger's zone.
    pub(crate) fn calendar(&self) -> Calendar {
        let mut zone = Zone::UTC;
        self.projection.for_each_row(View::Producers, |key, row| {
            if key == "ledger" {
                let row: LedgerRow = read(row);
                zone = row.zone.and_then(|text| Zone::new(&text).ok()).unwrap_or(zone);
            }
        });
        Calendar::of_zone(zone)
    }

    /// The day that holds all of a time, as the ledger's zone has it.
    pub(crate) fn day(calendar: &Calendar, span: crate::calendar::Span) -> String {
        calendar.period(By::Day, calendar.fit(By::Day, span)).label
    }
}

impl Lines<'_> {
    /// Adds a row: its kind, the rest of its key, its unit, its own fields, and what it comes from.
    pub(crate) fn add(
        &mut self,
        row: &'static str,
        rest: &[&str],
        unit: &'static str,
        body: &impl Serialize,
        entries: &[Entry],
    ) {
        let key = key(&[row], rest);
        let json = json(&Line {
            key: &key,
            row,
            unit,
            body,
            entries_count: entries.len(),
            entries: EntryRef::all(self.projection, first(entries)),
        });
        self.rows.push(Row { key, json });
    }
}

/// An index as keys write it: 12 digits, so that the order of keys is the order of the log.
pub(crate) fn padded(index: u64) -> String {
    format!("{index:012}")
}
