//! Words for a time, anchored on the day on which they were published.
//!
//! Each function below looks for one family of words. The first that knows the words decides; its rule is in [`crate::RULES`].
//! Words without a year, and words that count from the anchor, tell of what has happened: nothing of them lies after the anchor's day.

use armistice_report::{Date, TimePrecision, TimeSpec, Zone};
use jiff::civil::{self, Weekday};

use crate::{
    Resolved, Unresolved,
    dates::{self, Form, Looked},
    numbers::number,
    span::{Found, Span},
    words::{after, around, even, kept},
};

/// The longest that "the past … hours" may reach back: a week. Longer ones are written as days or dates.
const HOURS_MAX: u64 = 168;
/// "… days ago" and "the past … days": a month at most.
const DAYS_MAX: u64 = 31;

/// Resolves words for a time: the first and the last second that they allow, in UTC, and how fine they are.
///
/// `anchor` is the day from which relative words count, usually the day of publication; `zone` is the zone in which the source counts its days.
///
/// # Errors
/// [`Unresolved`]: no rule fits, the words are ambiguous, or they name a day that does not exist. Nothing is guessed.
pub fn time(words: &str, anchor: Date, zone: Zone) -> Result<Resolved<TimeSpec>, Unresolved> {
    let verbatim = kept(words)?;
    let text = even(words);
    let found = find(&text, anchor.to_jiff())?;
    found.into_time(verbatim, anchor, zone)
}

fn find(text: &str, anchor: civil::Date) -> Result<Found, Unresolved> {
    let families = [
        one_day,
        part_of_day,
        since,
        bound,
        weekend,
        week,
        counted,
        part_of_month,
        month_or_year,
        between,
    ];
    families
        .iter()
        .find_map(|family| family(text, anchor))
        .unwrap_or(Err(Unresolved::NoRule))
}

/// Written days, weekdays, today and yesterday.
fn one_day(text: &str, anchor: civil::Date) -> Looked<Found> {
    let bare = after(text, &["on"]).unwrap_or(text);
    let whole = |rule, day: Result<civil::Date, Unresolved>| {
        Some(day.map(|day| Found::new(rule, Span::day(day), TimePrecision::Day)))
    };
    match bare {
        "today" | "the same day" => return whole("time-today", Ok(anchor)),
        "yesterday" => return whole("time-yesterday", dates::before(anchor, 1)),
        _ => {}
    }
    if let Some(day) = dates::weekday(bare) {
        return whole("weekday-before-publication", dates::weekday_by(anchor, day));
    }
    if let Some(day) = after(bare, &["last"]).and_then(dates::weekday) {
        return whole("weekday-before-publication", last_weekday(anchor, day));
    }
    dates::day(bare, anchor).map(|found| {
        found.map(|(form, day)| {
            let rule = match form {
                Form::Iso => "time-iso-day",
                Form::Written => "time-written-day",
                Form::Digits => "time-day-in-digits",
            };
            Found::new(rule, Span::day(day), TimePrecision::Day)
        })
    })
}

/// "last Thursday" said in the same week may mean this week's or the week's before.
fn last_weekday(anchor: civil::Date, day: Weekday) -> Result<civil::Date, Unresolved> {
    let found = dates::weekday_by(anchor, day)?;
    let monday = dates::weekday_by(anchor, Weekday::Monday)?;
    if found < monday {
        return Ok(found);
    }
    Err(Unresolved::ambiguous(
        "this week's day or the day of the week before",
    ))
}

/// Hours of the local day that a word covers, both included; a night ends on the next morning.
fn hours(part: &str) -> Option<(i8, i8)> {
    Some(match part {
        "morning" => (6, 11),
        "afternoon" => (12, 17),
        "evening" => (18, 23),
        _ => return None,
    })
}

/// "this morning", "last night", "Saturday morning", "late on Friday", "in the afternoon".
fn part_of_day(text: &str, anchor: civil::Date) -> Looked<Found> {
    let part = |day: civil::Date, (from, to): (i8, i8)| {
        let span = Span {
            from: Some(day.at(from, 0, 0, 0)),
            to: Some(day.at(to, 59, 59, 0)),
        };
        Found::new("time-part-of-day", span, TimePrecision::PartOfDay)
    };
    let night = |day: civil::Date| {
        let morning = day
            .tomorrow()
            .map_err(|_| Unresolved::impossible("a day outside the calendar"))?;
        let span = Span {
            from: Some(day.at(18, 0, 0, 0)),
            to: Some(morning.at(5, 59, 59, 0)),
        };
        Ok(Found::new("time-night", span, TimePrecision::PartOfDay))
    };
    if matches!(
        text,
        "last night" | "overnight" | "during the night" | "in the night"
    ) {
        return Some(dates::before(anchor, 1).and_then(night));
    }
    if let Some(hours) = after(text, &["this", "in the", "during the"]).and_then(hours) {
        return Some(Ok(part(anchor, hours)));
    }
    if let Some(day) = after(text, &["late on", "late"]).and_then(|rest| day_word(rest, anchor)) {
        return Some(day.map(|day| part(day, (18, 23))));
    }
    let bare = after(text, &["on"]).unwrap_or(text);
    let (day, word) = bare.rsplit_once(' ')?;
    let day = day_word(day, anchor)?;
    if word == "night" {
        return Some(day.and_then(night));
    }
    let hours = hours(word)?;
    Some(day.map(|day| part(day, hours)))
}

/// A weekday, "yesterday" or a written day.
fn day_word(text: &str, anchor: civil::Date) -> Looked<civil::Date> {
    match one_day(text, anchor)? {
        Ok(found) => found.span.first_day().map(Ok),
        Err(reason) => Some(Err(reason)),
    }
}

/// What the words name, when they name whole days: a day, a weekend, a week, a month.
fn stretch(text: &str, anchor: civil::Date) -> Looked<Span> {
    [
        one_day,
        part_of_day,
        weekend,
        week,
        counted,
        part_of_month,
        month_or_year,
    ]
    .iter()
    .find_map(|family| family(text, anchor))
    .map(|found| found.map(|found| found.span))
}

/// "since Thursday": from its first moment to the end of the anchor's day.
fn since(text: &str, anchor: civil::Date) -> Looked<Found> {
    let begun = stretch(after(text, &["ever since", "since"])?, anchor)?;
    Some(begun.and_then(|begun| {
        let first = begun.first_day().ok_or(Unresolved::NoRule)?;
        if first > anchor {
            return Err(Unresolved::impossible("it begins after the anchor"));
        }
        let span = Span {
            from: begun.from,
            to: Span::day(anchor).to,
        };
        Ok(Found::by_width("time-since", span))
    }))
}

/// "by Saturday", "until 26 March", "before Thursday", "after Thursday": one end is not stated.
fn bound(text: &str, anchor: civil::Date) -> Looked<Found> {
    let open = |span| Found::new("time-bound", span, TimePrecision::Unknown);
    if let Some(rest) = after(text, &["by", "until", "till", "up to"]) {
        let end = stretch(rest, anchor)?;
        return Some(end.map(|end| {
            open(Span {
                from: None,
                to: end.to,
            })
        }));
    }
    if let Some(rest) = after(text, &["before", "prior to"]) {
        let end = stretch(rest, anchor)?;
        return Some(end.and_then(|end| {
            let first = end.first_day().ok_or(Unresolved::NoRule)?;
            let to = Span::day(dates::before(first, 1)?).to;
            Ok(open(Span { from: None, to }))
        }));
    }
    let begun = stretch(after(text, &["after"])?, anchor)?;
    Some(begun.and_then(|begun| {
        let last = begun.last_day().ok_or(Unresolved::NoRule)?;
        let next = dates::before(last, -1)?;
        if next > anchor {
            return Err(Unresolved::impossible("it begins after the anchor"));
        }
        Ok(Found::by_width("time-after", Span::days(next, anchor)))
    }))
}

/// "over the weekend": Saturday and Sunday, the latest that have begun.
fn weekend(text: &str, anchor: civil::Date) -> Looked<Found> {
    let saturday = match text {
        "over the weekend" | "at the weekend" | "on the weekend" | "during the weekend" | "the weekend" => {
            dates::weekday_by(anchor, Weekday::Saturday)
        }
        "this weekend" if matches!(anchor.weekday(), Weekday::Saturday | Weekday::Sunday) => {
            dates::weekday_by(anchor, Weekday::Saturday)
        }
        "this weekend" => Err(Unresolved::ambiguous("the weekend before or the weekend to come")),
        "last weekend" | "the past weekend" => {
            dates::weekday_by(anchor, Weekday::Monday).and_then(|monday| dates::before(monday, 2))
        }
        _ => return None,
    };
    Some(saturday.and_then(|saturday| {
        let sunday = dates::before(saturday, -1)?;
        let span = Span::days(saturday, sunday).not_after(anchor);
        Ok(Found::by_width("time-weekend", span))
    }))
}

/// "last week", "this week": calendar weeks, Monday to Sunday.
fn week(text: &str, anchor: civil::Date) -> Looked<Found> {
    let monday = || dates::weekday_by(anchor, Weekday::Monday);
    let span = match text {
        "last week" | "during the last week" | "the previous week" => {
            monday().and_then(|day| Ok(Span::days(dates::before(day, 7)?, dates::before(day, 1)?)))
        }
        "this week" | "earlier this week" => monday().map(|day| Span::days(day, anchor)),
        _ => return None,
    };
    Some(span.map(|span| Found::new("time-week", span, TimePrecision::Week)))
}

/// "three days ago", "a few days ago", "the past 24 hours", "the past week".
fn counted(text: &str, anchor: civil::Date) -> Looked<Found> {
    let back = |from: u64, to: u64| {
        let days = |n: u64| dates::before(anchor, i64::try_from(n).unwrap_or(i64::MAX));
        Ok(Span::days(days(from)?, days(to)?))
    };
    if let Some(days) = text
        .strip_suffix(" days ago")
        .or_else(|| text.strip_suffix(" day ago"))
    {
        if matches!(days, "a few" | "several" | "some") {
            return Some(back(6, 2).map(|span| Found::by_width("time-few-days-ago", span)));
        }
        let days = if days == "a" { 1 } else { number(days)? };
        return (days <= DAYS_MAX)
            .then(|| back(days, days).map(|span| Found::by_width("time-days-ago", span)));
    }
    let text = after(text, &["in", "over", "during", "within", "for"]).unwrap_or(text);
    let rest = after(text, &["the past", "the last", "past", "last"])?;
    if matches!(rest, "few days" | "several days") {
        return Some(back(6, 0).map(|span| Found::by_width("time-past-few-days", span)));
    }
    // "last week" and "last month" are of the calendar; "the past week" and "the last seven days" count back.
    let days = match rest {
        "day" => 1,
        "week" if text.contains("past") => 7,
        _ => {
            let (count, unit) = rest.rsplit_once(' ')?;
            let count = number(count)?;
            match unit {
                "hours" | "hour" if (1..=HOURS_MAX).contains(&count) => count.div_ceil(24),
                "days" | "day" if (1..=DAYS_MAX).contains(&count) => count,
                _ => return None,
            }
        }
    };
    Some(back(days, 0).map(|span| Found::by_width("time-past-hours", span)))
}

/// "early March", "mid-March 2022", "the end of March", "the first half of March".
fn part_of_month(text: &str, anchor: civil::Date) -> Looked<Found> {
    let text = after(text, &["in", "during", "at", "around"]).unwrap_or(text);
    let text = text.strip_prefix("the ").unwrap_or(text);
    let parts: &[(&str, i8, i8)] = &[
        ("early", 1, 10),
        ("beginning of", 1, 10),
        ("start of", 1, 10),
        ("mid", 11, 20),
        ("mid-", 11, 20),
        ("middle of", 11, 20),
        ("late", 21, 31),
        ("end of", 21, 31),
        ("first half of", 1, 15),
        ("second half of", 16, 31),
    ];
    let (month, first, last) = parts.iter().find_map(|(words, first, last)| {
        let rest = text.strip_prefix(words)?;
        let rest = if words.ends_with('-') {
            rest
        } else {
            rest.strip_prefix(' ')?
        };
        Some((rest, *first, *last))
    })?;
    let span = month_span(month, anchor, first, last)?;
    Some(span.map(|span| Found::new("time-part-of-month", span, TimePrecision::Month)))
}

/// "in March", "March 2022", "last month", "in 2021", "last year".
fn month_or_year(text: &str, anchor: civil::Date) -> Looked<Found> {
    let text = after(text, &["in", "during"]).unwrap_or(text);
    let as_month = |span| Found::new("time-month", span, TimePrecision::Month);
    let as_year = |span| Found::new("time-year", span, TimePrecision::Year);
    let of_month = |day: civil::Date| Span::days(day.first_of_month(), day.last_of_month());
    let of_year = |day: civil::Date| Span::days(day.first_of_year(), day.last_of_year());
    match text {
        "this month" | "earlier this month" => return Some(Ok(as_month(of_month(anchor).not_after(anchor)))),
        "last month" => {
            let day = dates::before(anchor.first_of_month(), 1);
            return Some(day.map(|day| as_month(of_month(day))));
        }
        "this year" | "earlier this year" => return Some(Ok(as_year(of_year(anchor).not_after(anchor)))),
        "last year" => {
            let day = dates::before(anchor.first_of_year(), 1);
            return Some(day.map(|day| as_year(of_year(day))));
        }
        _ => {}
    }
    if let Some(year) = dates::year(text) {
        return Some(dates::civil(year, 1, 1).map(|day| as_year(of_year(day))));
    }
    month_span(text, anchor, 1, 31).map(|span| span.map(as_month))
}

/// Days of a month, with or without its year; the last day is the month's when it is greater.
fn month_span(text: &str, anchor: civil::Date, first: i8, last: i8) -> Looked<Span> {
    let (month, year) = match text.split_once([' ', ',']) {
        Some((month, year)) => (month, Some(dates::year(year.trim())?)),
        None => (text, None),
    };
    let month = dates::month(month)?;
    let begun = match year {
        Some(year) => dates::civil(year, month, first),
        None => dates::recent(anchor, |year| dates::civil(year, month, first)),
    };
    Some(begun.map(|begun| {
        let end = begun.days_in_month().min(last);
        let end = begun.with().day(end).build().unwrap_or(begun);
        let span = Span::days(begun, end);
        if year.is_some() {
            span
        } else {
            span.not_after(anchor)
        }
    }))
}

/// "between 24 and 26 March", "24-26 March 2022", "from Thursday to Saturday".
fn between(text: &str, anchor: civil::Date) -> Looked<Found> {
    let rest = after(text, &["between", "from"]).unwrap_or(text);
    let (first, second) = around(rest, &["and", "to", "until", "through", "-"])
        .or_else(|| rest.split_once('-'))
        .map(|(first, second)| (first.trim(), second.trim()))?;
    // The first day may borrow the month and the year of the second: "24 and 26 March 2022".
    let borrowed = dates::ordinal(first).and_then(|_| {
        let month = second.split_once(' ').map(|(_, month)| month)?;
        Some(format!("{first} {month}"))
    });
    let borrowed = borrowed.or_else(|| {
        let year = second.rsplit_once(' ').and_then(|(_, year)| dates::year(year))?;
        let named = dates::named(first)?;
        named.year.is_none().then(|| format!("{first} {year}"))
    });
    let to = day_word(second, anchor)?;
    let from = day_word(borrowed.as_deref().unwrap_or(first), anchor)?;
    Some(from.and_then(|from| {
        let to = to?;
        if to < from {
            return Err(Unresolved::impossible("the second day lies before the first"));
        }
        Ok(Found::by_width("time-between", Span::days(from, to)))
    }))
}
