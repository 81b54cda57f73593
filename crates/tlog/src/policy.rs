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

use crate::note::{Note, SIGNATURES_MAX};
use crate::{Checkpoint, Error, UnixSeconds, VerifierKey, WitnessKey, text};
use std::collections::HashMap;

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

const FORMAT: &str = "policy";

/// Logs, witnesses and the quorum, read from a policy file.
#[derive(Debug, Clone)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    /// Witnesses and groups in the order of their definition: members come before their group.
    nodes: Vec<Node>,
    /// `None` when no cosignature is required.
    quorum: Option<usize>,
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

#[derive(Debug, Clone)]
enum Node {
    Witness(usize),
    Group { threshold: usize, members: Vec<usize> },
}

/// What a policy says about a checkpoint that a known log signed.
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
    /// [`Error::KeyText`], [`Error::KeyType`], [`Error::WeakKey`] for the key of a log or witness. Keys of
    /// other signature types are refused: a policy that is only partly understood would be another policy.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        check_octets(bytes)?;
        let mut reader = Reader::default();
        let mut number = 0;
        for line in bytes.split_inclusive(|&octet| octet == b'\n') {
            number += 1;
            // A cut file must not be read as a weaker policy: `quorum a-and-b` cut to `quorum a`.
            let line = line
                .strip_suffix(b"\n")
                .ok_or(malformed(number, "a newline at the end"))?;
            reader.line(line, number)?;
        }
        let quorum = reader.quorum.ok_or(malformed(number + 1, "a quorum line"))?;
        Ok(Self {
            logs: reader.logs,
            witnesses: reader.witnesses,
            nodes: reader.nodes,
            quorum,
        })
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
        Ok(Evaluation {
            checkpoint,
            cosigned,
            quorum: self.quorum.is_none_or(|node| satisfied[node]),
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
        line: &crate::SignatureLine,
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

/// What the lines so far have defined.
#[derive(Default)]
struct Reader {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    nodes: Vec<Node>,
    names: HashMap<Vec<u8>, usize>,
    /// Whether a node is already a member of a group, by node.
    taken: Vec<bool>,
    groups: usize,
    quorum: Option<Option<usize>>,
}

impl Reader {
    fn line(&mut self, line: &[u8], number: usize) -> Result<(), Error> {
        let is_space = |octet: &u8| matches!(octet, b' ' | b'\t');
        let mut items = line.split(is_space).filter(|item| !item.is_empty());
        let Some(keyword) = items.next().filter(|item| !item.starts_with(b"#")) else {
            return Ok(());
        };
        let items: Vec<&[u8]> = items.collect();
        match (keyword, items.as_slice()) {
            (b"log", [key, url @ ..]) if url.len() <= 1 => self.log(key, url, number),
            (b"witness", [name, key, url @ ..]) if url.len() <= 1 => self.witness(name, key, url, number),
            (b"group", [name, threshold, members @ ..]) if !members.is_empty() => {
                self.group(name, threshold, members, number)
            }
            (b"quorum", [name]) => self.quorum(name, number),
            _ => Err(malformed(
                number,
                "a log, witness, group or quorum line with its items",
            )),
        }
    }

    fn log(&mut self, key: &[u8], url: &[&[u8]], number: usize) -> Result<(), Error> {
        limit("logs", self.logs.len(), LOGS_MAX)?;
        let key = VerifierKey::parse(vkey(key)?)?;
        if self
            .logs
            .iter()
            .any(|log| log.key.public_key() == key.public_key())
        {
            return Err(malformed(number, "a log key that is not listed yet"));
        }
        self.logs.push(Log {
            key,
            url: url.first().map(|url| url.to_vec()),
        });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: &[&[u8]], number: usize) -> Result<(), Error> {
        limit("witnesses", self.witnesses.len(), WITNESSES_MAX)?;
        let key = WitnessKey::parse(vkey(key)?)?;
        if self
            .witnesses
            .iter()
            .any(|witness| witness.key.public_key() == key.public_key())
        {
            return Err(malformed(number, "a witness key that is not listed yet"));
        }
        self.define(name, Node::Witness(self.witnesses.len()), number)?;
        let url = url.first().map(|url| url.to_vec());
        self.witnesses.push(Witness {
            name: name.to_vec(),
            key,
            url,
        });
        Ok(())
    }

    fn group(
        &mut self,
        name: &[u8],
        threshold: &[u8],
        members: &[&[u8]],
        number: usize,
    ) -> Result<(), Error> {
        limit("groups", self.groups, GROUPS_MAX)?;
        let threshold = match threshold {
            b"all" => Some(members.len()),
            b"any" => Some(1),
            digits => std::str::from_utf8(digits)
                .ok()
                .and_then(text::decimal)
                .and_then(|count| usize::try_from(count).ok())
                .filter(|count| (1..=members.len()).contains(count)),
        };
        let threshold = threshold.ok_or(malformed(number, "all, any or a number from 1 to the members"))?;
        let mut nodes = Vec::with_capacity(members.len());
        for member in members {
            let node = self.defined(member, number)?;
            if std::mem::replace(&mut self.taken[node], true) {
                return Err(malformed(number, "members that are in no group yet"));
            }
            nodes.push(node);
        }
        self.groups += 1;
        self.define(
            name,
            Node::Group {
                threshold,
                members: nodes,
            },
            number,
        )
    }

    fn quorum(&mut self, name: &[u8], number: usize) -> Result<(), Error> {
        if self.quorum.is_some() {
            return Err(malformed(number, "one quorum line only"));
        }
        self.quorum = Some(if name == b"none" {
            None
        } else {
            Some(self.defined(name, number)?)
        });
        Ok(())
    }

    fn define(&mut self, name: &[u8], node: Node, number: usize) -> Result<(), Error> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(malformed(number, "a name that is neither defined yet nor none"));
        }
        self.names.insert(name.to_vec(), self.nodes.len());
        self.nodes.push(node);
        self.taken.push(false);
        Ok(())
    }

    fn defined(&self, name: &[u8], number: usize) -> Result<usize, Error> {
        let expected = "names of witnesses or groups of preceding lines";
        self.names.get(name).copied().ok_or(malformed(number, expected))
    }
}

fn malformed(line: usize, expected: &'static str) -> Error {
    Error::Malformed {
        format: FORMAT,
        line,
        expected,
    }
}

fn limit(what: &'static str, found: usize, max: usize) -> Result<(), Error> {
    if found >= max {
        Err(Error::TooLarge {
            what,
            found: found + 1,
            max,
        })
    } else {
        Ok(())
    }
}

fn vkey(item: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(item).map_err(|_| Error::KeyText { expected: "UTF-8" })
}

/// Tab, newline, 0x20 to 0x7E and 0x80 to 0xFF.
fn check_octets(bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() > POLICY_BYTES_MAX {
        return Err(Error::TooLarge {
            what: "policy bytes",
            found: bytes.len(),
            max: POLICY_BYTES_MAX,
        });
    }
    let forbidden = |&octet: &u8| matches!(octet, 0..=8 | 0x0b..=0x1f | 0x7f);
    bytes
        .iter()
        .position(forbidden)
        .map_or(Ok(()), |at| Err(Error::ControlCharacter { at }))
}
