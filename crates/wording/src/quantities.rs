//! Words for a quantity.
//!
//! The three numbers are UCDP GED's `low`, `best` and `high`: what the words do not bound stays unbounded, and `best` is given only where
//! the source gives a number of its own.

use armistice_report::{Quantity, Relation, RuleId, WHOLE_MAX};

use crate::{
    Resolved, Unresolved,
    numbers::{UNITS, number},
    words::{after, around, even, kept},
};

/// Nouns that may follow the number and say nothing about it.
const NOUNS: &[&str] = &[
    "people",
    "persons",
    "others",
    "soldiers",
    "servicemen",
    "troops",
    "civilians",
    "casualties",
    "killed",
    "wounded",
    "injured",
    "dead",
    "missing",
    "times",
    "violations",
];

/// Resolves words for a number: the least and the most that they allow.
///
/// # Errors
/// [`Unresolved`]: no rule fits, or the words are ambiguous. Nothing is guessed: "many" has no number.
pub fn quantity(words: &str) -> Result<Resolved<Quantity>, Unresolved> {
    let verbatim = kept(words)?;
    let text = even(words);
    let text = NOUNS
        .iter()
        .find_map(|noun| text.strip_suffix(noun)?.strip_suffix(' '))
        .unwrap_or(&text);
    let (rule, mut value) = find(text)?;
    if [value.min, value.best, value.max]
        .iter()
        .flatten()
        .any(|n| *n > WHOLE_MAX)
    {
        return Err(Unresolved::impossible("a number above 2^53 - 1"));
    }
    value.verbatim = Some(verbatim);
    let rule = RuleId::new(rule).map_err(|flaw| Unresolved::NotText(flaw.to_string()))?;
    Ok(Resolved { value, rule })
}

type Found = (&'static str, Quantity);
type Looked = Option<Result<Found, Unresolved>>;

fn find(text: &str) -> Result<Found, Unresolved> {
    [none, compared, between, loose, exact]
        .iter()
        .find_map(|family| family(text))
        .unwrap_or(Err(Unresolved::NoRule))
}

fn bounded(relation: Relation, min: Option<u64>, max: Option<u64>) -> Quantity {
    Quantity {
        min,
        best: None,
        max,
        relation,
        verbatim: None,
    }
}

/// "none", "no", "nobody".
fn none(text: &str) -> Looked {
    matches!(text, "none" | "no" | "nobody" | "no one" | "nil")
        .then(|| Ok(("quantity-none", Quantity::exactly(0))))
}

/// A number, or words that stand for at least so many: "a dozen", "dozens".
fn counted(text: &str) -> Option<u64> {
    number(text).or_else(|| plural(text))
}

/// "more than", "at least", "about", "up to", "fewer than".
fn compared(text: &str) -> Looked {
    let at_least = [
        "at least",
        "no fewer than",
        "no less than",
        "not less than",
        "a minimum of",
    ];
    let more = ["more than", "over", "above", "upwards of", "well over"];
    let at_most = [
        "up to",
        "at most",
        "no more than",
        "not more than",
        "as many as",
        "a maximum of",
    ];
    let fewer = ["fewer than", "less than", "under", "below", "nearly", "almost"];
    let about = [
        "about",
        "around",
        "approximately",
        "roughly",
        "some",
        "circa",
        "an estimated",
        "~",
    ];
    if let Some(n) = after(text, &at_least).and_then(counted) {
        return Some(Ok(("quantity-at-least", Quantity::at_least(n))));
    }
    if let Some(n) = ["or more", "and more", "or above"]
        .iter()
        .find_map(|ending| number(text.strip_suffix(ending)?.trim_end()))
        .or_else(|| number(text.strip_suffix('+')?))
    {
        return Some(Ok(("quantity-at-least", Quantity::at_least(n))));
    }
    if let Some(n) = after(text, &more).and_then(counted) {
        let value = bounded(Relation::MoreThan, Some(n.saturating_add(1)), None);
        return Some(Ok(("quantity-more-than", value)));
    }
    if let Some(n) = after(text, &at_most).and_then(number) {
        return Some(Ok(("quantity-at-most", bounded(Relation::AtMost, None, Some(n)))));
    }
    if let Some(n) = after(text, &fewer).and_then(number) {
        let Some(max) = n.checked_sub(1) else {
            return Some(Err(Unresolved::impossible("nothing is fewer than none")));
        };
        return Some(Ok((
            "quantity-fewer-than",
            bounded(Relation::LessThan, None, Some(max)),
        )));
    }
    let vague = after(text, &about).or_else(|| text.strip_prefix('~'));
    let vague = vague.or_else(|| text.strip_suffix(" or so"));
    if let Some(n) = vague.and_then(number) {
        return Some(Ok(("quantity-about", Quantity::about(n))));
    }
    None
}

/// "two to three", "between 10 and 15", "two or three", "2-3".
fn between(text: &str) -> Looked {
    let words: &[&str] = match text {
        _ if text.starts_with("between ") => &["and"],
        _ => &["to", "or"],
    };
    let rest = after(text, &["between", "from"]).unwrap_or(text);
    let (low, high) = around(rest, words).or_else(|| {
        let (low, high) = rest.split_once('-')?;
        // "twenty-one" is one number.
        (number(text).is_none()).then(|| (low.trim(), high.trim()))
    })?;
    let (low, high) = (number(low)?, number(high)?);
    if high < low {
        return Some(Err(Unresolved::impossible(
            "the second number is smaller than the first",
        )));
    }
    let value = bounded(Relation::Between, Some(low), Some(high));
    Some(Ok(("quantity-between", value)))
}

/// "several", "a few", "dozens": a least number, which follows from the word, and no greatest.
fn loose(text: &str) -> Looked {
    let unknown = |min| bounded(Relation::Unknown, Some(min), None);
    match text {
        "several" => return Some(Ok(("quantity-several", unknown(3)))),
        "a few" | "few" | "a couple" | "a couple of" => return Some(Ok(("quantity-few", unknown(2)))),
        _ => {}
    }
    plural(text).map(|min| Ok(("quantity-plural", unknown(min))))
}

/// "dozens" is at least two of them, "several hundred" at least three, "tens of thousands" at least twenty thousand.
fn plural(text: &str) -> Option<u64> {
    let text = text.strip_suffix(" of").unwrap_or(text);
    let unit = |word: &str| {
        UNITS
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, value)| *value)
    };
    if let Some(unit) = text.strip_suffix('s').and_then(unit) {
        return Some(2 * unit);
    }
    if text == "tens" {
        return Some(20);
    }
    if let Some((count, of)) = text.split_once(" of ") {
        let unit = of.strip_suffix('s').and_then(unit)?;
        return plural(count)?.checked_mul(unit);
    }
    let (count, word) = text.split_once(' ')?;
    if let Some(rest) = text.strip_prefix("a few ") {
        return unit(rest).map(|unit| 2 * unit);
    }
    (count == "several")
        .then(|| unit(word).map(|unit| 3 * unit))
        .flatten()
}

/// "three", "exactly 3", "a total of 3".
fn exact(text: &str) -> Looked {
    let bare = after(text, &["exactly", "a total of", "in total", "precisely"]).unwrap_or(text);
    number(bare).map(|n| Ok(("quantity-exact", Quantity::exactly(n))))
}
