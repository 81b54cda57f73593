//! Words of reports in Markdown (`CommonMark` with the tables and autolinks of GitHub): nothing of them is markup.
//!
//! Words stand within a line of ours and never at its beginning, so what only acts at the beginning of a line stays readable.

use std::fmt::{self, Write};

use crate::visible::instead;

/// Escapes text within a line or within a cell of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaper;

impl askama::filters::Escaper for Escaper {
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        let mut characters = text.chars().peekable();
        let (mut last, mut www) = (' ', 0_u8);
        while let Some(character) = characters.next() {
            let next = characters.peek().copied().unwrap_or(' ');
            if acts(last, character, next) || (character == '.' && www == 3) {
                out.write_char('\\')?;
            }
            match instead(character) {
                Some(shown) => out.write_str(shown)?,
                None => out.write_char(character)?,
            }
            www = if matches!(character, 'w' | 'W') {
                www.saturating_add(1)
            } else {
                0
            };
            last = character;
        }
        Ok(())
    }
}

/// True for a character that would act between these two.
fn acts(last: char, character: char, next: char) -> bool {
    match character {
        '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '!' | '#' | '$' | '^' | '{' | '}'
        | '@' => true,
        // Within a word an underscore is a letter: `incident_reported`.
        '_' => !(last.is_alphanumeric() && next.is_alphanumeric()),
        // `https://…` and `mailto:…` would become links.
        ':' => !next.is_whitespace() && !next.is_ascii_digit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::filters::Escaper as _;

    #[test]
    fn nothing_of_the_words_is_markup() {
        for (words, expected) in [
            ("[x](https://example.org)", r"\[x\](https\://example.org)"),
            ("a | b", r"a \| b"),
            ("<img src=x>", r"\<img src=x\>"),
            ("*bold* _it_ `code`", r"\*bold\* \_it\_ \`code\`"),
            ("www.example.org a@b.org", r"www\.example.org a\@b.org"),
            ("to withdraw.", "to withdraw."),
            ("&copy; \\| ![i](x)", r"\&copy; \\\| \!\[i\](x)"),
            (
                "incident.reported.v1 2022-03-26 12:00–17:59",
                "incident.reported.v1 2022-03-26 12:00–17:59",
            ),
            ("heavy_weapon\n# title", r"heavy_weapon \# title"),
        ] {
            let mut out = String::new();
            Escaper.write_escaped_str(&mut out, words).unwrap();
            assert_eq!(out, expected);
        }
    }
}
