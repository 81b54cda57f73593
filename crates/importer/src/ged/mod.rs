//! UCDP Georeferenced Event Dataset: one row is one event with at least one death, or an aggregate of several.
//!
//! ```text
//! event_clarity 1   incident.reported.v1  ged-23.1-155395   and   casualties.reported.v1  ged-23.1-155395-casualties
//! event_clarity 2   tally.claimed.v1      ged-23.1-21300    and   casualties.reported.v1  ged-23.1-21300-casualties
//! ```
//! Source: UCDP GED codebook 23.1 (Högbladh). Each column and its rule: `docs/reference/importing.md`. The asserter is
//! UCDP: the newsrooms and offices that it read are links of the attribution, as it names them.
//!
//! Not done here: no actor or place is registered, and no conflict, dyad or country becomes a field of its own; they
//! stay in the cells of the row.

mod deaths;
mod place;
mod provenance;
mod row;

use std::borrow::Cow;

use armistice_report::Zone;

use crate::dates::DateOrder;
use crate::release::Release;
use crate::table::Shape;

pub(crate) use row::Ged;

/// The name of the data set in `source.row`.
const DATASET: &str = "ucdp-ged";

/// How a file of GED is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The release of the file.
    pub release: Release,
    /// Releases beyond the yearly ones that the ledger may hold.
    pub previous: Vec<Release>,
    /// The zone in which days are counted: GED gives local days.
    pub zone: Option<Zone>,
    /// The order of dates in numbers.
    pub dates: DateOrder,
}

/// The 49 columns of release 23.1, in their order.
const STANDARD: [&str; 49] = [
    "id",
    "relid",
    "year",
    "active_year",
    "code_status",
    "type_of_violence",
    "conflict_dset_id",
    "conflict_new_id",
    "conflict_name",
    "dyad_dset_id",
    "dyad_new_id",
    "dyad_name",
    "side_a_dset_id",
    "side_a_new_id",
    "side_a",
    "side_b_dset_id",
    "side_b_new_id",
    "side_b",
    "number_of_sources",
    "source_article",
    "source_office",
    "source_date",
    "source_headline",
    "source_original",
    "where_prec",
    "where_coordinates",
    "where_description",
    "adm_1",
    "adm_2",
    "latitude",
    "longitude",
    "geom_wkt",
    "priogrid_gid",
    "country",
    "country_id",
    "region",
    "event_clarity",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
    "gwnoa",
    "gwnob",
];

/// Names of columns in other releases.
const ALIASES: [(&str, &str); 5] = [
    ("best", "best_est"),
    ("high", "high_est"),
    ("low", "low_est"),
    ("side_a_new_id", "side_a_id"),
    ("side_b_new_id", "side_b_id"),
];

/// Columns without which a row says nothing.
const NEEDED: [&str; 7] = [
    "id",
    "type_of_violence",
    "date_start",
    "date_end",
    "best",
    "low",
    "high",
];

pub(crate) fn needed() -> Vec<String> {
    NEEDED.iter().map(|name| (*name).to_owned()).collect()
}

pub(crate) fn shape(needed: &[String]) -> Shape<'_> {
    Shape {
        dataset: "UCDP GED",
        standard: &STANDARD,
        needed,
        aliases: &ALIASES,
        is_data,
    }
}

/// An id, a year and a type of violence where the standard header has them.
fn is_data(cells: &[Cow<'_, str>]) -> bool {
    let number = |at: usize| cells.get(at).and_then(|cell| cell.trim().parse::<u32>().ok());
    let year = number(2).is_some_and(|year| (1989..=2100).contains(&year));
    number(0).is_some() && year && number(5).is_some_and(|kind| (1..=3).contains(&kind))
}
