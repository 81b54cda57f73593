//! The daily report of a ceasefire, made from a ledger and from nothing else.
//!
//! ```
//! use armistice_briefing::{Codebook, Hidden, Options, daily};
//! use armistice_projection::Projection;
//! use armistice_report::{Date, Sha256, Zone};
//!
//! let projection = Projection::new(); // … projection.apply(&item)? for each entry, in the order of the log
//! let options = Options {
//!     date: Date::new("2022-03-26")?,
//!     zone: Zone::new("+04:00")?,
//!     since: None,
//!     hidden: Hidden::new(),
//!     codebook: Codebook { codebook: "karabakh-2020".into(), sha256: Sha256([0; 32]), index: 0, hash: "00".into() },
//! };
//! // Entries are read again for the words that rows do not hold.
//! let refused = daily(&projection, &mut |_index| None, &options, None).unwrap_err();
//! assert_eq!(refused.to_string(), "the log has no entries");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The same entries and the same options give the same bytes in all three forms ([`json()`], [`markdown()`], [`html()`]): there is no
//! clock, and *now* is the receiving time of the last entry. The page is `docs/reference/daily-report.md`.
//!
//! What is not here: any sum over units, any judgement, and any word of a report that is not escaped for the form it goes into.

mod account;
mod amount;
mod daily;
mod day;
mod error;
mod forms;
mod frame;
mod html;
mod markdown;
mod reading;
mod rows;
mod sections;
mod visible;

pub use account::{Account, When};
pub use amount::{Amount, Change};
pub use daily::{Codebook, Daily, Header, Options, ViewUsed, daily, since_day};
pub use day::{Belongs, Day, Time};
pub use error::Error;
pub use forms::{html, json, markdown};
pub use frame::{Name, Place};
pub use reading::{Hidden, Logged, ReadEntry};
pub use rows::Entry;
pub use sections::{
    Annexed, AssertedBy, Casualties, CasualtyLine, ContactLine, Contested, ContestedIncident, Control,
    CorrectionLine, Corrections, CountLine, Counted, Dated, Diplomacy, District, EffortLine, FindingLine,
    Findings, IncidentLine, Incidents, LATE_SHOWN_MAX, LateLine, Limits, Line, MissingLine, MovementLine,
    ObservationLine, Peacekeepers, PlaceLine, RefusedLine, RequestLine, SideLine, StatementLine,
    StrengthLine, SummaryLine, TallyLine, ViolationReportLine,
};
