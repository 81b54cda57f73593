//! Characters that turn or hide text: they are shown as what they are, so that nobody's words reorder the words around them.

/// What stands for a character that must not act; `None` for all others.
pub(crate) fn instead(character: char) -> Option<&'static str> {
    match character {
        // Embeddings, overrides and isolates of the bidirectional algorithm, which reach beyond the words that hold them.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some("\u{fffd}"),
        // Line and paragraph separators: no words of a report hold a line break.
        '\u{2028}' | '\u{2029}' | '\n' | '\r' => Some(" "),
        // Invisible, and not needed by any script: the word joiner, the byte-order mark and tag characters.
        '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}' => Some(""),
        _ => None,
    }
}
