//! The rules, as data: what the reference page shows, and what a test holds the code to.

use std::fmt::Write as _;

use armistice_report::{Date, Quantity, TimeSpec, Zone};

use crate::{quantity, time};

/// What a rule resolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolves {
    /// A time.
    Time,
    /// A quantity.
    Quantity,
}

/// A rule: its id, words that it covers, what it makes of them, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable for ever: a rule that changes gets another id.
    pub id: &'static str,
    /// What it resolves.
    pub resolves: Resolves,
    /// Words that it covers. The page shows the result of each, as of Saturday, 2022-03-26, in the zone +04:00.
    pub examples: &'static [&'static str],
    /// What it makes of them.
    pub gives: &'static str,
    /// Who says so.
    pub source: &'static str,
}

const HOUSE: &str = "house rule";
const DAY: &str = "house rule; precision: UCDP GED codebook, `date_prec` 1";
const WIDTH: &str = "house rule; precision by the number of days: UCDP GED codebook, `date_prec`";
const WEEK: &str = "house rule; precision: UCDP GED codebook, `date_prec` 3";
const MONTH: &str = "house rule; precision: UCDP GED codebook, `date_prec` 4";
const YEAR: &str = "house rule; precision: UCDP GED codebook, `date_prec` 5";
const LOW: &str = "house rule; UCDP GED `low` without `high`";
const HIGH: &str = "house rule; UCDP GED `high` without `low`";

macro_rules! rule {
    ($resolves:ident, $id:literal, $source:expr, [$($example:literal),+], $gives:literal) => {
        Rule { id: $id, resolves: Resolves::$resolves, examples: &[$($example),+], gives: $gives, source: $source }
    };
}

/// Every rule, in the order of the page.
pub const RULES: &[Rule] = &[
    rule!(Time, "time-iso-day", DAY, ["2022-03-24"], "That local day."),
    rule!(
        Time,
        "time-written-day",
        DAY,
        [
            "24 March 2022",
            "March 24, 2022",
            "on the 24th of March",
            "Thursday, 24 March"
        ],
        "That local day. Without a year the latest such day not after the anchor, at most 274 days before it; else nothing. A weekday that does not fit is refused."
    ),
    rule!(
        Time,
        "time-day-in-digits",
        DAY,
        ["26/03/2022"],
        "That local day, only when one of the first two numbers cannot be a month."
    ),
    rule!(Time, "time-today", DAY, ["today"], "The anchor."),
    rule!(
        Time,
        "time-yesterday",
        DAY,
        ["yesterday"],
        "The day before the anchor."
    ),
    rule!(
        Time,
        "weekday-before-publication",
        DAY,
        ["on Thursday", "Thursday", "last Sunday"],
        "The latest such day not after the anchor. \"last\" with a day of the anchor's own week is ambiguous."
    ),
    rule!(
        Time,
        "time-part-of-day",
        DAY,
        ["this morning", "Friday afternoon", "late on Friday"],
        "Morning 06:00 to 11:59, afternoon 12:00 to 17:59, evening and \"late on\" 18:00 to 23:59, local time."
    ),
    rule!(
        Time,
        "time-night",
        DAY,
        ["last night", "overnight", "Thursday night"],
        "18:00 of that day to 05:59 of the next; \"last night\" begins on the day before the anchor."
    ),
    rule!(
        Time,
        "time-since",
        WIDTH,
        ["since Thursday", "since 20 March", "since early March"],
        "From the first moment of what is named to the end of the anchor's day."
    ),
    rule!(
        Time,
        "time-after",
        WIDTH,
        ["after Thursday"],
        "From the next day to the end of the anchor's day."
    ),
    rule!(
        Time,
        "time-bound",
        HOUSE,
        ["by Saturday", "until 24 March", "before Thursday"],
        "Only the last moment is stated; precision unknown."
    ),
    rule!(
        Time,
        "time-weekend",
        WIDTH,
        ["over the weekend", "last weekend"],
        "Saturday and Sunday, the latest that have begun; nothing after the anchor's day. \"last weekend\" lies wholly before the anchor's week."
    ),
    rule!(
        Time,
        "time-week",
        WEEK,
        ["last week", "this week"],
        "The calendar week, Monday to Sunday; this week ends on the anchor's day."
    ),
    rule!(
        Time,
        "time-days-ago",
        DAY,
        ["three days ago"],
        "That day; up to 31 days."
    ),
    rule!(
        Time,
        "time-few-days-ago",
        WIDTH,
        ["a few days ago", "several days ago"],
        "Six to two days before the anchor."
    ),
    rule!(
        Time,
        "time-past-few-days",
        WIDTH,
        ["in the past few days"],
        "Six days before the anchor to the anchor."
    ),
    rule!(
        Time,
        "time-past-hours",
        WIDTH,
        [
            "the past 24 hours",
            "in the last 48 hours",
            "the past three days",
            "the past week"
        ],
        "The anchor names no hour: from so many whole days before the anchor to the end of its day. Up to 168 hours or 31 days."
    ),
    rule!(
        Time,
        "time-part-of-month",
        MONTH,
        [
            "early March",
            "mid-March",
            "late March",
            "the end of February",
            "the first half of March 2022"
        ],
        "Early, beginning: 1 to 10; mid: 11 to 20; late, end: 21 to the last day; halves: 1 to 15, 16 to the last day. Without a year nothing after the anchor's day."
    ),
    rule!(
        Time,
        "time-month",
        MONTH,
        ["in March", "March 2022", "last month"],
        "The calendar month. Without a year, and this month, nothing after the anchor's day."
    ),
    rule!(
        Time,
        "time-year",
        YEAR,
        ["in 2021", "last year"],
        "The calendar year; this year ends on the anchor's day."
    ),
    rule!(
        Time,
        "time-between",
        WIDTH,
        [
            "between 24 and 26 March",
            "24-26 March 2022",
            "from Thursday to Saturday"
        ],
        "Both days and all between. The first may borrow the month and the year of the second."
    ),
    rule!(
        Quantity,
        "quantity-exact",
        "UCDP GED `low` = `best` = `high`",
        ["three", "2,000", "a dozen"],
        "Exactly so many."
    ),
    rule!(
        Quantity,
        "quantity-none",
        "UCDP GED 0",
        ["none"],
        "Exactly 0: stated as none, not left out."
    ),
    rule!(
        Quantity,
        "quantity-more-than",
        LOW,
        ["more than a dozen", "over 100", "more than three killed"],
        "One more than the number, or more."
    ),
    rule!(
        Quantity,
        "quantity-at-least",
        LOW,
        ["at least 150", "20 or more", "at least dozens"],
        "The number or more."
    ),
    rule!(
        Quantity,
        "quantity-about",
        "house rule; UCDP GED `best` alone",
        ["about 60", "2,000 or so", "some 60 soldiers"],
        "The number as the source's best, without bounds."
    ),
    rule!(
        Quantity,
        "quantity-at-most",
        HIGH,
        ["up to 20", "no more than 5", "as many as 30"],
        "The number or fewer."
    ),
    rule!(
        Quantity,
        "quantity-fewer-than",
        HIGH,
        ["fewer than ten", "nearly 60"],
        "One fewer than the number, or fewer."
    ),
    rule!(
        Quantity,
        "quantity-between",
        "UCDP GED `low` and `high`",
        ["two to three", "between 10 and 15", "two or three", "10-15"],
        "Both numbers as bounds, no best."
    ),
    rule!(Quantity, "quantity-several", LOW, ["several"], "At least 3."),
    rule!(
        Quantity,
        "quantity-few",
        LOW,
        ["a few", "a couple of"],
        "At least 2: the plural says no more."
    ),
    rule!(
        Quantity,
        "quantity-plural",
        LOW,
        ["dozens", "hundreds", "several hundred", "tens of thousands"],
        "At least two of the unit; \"several\" of it at least three; \"tens\" at least 20."
    ),
];

/// The anchor of the page's examples: a Saturday.
pub(crate) const EXAMPLE_DAY: &str = "2022-03-26";
const EXAMPLE_ZONE: &str = "+04:00";

/// The table of the rules with the results of their examples: a part of `docs/reference/wording.md`.
pub fn page(resolves: Resolves) -> String {
    let mut page = String::from("| rule | words | result | what it does | source |\n|---|---|---|---|---|\n");
    for rule in RULES.iter().filter(|rule| rule.resolves == resolves) {
        for (at, example) in rule.examples.iter().enumerate() {
            let (id, gives, source) = if at == 0 {
                (format!("`{}`", rule.id), rule.gives, rule.source)
            } else {
                (String::new(), "", "")
            };
            let result = shown(resolves, example);
            // Writing into a string cannot fail.
            let _ = writeln!(page, "| {id} | {example} | {result} | {gives} | {source} |");
        }
    }
    page
}

fn shown(resolves: Resolves, words: &str) -> String {
    match resolves {
        Resolves::Time => example_anchor()
            .and_then(|(anchor, zone)| time(words, anchor, zone).ok())
            .map_or_else(|| "–".to_owned(), |found| local(&found.value)),
        Resolves::Quantity => quantity(words).map_or_else(|_| "–".to_owned(), |found| numbers(&found.value)),
    }
}

pub(crate) fn example_anchor() -> Option<(Date, Zone)> {
    Some((Date::new(EXAMPLE_DAY).ok()?, Zone::new(EXAMPLE_ZONE).ok()?))
}

/// Both ends in local time, to the minute.
fn local(time: &TimeSpec) -> String {
    let zone = time.zone.unwrap_or(Zone::UTC);
    let end = |moment: Option<armistice_report::Timestamp>| {
        moment.map_or_else(
            || "not stated".to_owned(),
            |moment| {
                let micros = moment.as_micros() + i64::from(zone.minutes()) * 60_000_000;
                let text = armistice_report::Timestamp::from_micros(micros)
                    .map_or_else(String::new, |t| t.to_string());
                text.chars().take(16).collect::<String>().replace('T', " ")
            },
        )
    };
    format!(
        "{} to {}, {}",
        end(time.earliest),
        end(time.latest),
        time.precision
    )
}

fn numbers(value: &Quantity) -> String {
    let number = |name: &str, n: Option<u64>| n.map(|n| format!("{name} {n}"));
    let parts = [
        number("min", value.min),
        number("best", value.best),
        number("max", value.max),
    ];
    let numbers: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}; {}", numbers.join(", "), value.relation)
}
