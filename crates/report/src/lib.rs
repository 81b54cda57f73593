//! The vocabulary of reports: typed events, their validation, refusals and wire form.
//!
//! ```
//! let line = concat!(
//!     r#"{"specversion":"1.0","id":"r-1","source":"demo-newsdesk","type":"incident.reported.v1","#,
//!     r#""time":"2022-03-26T14:00:00Z","subject":"karabakh-2020","ledger":"example.org/karabakh","producerseq":1,"#,
//!     r#""data":{"provenance":{"asserted_by":{"actor":"karabakh-defence-army"},"hedge":"claimed"},"#,
//!     r#""content":{"kind":"advance_or_incursion","accused":"azerbaijan","time":{"precision":"unknown"}}}}"#,
//!     "\n",
//! );
//! let report = armistice_report::parse(line.as_bytes())?;
//! assert_eq!(report.event_type().as_str(), "incident.reported.v1");
//! assert_eq!(armistice_report::to_json_line(&report), line);
//!
//! let refusal = armistice_report::parse(line.replace("azerbaijan", "Azerbaijan").as_bytes()).unwrap_err();
//! assert_eq!(refusal.field, "data.content.accused");
//! # Ok::<(), armistice_report::Refusal>(())
//! ```
//!
//! Formats: `docs/formats/report-v1.md`, `docs/formats/entry-v1.md`. Vocabulary: `docs/reference/vocabulary.md`.
//! A report is judged by its bytes alone. This crate knows no signature, no tree, no file, no clock and no other entry.

#![expect(
    clippy::doc_markdown,
    reason = "CloudEvents, GeoNames and the like are names, and the docs are also a page"
)]

mod checked;
mod clock;
mod code;
pub mod entry;
mod event;
mod flaw;
mod ids;
mod json;
mod kinds;
mod list;
mod number;
mod place;
mod provenance;
mod quantity;
mod redacted;
pub mod reference;
mod refusal;
mod report;
mod strict;
mod text;
mod time;
mod words;

mod answers;
mod claims;
mod curation;
mod diplomacy;
mod findings;
mod founding;
mod frame;
mod investigations;
mod observations;
mod peacekeeping;

pub use answers::*;
pub use claims::*;
pub use clock::{Date, Timestamp, Zone};
pub use curation::*;
pub use diplomacy::*;
pub use entry::{ENTRY_BYTES_MAX, ENTRY_HEADER_BYTES, EntryError, EntryParts, NOTE_BYTES_MAX};
pub use event::{Event, EventType, Family, Grant, Replacement, Rules};
pub use findings::*;
pub use flaw::Flaw;
pub use founding::*;
pub use frame::*;
pub use ids::*;
pub use investigations::*;
pub use kinds::*;
pub use list::{List, OneTo, UpTo};
pub use number::{WHOLE_MAX, Whole};
pub use observations::*;
pub use peacekeeping::*;
pub use place::*;
pub use provenance::*;
pub use quantity::{Quantity, Relation};
pub use redacted::redacted;
pub use refusal::{Refusal, RefusalCode};
pub use report::{PRODUCER_SEQ_MAX, Report, parse, parse_json, to_json_line};
pub use text::{Label, Line, Name, Passage, Text, is_control};
pub use time::{TimePrecision, TimeSpec, Window};
