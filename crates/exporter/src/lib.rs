//! Exports: the rows of views and the reports behind them, in the forms that other programs read.
//!
//! | form | rows | what says where it comes from |
//! |---|---|---|
//! | CSV | any view | a CSVW metadata file beside it |
//! | NDJSON | any view, its bytes as they are | the first line |
//! | GeoJSON | points of seven views | members of the collection |
//! | XLSX | any view | the sheets `codebook` and `about` |
//! | ACLED-shaped, GED-shaped | reports | a CSVW metadata file, and a list of what was left out |
//!
//! ```
//! use armistice_exporter::{About, Query, Rows, Shield, ndjson};
//! use armistice_projection::{Projection, View};
//!
//! let projection = Projection::new(); // … projection.apply(&item)? for each entry
//! let source = |sink: &mut dyn FnMut(&str, &[u8])| projection.for_each_row(View::Tallies, sink);
//! let about = About::new(&projection, Query::views(&projection, &[View::Tallies]), None);
//! let (shield, mut out) = (Shield::default(), Vec::new());
//! ndjson::write(&Rows::new(&source, &shield), &about, &mut out)?;
//! assert!(String::from_utf8(out)?.starts_with("{\"format\":\"armistice/export/v1\""));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! Rows are written as they are made: nothing but the projection and the writer's window is in memory. Every export says
//! what it was computed from ([`About`]), guards its cells against formulas ([`cell`]), and shows no place that is withheld
//! or redacted ([`Shield`]). Page: `docs/reference/exporting.md`. The crate opens no file and reads no clock.

mod about;
mod atlas;
pub mod cell;
mod changes;
mod columns;
mod error;
pub mod flat;
mod gazetteer;
mod geo;
mod history;
mod json;
mod left_out;
pub mod ndjson;
mod places;
mod row;
mod rows;
mod scrub;
mod shaped;
mod shield;
pub mod xlsx;

pub use about::{About, DISCLAIMER, LICENCE_NOT_STATED, Query, ViewStamp};
pub use changes::{WINDOW_ROWS, changes};
pub use columns::{COLUMNS_MAX, Columns, Datatype};
pub use error::Error;
pub use geo::{GEO_VIEWS, geojson};
pub use history::History;
pub use left_out::{Reason, Summary};
pub use rows::{Rows, Source};
pub use shaped::{Earlier, Lookup, Reports, Shape, earlier, shaped};
pub use shield::Shield;
