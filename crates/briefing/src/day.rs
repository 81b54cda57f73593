//! The local day of a report, and which times belong to it.
//!
//! A time belongs to the day when all of it lies within the day. A time that only overlaps it (several days, a week, an open end) is
//! listed apart as *not dated to one day*: nothing is put on a day on which its source did not put it.

use armistice_report::{Date, Timestamp, Zone};
use serde::{Deserialize, Serialize};

const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// A day of the calendar in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// The zone in which it is a day.
    pub zone: Zone,
    start: i64,
}

/// How a time lies to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Belongs {
    /// All of it lies within the day.
    Within,
    /// It overlaps the day and more, or one of its ends is not stated.
    Overlaps,
    /// It lies outside, or is not stated at all.
    Outside,
}

/// A time as the rows of views hold it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// The first moment, UTC.
    pub earliest: Option<Timestamp>,
    /// The last moment, UTC, included.
    pub latest: Option<Timestamp>,
    /// How fine it is, a word of the vocabulary.
    #[serde(default)]
    pub precision: String,
}

impl Day {
    /// The day `date` of a zone.
    pub fn new(date: Date, zone: Zone) -> Option<Self> {
        let midnight = Timestamp::new(&format!("{date}T00:00:00Z")).ok()?;
        let start = midnight.as_micros() - i64::from(zone.minutes()) * 60_000_000;
        Timestamp::from_micros(start)?;
        Timestamp::from_micros(start + DAY_MICROS)?;
        Some(Self { date, zone, start })
    }

    /// The day before.
    pub fn before(self) -> Option<Self> {
        let noon = Timestamp::from_micros(self.start - DAY_MICROS / 2)?;
        Self::new(noon.date_in(self.zone), self.zone)
    }

    /// Its first moment, UTC.
    pub fn start(self) -> Timestamp {
        // `new` has seen that both ends are times.
        Timestamp::from_micros(self.start).unwrap_or_else(|| Timestamp::from(armistice_epoch()))
    }

    /// Its last second, UTC.
    pub fn end(self) -> Timestamp {
        Timestamp::from_micros(self.start + DAY_MICROS - 1_000_000)
            .unwrap_or_else(|| Timestamp::from(armistice_epoch()))
    }

    /// How a time lies to this day.
    pub fn holds(self, time: &Time) -> Belongs {
        let (first, past) = (self.start, self.start + DAY_MICROS);
        let earliest = time.earliest.map(Timestamp::as_micros);
        let latest = time.latest.map(Timestamp::as_micros);
        match (earliest, latest) {
            (None, None) => Belongs::Outside,
            (Some(from), Some(to)) if from >= first && to < past => Belongs::Within,
            _ if earliest.is_some_and(|from| from >= past) || latest.is_some_and(|to| to < first) => {
                Belongs::Outside
            }
            _ => Belongs::Overlaps,
        }
    }

    /// The same of a time that may not be stated at all: then it lies outside.
    pub fn holds_stated(self, time: Option<&Time>) -> Belongs {
        time.map_or(Belongs::Outside, |time| self.holds(time))
    }

    /// True when the time may have begun by the end of this day.
    pub fn begun(self, time: &Time) -> bool {
        time.earliest
            .or(time.latest)
            .is_none_or(|from| from.as_micros() < self.start + DAY_MICROS)
    }

    /// True when all of the time lies before this day.
    pub fn is_after(self, time: &Time) -> bool {
        time.latest.is_some_and(|to| to.as_micros() < self.start)
    }

    /// A time in the zone of the day, as a person reads it: `2022-03-26`, `2022-03-24 to 2022-03-25`, `2022-03-26 12:00–17:59`.
    pub fn shown(self, time: &Time) -> String {
        match (time.earliest, time.latest) {
            (None, None) => "not stated".to_owned(),
            (Some(from), None) => format!("from {}", self.moment(from, false)),
            (None, Some(to)) => format!("by {}", self.moment(to, true)),
            (Some(from), Some(to)) => {
                let (first, last) = (from.date_in(self.zone), to.date_in(self.zone));
                let whole = self.clock(from) == "00:00" && self.clock(to) == "23:59";
                match (whole, first == last) {
                    (true, true) => first.to_string(),
                    (true, false) => format!("{first} to {last}"),
                    (false, true) if from == to => format!("{first} {}", self.clock(from)),
                    (false, true) => format!("{first} {}–{}", self.clock(from), self.clock(to)),
                    (false, false) => {
                        format!("{first} {} to {last} {}", self.clock(from), self.clock(to))
                    }
                }
            }
        }
    }

    /// A moment; whole days lose their hour.
    fn moment(self, at: Timestamp, is_end: bool) -> String {
        let (date, clock) = (at.date_in(self.zone), self.clock(at));
        if clock == if is_end { "23:59" } else { "00:00" } {
            date.to_string()
        } else {
            format!("{date} {clock}")
        }
    }

    /// `hh:mm` in the zone.
    pub fn clock(self, at: Timestamp) -> String {
        let local = at.as_micros() + i64::from(self.zone.minutes()) * 60_000_000;
        let minutes = local.rem_euclid(DAY_MICROS) / 60_000_000;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// The whole of another day, as a time.
    pub fn time_of(self, date: Date) -> Time {
        let day = Self::new(date, self.zone);
        Time {
            earliest: day.map(Self::start),
            latest: day.map(Self::end),
            precision: "day".to_owned(),
        }
    }
}

fn armistice_epoch() -> jiff::Timestamp {
    jiff::Timestamp::UNIX_EPOCH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Day {
        Day::new(Date::new("2022-03-26").unwrap(), Zone::new("+04:00").unwrap()).unwrap()
    }

    fn time(earliest: &str, latest: &str) -> Time {
        Time {
            earliest: Timestamp::new(earliest).ok(),
            latest: Timestamp::new(latest).ok(),
            precision: String::new(),
        }
    }

    #[test]
    fn times_lie_within_across_or_outside() {
        let cases = [
            (
                "2022-03-25T20:00:00Z",
                "2022-03-26T19:59:59Z",
                Belongs::Within,
                "2022-03-26",
            ),
            (
                "2022-03-26T08:00:00Z",
                "2022-03-26T13:59:59Z",
                Belongs::Within,
                "2022-03-26 12:00–17:59",
            ),
            (
                "2022-03-23T20:00:00Z",
                "2022-03-25T19:59:59Z",
                Belongs::Outside,
                "2022-03-24 to 2022-03-25",
            ),
            (
                "2022-03-24T20:00:00Z",
                "2022-03-26T19:59:59Z",
                Belongs::Overlaps,
                "2022-03-25 to 2022-03-26",
            ),
            ("", "2022-03-26T19:59:59Z", Belongs::Overlaps, "by 2022-03-26"),
            ("2022-03-26T20:00:00Z", "", Belongs::Outside, "from 2022-03-27"),
            ("", "", Belongs::Outside, "not stated"),
            (
                "2022-03-25T14:00:00Z",
                "2022-03-26T01:59:59Z",
                Belongs::Overlaps,
                "2022-03-25 18:00 to 2022-03-26 05:59",
            ),
        ];
        for (earliest, latest, expected, shown) in cases {
            let time = time(earliest, latest);
            assert_eq!(day().holds(&time), expected, "{earliest} {latest}");
            assert_eq!(day().shown(&time), shown);
        }
    }

    #[test]
    fn a_day_is_local() {
        assert_eq!(day().start().to_string(), "2022-03-25T20:00:00Z");
        assert_eq!(day().end().to_string(), "2022-03-26T19:59:59Z");
        assert_eq!(day().before().unwrap().date.to_string(), "2022-03-25");
    }
}
