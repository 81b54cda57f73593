//! Policies: whose checkpoints are accepted, and how many witnesses must have seen them.
//!
//! ```text
//! log example.com/log+e44f7e8f+AeuPd…
//! witness field-office witness.example/w1+a4532e1d+BI5c…
//! witness newsdesk     witness.example/w2+0f1e2d3c+BJw7…
//! group either any field-office newsdesk
//! quorum either
//! ```
//! Source: `c2sp.org/tlog-policy`; page: `docs/formats/policy.md`.
//!
//! Names in a policy file are octets with a meaning in that file only. URLs are kept, never fetched.
//! It judges one checkpoint, not whether two are consistent and not whether a cosignature is recent.

mod read;

use crate::note::{Note, SIGNATURES_MAX, SignatureLine};
use crate::{Checkpoint, Error, UnixSeconds, VerifierKey, WitnessKey};

/// Bytes of a policy file: 64 logs, 64 witnesses and 64 groups of 512 bytes each, comments beside.
pub const POLICY_BYTES_MAX: usize = 128 * 1024;

/// Logs in a policy. The specification asks for at least 32.
pub const LOGS_MAX: usize = 64;

/// Witnesses in a policy, below the signature lines that a note can carry.
pub const WITNESSES_MAX: usize = 64;

/// Groups in a policy.
pub const GROUPS_MAX: usize = 64;

const _: () = assert!(
    WITNESSES_MAX < SIGNATURES_MAX,
    "a log and all witnesses can sign one checkpoint"
);

/// Logs, witnesses and the quorum, read from a policy file.
#[derive(Debug, Clone)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    /// Witnesses and groups in the order of their definition: members come before their group.
    nodes: Vec<Node>,
    quorum: Quorum,
}

/// A log line of a policy.
#[derive(Debug, Clone)]
pub struct Log {
    /// The log's key; its name is the origin.
    pub key: VerifierKey,
    /// Where the log can be reached, opaque.
    pub url: Option<Vec<u8>>,
}

/// A witness line of a policy.
#[derive(Debug, Clone)]
pub struct Witness {
    /// Name within this policy, opaque octets.
    pub name: Vec<u8>,
    /// The witness's key.
    pub key: WitnessKey,
    /// Where the witness can be reached, opaque.
    pub url: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy)]
enum Quorum {
    /// No cosignature is required.
    None,
    Node(usize),
}

#[derive(Debug, Clone)]
enum Node {
    Witness(usize),
    Group { threshold: usize, members: Vec<usize> },
}

/// What a policy says about a checkpoint that a known log signed.
#[must_use = "the checkpoint is valid under the policy only when the quorum holds"]
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The verified witnesses, in the order of the policy.
    pub cosigned: Vec<Cosigned>,
    /// Whether they satisfy the quorum. Without it the checkpoint is not valid under the policy.
    pub quorum: bool,
}

/// A witness that cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// Name within the policy, opaque octets.
    pub name: Vec<u8>,
    /// Name of the witness's key.
    pub key_name: String,
    /// The earliest time that the witness states in a cosignature of this checkpoint.
    pub time: UnixSeconds,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line, [`Error::ControlCharacter`], [`Error::TooLarge`];
    /// [`Error::PolicyKey`] for the key of a log or witness. Keys of other signature types are refused: a
    /// policy that is only partly understood would be another policy.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        read::policy(bytes)
    }

    /// The logs, in the order of the file.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Judges a signed checkpoint. `logs` are keys known from elsewhere, beside those of the file.
    ///
    /// Unknown signatures are ignored; a signature by a known key that does not verify condemns the note.
    ///
    /// # Errors
    /// As [`Checkpoint::parse_unverified`]; [`Error::WrongOrigin`] when no log has the checkpoint's origin
    /// as its name; [`Error::NotSigned`], [`Error::BadSignature`]. A missing quorum is not an error but
    /// [`Evaluation::quorum`].
    pub fn evaluate(&self, checkpoint: &[u8], logs: &[VerifierKey]) -> Result<Evaluation, Error> {
        let (checkpoint, note) = Checkpoint::parse_unverified(checkpoint)?;
        self.verify_log(&checkpoint, &note, logs)?;
        let mut times = vec![None; self.witnesses.len()];
        for line in note.signatures() {
            self.verify_cosignature(&note, line, &mut times)?;
        }
        let mut satisfied = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            satisfied.push(match node {
                Node::Witness(witness) => times[*witness].is_some(),
                Node::Group { threshold, members } => {
                    members.iter().filter(|&&member| satisfied[member]).count() >= *threshold
                }
            });
        }
        let cosigned = self.witnesses.iter().zip(times).filter_map(|(witness, time)| {
            let (name, key_name) = (witness.name.clone(), witness.key.name().to_owned());
            Some(Cosigned {
                name,
                key_name,
                time: time?,
            })
        });
        let cosigned = cosigned.collect();
        let quorum = match self.quorum {
            Quorum::None => true,
            Quorum::Node(defined) => satisfied[defined],
        };
        Ok(Evaluation {
            checkpoint,
            cosigned,
            quorum,
        })
    }

    fn verify_log(&self, checkpoint: &Checkpoint, note: &Note, logs: &[VerifierKey]) -> Result<(), Error> {
        let known = self.logs.iter().map(|log| &log.key).chain(logs);
        let mut outcome = None;
        for key in known.filter(|key| key.name() == checkpoint.origin()) {
            match key.verify_note(note) {
                Ok(()) => outcome = Some(Ok(())),
                Err(bad @ Error::BadSignature { .. }) => return Err(bad),
                // A log that rotates its key need not sign with all of them.
                Err(not_signed) => outcome = outcome.or(Some(Err(not_signed))),
            }
        }
        outcome.unwrap_or_else(|| {
            let expected = self.logs.first().map(|log| &log.key).or(logs.first());
            Err(Error::WrongOrigin {
                expected: expected.map_or_else(String::new, |key| key.name().to_owned()),
                found: checkpoint.origin().to_owned(),
            })
        })
    }

    /// Verifies a line by the witnesses that have its name and id: one, unless two ids collide.
    fn verify_cosignature(
        &self,
        note: &Note,
        line: &SignatureLine,
        times: &mut [Option<UnixSeconds>],
    ) -> Result<(), Error> {
        let mut outcome = Ok(());
        for (witness, time) in self.witnesses.iter().zip(times) {
            if !witness.key.matches(line) {
                continue;
            }
            match witness.key.verify(note.text(), line) {
                Ok(stated) => {
                    *time = Some(time.map_or(stated, |earlier| earlier.min(stated)));
                    return Ok(());
                }
                Err(bad) => outcome = Err(bad),
            }
        }
        outcome
    }
}
