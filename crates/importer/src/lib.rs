//! Data sets in: rows of UCDP GED, of ACLED and of count tables become reports, with findings for what is odd in them.
//!
//! ```
//! use armistice_importer::{Encoding, Rows, TableOptions, ged};
//!
//! let file = "id,type_of_violence,date_start,date_end,best,low,high\n1,1,2022-03-26,2022-03-26,3,4,3\n";
//! let options = ged::Options { release: "23.1".parse()?, previous: Vec::new(), zone: None, dates: Default::default() };
//! let table = TableOptions { encoding: Encoding::Utf8, delimiter: b',' };
//! let mut rows = Rows::ged(file.as_bytes(), &table, options)?;
//! let row = rows.next().expect("one row")?;
//! assert_eq!(row.claims[0].id, "ged-23.1-1");
//! assert_eq!(row.claims[1].id, "ged-23.1-1-casualties");
//! assert!(row.findings.iter().any(|finding| finding.code.as_str() == "low_above_best"));
//! # Ok::<(), armistice_importer::Error>(())
//! ```
//!
//! Real files break their own rules. What can be carried is carried and flagged; what cannot be read is rejected with its
//! row, column, what was found and what to do ([`Finding`]). [`decide()`] compares a claim with what the log holds already.
//! The tables of columns are in `docs/reference/importing.md`.
//!
//! This crate reads from any [`std::io::Read`]. It opens no file, knows no clock, signs and submits nothing, and keeps no
//! list of what it has read: its memory does not grow with the number of rows.

pub mod acled;
mod amount;
mod cells;
mod claim;
mod code;
mod dates;
mod decide;
mod drafts;
mod edition;
mod error;
mod finding;
pub mod ged;
mod guard;
mod release;
mod rows;
mod table;
pub mod tally;
mod tidy;

pub use claim::{Claim, Lineage};
pub use code::FindingCode;
pub use dates::DateOrder;
pub use decide::{Decided, Draft, Known, Outcome, Stands, decide};
pub use drafts::draft_line;
pub use error::Error;
pub use finding::{Finding, Severity};
pub use guard::ROW_BYTES_MAX;
pub use release::Release;
pub use rows::{Row, Rows};
pub use table::{Encoding, TableOptions};
