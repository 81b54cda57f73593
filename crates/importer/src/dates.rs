//! Days as data sets write them, and the moments at which a local day begins and ends.
//!
//! `2022-03-26` · `2022-03-26 00:00:00.000` · `26 March 2022` · `26/03/2022`
//!
//! `03/04/2022` is two days: without an order from the person who imports it is refused, never guessed.

use armistice_report::{TimePrecision, TimeSpec, Timestamp, Zone};
use jiff::civil;

use crate::code::FindingCode;

/// Which part of a date in numbers comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// Not said: what can be read in one way only is read, the rest is refused.
    #[default]
    Unstated,
    /// Day, month, year: `26/03/2022`.
    DayMonthYear,
    /// Month, day, year: `03/26/2022`.
    MonthDayYear,
    /// Year, month, day, and nothing else.
    YearMonthDay,
}

/// Reads a day.
pub(crate) fn read(text: &str, order: DateOrder) -> Result<civil::Date, FindingCode> {
    let day = without_midnight(text.trim());
    let parts: Vec<&str> = day
        .split(['-', '/', '.', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let [first, second, third] = parts[..] else {
        return Err(FindingCode::DateInvalid);
    };
    if first.len() == 4 {
        return civil_date(first, second, third);
    }
    if third.len() != 4 || order == DateOrder::YearMonthDay {
        return Err(FindingCode::DateInvalid);
    }
    if let Some(month) = month_number(second) {
        return civil_date(third, month, first);
    }
    let day_first = civil_date(third, second, first);
    let month_first = civil_date(third, first, second);
    match (order, day_first, month_first) {
        (DateOrder::DayMonthYear, day_first, _) => day_first,
        (DateOrder::MonthDayYear, _, month_first) => month_first,
        (_, Ok(one), Ok(other)) if one != other => Err(FindingCode::DateAmbiguous),
        (_, Ok(day), _) | (_, _, Ok(day)) => Ok(day),
        (_, Err(code), Err(_)) => Err(code),
    }
}

/// Cuts off a time of day that says midnight, as exports of databases write it.
fn without_midnight(text: &str) -> &str {
    let split = text.split_once(['T', ' ']);
    match split {
        Some((day, time))
            if time.contains(':') && time.chars().all(|c| matches!(c, '0' | ':' | '.' | 'Z')) =>
        {
            day
        }
        _ => text,
    }
}

fn civil_date(year: &str, month: &str, day: &str) -> Result<civil::Date, FindingCode> {
    let digits = |text: &str, most: usize| {
        ((1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<i16>().ok())
            .flatten()
            .ok_or(FindingCode::DateInvalid)
    };
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let small = |number: i16| i8::try_from(number).map_err(|_| FindingCode::DateInvalid);
    civil::Date::new(year, small(month)?, small(day)?).map_err(|_| FindingCode::DateInvalid)
}

/// The number of an English month, whole or of three letters.
fn month_number(text: &str) -> Option<&'static str> {
    const MONTHS: [(&str, &str); 12] = [
        ("january", "1"),
        ("february", "2"),
        ("march", "3"),
        ("april", "4"),
        ("may", "5"),
        ("june", "6"),
        ("july", "7"),
        ("august", "8"),
        ("september", "9"),
        ("october", "10"),
        ("november", "11"),
        ("december", "12"),
    ];
    let lower = text.to_ascii_lowercase();
    let same = |name: &str| name == lower || (lower.len() == 3 && name.starts_with(&lower));
    MONTHS
        .iter()
        .find(|(name, _)| same(name))
        .map(|(_, number)| *number)
}

/// The time from the first moment of `first` to the last second of `last`, both days of `zone`.
pub(crate) fn days(
    first: civil::Date,
    last: civil::Date,
    precision: TimePrecision,
    zone: Option<Zone>,
) -> Option<TimeSpec> {
    let offset = i64::from(zone.unwrap_or(Zone::UTC).minutes()) * 60;
    Some(TimeSpec {
        earliest: Some(moment(first, 0, offset)?),
        latest: Some(moment(last, 86_399, offset)?),
        precision,
        verbatim: None,
        anchor: None,
        rule: None,
        zone,
    })
}

/// A second of a local day; none outside the years that a report can hold.
fn moment(day: civil::Date, second: i64, offset: i64) -> Option<Timestamp> {
    let midnight = jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    Timestamp::from_micros((midnight.as_second() + second - offset) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, order: DateOrder, expected: Result<&str, FindingCode>) {
        let found = read(text, order).map(|day| day.to_string());
        assert_eq!(
            found.as_deref().map_err(|code| *code),
            expected,
            "{text} {order:?}"
        );
    }

    #[test]
    fn days_are_read_and_never_guessed() {
        use DateOrder::{DayMonthYear, MonthDayYear, Unstated, YearMonthDay};
        for order in [Unstated, DayMonthYear, MonthDayYear, YearMonthDay] {
            check("2022-03-26", order, Ok("2022-03-26"));
            check("2022-03-26 00:00:00.000", order, Ok("2022-03-26"));
            check("2022/3/6", order, Ok("2022-03-06"));
            check("2022-02-30", order, Err(FindingCode::DateInvalid));
            check("", order, Err(FindingCode::DateInvalid));
            check("yesterday", order, Err(FindingCode::DateInvalid));
            check("26/03/22", order, Err(FindingCode::DateInvalid));
        }
        check("26 March 2022", Unstated, Ok("2022-03-26"));
        check("05-Mar-2022", Unstated, Ok("2022-03-05"));
        check("26/03/2022", Unstated, Ok("2022-03-26"));
        check("03/26/2022", Unstated, Ok("2022-03-26"));
        check("03/03/2022", Unstated, Ok("2022-03-03"));
        check("03/04/2022", Unstated, Err(FindingCode::DateAmbiguous));
        check("03/04/2022", DayMonthYear, Ok("2022-04-03"));
        check("03/04/2022", MonthDayYear, Ok("2022-03-04"));
        check("26/03/2022", MonthDayYear, Err(FindingCode::DateInvalid));
        check("03/04/2022", YearMonthDay, Err(FindingCode::DateInvalid));
        check("2022-03-26 14:00", Unstated, Err(FindingCode::DateInvalid));
    }

    #[test]
    fn a_local_day_has_its_own_bounds() {
        let day = civil::date(2022, 3, 26);
        let zone = Zone::new("+04:00").unwrap();
        let time = days(day, day, TimePrecision::Day, Some(zone)).unwrap();
        assert_eq!(time.earliest.unwrap().to_string(), "2022-03-25T20:00:00Z");
        assert_eq!(time.latest.unwrap().to_string(), "2022-03-26T19:59:59Z");
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,30}") {
            for order in [DateOrder::Unstated, DateOrder::DayMonthYear, DateOrder::MonthDayYear] {
                let _ = read(&text, order);
            }
        }
    }
}
