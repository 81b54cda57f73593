//! When something happened, as far as the source knows.
//!
//! `{"earliest":"2022-03-25T20:00:00Z","latest":"2022-03-26T19:59:59Z","precision":"day","zone":"+04:00"}`
//!
//! Both ends belong to the time. Source: notes on UCDP GED codebook 22.1 (`date_prec`, appendix on vague dates) and
//! ACLED (`time_precision`). Whether the width of the interval fits the precision is not checked: importers carry rows
//! where it does not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    checked::checked,
    clock::{Date, Timestamp, Zone},
    flaw::{Checked, Flaw},
    ids::RuleId,
    refusal::RefusalCode,
    text::Line,
    words::words,
};

/// A time with its uncertainty: something happened at, or during, some part of `earliest` to `latest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct TimeSpec {
    /// The first moment at which it can have happened or begun, UTC. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Timestamp>,
    /// The last moment at which it can have happened or ended, UTC, included. None means not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Timestamp>,
    /// How fine the source's own statement is (UCDP GED `date_prec`, ACLED `time_precision`).
    pub precision: TimePrecision,
    /// The source's own words for the time, such as "since Thursday".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verbatim: Option<Line>,
    /// The day from which relative words were counted, usually the day of publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Date>,
    /// The rule that resolved the words (UCDP GED codebook, appendix on vague dates).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// The zone in which the source counts its days. None means the ledger's own zone. UCDP GED days are local days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
}
checked!(TimeSpec);

impl TimeSpec {
    pub(crate) fn check(&self) -> Checked {
        if let (Some(earliest), Some(latest)) = (self.earliest, self.latest)
            && latest < earliest
        {
            return Err(Flaw::at(
                RefusalCode::TimeOrder,
                "latest",
                format!("a time not before earliest, {earliest}"),
            ));
        }
        if self.precision != TimePrecision::Unknown && self.earliest.is_none() && self.latest.is_none() {
            let expected = "earliest, latest or both, unless precision is unknown";
            return Err(Flaw::at(RefusalCode::MissingField, "earliest", expected));
        }
        Ok(())
    }
}

words! {
    /// How fine a stated time is.
    TimePrecision {
        /// To the minute or finer. UCDP GED `date_prec` 1, ACLED `time_precision` 1.
        Exact = "exact",
        /// To the hour. UCDP GED 1, ACLED 1.
        Hour = "hour",
        /// Morning, afternoon, night. UCDP GED 1, ACLED 1.
        PartOfDay = "part_of_day",
        /// One day. UCDP GED 1, ACLED 1.
        Day = "day",
        /// Two to six days. UCDP GED 2, ACLED 2.
        Days = "days",
        /// A week. UCDP GED 3, ACLED 2.
        Week = "week",
        /// A month. UCDP GED 4, ACLED 3.
        Month = "month",
        /// A year, or more than a month. UCDP GED 5; ACLED has no code.
        Year = "year",
        /// Not stated. Neither has a code.
        Unknown = "unknown",
    }
}

impl TimePrecision {
    /// The `date_prec` of UCDP GED codebook 22.1, 1 to 5; `None` where it has none.
    pub const fn ucdp_date_prec(self) -> Option<u8> {
        match self {
            Self::Exact | Self::Hour | Self::PartOfDay | Self::Day => Some(1),
            Self::Days => Some(2),
            Self::Week => Some(3),
            Self::Month => Some(4),
            Self::Year => Some(5),
            Self::Unknown => None,
        }
    }

    /// The `time_precision` of ACLED, 1 to 3; `None` where it has none.
    pub const fn acled_time_precision(self) -> Option<u8> {
        match self {
            Self::Exact | Self::Hour | Self::PartOfDay | Self::Day => Some(1),
            Self::Days | Self::Week => Some(2),
            Self::Month => Some(3),
            Self::Year | Self::Unknown => None,
        }
    }
}

/// A window of the ledger's own clock or of a counting period: both ends known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Window {
    /// The window's first moment, UTC.
    pub from: Timestamp,
    /// The window's last moment, UTC, included.
    pub to: Timestamp,
}
checked!(Window);

impl Window {
    fn check(&self) -> Checked {
        if self.to < self.from {
            return Err(Flaw::at(
                RefusalCode::TimeOrder,
                "to",
                format!("a time not before from, {}", self.from),
            ));
        }
        Ok(())
    }
}
