//! Checkpoints: the signed head of a tree.
//!
//! ```text
//! example.com/behind-the-sofa
//! 20852163
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//!
//! — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//! ```
//! Source: `c2sp.org/tlog-checkpoint`; page: `docs/formats/checkpoint.md`.
//!
//! It does not know whether two checkpoints are consistent: that takes a proof, see [`crate::proof`].

use crate::{Error, Hash, Note, SigningKey, TreeSize, VerifierKey, note, text};

/// Lines after the root. The specification advises against any; a view's statement has three.
pub const EXTENSION_LINES_MAX: usize = 16;

const FORMAT: &str = "checkpoint";

/// The text of a checkpoint: whose tree, how large, with which root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: TreeSize,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A tree head without extension lines.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the origin is empty or has more than one line,
    /// [`Error::ControlCharacter`].
    pub fn new(origin: impl Into<String>, size: TreeSize, root: Hash) -> Result<Self, Error> {
        let origin = origin.into();
        check_line(&origin, 1, "an origin: one line, not empty")?;
        Ok(Self {
            origin,
            size,
            root,
            extensions: Vec::new(),
        })
    }

    /// Adds an extension line.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is empty or more than one line, [`Error::ControlCharacter`],
    /// [`Error::TooLarge`] beyond [`EXTENSION_LINES_MAX`].
    pub fn with_extension(mut self, line: impl Into<String>) -> Result<Self, Error> {
        let line = line.into();
        let number = 4 + self.extensions.len();
        check_line(&line, number, "an extension line that is not empty")?;
        if self.extensions.len() == EXTENSION_LINES_MAX {
            return Err(too_many_extensions(EXTENSION_LINES_MAX + 1));
        }
        self.extensions.push(line);
        Ok(self)
    }

    /// The log that the checkpoint speaks for.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Number of leaves.
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// Root of the tree.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Lines after the root, without their newlines.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The note's text: what is signed.
    pub fn to_text(&self) -> String {
        let extensions: usize = self.extensions.iter().map(|line| line.len() + 1).sum();
        let mut out = String::with_capacity(self.origin.len() + 68 + extensions);
        out.push_str(&self.origin);
        out.push('\n');
        text::push_decimal(&mut out, self.size.0);
        out.push('\n');
        text::base64_push_hash(&mut out, &self.root);
        out.push('\n');
        for line in &self.extensions {
            out.push_str(line);
            out.push('\n');
        }
        out
    }

    /// The signed checkpoint. [`Checkpoint::open`] takes it only when the key is named like the origin.
    pub fn sign(&self, key: &SigningKey) -> String {
        let text = self.to_text();
        let line = key.sign_line(&text);
        format!("{text}\n{line}\n")
    }

    /// Reads a signed checkpoint and verifies the log's signature. Other signatures are left to
    /// [`crate::Policy`].
    ///
    /// # Errors
    /// As [`Note::parse`]; [`Error::WrongOrigin`] unless the origin is the key's name;
    /// [`Error::NotSigned`], [`Error::BadSignature`].
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<(Self, Note), Error> {
        let (checkpoint, note) = Self::parse_unverified(bytes)?;
        if checkpoint.origin != key.name() {
            return Err(Error::WrongOrigin {
                expected: key.name().to_owned(),
                found: checkpoint.origin,
            });
        }
        key.verify_note(&note)?;
        Ok((checkpoint, note))
    }

    /// Reads a signed checkpoint without verifying anything: nobody vouches for what it says.
    ///
    /// # Errors
    /// As [`Note::parse`], and [`Error::Malformed`] when the note's text is not a checkpoint.
    pub fn parse_unverified(bytes: &[u8]) -> Result<(Self, Note), Error> {
        let note = Note::parse(bytes)?;
        Ok((Self::parse_text(note.text())?, note))
    }

    /// Reads the text of a note, without its signatures.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::TooLarge`].
    pub fn parse_text(note_text: &str) -> Result<Self, Error> {
        let malformed = |line, expected| Error::Malformed {
            format: FORMAT,
            line,
            expected,
        };
        let body = note_text
            .strip_suffix('\n')
            .ok_or_else(|| malformed(note_text.matches('\n').count() + 1, "a newline at the end"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().unwrap_or_default();
        let size = lines
            .next()
            .and_then(text::decimal)
            .ok_or(malformed(2, "the tree size in decimal"))?;
        let root = lines
            .next()
            .and_then(text::base64_hash)
            .ok_or(malformed(3, "the root in base64"))?;
        let mut checkpoint = Self::new(origin, TreeSize(size), root)?;
        for line in lines {
            checkpoint = checkpoint.with_extension(line)?;
        }
        Ok(checkpoint)
    }
}

fn too_many_extensions(found: usize) -> Error {
    Error::TooLarge {
        what: "extension lines",
        found,
        max: EXTENSION_LINES_MAX,
    }
}

fn check_line(line: &str, number: usize, expected: &'static str) -> Result<(), Error> {
    if line.is_empty() || line.contains('\n') {
        return Err(Error::Malformed {
            format: FORMAT,
            line: number,
            expected,
        });
    }
    note::check_bytes(line.as_bytes()).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    #[test]
    fn a_checkpoint_has_one_spelling() {
        let good = format!("example.com/log\n20852163\n{ROOT}\n");
        assert_eq!(
            Checkpoint::parse_text(&good).expect("well-formed").to_text(),
            good
        );
        for (wrong, number) in [
            (good.replace("example.com/log", ""), 1),
            (good.replace("20852163", "020852163"), 2),
            (good.replace("20852163", "+20852163"), 2),
            (good.replace("20852163", "18446744073709551616"), 2),
            (good.replace("20852163", ""), 2),
            (good.replace("2I=", "2J="), 3),
            (good.replace("2I=", "2I"), 3),
            (good.replace("CsUY", ""), 3),
            (good.replace("2I=\n", "2I=\n\n"), 4),
            (good.replace("2I=\n", "2I=\na\n\nb\n"), 5),
            ("example.com/log\n".into(), 2),
            ("example.com/log\n1\n".into(), 3),
            (String::new(), 1),
        ] {
            let refused = Checkpoint::parse_text(&wrong).expect_err(&wrong);
            assert!(
                matches!(refused, Error::Malformed { line, .. } if line == number),
                "{wrong}: {refused}"
            );
        }
        Checkpoint::parse_text(good.trim_end()).expect_err("no final newline");
    }

    #[test]
    fn extension_lines_are_kept_up_to_their_limit() {
        let mut checkpoint =
            Checkpoint::new("a log with spaces", TreeSize(0), Hash::EMPTY_ROOT).expect("valid");
        for line in 0..EXTENSION_LINES_MAX {
            checkpoint = checkpoint
                .with_extension(format!("line {line}"))
                .expect("within the limit");
        }
        assert_eq!(
            Checkpoint::parse_text(&checkpoint.to_text()),
            Ok(checkpoint.clone())
        );
        let over = format!("{}one more\n", checkpoint.to_text());
        assert!(matches!(
            Checkpoint::parse_text(&over),
            Err(Error::TooLarge { .. })
        ));
        for line in ["", "a\nb", "a\tb"] {
            let checkpoint = Checkpoint::new("a", TreeSize(0), Hash::EMPTY_ROOT).expect("valid");
            checkpoint.with_extension(line).expect_err(line);
        }
    }

    #[test]
    fn opening_needs_the_named_log() {
        let key = SigningKey::from_seed("example.com/log", [1; 32]).expect("a name");
        let other = SigningKey::from_seed("example.com/log", [2; 32]).expect("a name");
        let renamed = key.renamed("example.com/other").expect("a name");
        let checkpoint = Checkpoint::new("example.com/log", TreeSize(0), Hash::EMPTY_ROOT).expect("valid");
        let signed = checkpoint.sign(&key);
        let open = |key: &SigningKey| Checkpoint::open(signed.as_bytes(), &key.verifier_key());
        assert_eq!(open(&key).expect("signed").0, checkpoint);
        assert!(matches!(open(&other), Err(Error::NotSigned { .. })));
        assert!(matches!(open(&renamed), Err(Error::WrongOrigin { .. })));
        // Signed by the right key, but under a name that is not the origin.
        let misnamed = checkpoint.sign(&renamed);
        let opened = Checkpoint::open(misnamed.as_bytes(), &renamed.verifier_key());
        assert!(matches!(opened, Err(Error::WrongOrigin { .. })));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,30}|([a-z0-9\n=]{0,20}\n){0,6}") {
            if let Ok(checkpoint) = Checkpoint::parse_text(&text) {
                prop_assert_eq!(checkpoint.to_text(), text);
            }
        }

        #[test]
        fn what_is_written_parses(
            origin in "\\PC{1,30}",
            size: u64,
            root: [u8; 32],
            lines in prop::collection::vec("\\PC{1,30}", 0..4),
        ) {
            let mut checkpoint = Checkpoint::new(origin, TreeSize(size), Hash(root)).expect("printable");
            for line in lines {
                checkpoint = checkpoint.with_extension(line).expect("printable");
            }
            prop_assert_eq!(Checkpoint::parse_text(&checkpoint.to_text()), Ok(checkpoint));
        }
    }
}
