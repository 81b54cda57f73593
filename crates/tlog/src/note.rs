//! Signed notes: a text and the signatures under it.
//!
//! ```text
//! This is an example message.
//!
//! — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
//! ```
//! Source: `c2sp.org/signed-note`; page: `docs/formats/signed-note.md`.
//!
//! [`Note::parse`] reads what others have signed and extended, as checkpoints with their witnesses.
//! [`SingleNote::parse`] reads what one producer has signed: exactly one signature line, so that one
//! statement has one encoding.
//!
//! Reading a note checks no signature: see [`crate::VerifierKey::verify_note`]. What the text says is
//! not looked at.

use crate::{Error, KeyId, text};
use std::fmt;

/// Bytes of a note: 100 post-quantum signatures of 5 kB in base64 are 670 kB, and the text.
pub const NOTE_BYTES_MAX: usize = 1 << 20;

/// Signature lines of a note. The specification asks for at least 16; 100 is what its first
/// implementation reads.
pub const SIGNATURES_MAX: usize = 100;

const FORMAT: &str = "note";

/// The beginning of a signature line: em dash and space.
const SIGNATURE_PREFIX: &str = "— ";

/// A text with its signatures, none of them verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// One line under a note: who signed, and the bytes of the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    name: String,
    key_id: KeyId,
    bytes: Vec<u8>,
}

/// A note with exactly one signature line, borrowed from the bytes it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleNote<'a> {
    /// The signed text, its final newline included.
    pub text: &'a str,
    /// The one signature.
    pub signature: SignatureLine,
}

impl Note {
    /// A note without signatures yet.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the text does not end in a newline, [`Error::ControlCharacter`],
    /// [`Error::TooLarge`].
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        check_bytes(text.as_bytes())?;
        if !text.ends_with('\n') {
            let line = text.lines().count();
            return Err(Error::Malformed {
                format: FORMAT,
                line,
                expected: "a newline at the end of the text",
            });
        }
        Ok(Self {
            text,
            signatures: Vec::new(),
        })
    }

    /// Reads a note with 1 to [`SIGNATURES_MAX`] signatures of any type.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::NotUtf8`], [`Error::ControlCharacter`], [`Error::Malformed`],
    /// [`Error::SignatureEncoding`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let (text, lines) = split(bytes)?;
        let count = lines.matches('\n').count();
        if count > SIGNATURES_MAX {
            return Err(Error::TooLarge {
                what: "signature lines",
                found: count,
                max: SIGNATURES_MAX,
            });
        }
        let above = text.matches('\n').count() + 1;
        let mut signatures = Vec::with_capacity(count);
        for (position, line) in lines.split_terminator('\n').enumerate() {
            signatures.push(SignatureLine::parse_at(line, above + position + 1, position + 1)?);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// The signed text, its final newline included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures in their order.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Adds a signature line at the end, as a witness or a second key does.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond [`SIGNATURES_MAX`] lines.
    pub fn push(&mut self, signature: SignatureLine) -> Result<(), Error> {
        if self.signatures.len() == SIGNATURES_MAX {
            let found = SIGNATURES_MAX + 1;
            return Err(Error::TooLarge {
                what: "signature lines",
                found,
                max: SIGNATURES_MAX,
            });
        }
        self.signatures.push(signature);
        Ok(())
    }
}

/// The bytes of the note. Without a signature this is not yet a note that can be parsed.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        f.write_str("\n")?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl<'a> SingleNote<'a> {
    /// Reads a note that one signer made: exactly one signature line, nothing after it.
    ///
    /// Two different inputs never give the same result: the bytes are those of [`fmt::Display`] again.
    ///
    /// # Errors
    /// As [`Note::parse`], and [`Error::SignatureCount`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let (text, lines) = split(bytes)?;
        let line = lines.strip_suffix('\n').unwrap_or(lines);
        if line.contains('\n') {
            return Err(Error::SignatureCount {
                found: lines.matches('\n').count(),
            });
        }
        let number = text.matches('\n').count() + 2;
        Ok(Self {
            text,
            signature: SignatureLine::parse_at(line, number, 1)?,
        })
    }
}

impl fmt::Display for SingleNote<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n", self.text, self.signature)
    }
}

impl SignatureLine {
    /// A signature by a key.
    ///
    /// # Errors
    /// [`Error::KeyText`] when the name cannot stand in a note, [`Error::SignatureEncoding`] when there are
    /// no bytes.
    pub fn new(name: impl Into<String>, key_id: KeyId, bytes: Vec<u8>) -> Result<Self, Error> {
        let name = name.into();
        if !is_key_name(&name) {
            return Err(Error::KeyText {
                expected: KEY_NAME_EXPECTED,
            });
        }
        if bytes.is_empty() {
            return Err(Error::SignatureEncoding { line: 1 });
        }
        Ok(Self { name, key_id, bytes })
    }

    /// A signature by a key whose name was checked.
    pub(crate) fn of(name: &str, key_id: KeyId, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            key_id,
            bytes,
        }
    }

    /// Reads one line, without its newline, as a witness returns it.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::SignatureEncoding`].
    pub fn parse(line: &str) -> Result<Self, Error> {
        check_bytes(line.as_bytes())?;
        Self::parse_at(line, 1, 1)
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The signature without the key id: 64 bytes for Ed25519, 72 for a cosignature.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn parse_at(line: &str, number: usize, position: usize) -> Result<Self, Error> {
        let malformed = |expected| Error::Malformed {
            format: FORMAT,
            line: number,
            expected,
        };
        let rest = line
            .strip_prefix(SIGNATURE_PREFIX)
            .ok_or(malformed("an em dash and a space"))?;
        let (name, base64) = rest
            .split_once(' ')
            .ok_or(malformed("a key name, a space and a signature"))?;
        if !is_key_name(name) {
            return Err(malformed(KEY_NAME_EXPECTED));
        }
        let encoding = Error::SignatureEncoding { line: position };
        let bytes = text::base64_decode(base64).ok_or(encoding.clone())?;
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if !signature.is_empty() => Ok(Self {
                name: name.to_owned(),
                key_id: KeyId(u32::from_be_bytes(*id)),
                bytes: signature.to_vec(),
            }),
            _ => Err(encoding),
        }
    }
}

/// The line without its newline.
impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(4 + self.bytes.len());
        bytes.extend_from_slice(&self.key_id.0.to_be_bytes());
        bytes.extend_from_slice(&self.bytes);
        let mut base64 = String::with_capacity(bytes.len().div_ceil(3) * 4);
        text::base64_push(&mut base64, &bytes);
        write!(f, "{SIGNATURE_PREFIX}{} {base64}", self.name)
    }
}

pub(crate) const KEY_NAME_EXPECTED: &str = "a key name without spaces, plus and control characters";

/// Non-empty, no Unicode space, no plus, no ASCII control character.
pub(crate) fn is_key_name(name: &str) -> bool {
    let forbidden = |character: char| character.is_whitespace() || character == '+' || character < ' ';
    !name.is_empty() && !name.contains(forbidden)
}

/// Checks the bytes, then cuts at the last empty line: the text with its newline, and the signature lines.
fn split(bytes: &[u8]) -> Result<(&str, &str), Error> {
    let note = check_bytes(bytes)?;
    let malformed = |expected| Error::Malformed {
        format: FORMAT,
        line: note.lines().count(),
        expected,
    };
    if !note.ends_with('\n') {
        return Err(malformed("a newline at the end"));
    }
    let blank = note
        .rfind("\n\n")
        .ok_or_else(|| malformed("an empty line before the signatures"))?;
    let (text, lines) = (&note[..=blank], &note[blank + 2..]);
    if lines.is_empty() {
        return Err(malformed("a signature line after the last empty line"));
    }
    Ok((text, lines))
}

pub(crate) fn check_bytes(bytes: &[u8]) -> Result<&str, Error> {
    if bytes.len() > NOTE_BYTES_MAX {
        return Err(Error::TooLarge {
            what: "note bytes",
            found: bytes.len(),
            max: NOTE_BYTES_MAX,
        });
    }
    let note = std::str::from_utf8(bytes).map_err(|error| Error::NotUtf8 {
        at: error.valid_up_to(),
    })?;
    let is_control = |byte: &u8| *byte < b' ' && *byte != b'\n';
    // Counted without a branch, many bytes at a time; looked for only where there is one.
    if bytes.iter().filter(|byte| is_control(byte)).count() > 0 {
        let at = bytes.iter().position(is_control).unwrap_or_default();
        return Err(Error::ControlCharacter { at });
    }
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &str = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn check_refused(note: &str, expected: fn(&Error) -> bool) {
        let refused = Note::parse(note.as_bytes()).expect_err(note);
        assert!(expected(&refused), "{note:?}: {refused:?}");
        SingleNote::parse(note.as_bytes()).expect_err(note);
    }

    #[test]
    fn the_text_ends_at_the_last_empty_line() {
        for text in ["a\n", "\n", "a\n\nb\n", "a\n\n", "\n\n\n", "— not a signature\n"] {
            let bytes = format!("{text}\n{LINE}");
            let note = Note::parse(bytes.as_bytes()).expect(text);
            assert_eq!(note.text(), text);
            assert_eq!(note.to_string(), bytes);
            let single = SingleNote::parse(bytes.as_bytes()).expect(text);
            assert_eq!((single.text, single.to_string()), (text, bytes.clone()));
        }
    }

    #[test]
    fn a_note_has_one_shape() {
        let malformed = |error: &Error| matches!(error, Error::Malformed { .. });
        let control = |error: &Error| matches!(error, Error::ControlCharacter { .. });
        let encoding = |error: &Error| matches!(error, Error::SignatureEncoding { line: 1 });
        let line = LINE.trim_end();
        for note in [
            String::new(),
            "\n".into(),
            "a\n".into(),
            "a\n\n".into(),
            format!("a\n{LINE}"),
            LINE.into(),
        ] {
            check_refused(&note, malformed);
        }
        check_refused(&format!("a\n\n{line}"), malformed);
        check_refused(&format!("a\n\n{LINE}\n"), malformed);
        check_refused(&format!("a\n\n{LINE}x"), malformed);
        check_refused(&format!("a\n\n{LINE}{LINE}x\n"), malformed);
        check_refused(&format!("a\n\n {LINE}"), malformed);
        check_refused(&format!("a\n\n{}", LINE.replace('—', "-")), malformed);
        check_refused(&format!("a\n\n{}", LINE.replace("— ", "—")), malformed);
        check_refused(&format!("a\n\n{}", LINE.replace("/foo", "+foo")), malformed);
        check_refused(
            &format!("a\n\n{}", LINE.replace("/foo", "\u{2003}foo")),
            malformed,
        );
        check_refused(
            &format!("a\n\n{}", LINE.replace("example.com/foo ", " ")),
            malformed,
        );
        check_refused(&format!("a\n\n{}", LINE.replace("=\n", "= \n")), encoding);
        check_refused(&format!("a\n\n{}", LINE.replace("=\n", "\n")), encoding);
        check_refused(&format!("a\n\n{}", LINE.replace("M=\n", "N=\n")), encoding);
        check_refused(&format!("a\n\n{}", LINE.replace(" Uw", "  Uw")), encoding);
        check_refused("a\n\n— example.com/foo Uw2QOg==\n", encoding);
        check_refused("a\n\n— example.com/foo \n", encoding);
        check_refused(&format!("a\r\n\n{LINE}"), control);
        check_refused(&format!("a\u{0}\n\n{LINE}"), control);
        check_refused(&format!("a\tb\n\n{LINE}"), control);
        let invalid = Note::parse(b"a\xff\n\n").expect_err("not UTF-8");
        assert_eq!(invalid, Error::NotUtf8 { at: 1 });
    }

    #[test]
    fn lines_are_counted_to_their_limit() {
        let at_limit = format!("a\n\n{}", LINE.repeat(SIGNATURES_MAX));
        assert_eq!(
            Note::parse(at_limit.as_bytes())
                .expect("100 lines")
                .signatures()
                .len(),
            SIGNATURES_MAX
        );
        let over = format!("{at_limit}{LINE}");
        assert!(matches!(
            Note::parse(over.as_bytes()),
            Err(Error::TooLarge { found: 101, .. })
        ));
        let two = format!("a\n\n{LINE}{LINE}");
        assert_eq!(
            SingleNote::parse(two.as_bytes()),
            Err(Error::SignatureCount { found: 2 })
        );
        assert_eq!(
            Note::parse(two.as_bytes()).expect("two lines").signatures().len(),
            2
        );
        let large = vec![b'a'; NOTE_BYTES_MAX + 1];
        assert!(matches!(Note::parse(&large), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn only_a_text_with_a_newline_can_be_signed() {
        for text in ["", "a", "a\nb", "a\u{1b}\n"] {
            Note::new(text).expect_err(text);
        }
        for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb", "a\u{7}b"] {
            SignatureLine::new(name, KeyId(1), vec![1]).expect_err(name);
        }
        SignatureLine::new("a", KeyId(1), Vec::new()).expect_err("no bytes");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Note::parse(&bytes);
            let _ = SingleNote::parse(&bytes);
        }

        #[test]
        fn what_parses_is_written_back(note in "[a\n— =Uw+]{0,40}\n\n(— [a-z/]{1,3} [A-Za-z0-9+/]{8}(==|=|)\n){0,3}") {
            if let Ok(parsed) = Note::parse(note.as_bytes()) {
                prop_assert_eq!(parsed.to_string(), note.clone());
            }
            if let Ok(parsed) = SingleNote::parse(note.as_bytes()) {
                prop_assert_eq!(parsed.to_string(), note);
            }
        }

        #[test]
        fn what_is_written_parses(
            text in "(\\PC{0,20}\n){1,4}",
            lines in prop::collection::vec(("[^\\pC\\s+]{1,9}", any::<u32>(), prop::collection::vec(any::<u8>(), 1..80)), 1..5),
        ) {
            let mut note = Note::new(text).expect("printable lines");
            for (name, id, bytes) in lines {
                note.push(SignatureLine::new(name, KeyId(id), bytes).expect("a name")).expect("few");
            }
            prop_assert_eq!(Note::parse(note.to_string().as_bytes()), Ok(note));
        }
    }
}
