//! Words for a quantity.

use armistice_report::{Quantity, Relation};
use armistice_wording::{Unresolved, quantity};

#[test]
#[expect(clippy::too_many_lines, reason = "a table of words and results")]
fn words_for_a_quantity() {
    type Numbers = (Option<u64>, Option<u64>, Option<u64>);
    let cases: &[(&str, Numbers, Relation, &str)] = &[
        (
            "more than a dozen",
            (Some(13), None, None),
            Relation::MoreThan,
            "quantity-more-than",
        ),
        (
            "more than a dozen others",
            (Some(13), None, None),
            Relation::MoreThan,
            "quantity-more-than",
        ),
        (
            "at least 150",
            (Some(150), None, None),
            Relation::AtLeast,
            "quantity-at-least",
        ),
        (
            "150+",
            (Some(150), None, None),
            Relation::AtLeast,
            "quantity-at-least",
        ),
        (
            "20 or more",
            (Some(20), None, None),
            Relation::AtLeast,
            "quantity-at-least",
        ),
        (
            "about 60",
            (None, Some(60), None),
            Relation::About,
            "quantity-about",
        ),
        (
            "2,000 or so",
            (None, Some(2_000), None),
            Relation::About,
            "quantity-about",
        ),
        (
            "some 60 soldiers",
            (None, Some(60), None),
            Relation::About,
            "quantity-about",
        ),
        (
            "up to 20",
            (None, None, Some(20)),
            Relation::AtMost,
            "quantity-at-most",
        ),
        (
            "as many as 30",
            (None, None, Some(30)),
            Relation::AtMost,
            "quantity-at-most",
        ),
        (
            "fewer than ten",
            (None, None, Some(9)),
            Relation::LessThan,
            "quantity-fewer-than",
        ),
        (
            "nearly 60",
            (None, None, Some(59)),
            Relation::LessThan,
            "quantity-fewer-than",
        ),
        (
            "several",
            (Some(3), None, None),
            Relation::Unknown,
            "quantity-several",
        ),
        ("a few", (Some(2), None, None), Relation::Unknown, "quantity-few"),
        (
            "dozens",
            (Some(24), None, None),
            Relation::Unknown,
            "quantity-plural",
        ),
        (
            "more than dozens",
            (Some(25), None, None),
            Relation::MoreThan,
            "quantity-more-than",
        ),
        (
            "hundreds",
            (Some(200), None, None),
            Relation::Unknown,
            "quantity-plural",
        ),
        (
            "scores of civilians",
            (Some(40), None, None),
            Relation::Unknown,
            "quantity-plural",
        ),
        (
            "several hundred",
            (Some(300), None, None),
            Relation::Unknown,
            "quantity-plural",
        ),
        (
            "tens of thousands",
            (Some(20_000), None, None),
            Relation::Unknown,
            "quantity-plural",
        ),
        (
            "two to three",
            (Some(2), None, Some(3)),
            Relation::Between,
            "quantity-between",
        ),
        (
            "two or three",
            (Some(2), None, Some(3)),
            Relation::Between,
            "quantity-between",
        ),
        (
            "10–15",
            (Some(10), None, Some(15)),
            Relation::Between,
            "quantity-between",
        ),
        (
            "between 10 and 15",
            (Some(10), None, Some(15)),
            Relation::Between,
            "quantity-between",
        ),
        (
            "twenty-one",
            (Some(21), Some(21), Some(21)),
            Relation::Exactly,
            "quantity-exact",
        ),
        (
            "three",
            (Some(3), Some(3), Some(3)),
            Relation::Exactly,
            "quantity-exact",
        ),
        (
            "none",
            (Some(0), Some(0), Some(0)),
            Relation::Exactly,
            "quantity-none",
        ),
    ];
    for (words, (min, best, max), relation, rule) in cases {
        let found = quantity(words).unwrap_or_else(|reason| panic!("{words}: {reason}"));
        let expected = Quantity {
            min: *min,
            best: *best,
            max: *max,
            relation: *relation,
            verbatim: Some((*words).try_into().unwrap()),
        };
        assert_eq!(found.value, expected, "{words}");
        assert_eq!(found.rule.as_str(), *rule, "{words}");
    }
}

#[test]
fn nothing_is_guessed() {
    for (words, code) in [
        ("many", "no_rule"),
        ("numerous", "no_rule"),
        ("2.000", "no_rule"),
        ("three killed and five wounded", "no_rule"),
        ("minus three", "no_rule"),
        ("fewer than zero", "impossible"),
        ("15 to 10", "impossible"),
        ("more than 9007199254740991", "impossible"),
        (" ", "not_text"),
    ] {
        assert_eq!(
            quantity(words).map_or_else(|reason| reason.code(), |_| "ok"),
            code,
            "{words}"
        );
    }
    assert_eq!(quantity("many"), Err(Unresolved::NoRule));
}
