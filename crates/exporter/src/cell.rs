//! Cells that a spreadsheet does not run.
//!
//! ```
//! assert_eq!(armistice_exporter::cell::guarded("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
//! assert_eq!(armistice_exporter::cell::guarded("-3"), "-3");
//! ```
//! Source: OWASP, "CSV Injection": text that starts with `=`, `+`, `-`, `@`, tab, carriage return or line feed may run as a
//! formula, and so may the full-width forms of the four signs. Such text gets a leading `'`. What is a number stays as it is.

use std::borrow::Cow;

/// What may begin a formula.
const STARTS: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// The text with a leading `'` where a spreadsheet might run it; numbers are left alone.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(STARTS) && !is_number(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// True for a decimal number with at most one sign before it: `-9.65`, `+4`, `1e-7`. Nothing of it can be a formula.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    [whole, fraction, exponent]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_begins_a_formula_and_nothing_is_guarded_twice(text in "[-+=@\t\r\n0-9.eE'a\u{ff1d}]{0,6}") {
            let once = guarded(&text).into_owned();
            prop_assert!(is_number(&once) || !once.starts_with(STARTS));
            prop_assert_eq!(guarded(&once), once.as_str());
            prop_assert_eq!(once.strip_prefix('\'').filter(|_| !text.starts_with('\'')).unwrap_or(&once), text.as_str());
        }
    }

    #[test]
    fn formulas_get_a_quote_and_numbers_do_not() {
        for formula in [
            "=1+1",
            "+1+1",
            "-",
            "-a",
            "@x",
            "\tx",
            "\rx",
            "\nx",
            "\u{ff1d}1",
            "--1",
            "-1-1",
            "+cmd|' /C calc'!A0",
        ] {
            assert_eq!(guarded(formula), format!("'{formula}"), "{formula:?}");
        }
        for plain in ["", "a=b", "-9.65", "-1", "+4", "1e-7", "2022-03-26", "'=1"] {
            assert_eq!(guarded(plain), plain);
        }
    }
}
