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
