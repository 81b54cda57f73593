//! Receipts: an offline proof that an entry is in the log.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra YXBwbGljYXRpb24gZGF0YQ==
//! index 1
//! 0uMTpwVg8ps5gcFUVRsmNCD1ANbNfvKSCvRvBoRYVpU=
//!
//! example.com/log
//! 2
//! sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
//!
//! — example.com/log …
//! ```
//! Source: `c2sp.org/tlog-proof`; page: `docs/formats/receipt.md`.
//!
//! It does not say how the leaf is made of what the holder has, and nothing vouches for `extra`: a
//! holder who rebuilds the leaf with it has it proved by that.

use crate::proof::{PATH_HASHES_MAX, verify_inclusion};
use crate::{Checkpoint, Error, Hash, Index, Policy, VerifierKey, note, policy, text};
use std::fmt;

/// Bytes of `extra` before base64: as much as an entry.
pub const EXTRA_BYTES_MAX: usize = 65_535;

/// Bytes of a receipt: the largest note, the largest extra line in base64 and a full path.
pub const RECEIPT_BYTES_MAX: usize = note::NOTE_BYTES_MAX + EXTRA_BYTES_MAX.div_ceil(3) * 4 + 4096;

const FORMAT: &str = "receipt";
const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// An entry's place, the proof of it, and the checkpoint that it is proved under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Opaque bytes for the holder, not authenticated. `None` writes no line.
    pub extra: Option<Vec<u8>>,
    /// Position of the entry.
    pub index: Index,
    /// Inclusion proof, the leaf's sibling first.
    pub path: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

/// Appends a receipt's text. For many receipts under one checkpoint: nothing is cloned, nothing parsed.
pub fn write(out: &mut String, extra: Option<&[u8]>, index: Index, path: &[Hash], checkpoint: &str) {
    let extra_chars = extra.map_or(0, |extra| extra.len().div_ceil(3) * 4);
    out.reserve(64 + extra_chars + path.len() * 45 + checkpoint.len());
    out.push_str(FIRST_LINE);
    if let Some(extra) = extra {
        out.push_str("\nextra ");
        text::base64_push(out, extra);
    }
    out.push_str("\nindex ");
    text::push_decimal(out, index.0);
    out.push('\n');
    for hash in path {
        text::base64_push_hash(out, hash);
        out.push('\n');
    }
    out.push('\n');
    out.push_str(checkpoint);
}

impl TlogProof {
    /// Appends the text, as [`write()`].
    pub fn write_to(&self, out: &mut String) {
        write(
            out,
            self.extra.as_deref(),
            self.index,
            &self.path,
            &self.checkpoint,
        );
    }

    /// Reads a receipt. The checkpoint is kept as it is and read only by [`TlogProof::verify`].
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::NotUtf8`], [`Error::Malformed`] with the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > RECEIPT_BYTES_MAX {
            return Err(Error::TooLarge {
                what: "receipt bytes",
                found: bytes.len(),
                max: RECEIPT_BYTES_MAX,
            });
        }
        let receipt = std::str::from_utf8(bytes).map_err(|error| Error::NotUtf8 {
            at: error.valid_up_to(),
        })?;
        let malformed = |line, expected| Error::Malformed {
            format: FORMAT,
            line,
            expected,
        };
        let no_checkpoint = malformed(receipt.lines().count(), "an empty line and a checkpoint");
        let (head, checkpoint) = receipt.split_once("\n\n").ok_or(no_checkpoint.clone())?;
        if checkpoint.is_empty() {
            return Err(no_checkpoint);
        }
        let mut lines = head.split('\n').zip(1..).peekable();
        if lines.next().map(|(line, _)| line) != Some(FIRST_LINE) {
            return Err(malformed(1, FIRST_LINE));
        }
        let extra = match lines.peek().and_then(|(line, _)| line.strip_prefix("extra ")) {
            Some(base64) => {
                lines.next();
                Some(parse_extra(base64)?)
            }
            None => None,
        };
        let index_line = if extra.is_some() { 3 } else { 2 };
        let index = lines
            .next()
            .and_then(|(line, _)| line.strip_prefix("index "))
            .and_then(text::decimal)
            .ok_or(malformed(index_line, "index and a number in decimal"))?;
        let mut path = Vec::with_capacity(24);
        for (line, number) in lines {
            if path.len() == PATH_HASHES_MAX {
                let found = PATH_HASHES_MAX + 1;
                return Err(Error::TooLarge {
                    what: "hashes of a path",
                    found,
                    max: PATH_HASHES_MAX,
                });
            }
            path.push(text::base64_hash(line).ok_or(malformed(number, "a hash in base64"))?);
        }
        Ok(Self {
            extra,
            index: Index(index),
            path,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks that the log of this key signed a checkpoint whose tree holds the leaf at the index.
    ///
    /// # Errors
    /// As [`Checkpoint::open`], and [`Error::NotIncluded`].
    pub fn verify(&self, leaf: Hash, key: &VerifierKey) -> Result<Checkpoint, Error> {
        let (checkpoint, _) = Checkpoint::open(self.checkpoint.as_bytes(), key)?;
        self.verify_leaf(leaf, &checkpoint)?;
        Ok(checkpoint)
    }

    /// Checks the same under a policy: a log that it lists, or one of `logs`, signed; says which witnesses
    /// cosigned. Whether the quorum holds is for the caller to ask: [`policy::Evaluation::quorum`].
    ///
    /// # Errors
    /// As [`Policy::evaluate`], and [`Error::NotIncluded`].
    pub fn verify_with_policy(
        &self,
        leaf: Hash,
        policy: &Policy,
        logs: &[VerifierKey],
    ) -> Result<policy::Evaluation, Error> {
        let evaluation = policy.evaluate(self.checkpoint.as_bytes(), logs)?;
        self.verify_leaf(leaf, &evaluation.checkpoint)?;
        Ok(evaluation)
    }

    fn verify_leaf(&self, leaf: Hash, checkpoint: &Checkpoint) -> Result<(), Error> {
        verify_inclusion(leaf, self.index, checkpoint.size(), &self.path, checkpoint.root())
    }
}

/// The receipt's text.
impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write_to(&mut out);
        f.write_str(&out)
    }
}

fn parse_extra(base64: &str) -> Result<Vec<u8>, Error> {
    let expected = "canonical base64 of the extra data";
    let extra = text::base64_decode(base64).ok_or(Error::Malformed {
        format: FORMAT,
        line: 2,
        expected,
    })?;
    if extra.len() > EXTRA_BYTES_MAX {
        return Err(Error::TooLarge {
            what: "extra bytes",
            found: extra.len(),
            max: EXTRA_BYTES_MAX,
        });
    }
    Ok(extra)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SigningKey, Tree, TreeSize, leaf_hash};
    use proptest::prelude::*;

    fn log() -> (SigningKey, Tree, String) {
        let key = SigningKey::from_seed("example.com/log", [3; 32]).expect("a name");
        let tree: Tree = (0..21_u64).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let head = Checkpoint::new("example.com/log", tree.size(), tree.root()).expect("an origin");
        (key.clone(), tree, head.sign(&key))
    }

    #[test]
    fn a_receipt_proves_its_leaf_only() {
        let (key, tree, checkpoint) = log();
        for index in (0..21).map(Index) {
            let path = tree.inclusion(index, TreeSize(21)).expect("an entry");
            let receipt = TlogProof {
                extra: None,
                index,
                path,
                checkpoint: checkpoint.clone(),
            };
            let read = TlogProof::parse(receipt.to_string().as_bytes()).expect("written above");
            assert_eq!(read, receipt);
            let leaf = tree.leaf(index).expect("an entry");
            assert_eq!(
                read.verify(leaf, &key.verifier_key()).expect("a proof").root(),
                tree.root()
            );
            let refused = read.verify(leaf_hash(b"other"), &key.verifier_key());
            assert_eq!(
                refused,
                Err(Error::NotIncluded {
                    index,
                    size: TreeSize(21)
                })
            );
        }
    }

    #[test]
    fn any_flipped_bit_fails() {
        let (key, tree, checkpoint) = log();
        let index = Index(20);
        let path = tree.inclusion(index, TreeSize(21)).expect("an entry");
        let bytes = TlogProof {
            extra: None,
            index,
            path,
            checkpoint,
        }
        .to_string()
        .into_bytes();
        let leaf = tree.leaf(index).expect("an entry");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let verified = TlogProof::parse(&flipped).and_then(|read| read.verify(leaf, &key.verifier_key()));
            assert!(verified.is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            let verified =
                TlogProof::parse(&bytes[..length]).and_then(|read| read.verify(leaf, &key.verifier_key()));
            assert!(verified.is_err(), "cut at {length}");
        }
    }

    #[test]
    fn a_receipt_has_one_spelling() {
        let hash = Hash([9; 32]).to_base64();
        let good = format!("c2sp.org/tlog-proof@v1\nextra AAE=\nindex 5\n{hash}\n\nrest\n\nrest\n");
        let read = TlogProof::parse(good.as_bytes()).expect("well-formed");
        assert_eq!(read.to_string(), good);
        assert_eq!((read.extra, read.path.len()), (Some(vec![0, 1]), 1));
        let line_of = |error: Error| {
            if let Error::Malformed { line, .. } = error {
                line
            } else {
                0
            }
        };
        for (from, to, line) in [
            ("@v1", "@v2", 1),
            ("c2sp", "\nc2sp", 1),
            ("AAE=", "AAF=", 2),
            ("AAE=", "AAE", 2),
            ("extra", "Extra", 2),
            ("extra AAE=", "extra", 2),
            ("extra AAE=\n", "extra AAE=\nextra AAE=\n", 3),
            ("index 5", "index 05", 3),
            ("index 5", "index -5", 3),
            ("index 5", "index 18446744073709551616", 3),
            ("index 5\n", "", 3),
            ("index 5\n", "index 5\nindex 5\n", 4),
            ("index 5\n", "index 5\nAAE=\n", 4),
            ("=\n\nrest\n\nrest\n", "=\n", 4),
            ("rest\n\nrest\n", "", 5),
        ] {
            let wrong = good.replacen(from, to, 1);
            let refused = TlogProof::parse(wrong.as_bytes()).expect_err(&wrong);
            assert_eq!(line_of(refused), line, "{wrong}");
        }
        let empty_extra = good.replace("AAE=", "");
        let read = TlogProof::parse(empty_extra.as_bytes()).expect("empty data");
        assert_eq!((read.to_string(), read.extra), (empty_extra, Some(Vec::new())));
        let longest = format!("index 5\n{}", format!("{hash}\n").repeat(PATH_HASHES_MAX));
        let at_limit = good.replace(&format!("index 5\n{hash}\n"), &longest);
        assert_eq!(
            TlogProof::parse(at_limit.as_bytes())
                .expect("65 hashes")
                .path
                .len(),
            PATH_HASHES_MAX
        );
        let over = at_limit.replace("index 5\n", &format!("index 5\n{hash}\n"));
        assert!(matches!(
            TlogProof::parse(over.as_bytes()),
            Err(Error::TooLarge { .. })
        ));
        assert!(matches!(
            TlogProof::parse(&vec![b'a'; RECEIPT_BYTES_MAX + 1]),
            Err(Error::TooLarge { .. })
        ));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = TlogProof::parse(&bytes);
        }

        #[test]
        fn what_parses_is_written_back(
            receipt in "c2sp.org/tlog-proof@v1\n(extra [A-Za-z0-9+/]{4}\n|)index [0-9]{1,2}\n([A-Za-z0-9+/]{43}=\n){0,3}\n[ab\n]{1,9}",
        ) {
            if let Ok(read) = TlogProof::parse(receipt.as_bytes()) {
                prop_assert_eq!(read.to_string(), receipt);
            }
        }

        #[test]
        fn what_is_written_parses(
            extra in prop::option::of(prop::collection::vec(any::<u8>(), 0..40)),
            index: u64,
            path in prop::collection::vec(any::<[u8; 32]>(), 0..9),
            checkpoint in "\\PC{1,40}",
        ) {
            let path = path.into_iter().map(Hash).collect();
            let receipt = TlogProof { extra, index: Index(index), path, checkpoint };
            prop_assert_eq!(TlogProof::parse(receipt.to_string().as_bytes()), Ok(receipt));
        }
    }
}
