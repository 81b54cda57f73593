//! Words for a time, from 2022-03-26, a Saturday, in +04:00.

use armistice_report::{Date, TimePrecision, Timestamp, Zone};
use armistice_wording::{Unresolved, time};

fn local(moment: Option<Timestamp>) -> String {
    moment.map_or_else(
        || "-".to_owned(),
        |moment| {
            let shifted = Timestamp::from_micros(moment.as_micros() + 4 * 3_600_000_000).unwrap();
            shifted.to_string()[..16].replace('T', " ")
        },
    )
}

fn resolve(words: &str, anchor: &str) -> Result<String, Unresolved> {
    let found = time(words, Date::new(anchor).unwrap(), Zone::new("+04:00").unwrap())?;
    let value = found.value;
    assert_eq!(value.verbatim.as_deref(), Some(words.trim()), "{words}");
    assert_eq!(value.rule.as_ref(), Some(&found.rule), "{words}");
    assert_eq!(value.anchor, Some(Date::new(anchor).unwrap()), "{words}");
    Ok(format!(
        "{} | {} | {} | {}",
        local(value.earliest),
        local(value.latest),
        value.precision,
        found.rule.as_str()
    ))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of words and results")]
fn words_for_a_time() {
    for (words, expected) in [
        (
            "2022-03-24",
            "2022-03-24 00:00 | 2022-03-24 23:59 | day | time-iso-day",
        ),
        (
            "24 March 2022",
            "2022-03-24 00:00 | 2022-03-24 23:59 | day | time-written-day",
        ),
        (
            "on March 24",
            "2022-03-24 00:00 | 2022-03-24 23:59 | day | time-written-day",
        ),
        (
            "Thursday, 24 March",
            "2022-03-24 00:00 | 2022-03-24 23:59 | day | time-written-day",
        ),
        (
            "the 3rd of December",
            "2021-12-03 00:00 | 2021-12-03 23:59 | day | time-written-day",
        ),
        (
            "26.03.2022",
            "2022-03-26 00:00 | 2022-03-26 23:59 | day | time-day-in-digits",
        ),
        (
            "on Thursday",
            "2022-03-24 00:00 | 2022-03-24 23:59 | day | weekday-before-publication",
        ),
        (
            "Thursday",
            "2022-03-24 00:00 | 2022-03-24 23:59 | day | weekday-before-publication",
        ),
        (
            "Saturday",
            "2022-03-26 00:00 | 2022-03-26 23:59 | day | weekday-before-publication",
        ),
        (
            "last Sunday",
            "2022-03-20 00:00 | 2022-03-20 23:59 | day | weekday-before-publication",
        ),
        ("today", "2022-03-26 00:00 | 2022-03-26 23:59 | day | time-today"),
        (
            "yesterday",
            "2022-03-25 00:00 | 2022-03-25 23:59 | day | time-yesterday",
        ),
        (
            "this morning",
            "2022-03-26 06:00 | 2022-03-26 11:59 | part_of_day | time-part-of-day",
        ),
        (
            "in the afternoon",
            "2022-03-26 12:00 | 2022-03-26 17:59 | part_of_day | time-part-of-day",
        ),
        (
            "Saturday morning",
            "2022-03-26 06:00 | 2022-03-26 11:59 | part_of_day | time-part-of-day",
        ),
        (
            "late on Friday",
            "2022-03-25 18:00 | 2022-03-25 23:59 | part_of_day | time-part-of-day",
        ),
        (
            "last night",
            "2022-03-25 18:00 | 2022-03-26 05:59 | part_of_day | time-night",
        ),
        (
            "Thursday night",
            "2022-03-24 18:00 | 2022-03-25 05:59 | part_of_day | time-night",
        ),
        (
            "since Thursday",
            "2022-03-24 00:00 | 2022-03-26 23:59 | days | time-since",
        ),
        (
            "since 20 March",
            "2022-03-20 00:00 | 2022-03-26 23:59 | week | time-since",
        ),
        (
            "since last night",
            "2022-03-25 18:00 | 2022-03-26 23:59 | days | time-since",
        ),
        (
            "after Thursday",
            "2022-03-25 00:00 | 2022-03-26 23:59 | days | time-after",
        ),
        ("by Saturday", "- | 2022-03-26 23:59 | unknown | time-bound"),
        ("before Thursday", "- | 2022-03-23 23:59 | unknown | time-bound"),
        (
            "over the weekend",
            "2022-03-26 00:00 | 2022-03-26 23:59 | day | time-weekend",
        ),
        (
            "last weekend",
            "2022-03-19 00:00 | 2022-03-20 23:59 | days | time-weekend",
        ),
        (
            "last week",
            "2022-03-14 00:00 | 2022-03-20 23:59 | week | time-week",
        ),
        (
            "this week",
            "2022-03-21 00:00 | 2022-03-26 23:59 | week | time-week",
        ),
        (
            "three days ago",
            "2022-03-23 00:00 | 2022-03-23 23:59 | day | time-days-ago",
        ),
        (
            "a few days ago",
            "2022-03-20 00:00 | 2022-03-24 23:59 | days | time-few-days-ago",
        ),
        (
            "in the past few days",
            "2022-03-20 00:00 | 2022-03-26 23:59 | week | time-past-few-days",
        ),
        (
            "the past 24 hours",
            "2022-03-25 00:00 | 2022-03-26 23:59 | days | time-past-hours",
        ),
        (
            "over the last two days",
            "2022-03-24 00:00 | 2022-03-26 23:59 | days | time-past-hours",
        ),
        (
            "the past week",
            "2022-03-19 00:00 | 2022-03-26 23:59 | month | time-past-hours",
        ),
        (
            "early March",
            "2022-03-01 00:00 | 2022-03-10 23:59 | month | time-part-of-month",
        ),
        (
            "mid-March",
            "2022-03-11 00:00 | 2022-03-20 23:59 | month | time-part-of-month",
        ),
        (
            "late March",
            "2022-03-21 00:00 | 2022-03-26 23:59 | month | time-part-of-month",
        ),
        (
            "late March 2022",
            "2022-03-21 00:00 | 2022-03-31 23:59 | month | time-part-of-month",
        ),
        (
            "the end of February",
            "2022-02-21 00:00 | 2022-02-28 23:59 | month | time-part-of-month",
        ),
        (
            "in March",
            "2022-03-01 00:00 | 2022-03-26 23:59 | month | time-month",
        ),
        (
            "November 2020",
            "2020-11-01 00:00 | 2020-11-30 23:59 | month | time-month",
        ),
        (
            "last month",
            "2022-02-01 00:00 | 2022-02-28 23:59 | month | time-month",
        ),
        (
            "in 2021",
            "2021-01-01 00:00 | 2021-12-31 23:59 | year | time-year",
        ),
        (
            "between 24 and 26 March",
            "2022-03-24 00:00 | 2022-03-26 23:59 | days | time-between",
        ),
        (
            "24–26 March 2022",
            "2022-03-24 00:00 | 2022-03-26 23:59 | days | time-between",
        ),
        (
            "from Thursday to Saturday",
            "2022-03-24 00:00 | 2022-03-26 23:59 | days | time-between",
        ),
        (
            "between 28 February and 2 March",
            "2022-02-28 00:00 | 2022-03-02 23:59 | days | time-between",
        ),
        (
            "2022-03-20 to 2022-03-26",
            "2022-03-20 00:00 | 2022-03-26 23:59 | week | time-between",
        ),
    ] {
        let found = resolve(words, "2022-03-26").unwrap_or_else(|reason| panic!("{words}: {reason}"));
        assert_eq!(found, expected, "{words}");
    }
}

#[test]
fn a_weekend_ends_on_sunday_unless_the_words_were_published_before() {
    for (anchor, expected) in [
        (
            "2022-03-28",
            "2022-03-26 00:00 | 2022-03-27 23:59 | days | time-weekend",
        ),
        (
            "2022-03-27",
            "2022-03-26 00:00 | 2022-03-27 23:59 | days | time-weekend",
        ),
        (
            "2022-04-01",
            "2022-03-26 00:00 | 2022-03-27 23:59 | days | time-weekend",
        ),
    ] {
        assert_eq!(resolve("over the weekend", anchor).unwrap(), expected, "{anchor}");
    }
}

#[test]
fn nothing_is_guessed() {
    for (words, code) in [
        ("", "not_text"),
        ("two\nlines", "not_text"),
        ("recently", "no_rule"),
        ("soon", "no_rule"),
        ("next Thursday", "no_rule"),
        ("a while ago", "no_rule"),
        ("the past 500 hours", "no_rule"),
        ("since", "no_rule"),
        ("March", "ok"),
        ("03/04/2022", "ambiguous"),
        ("27 March", "ambiguous"),
        ("April", "ambiguous"),
        ("last Thursday", "ambiguous"),
        ("this weekend", "ok"),
        ("30 February 2022", "impossible"),
        ("Friday, 24 March", "impossible"),
        ("between 26 and 24 March", "impossible"),
        ("since 2022-04-01", "impossible"),
        ("13/13/2022", "impossible"),
    ] {
        let found = resolve(words, "2022-03-26");
        let found = found.as_ref().map_or_else(Unresolved::code, |_| "ok");
        assert_eq!(found, code, "{words}");
    }
    assert_eq!(
        resolve("this weekend", "2022-03-23").unwrap_err().code(),
        "ambiguous"
    );
}

/// The scenario names the rule that this crate has.
#[test]
fn the_scenario_resolves_as_it_was_coded() {
    let found = time(
        "Thursday",
        Date::new("2022-03-26").unwrap(),
        Zone::new("+04:00").unwrap(),
    )
    .unwrap();
    assert_eq!(
        serde_json::to_string(&found.value).unwrap(),
        r#"{"earliest":"2022-03-23T20:00:00Z","latest":"2022-03-24T19:59:59Z","precision":"day","verbatim":"Thursday","anchor":"2022-03-26","rule":"weekday-before-publication","zone":"+04:00"}"#
    );
    assert_eq!(found.value.precision, TimePrecision::Day);
}
