//! Days: a data set counts local days, a report holds times in UTC and the zone of its days.

use armistice_report::{Date, TimeSpec, Timestamp, Zone};

use crate::{Error, Rows, Shield, Source, row::Row};

/// Seconds of a day, less one: the last second of a day after its first.
const LAST_SECOND: i64 = 86_399;

/// In which zone days are counted where a report does not say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Days {
    ledger: Zone,
}

impl Days {
    /// Reads the ledger's zone from the rows of `producers`.
    pub(crate) fn of(producers: &Source<'_>, shield: &Shield) -> Result<Self, Error> {
        let mut ledger = Zone::UTC;
        Rows::new(producers, shield).each(|line| {
            let row = Row::read("", line)?;
            if row.text("row") == "ledger"
                && let Ok(zone) = Zone::new(row.text("zone"))
            {
                ledger = zone;
            }
            Ok(())
        })?;
        Ok(Self { ledger })
    }

    /// The first and the last day; one of them where the other is not stated, none where neither is.
    pub(crate) fn between(self, time: &TimeSpec) -> Option<(Date, Date)> {
        let zone = time.zone.unwrap_or_else(|| {
            // Whole days of UTC were counted in UTC, whatever the ledger's zone is.
            if is_utc_days(time) { Zone::UTC } else { self.ledger }
        });
        let first = time.earliest.or(time.latest)?.date_in(zone);
        let last = time.latest.or(time.earliest)?.date_in(zone);
        Some((first, last))
    }
}

/// Names of months by their first three letters.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The one day of a span that a data set's own text means: `2023-01-01`, `01 January 2023`, `01/01/2023`. None where it means
/// none of them, or more than one.
pub(crate) fn kept_day(text: &str, first: Date, last: Date) -> Option<Date> {
    let day = text.trim().split('T').next().unwrap_or_default();
    let parts: Vec<&str> = day
        .split(['-', '/', '.', ' '])
        .filter(|part| !part.is_empty())
        .take(3)
        .collect();
    let [a, b, c] = parts[..] else { return None };
    // Year, month and day in the orders that data sets use.
    let found = [(a, b, c), (c, b, a), (c, a, b)].map(|(year, month, day)| {
        let name = month.to_ascii_lowercase();
        let named = MONTHS.iter().position(|known| name.starts_with(known));
        let month = named.map_or_else(|| month.parse().ok(), |at| Some(at + 1))?;
        let day = Date::new(&format!("{year}-{month:02}-{:02}", day.parse::<u8>().ok()?)).ok()?;
        (first <= day && day <= last).then_some(day)
    });
    let mut found = found.into_iter().flatten();
    let one = found.next()?;
    found.all(|other| other == one).then_some(one)
}

fn is_utc_days(time: &TimeSpec) -> bool {
    let second =
        |end: Option<Timestamp>| end.map(|end| end.as_micros().div_euclid(1_000_000).rem_euclid(86_400));
    second(time.earliest) == Some(0) && second(time.latest) == Some(LAST_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use armistice_report::TimePrecision;

    fn check(from: &str, to: &str, zone: Option<&str>, expected: &str) {
        let ledger = Zone::new("+04:00").unwrap();
        let time = TimeSpec {
            earliest: Timestamp::new(from).ok(),
            latest: Timestamp::new(to).ok(),
            precision: TimePrecision::Days,
            verbatim: None,
            anchor: None,
            rule: None,
            zone: zone.map(|zone| Zone::new(zone).unwrap()),
        };
        let found = Days { ledger }
            .between(&time)
            .map(|(first, last)| format!("{first} {last}"));
        assert_eq!(found.unwrap_or_default(), expected);
    }

    #[test]
    fn a_kept_day_is_one_of_its_span() {
        let date = |text| Date::new(text).unwrap();
        for (text, expected) in [
            ("2023-01-01", Some("2023-01-01")),
            ("2023-01-01 00:00:00.000", Some("2023-01-01")),
            ("01 January 2023", Some("2023-01-01")),
            ("1-Jan-2023", Some("2023-01-01")),
            ("12/30/2022", Some("2022-12-30")),
            ("30/12/2022", Some("2022-12-30")),
            ("2023-01-02", None),
            ("Sunday", None),
            ("", None),
        ] {
            let found = kept_day(text, date("2022-12-26"), date("2023-01-01"));
            assert_eq!(found, expected.map(date), "{text}");
        }
        let year = (date("2022-01-01"), date("2022-12-31"));
        assert_eq!(kept_day("03/04/2022", year.0, year.1), None, "two days");
    }

    #[test]
    fn days_are_the_sources_own() {
        check(
            "2022-03-25T20:00:00Z",
            "2022-03-26T19:59:59Z",
            None,
            "2022-03-26 2022-03-26",
        );
        check(
            "2022-03-25T20:00:00Z",
            "2022-03-26T19:59:59Z",
            Some("+04:00"),
            "2022-03-26 2022-03-26",
        );
        check(
            "2022-03-26T00:00:00Z",
            "2022-03-27T23:59:59Z",
            None,
            "2022-03-26 2022-03-27",
        );
        check(
            "2022-03-25T22:00:00Z",
            "",
            Some("+02:00"),
            "2022-03-26 2022-03-26",
        );
        check("", "", None, "");
    }
}
