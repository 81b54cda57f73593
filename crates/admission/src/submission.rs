//! A submission: the signed note that a producer sent, read and validated by itself.
//!
//! ```text
//! {"specversion":"1.0","id":"r-1","source":"field-office-3",…}
//!
//! — field-office-3 Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeO…
//! ```
//!
//! Sources: c2sp.org/signed-note, `docs/formats/report-v1.md`. The bytes are kept as they were sent: the log
//! stores exactly these.

use armistice_report::{NOTE_BYTES_MAX, Refusal, RefusalCode, Report};
use armistice_tlog::{Error, Hash, KeyId, SignatureLine, SingleNote, VerifierKey};

/// A note with one signature line, whatever its text says.
#[derive(Debug, Clone)]
pub struct Signed {
    bytes: Vec<u8>,
    text_bytes: usize,
    signature: SignatureLine,
}

/// A well-formed signed report whose signature was not yet checked.
#[derive(Debug, Clone)]
pub struct Submission {
    signed: Signed,
    unique_key: Hash,
    /// A report is over a kilobyte; submissions are passed from thread to thread.
    report: Box<Report>,
}

/// A submission that cannot be read: its hash, for the mark that it leaves, and why.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// SHA-256 of the bytes that were sent.
    pub sha256: Hash,
    /// What was wrong.
    pub refusal: Refusal,
    /// The note, where at least that could be read: its signature may still say whose it is.
    pub signed: Option<Box<Signed>>,
}

impl Signed {
    /// The name in the signature line.
    pub fn signer(&self) -> &str {
        self.signature.name()
    }

    /// The key id in the signature line.
    pub fn key_id(&self) -> KeyId {
        self.signature.key_id()
    }

    /// Whether the signature verifies under `key`, by the strict rule of `docs/formats/signed-note.md`.
    pub fn is_signed_by(&self, key: &VerifierKey) -> bool {
        let text = std::str::from_utf8(&self.bytes[..self.text_bytes]);
        text.is_ok_and(|text| key.verify_line(text, &self.signature).is_ok())
    }

    /// The length of the text, and the signature.
    fn read(bytes: &[u8]) -> Result<(usize, SignatureLine), Refusal> {
        // Before parsing: the cheapest refusal of the largest input.
        if bytes.len() > NOTE_BYTES_MAX {
            let expected = format!("a signed note of at most {NOTE_BYTES_MAX} bytes");
            let found = format!("{} bytes", bytes.len());
            return Err(Refusal::new(RefusalCode::EntryTooLarge, "", expected).found(&found));
        }
        let SingleNote { text, signature } = SingleNote::parse(bytes).map_err(|error| not_a_note(&error))?;
        Ok((text.len(), signature))
    }
}

impl Submission {
    /// Reads a signed note and the report in it.
    ///
    /// # Errors
    /// Everything that can be said of the bytes alone: not a note, more than one signature, not one line,
    /// not a valid report, too large for an entry, or a key name other than the report's source.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Rejected> {
        let signed = match Signed::read(&bytes) {
            Ok((text_bytes, signature)) => Signed {
                bytes,
                text_bytes,
                signature,
            },
            Err(refusal) => {
                return Err(Rejected {
                    sha256: Hash::sha256(&bytes),
                    refusal,
                    signed: None,
                });
            }
        };
        match read_report(&signed) {
            Ok(report) => {
                let unique_key = unique_key(signed.signer(), report.id.as_str());
                Ok(Self {
                    signed,
                    unique_key,
                    report,
                })
            }
            Err(refusal) => {
                let sha256 = Hash::sha256(&signed.bytes);
                Err(Rejected {
                    sha256,
                    refusal,
                    signed: Some(Box::new(signed)),
                })
            }
        }
    }

    /// The signed note, exactly as it was sent.
    pub fn bytes(&self) -> &[u8] {
        &self.signed.bytes
    }

    /// SHA-256 of [`Submission::bytes`]: the submission's name in refusals, in `prev` and as `Nats-Msg-Id`. Hashed when
    /// asked for: most submissions become entries, which have another name.
    pub fn sha256(&self) -> Hash {
        Hash::sha256(self.bytes())
    }

    /// The name in the signature line; equal to the report's `source`.
    pub fn signer(&self) -> &str {
        self.signed.signer()
    }

    /// The note and its signature.
    pub fn signed(&self) -> &Signed {
        &self.signed
    }

    /// The report in it.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The hash under which the log finds this submission again: see [`unique_key`].
    pub fn unique_key(&self) -> Hash {
        self.unique_key
    }
}

/// SHA-256 of producer name, line feed, report id: one entry of a log at most has it.
pub fn unique_key(producer: &str, id: &str) -> Hash {
    let mut text = Vec::with_capacity(producer.len() + 1 + id.len());
    text.extend_from_slice(producer.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(id.as_bytes());
    Hash::sha256(&text)
}

fn read_report(signed: &Signed) -> Result<Box<Report>, Refusal> {
    let report = Box::new(armistice_report::parse(&signed.bytes[..signed.text_bytes])?);
    if report.source.as_str() != signed.signer() {
        return Err(Refusal::new(
            RefusalCode::SourceMismatch,
            "source",
            "the name in the signature line",
        ));
    }
    Ok(report)
}

fn not_a_note(error: &Error) -> Refusal {
    let code = match error {
        Error::NotUtf8 { .. } => RefusalCode::NotUtf8,
        Error::ControlCharacter { .. } => RefusalCode::ControlCharacter,
        Error::SignatureCount { .. } => RefusalCode::SignatureCount,
        Error::SignatureEncoding { .. } => RefusalCode::SignatureEncoding,
        _ => RefusalCode::NotANote,
    };
    Refusal::new(
        code,
        "",
        format!("a C2SP signed note with exactly one signature line; {error}"),
    )
}
