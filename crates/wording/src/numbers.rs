//! Whole numbers as they are written: `2,000`, `twenty-one`, `a dozen`, `three hundred`.

use armistice_report::WHOLE_MAX;

const SMALL: &[(&str, u64)] = &[
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
];

const TENS: &[(&str, u64)] = &[
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

/// Words that multiply what stands before them.
pub(crate) const UNITS: &[(&str, u64)] = &[
    ("dozen", 12),
    ("score", 20),
    ("hundred", 100),
    ("thousand", 1_000),
    ("million", 1_000_000),
];

/// The number that the whole text is; `None` when it is anything else.
pub(crate) fn number(text: &str) -> Option<u64> {
    let number = digits(text).or_else(|| spelled(text))?;
    (number <= WHOLE_MAX).then_some(number)
}

/// `2000`, `2,000`, `2 000`. `2.000` is not read: a point may be a decimal's.
fn digits(text: &str) -> Option<u64> {
    for separator in [",", " ", "\u{202f}"] {
        let mut groups = text.split(separator);
        let first = groups.next()?;
        let rest: Vec<&str> = groups.collect();
        let are_digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
        let lawful = are_digits(first)
            && (rest.is_empty() || first.len() <= 3)
            && rest.iter().all(|group| group.len() == 3 && are_digits(group));
        if lawful {
            return format!("{first}{}", rest.concat()).parse().ok();
        }
    }
    None
}

/// `three`, `twenty-one`, `a dozen`, `half a dozen`, `two hundred and fifty`, `12 thousand`.
fn spelled(text: &str) -> Option<u64> {
    if text == "half a dozen" {
        return Some(6);
    }
    // `total` holds finished thousands and millions, `current` what is being read.
    let (mut total, mut current): (u64, Option<u64>) = (0, None);
    let mut last_unit = u64::MAX;
    for (at, word) in text.split([' ', '-']).enumerate() {
        if word == "and" && current.is_some() {
            continue;
        }
        if (word == "a" || word == "an") && at == 0 {
            current = Some(1);
        } else if let Some(unit) = of(UNITS, word) {
            let counted = current?.checked_mul(unit)?;
            if unit >= 1_000 {
                if unit >= last_unit {
                    return None;
                }
                last_unit = unit;
                total = total.checked_add(counted)?;
                current = Some(0);
            } else {
                current = Some(counted);
            }
        } else {
            current = Some(joined(current, word, at)?);
        }
    }
    (!matches!(text, "a" | "an" | "and")).then_some(())?;
    total.checked_add(current?)
}

/// `twenty` and `one` make 21; `three hundred` and `five` make 305; `five` and `six` make nothing.
fn joined(current: Option<u64>, word: &str, at: usize) -> Option<u64> {
    let value = of(TENS, word)
        .or_else(|| of(SMALL, word))
        .or_else(|| digits(word).filter(|_| at == 0))?;
    match current {
        None => Some(value),
        Some(0) if at > 0 => Some(value),
        Some(so_far) => {
            let after_hundreds = so_far > 0 && so_far % 100 == 0 && value < 100;
            let after_tens = so_far % 100 >= 20 && so_far % 10 == 0 && value < 10;
            (value > 0 && (after_hundreds || after_tens)).then_some(so_far + value)
        }
    }
}

fn of(table: &[(&str, u64)], word: &str) -> Option<u64> {
    table
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written() {
        for (text, expected) in [
            ("3", Some(3)),
            ("2,000", Some(2_000)),
            ("2 000", Some(2_000)),
            ("1,234,567", Some(1_234_567)),
            ("2.000", None),
            ("20,00", None),
            ("-1", None),
            ("three", Some(3)),
            ("twenty-one", Some(21)),
            ("a dozen", Some(12)),
            ("two dozen", Some(24)),
            ("half a dozen", Some(6)),
            ("a hundred", Some(100)),
            ("two hundred and fifty", Some(250)),
            ("three hundred five", Some(305)),
            ("12 thousand", Some(12_000)),
            ("one million two hundred thousand", Some(1_200_000)),
            ("five six", None),
            ("twenty thirteen", None),
            ("a", None),
            ("and", None),
            ("", None),
            ("dozen", None),
            ("99999999999999999999", None),
            ("9007199254740992", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
