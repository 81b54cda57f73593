//! Words of reports in HTML: nothing of them is markup.

use std::fmt::{self, Write};

use crate::visible::instead;

/// Escapes text for an element or for an attribute in double quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaper;

impl askama::filters::Escaper for Escaper {
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '&' => out.write_str("&amp;")?,
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&#39;")?,
                _ => match instead(character) {
                    Some(shown) => out.write_str(shown)?,
                    None => out.write_char(character)?,
                },
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::filters::Escaper as _;

    #[test]
    fn nothing_of_the_words_is_markup() {
        for (words, expected) in [
            (
                "<script>alert(1)</script>",
                "&lt;script&gt;alert(1)&lt;/script&gt;",
            ),
            (r#"" onload='x' &amp;"#, "&quot; onload=&#39;x&#39; &amp;amp;"),
            ("\u{202e}abc", "\u{fffd}abc"),
            ("Պարուխ / Fərrux", "Պարուխ / Fərrux"),
        ] {
            let mut out = String::new();
            Escaper.write_escaped_str(&mut out, words).unwrap();
            assert_eq!(out, expected);
        }
    }
}
