//! Numbers as tables of counts write them.

/// Reads a whole number of digits, with `thousands` between groups of two or three digits, the last of three.
pub(super) fn read(text: &str, thousands: Option<char>) -> Option<u64> {
    let digits = match thousands {
        Some(separator) if text.contains(separator) => {
            let groups: Vec<&str> = text.split(separator).collect();
            let (first, rest) = groups.split_first()?;
            let lengths_fit = (1..=3).contains(&first.len())
                && rest.iter().all(|group| (2..=3).contains(&group.len()))
                && rest.last().is_some_and(|last| last.len() == 3);
            lengths_fit.then(|| groups.concat())?
        }
        _ => text.to_owned(),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let number = is_number.then(|| digits.parse::<u64>().ok())??;
    (number <= armistice_report::WHOLE_MAX).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, thousands: Option<char>, expected: Option<u64>) {
        assert_eq!(read(text, thousands), expected, "{text} {thousands:?}");
    }

    #[test]
    fn thousands_are_read_where_the_mapping_says_so() {
        check("1234", None, Some(1_234));
        check("1,234", None, None);
        check("1,234", Some(','), Some(1_234));
        check("1,23,456", Some(','), Some(123_456));
        check("1.234", Some('.'), Some(1_234));
        check("1,23", Some(','), None);
        check(",234", Some(','), None);
        check("1,,234", Some(','), None);
        check("-1", Some(','), None);
        check("12.5", Some(','), None);
        check("", Some(','), None);
        check("99999999999999999999", None, None);
        check("9007199254740993", None, None);
    }
}
