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
    /// Opaque bytes for the holder, not authenticated. Empty is the same as `None` on the wire.
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
    let extra = extra.unwrap_or_default();
    out.reserve(64 + extra.len().div_ceil(3) * 4 + path.len() * 45 + checkpoint.len());
    out.push_str(FIRST_LINE);
    if !extra.is_empty() {
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
    let expected = "canonical base64 of the extra data; the line is left out when there is none";
    let extra = text::base64_decode(base64).filter(|extra| !extra.is_empty());
    let extra = extra.ok_or(Error::Malformed {
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
