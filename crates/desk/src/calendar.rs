//! Periods: how a codebook cuts time into days, weeks and months.
//!
//! `2022-03-26` · `2022-W12` · `2022-03` · `whole` · `not_stated`
//!
//! A time with its uncertainty belongs to the period that holds all of it. A time that reaches over a boundary, or is open at an
//! end, belongs to no period of that length: it stands under `not_stated` there, and may still belong to a longer one.

use armistice_report::{Timestamp, Zone};
use jiff::{ToSpan, civil};
use serde::Serialize;

use crate::codebook::Weekday;

const MICROS_PER_MINUTE: i64 = 60_000_000;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Days of the codebook's zone.
    Day,
    /// Weeks.
    Week,
    /// Months of the calendar.
    Month,
    /// All times together, and the times that are not stated.
    Whole,
}

impl By {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Whole => "whole",
        }
    }
}

/// The position of a period among those of its length: days since 1970, weeks since the first, months since year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ordinal(pub i64);

impl Ordinal {
    /// The period after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The period before this one.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0 - 1)
    }
}

/// A period, as rows name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Its length.
    pub kind: By,
    /// Its first moment, UTC. None for `whole` and `not_stated`.
    pub from: Option<Timestamp>,
    /// The first moment after it, UTC. None for `whole` and `not_stated`.
    pub until: Option<Timestamp>,
    /// Its name: `2022-03-26`, `2022-W12`, `2022-03`, `whole`, `not_stated`.
    pub label: String,
}

/// A time with its uncertainty, both ends included, as views give it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first moment, if stated.
    pub earliest: Option<Timestamp>,
    /// The last moment, if stated.
    pub latest: Option<Timestamp>,
}

/// How time is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    zone: Zone,
    day_starts_micros: i64,
    week_starts: Weekday,
}

impl Calendar {
    /// A calendar; `None` when `day_starts` is no local time `hh:mm`.
    pub fn new(zone: Zone, day_starts: &str, week_starts: Weekday) -> Option<Self> {
        let (hours, minutes) = day_starts.split_once(':')?;
        let number = |text: &str, limit: i64| -> Option<i64> {
            let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten().filter(|&n| n < limit)
        };
        let minutes = number(hours, 24)? * 60 + number(minutes, 60)?;
        Some(Self {
            zone,
            day_starts_micros: minutes * MICROS_PER_MINUTE,
            week_starts,
        })
    }

    /// Days from midnight to midnight, weeks from Monday, in a zone: what views count in where no codebook says otherwise.
    pub fn of_zone(zone: Zone) -> Self {
        Self {
            zone,
            day_starts_micros: 0,
            week_starts: Weekday::Monday,
        }
    }

    /// The zone.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// How far the start of a day lies behind the start of a day in UTC.
    fn shift(&self) -> i64 {
        i64::from(self.zone.minutes()) * MICROS_PER_MINUTE - self.day_starts_micros
    }

    /// The period that holds all of a time; `None` when none does.
    pub fn fit(&self, by: By, span: Span) -> Option<Ordinal> {
        if by == By::Whole {
            return Some(Ordinal(0));
        }
        let first = self.at(by, span.earliest?);
        (self.at(by, span.latest?) == first).then_some(first)
    }

    /// The period that holds a moment.
    pub fn at(&self, by: By, time: Timestamp) -> Ordinal {
        let day = (time.as_micros() + self.shift()).div_euclid(MICROS_PER_DAY);
        Ordinal(match by {
            By::Day => day,
            By::Week => (day - self.first_week_day()).div_euclid(7),
            By::Month => {
                let date = date_of(day);
                i64::from(date.year()) * 12 + i64::from(date.month()) - 1
            }
            By::Whole => 0,
        })
    }

    /// The first day of the week with the ordinal 0, counted from 1970-01-01, a Thursday.
    fn first_week_day(&self) -> i64 {
        match self.week_starts {
            Weekday::Thursday => 0,
            Weekday::Friday => -6,
            Weekday::Saturday => -5,
            Weekday::Sunday => -4,
            Weekday::Monday => -3,
            Weekday::Tuesday => -2,
            Weekday::Wednesday => -1,
        }
    }

    /// The first day of a period.
    fn first_day(&self, by: By, ordinal: Ordinal) -> i64 {
        match by {
            By::Day | By::Whole => ordinal.0,
            By::Week => ordinal.0 * 7 + self.first_week_day(),
            By::Month => {
                let (year, month) = (ordinal.0.div_euclid(12), ordinal.0.rem_euclid(12) + 1);
                let part = |number: i64| i8::try_from(number).unwrap_or(1);
                let date = civil::Date::new(i16::try_from(year).unwrap_or_default(), part(month), 1);
                day_of(date.unwrap_or(EPOCH))
            }
        }
    }

    /// A period as rows name it; `None` is the bucket of times that fit into none.
    pub fn period(&self, by: By, ordinal: Option<Ordinal>) -> Period {
        let unbounded = |label: &str| Period {
            kind: by,
            from: None,
            until: None,
            label: label.to_owned(),
        };
        let Some(ordinal) = ordinal else {
            return unbounded("not_stated");
        };
        if by == By::Whole {
            return unbounded("whole");
        }
        let (first, after) = (self.first_day(by, ordinal), self.first_day(by, ordinal.next()));
        let moment = |day: i64| Timestamp::from_micros(day * MICROS_PER_DAY - self.shift());
        Period {
            kind: by,
            from: moment(first),
            until: moment(after),
            label: self.label(by, first),
        }
    }

    fn label(&self, by: By, first_day: i64) -> String {
        let date = date_of(first_day);
        match by {
            By::Month => format!("{:04}-{:02}", date.year(), date.month()),
            By::Week if self.week_starts == Weekday::Monday => {
                let week = date.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            // Only weeks from Monday have a number in ISO 8601; others are named by their first day.
            By::Week => format!("{date}+7d"),
            By::Day | By::Whole => date.to_string(),
        }
    }
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

fn date_of(day: i64) -> civil::Date {
    // Reports hold the years 0 to 9999 only: a day beyond the calendar cannot come up.
    EPOCH.checked_add(day.days()).unwrap_or(EPOCH)
}

fn day_of(date: civil::Date) -> i64 {
    let span = EPOCH.until(date).unwrap_or_default();
    i64::from(span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str, starts: &str, week: Weekday) -> Calendar {
        Calendar::new(Zone::new(zone).unwrap(), starts, week).unwrap()
    }

    fn check(calendar: &Calendar, by: By, earliest: &str, latest: &str, expected: &str) {
        let time = |text: &str| (!text.is_empty()).then(|| Timestamp::new(text).unwrap());
        let span = Span {
            earliest: time(earliest),
            latest: time(latest),
        };
        let period = calendar.period(by, calendar.fit(by, span));
        assert_eq!(period.label, expected, "{by:?} {earliest} {latest}");
        if let (Some(from), Some(until)) = (period.from, period.until) {
            assert!(from <= span.earliest.unwrap() && span.latest.unwrap() < until);
            assert_eq!(calendar.at(by, from), calendar.fit(by, span).unwrap());
            assert_eq!(calendar.at(by, until), calendar.fit(by, span).unwrap().next());
        }
    }

    #[test]
    fn a_time_belongs_to_the_period_that_holds_all_of_it() {
        let baku = calendar("+04:00", "00:00", Weekday::Monday);
        let day = ("2022-03-25T20:00:00Z", "2022-03-26T19:59:59Z");
        check(&baku, By::Day, day.0, day.1, "2022-03-26");
        check(&baku, By::Week, day.0, day.1, "2022-W12");
        check(&baku, By::Month, day.0, day.1, "2022-03");
        check(&baku, By::Whole, "", "", "whole");
        check(&baku, By::Month, day.0, "", "not_stated");
        check(&baku, By::Day, "2022-03-24T20:00:00Z", day.1, "not_stated");
        check(&baku, By::Week, "2022-03-24T20:00:00Z", day.1, "2022-W12");
        // 20:00 UTC is midnight at +04:00: the last moment of March and the first of April.
        check(
            &baku,
            By::Month,
            "2022-03-31T19:59:59Z",
            "2022-03-31T19:59:59.999999Z",
            "2022-03",
        );
        check(
            &baku,
            By::Month,
            "2022-03-31T20:00:00Z",
            "2022-03-31T20:00:00Z",
            "2022-04",
        );
        check(
            &baku,
            By::Month,
            "2022-03-31T19:59:59Z",
            "2022-03-31T20:00:00Z",
            "not_stated",
        );
        check(
            &baku,
            By::Week,
            "2021-01-01T00:00:00Z",
            "2021-01-01T00:00:00Z",
            "2020-W53",
        );
        check(
            &baku,
            By::Month,
            "1969-11-30T23:00:00Z",
            "1969-11-30T23:00:00Z",
            "1969-12",
        );
    }

    #[test]
    fn days_may_begin_in_the_evening_and_weeks_on_any_day() {
        let evening = calendar("+02:00", "19:30", Weekday::Saturday);
        check(
            &evening,
            By::Day,
            "2022-03-26T17:29:59Z",
            "2022-03-26T17:29:59Z",
            "2022-03-25",
        );
        check(
            &evening,
            By::Day,
            "2022-03-26T17:30:00Z",
            "2022-03-26T17:30:00Z",
            "2022-03-26",
        );
        check(
            &evening,
            By::Week,
            "2022-03-26T17:30:00Z",
            "2022-04-02T17:29:59Z",
            "2022-03-26+7d",
        );
        for week in [
            Weekday::Sunday,
            Weekday::Tuesday,
            Weekday::Thursday,
            Weekday::Friday,
        ] {
            let calendar = calendar("-03:30", "06:00", week);
            let at = Timestamp::new("2022-03-26T17:30:00Z").unwrap();
            let period = calendar.period(By::Week, Some(calendar.at(By::Week, at)));
            assert!(period.from.unwrap() <= at && at < period.until.unwrap());
        }
    }

    #[test]
    fn nonsense_is_no_local_time() {
        for text in ["24:00", "0:00", "00:60", "00-00", "+1:00", "", "00:00:00"] {
            assert!(
                Calendar::new(Zone::UTC, text, Weekday::Monday).is_none(),
                "{text}"
            );
        }
    }
}
