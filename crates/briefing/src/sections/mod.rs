//! The sections of a report, each a function of rows, and the entries that they name.

pub(crate) mod annex;
pub(crate) mod casualties;
pub(crate) mod contested;
pub(crate) mod control;
pub(crate) mod corrections;
pub(crate) mod counted;
pub(crate) mod diplomacy;
pub(crate) mod findings;
pub(crate) mod incidents;
pub(crate) mod limits;
pub(crate) mod peacekeepers;
pub(crate) mod summary;

use armistice_projection::Projection;
use serde::Serialize;

pub use annex::Annexed;
pub use casualties::{Casualties, CasualtyLine, SideLine};
pub use contested::{Contested, ContestedIncident, Line};
pub use control::{Control, MovementLine, PlaceLine};
pub use corrections::{CorrectionLine, Corrections, LATE_SHOWN_MAX, LateLine};
pub use counted::{CountLine, Counted};
pub use diplomacy::{ContactLine, Diplomacy, StatementLine};
pub use findings::{FindingLine, Findings, ViolationReportLine};
pub use incidents::{District, IncidentLine, Incidents, ObservationLine, TallyLine};
pub use limits::{EffortLine, Limits, MissingLine, RefusedLine};
pub use peacekeepers::{AssertedBy, Peacekeepers, RequestLine, StrengthLine};
pub use summary::SummaryLine;

use crate::{Error, account::Context, day::Belongs};

/// The sections that are about a day.
pub(crate) struct Sections {
    pub(crate) incidents: Incidents,
    pub(crate) contested: Contested,
    pub(crate) casualties: Casualties,
    pub(crate) control: Control,
    pub(crate) peacekeepers: Peacekeepers,
    pub(crate) diplomacy: Diplomacy,
    pub(crate) findings: Findings,
}

impl Sections {
    pub(crate) fn of(projection: &Projection, context: &mut Context<'_, '_>) -> Result<Self, Error> {
        Ok(Self {
            incidents: incidents::section(projection, context)?,
            contested: contested::section(projection, context)?,
            casualties: casualties::section(projection, context)?,
            control: control::section(projection, context)?,
            peacekeepers: peacekeepers::section(projection, context)?,
            diplomacy: diplomacy::section(projection, context)?,
            findings: findings::section(projection, context)?,
        })
    }
}

/// What belongs to the day, and apart from it what only overlaps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dated<T> {
    /// All of its time lies within the day.
    pub day: Vec<T>,
    /// Its time overlaps the day and more, or has an open end: not dated to one day.
    pub not_dated_to_one_day: Vec<T>,
}

impl<T> Default for Dated<T> {
    fn default() -> Self {
        Self {
            day: Vec::new(),
            not_dated_to_one_day: Vec::new(),
        }
    }
}

impl<T> Dated<T> {
    pub(crate) fn push(&mut self, belongs: Belongs, item: T) {
        match belongs {
            Belongs::Within => self.day.push(item),
            Belongs::Overlaps => self.not_dated_to_one_day.push(item),
            Belongs::Outside => {}
        }
    }

    /// The two parts, the second with a title.
    pub fn parts(&self) -> [(&'static str, &[T]); 2] {
        [
            ("", &self.day),
            ("Not dated to one day", &self.not_dated_to_one_day),
        ]
    }

    /// How many of each.
    pub(crate) fn len(&self) -> (usize, usize) {
        (self.day.len(), self.not_dated_to_one_day.len())
    }

    /// True when there is neither.
    pub fn is_empty(&self) -> bool {
        self.day.is_empty() && self.not_dated_to_one_day.is_empty()
    }
}
