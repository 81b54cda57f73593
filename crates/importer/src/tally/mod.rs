//! Tables of counts: somebody's own numbers by period and sector become tallies, each for itself.
//!
//! ```toml
//! dataset = "loc-2003"
//! claimant = "india"
//! capacity = "party"
//! accused = "pakistan"
//! unit = "ceasefire violations"
//! blank = "unknown"            # or "zero": what an empty cell means has to be said
//! zone = "+05:30"
//! thousands = ","
//! [period]
//! columns = ["Year", "Month"]  # joined by a space
//! format = "%Y %B"
//! length = "month"             # day, week, month or year
//! [[sector]]                   # one column for each sector …
//! column = "Poonch"
//! place = "poonch"
//! [total]
//! column = "Total"             # a tally of its own, with the sectors as its parts
//! rows = "Total"               # a row with this as its period is a total: compared, and left out
//! ```
//! … or one number a row: `[number]` with `column`, `labels` (columns that say of what) and `place` (a column of names).
//!
//! A tally is one claim about a number. It is never expanded into incidents and never added to another.

mod mapping;
mod numbers;
mod row;

use crate::table::Shape;

pub use mapping::Mapping;
pub(crate) use row::Tally;

pub(crate) fn shape(needed: &[String]) -> Shape<'_> {
    Shape {
        dataset: "the mapping",
        standard: &[],
        needed,
        aliases: &[],
        is_data: |_| false,
    }
}
