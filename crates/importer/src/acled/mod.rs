//! Armed Conflict Location & Event Data: one row is one event, without a direction, with one number of deaths.
//!
//! ```text
//! incident.reported.v1     acled-AZE1234              then claim.corrected.v1  acled-AZE1234-2, …
//! casualties.reported.v1   acled-AZE1234-casualties   when fatalities is above 0
//! claim.denied.v1          acled-AZE1234-denial-RULE  only by a reviewed rule
//! claim.retracted.v1       acled-AZE1234-retracted    from the list of deleted events
//! ```
//! Source: the ACLED codebook (2023, 31 columns). Each column and its rule: `docs/reference/importing.md`. ACLED
//! overwrites a row when it learns more and gives it a newer `timestamp`: here that is a correction, and the old words stay.
//!
//! Not done here: nobody is accused of a battle, since `actor1` and `actor2` have no direction; no denial is read out of
//! the notes unless somebody reviewed a rule for it.

mod denials;
mod kinds;
mod provenance;
mod row;

use std::borrow::Cow;

use armistice_report::Zone;

use crate::cells::Cells;
use crate::claim::{Claim, Lineage, NOT_YET};
use crate::code::FindingCode;
use crate::dates::DateOrder;
use crate::finding::{Notes, Rejected};
use crate::rows::Coder;
use crate::table::Shape;

pub use denials::Denials;
pub(crate) use row::Acled;

/// The name of the data set in `source.row`.
const DATASET: &str = "acled";

/// How a file of ACLED is read.
#[derive(Debug, Default)]
pub struct Options {
    /// The zone in which days are counted.
    pub zone: Option<Zone>,
    /// The order of dates in numbers.
    pub dates: DateOrder,
    /// Reviewed rules for denials; without them none is made.
    pub denials: Denials,
}

/// The 31 columns of 2023 and later, in their order.
const STANDARD: [&str; 31] = [
    "event_id_cnty",
    "event_date",
    "year",
    "time_precision",
    "disorder_type",
    "event_type",
    "sub_event_type",
    "actor1",
    "assoc_actor_1",
    "inter1",
    "actor2",
    "assoc_actor_2",
    "inter2",
    "interaction",
    "civilian_targeting",
    "iso",
    "region",
    "country",
    "admin1",
    "admin2",
    "admin3",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "source",
    "source_scale",
    "notes",
    "fatalities",
    "tags",
    "timestamp",
];

/// Columns without which a row says nothing.
const NEEDED: [&str; 6] = [
    "event_id_cnty",
    "event_date",
    "event_type",
    "sub_event_type",
    "fatalities",
    "timestamp",
];

pub(crate) fn needed() -> Vec<String> {
    NEEDED.iter().map(|name| (*name).to_owned()).collect()
}

pub(crate) fn shape(needed: &[String]) -> Shape<'_> {
    Shape {
        dataset: "ACLED",
        standard: &STANDARD,
        needed,
        aliases: &[],
        is_data,
    }
}

pub(crate) fn deleted_shape(needed: &[String]) -> Shape<'_> {
    Shape {
        dataset: "ACLED's list of deleted events",
        standard: &[],
        needed,
        aliases: &[],
        is_data: |_| false,
    }
}

/// A year and a time stamp where the standard header has them.
fn is_data(cells: &[Cow<'_, str>]) -> bool {
    let number = |at: usize| cells.get(at).and_then(|cell| cell.trim().parse::<u64>().ok());
    number(2).is_some_and(|year| (1997..=2100).contains(&year)) && number(30).is_some()
}

/// The event's id, which becomes part of ours.
fn event_id<'a>(cells: &'a Cells<'_>, notes: &mut Notes) -> Result<&'a str, Rejected> {
    let id = cells.text("event_id_cnty");
    let is_id = (1..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_id {
        return Ok(id);
    }
    Err(notes.reject(FindingCode::IdInvalid, "event_id_cnty", id))
}

/// Reads the list of deleted events: a retraction for each part of the event that the log holds.
#[derive(Debug)]
pub(crate) struct Deleted;

impl Coder for Deleted {
    fn code(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Result<Vec<Claim>, Rejected> {
        let id = event_id(cells, notes)?;
        let provenance = provenance::deleted(cells, id);
        let removal = |part: &str| {
            let target = format!("acled-{id}{part}");
            Claim {
                id: format!("{target}-retracted"),
                provenance: provenance.clone(),
                // The target is known once the log was asked; what is retracted is not said again.
                event: row::retraction(NOT_YET),
                about_first: false,
                lineage: Lineage::Removal { target },
                only_as_correction: true,
            }
        };
        Ok(vec![removal(""), removal("-casualties")])
    }
}
