//! Days and months as they are written: `2022-03-26`, `26 March 2022`, `March 26`, `Thursday, 24 March`, `26/03/2022`.
//!
//! Without a year the latest such day that is not after the anchor is meant, if it lies at most [`BACK_DAYS_MAX`] days before it.
//! Otherwise the words could as well mean a day to come, and nothing is resolved.

use jiff::{ToSpan, civil};

use crate::Unresolved;

/// Nine months: a December named in January is the last one; a December named in November may be the next one.
const BACK_DAYS_MAX: i32 = 274;

const MONTHS: &[(&str, i8)] = &[
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("sept", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
];

const WEEKDAYS: &[(&str, civil::Weekday)] = &[
    ("monday", civil::Weekday::Monday),
    ("tuesday", civil::Weekday::Tuesday),
    ("wednesday", civil::Weekday::Wednesday),
    ("thursday", civil::Weekday::Thursday),
    ("friday", civil::Weekday::Friday),
    ("saturday", civil::Weekday::Saturday),
    ("sunday", civil::Weekday::Sunday),
];

/// What a rule says when it looked: nothing of its kind, or a day, or a reason.
pub(crate) type Looked<T> = Option<Result<T, Unresolved>>;

pub(crate) fn month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.');
    MONTHS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, month)| *month)
}

pub(crate) fn weekday(word: &str) -> Option<civil::Weekday> {
    WEEKDAYS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, day)| *day)
}

/// The latest day of this name that is not after the anchor.
pub(crate) fn weekday_by(anchor: civil::Date, day: civil::Weekday) -> Result<civil::Date, Unresolved> {
    let back = anchor.weekday().since(day);
    before(anchor, i64::from(back))
}

/// So many days before.
pub(crate) fn before(day: civil::Date, days: i64) -> Result<civil::Date, Unresolved> {
    let outside = || Unresolved::impossible("a day outside the calendar");
    let span = jiff::Span::new().try_days(days).map_err(|_| outside())?;
    day.checked_sub(span).map_err(|_| outside())
}

/// The day of the month, the month and the year that the words name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) day: i8,
    pub(crate) month: i8,
    pub(crate) year: Option<i16>,
}

/// Which rule read a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Iso,
    Written,
    Digits,
}

/// A day that is written out, with or without its year.
pub(crate) fn day(text: &str, anchor: civil::Date) -> Looked<(Form, civil::Date)> {
    if let Some(found) = iso(text) {
        return Some(found.map(|date| (Form::Iso, date)));
    }
    if let Some(found) = digits(text) {
        return Some(found.map(|date| (Form::Digits, date)));
    }
    let (weekday, rest) = match text.split_once([' ', ',']) {
        Some((first, rest)) if weekday(first).is_some() => {
            (weekday(first), rest.trim_start_matches([',', ' ']))
        }
        _ => (None, text),
    };
    let named = named(rest)?;
    let date = match resolve(named, anchor) {
        Ok(date) => date,
        Err(reason) => return Some(Err(reason)),
    };
    if weekday.is_some_and(|stated| stated != date.weekday()) {
        let why = format!("{date} is not the weekday that the words name");
        return Some(Err(Unresolved::impossible(why)));
    }
    Some(Ok((Form::Written, date)))
}

fn iso(text: &str) -> Looked<civil::Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) || !all_digits(&parts) {
        return None;
    }
    Some(civil(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// `26/03/2022`, `26.03.2022`: only when one of the first two cannot be a month.
fn digits(text: &str) -> Looked<civil::Date> {
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    let [first, second, year] = parts[..] else {
        return None;
    };
    if year.len() != 4 || first.len() > 2 || second.len() > 2 || !all_digits(&parts) {
        return None;
    }
    let (first, second, year): (i8, i8, i16) =
        (first.parse().ok()?, second.parse().ok()?, year.parse().ok()?);
    Some(match (first > 12, second > 12) {
        (true, false) => civil(year, second, first),
        (false, true) => civil(year, first, second),
        (false, false) if first == second => civil(year, first, second),
        (false, false) => Err(Unresolved::ambiguous(
            "which of the two is the month is not stated",
        )),
        (true, true) => Err(Unresolved::impossible("no month is greater than 12")),
    })
}

fn all_digits(parts: &[&str]) -> bool {
    parts
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// `26 March 2022`, `26 March`, `March 26, 2022`, `26th of March`, `the 26th of March`.
pub(crate) fn named(text: &str) -> Option<Named> {
    let text = text.strip_prefix("the ").unwrap_or(text);
    let words: Vec<&str> = text
        .split([' ', ','])
        .filter(|word| !word.is_empty() && *word != "of")
        .collect();
    let (first, second, year) = match words[..] {
        [first, second] => (first, second, None),
        [first, second, year] => (first, second, Some(self::year(year)?)),
        _ => return None,
    };
    let (day, month) = month(second)
        .map(|month| (first, month))
        .or_else(|| month(first).map(|month| (second, month)))?;
    Some(Named {
        day: ordinal(day)?,
        month,
        year,
    })
}

/// `26`, `26th`, `1st`, `2nd`, `3rd`.
pub(crate) fn ordinal(word: &str) -> Option<i8> {
    let number = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .unwrap_or(word);
    (number.len() <= 2 && all_digits(&[number]))
        .then(|| number.parse().ok())
        .flatten()
}

/// Four digits.
pub(crate) fn year(word: &str) -> Option<i16> {
    (word.len() == 4 && all_digits(&[word]))
        .then(|| word.parse().ok())
        .flatten()
}

fn resolve(named: Named, anchor: civil::Date) -> Result<civil::Date, Unresolved> {
    match named.year {
        Some(year) => civil(year, named.month, named.day),
        None => recent(anchor, |year| civil(year, named.month, named.day)),
    }
}

/// The latest day that `of` a year gives and that is not after the anchor, within nine months of it.
pub(crate) fn recent(
    anchor: civil::Date,
    of: impl Fn(i16) -> Result<civil::Date, Unresolved>,
) -> Result<civil::Date, Unresolved> {
    let this_year = of(anchor.year());
    let found = match this_year {
        Ok(date) if date <= anchor => Ok(date),
        _ => of(anchor.year() - 1),
    };
    let oldest = anchor
        .checked_sub(BACK_DAYS_MAX.days())
        .map_err(|_| Unresolved::impossible("a day outside the calendar"))?;
    match found {
        Ok(date) if date >= oldest => Ok(date),
        Ok(_) => Err(Unresolved::ambiguous(
            "the year is not stated, and the day may lie after the anchor",
        )),
        Err(reason) => Err(reason),
    }
}

pub(crate) fn civil(year: i16, month: i8, day: i8) -> Result<civil::Date, Unresolved> {
    civil::Date::new(year, month, day).map_err(|_| {
        Unresolved::impossible(format!("{year:04}-{month:02}-{day:02} is no day of the calendar"))
    })
}
