//! The order of releases that are free text: `2`, `10`, `2019-09`, `v1.2`.

/// A run of digits or of other characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Digits without leading zeros: a longer number is the greater one.
    Number(usize, String),
    /// What stands between numbers, in lower case.
    Word(String),
}

/// Numbers are compared as numbers and words as words, from the left; no release at all is before all others.
pub(crate) fn order(release: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = release.trim();
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != is_number)
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        parts.push(if is_number {
            let digits = run.trim_start_matches('0');
            Part::Number(digits.len(), digits.to_owned())
        } else {
            Part::Word(run.to_lowercase())
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        for (older, newer) in [
            ("", "1"),
            ("2", "10"),
            ("2019-9", "2019-10"),
            ("2019-09", "2019-10-01"),
            ("v1.2", "v1.10"),
            ("1", "1.1"),
            ("9", "18446744073709551616"),
        ] {
            assert!(order(older) < order(newer), "{older} before {newer}");
        }
        assert_eq!(order("2019-09"), order("2019-9"));
        assert_eq!(order("V1 "), order("v1"));
    }
}
