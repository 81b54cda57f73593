//! What a data desk does with a ledger: codebooks, counts by them, and boards.
//!
//! ```
//! use armistice_desk::{By, Codebook, Query, counts, shipped};
//! use armistice_projection::Projection;
//!
//! let codebook = Codebook::parse(shipped("karabakh-2020").expect("it comes with the program"))?;
//! let projection = Projection::new(); // … projection.apply(&item)? for each entry, in the order of the log
//! let counted = counts(&projection, &codebook, &Query::of("allegations").by(By::Day))?;
//! assert_eq!(counted.rows.len(), 1); // what the series is; nothing was reported
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything here is a pure function of the rows of the views and of a codebook: the same log and the same codebook give the
//! same bytes. Pages: `docs/formats/codebook-v1.md`, `docs/reference/counts.md`, `docs/reference/tables.md`.
//! The crate knows no clock, no file, no network and no signature; it adds nothing up that has two units.

mod amount;
mod calendar;
mod codebook;
mod counts;
mod cut;
mod effort;
mod error;
mod fact;
mod frame;
mod shapes;
mod shipped;
mod table;
mod tables;
mod unit;

pub use amount::{Amount, Change};
pub use calendar::{By, Calendar, Ordinal, Period, Span};
pub use codebook::{
    Adds, Codebook, CodebookFlaw, Denied, Document, Exercises, FORMAT, Group, Part, Series, Sides,
    Unattributed, Weekday, Withdrawn,
};
pub use counts::{Counts, Query, ROWS_MAX, Row, counts};
pub use cut::Cut;
pub use error::Error;
pub use shipped::{SHIPPED, shipped};
pub use table::{Board, Table, table};
pub use unit::Unit;
