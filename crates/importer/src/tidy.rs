//! Making texts fit for a report: no control characters, no blanks around them, no longer than the field.

use armistice_report::{Text, is_control};

/// What had to be changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    /// A run of control characters became one space.
    pub(crate) controls: bool,
    /// The end was cut off.
    pub(crate) cut: bool,
}

/// The text as a field of a report; none when nothing is left.
pub(crate) fn fit<const MAX: usize>(text: &str) -> (Option<Text<MAX>>, Changed) {
    let text = text.trim();
    let controls = text.contains(is_control);
    let mut owned = if controls {
        without_controls(text)
    } else {
        text.to_owned()
    };
    let cut = owned.len() > MAX;
    if cut {
        // The mark of the cut takes three bytes.
        let mut end = MAX - '…'.len_utf8();
        while !owned.is_char_boundary(end) {
            end -= 1;
        }
        owned.truncate(end);
        owned.push('…');
    }
    (Text::new(owned).ok(), Changed { controls, cut })
}

/// The text without saying what was changed, for copies of a cell that is kept whole elsewhere.
pub(crate) fn brief<const MAX: usize>(text: &str) -> Option<Text<MAX>> {
    fit(text).0
}

fn without_controls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_control = false;
    for c in text.chars() {
        match (is_control(c), after_control) {
            (true, false) => out.push(' '),
            (true, true) => {}
            (false, _) => out.push(c),
        }
        after_control = is_control(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>, controls: bool, cut: bool) {
        let (fitted, changed) = fit::<8>(text);
        assert_eq!(fitted.as_deref(), expected, "{text:?}");
        assert_eq!(changed, Changed { controls, cut }, "{text:?}");
    }

    #[test]
    fn texts_are_made_to_fit() {
        check("", None, false, false);
        check("  ", None, false, false);
        check(" a b ", Some("a b"), false, false);
        check("a\r\n\nb", Some("a b"), true, false);
        check("a\u{2028}b", Some("a b"), true, false);
        check("12345678", Some("12345678"), false, false);
        check("123456789", Some("12345…"), false, true);
        check("1234é6789", Some("1234…"), false, true);
    }
}
