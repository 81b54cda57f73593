//! Words made even: lower case, one space between them, no quotation marks and no full stop at the end.

use armistice_report::Line;

use crate::Unresolved;

/// The words as a report keeps them.
pub(crate) fn kept(words: &str) -> Result<Line, Unresolved> {
    Line::new(words.trim()).map_err(|flaw| Unresolved::NotText(flaw.to_string()))
}

/// The words as rules read them.
pub(crate) fn even(words: &str) -> String {
    let dashes = [
        '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}',
    ];
    let quotes = ['"', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];
    let text: String = words
        .chars()
        .filter(|c| !quotes.contains(c))
        .map(|c| if dashes.contains(&c) { '-' } else { c })
        .collect::<String>()
        .to_lowercase();
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    joined.trim_end_matches(['.', ',', ';', ':']).to_owned()
}

/// What follows the first of these that the text begins with, whole words only.
pub(crate) fn after<'a>(text: &'a str, beginnings: &[&str]) -> Option<&'a str> {
    beginnings
        .iter()
        .find_map(|beginning| text.strip_prefix(beginning)?.strip_prefix(' '))
}

/// The two sides of the first of these words in the text.
pub(crate) fn around<'a>(text: &'a str, words: &[&str]) -> Option<(&'a str, &'a str)> {
    words
        .iter()
        .find_map(|word| text.split_once(&format!(" {word} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_made_even() {
        for (words, expected) in [
            ("  Since\u{a0}Thursday. ", "since thursday"),
            ("\u{201c}24\u{2013}26 March\u{201d}", "24-26 march"),
            ("More  than a Dozen,", "more than a dozen"),
        ] {
            assert_eq!(even(words), expected);
        }
        assert_eq!(after("since thursday", &["from", "since"]), Some("thursday"));
        assert_eq!(after("sincere", &["since"]), None);
        assert_eq!(around("two or three", &["to", "or"]), Some(("two", "three")));
    }
}
