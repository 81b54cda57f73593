//! Stretches of local time, and how fine a stretch is.

use armistice_report::{Date, Line, RuleId, TimePrecision, TimeSpec, Timestamp, Zone};
use jiff::{
    civil::{self, DateTime},
    tz::Offset,
};

use crate::{Resolved, Unresolved};

/// From one second of local time to another, both included. An end that is not stated is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Option<DateTime>,
    pub(crate) to: Option<DateTime>,
}

impl Span {
    /// Whole days.
    pub(crate) fn days(from: civil::Date, to: civil::Date) -> Self {
        Self {
            from: Some(from.at(0, 0, 0, 0)),
            to: Some(to.at(23, 59, 59, 0)),
        }
    }

    /// One day.
    pub(crate) fn day(day: civil::Date) -> Self {
        Self::days(day, day)
    }

    /// Nothing of it lies after the end of this day.
    pub(crate) fn not_after(self, day: civil::Date) -> Self {
        let end = day.at(23, 59, 59, 0);
        Self {
            to: self.to.map(|to| to.min(end)),
            ..self
        }
    }

    pub(crate) fn first_day(self) -> Option<civil::Date> {
        self.from.map(DateTime::date)
    }

    pub(crate) fn last_day(self) -> Option<civil::Date> {
        self.to.map(DateTime::date)
    }
}

/// What a rule made of words.
pub(crate) struct Found {
    pub(crate) rule: &'static str,
    pub(crate) span: Span,
    pub(crate) precision: TimePrecision,
}

impl Found {
    pub(crate) fn new(rule: &'static str, span: Span, precision: TimePrecision) -> Self {
        Self {
            rule,
            span,
            precision,
        }
    }

    /// As fine as the number of days says: UCDP GED `date_prec`.
    pub(crate) fn by_width(rule: &'static str, span: Span) -> Self {
        Self::new(rule, span, width(span))
    }

    pub(crate) fn into_time(
        self,
        verbatim: Line,
        anchor: Date,
        zone: Zone,
    ) -> Result<Resolved<TimeSpec>, Unresolved> {
        let outside = || Unresolved::impossible("a time outside the years 0000 to 9999");
        let at = |moment: Option<DateTime>| -> Result<Option<Timestamp>, Unresolved> {
            let Some(moment) = moment else { return Ok(None) };
            let offset = Offset::from_seconds(i32::from(zone.minutes()) * 60).map_err(|_| outside())?;
            let utc = offset.to_timestamp(moment).map_err(|_| outside())?;
            Timestamp::from_micros(utc.as_microsecond()).map_or_else(|| Err(outside()), |t| Ok(Some(t)))
        };
        let (earliest, latest) = (at(self.span.from)?, at(self.span.to)?);
        if earliest.zip(latest).is_some_and(|(from, to)| to < from) {
            return Err(Unresolved::impossible("a time that ends before it begins"));
        }
        let rule = RuleId::new(self.rule).map_err(|flaw| Unresolved::NotText(flaw.to_string()))?;
        let value = TimeSpec {
            earliest,
            latest,
            precision: self.precision,
            verbatim: Some(verbatim),
            anchor: Some(anchor),
            rule: Some(rule.clone()),
            zone: Some(zone),
        };
        Ok(Resolved { value, rule })
    }
}

/// UCDP GED `date_prec` by the number of days that a span touches: 1, 2 to 6, 7, 8 to 31, more.
fn width(span: Span) -> TimePrecision {
    let (Some(from), Some(to)) = (span.first_day(), span.last_day()) else {
        return TimePrecision::Unknown;
    };
    match from.until(to).map_or(i32::MAX, |between| between.get_days()) {
        ..=0 => TimePrecision::Day,
        1..=5 => TimePrecision::Days,
        6 => TimePrecision::Week,
        7..=30 => TimePrecision::Month,
        _ => TimePrecision::Year,
    }
}
