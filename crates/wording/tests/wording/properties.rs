//! What holds for every result, whatever the words.

use armistice_report::{Date, Quantity, TimeSpec, Zone};
use armistice_wording::{RULES, Resolves, quantity, time};
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "since",
    "on",
    "last",
    "this",
    "the",
    "past",
    "night",
    "morning",
    "weekend",
    "week",
    "over",
    "in",
    "early",
    "mid-March",
    "late",
    "March",
    "May",
    "26",
    "24",
    "31",
    "2022",
    "between",
    "and",
    "to",
    "-",
    "Thursday",
    "Saturday",
    "few",
    "a",
    "days",
    "ago",
    "hours",
    "three",
    "dozen",
    "dozens",
    "more than",
    "at least",
    "about",
    "or so",
    "up to",
    "hundred",
    "of",
    "by",
    "before",
    "after",
    "until",
    "several",
    "thousand",
    "zero",
    "2,000",
];

fn words() -> impl Strategy<Value = String> {
    let rules: Vec<&'static str> = RULES
        .iter()
        .flat_map(|rule| rule.examples.iter().copied())
        .collect();
    prop_oneof![
        prop::collection::vec(prop::sample::select(WORDS), 1..5).prop_map(|words| words.join(" ")),
        prop::sample::select(rules).prop_map(str::to_owned),
        "[ -~]{0,24}",
        ".{0,12}",
    ]
}

fn days() -> impl Strategy<Value = Date> {
    (0_i32..=9999, 1_i32..=12, 1_i32..=31).prop_filter_map("a day of the calendar", |(year, month, day)| {
        Date::new(&format!("{year:04}-{month:02}-{day:02}")).ok()
    })
}

fn zones() -> impl Strategy<Value = Zone> {
    (-17_i32..=18, prop::sample::select(vec![0, 30, 45])).prop_filter_map("a zone", |(hours, minutes)| {
        let sign = if hours < 0 { '-' } else { '+' };
        Zone::new(&format!("{sign}{:02}:{minutes:02}", hours.abs())).ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Earliest is not after latest; a report takes the result as it is; resolving its words again gives the same.
    #[test]
    fn a_time_is_ordered_lawful_and_stable(words in words(), anchor in days(), zone in zones()) {
        let Ok(found) = time(&words, anchor, zone) else { return Ok(()) };
        let value = found.value;
        if let (Some(earliest), Some(latest)) = (value.earliest, value.latest) {
            prop_assert!(earliest <= latest);
        }
        prop_assert!(RULES.iter().any(|rule| rule.resolves == Resolves::Time && rule.id == found.rule.as_str()));
        let text = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(&serde_json::from_str::<TimeSpec>(&text).unwrap(), &value);
        let again = time(value.verbatim.as_deref().unwrap(), value.anchor.unwrap(), value.zone.unwrap()).unwrap();
        prop_assert_eq!(again.value, value);
    }

    /// The same of quantities.
    #[test]
    fn a_quantity_is_ordered_lawful_and_stable(words in words()) {
        let Ok(found) = quantity(&words) else { return Ok(()) };
        let value = found.value;
        prop_assert!(value.low().zip(value.high()).is_none_or(|(low, high)| low <= high));
        prop_assert!(RULES.iter().any(|rule| rule.resolves == Resolves::Quantity && rule.id == found.rule.as_str()));
        let text = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Quantity>(&text).unwrap(), &value);
        prop_assert_eq!(quantity(value.verbatim.as_deref().unwrap()).unwrap().value, value);
    }
}
