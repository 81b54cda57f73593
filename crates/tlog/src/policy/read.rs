//! Reads a policy file, line by line.
//!
//! Source: `c2sp.org/tlog-policy`, "Policy file syntax and structure". Names are octets, not text.

use super::{GROUPS_MAX, LOGS_MAX, Log, Node, POLICY_BYTES_MAX, Policy, Quorum, WITNESSES_MAX, Witness};
use crate::{Error, VerifierKey, WitnessKey, text};
use std::collections::HashMap;

const FORMAT: &str = "policy";

pub(super) fn policy(bytes: &[u8]) -> Result<Policy, Error> {
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
    Ok(Policy {
        logs: reader.logs,
        witnesses: reader.witnesses,
        nodes: reader.nodes,
        quorum,
    })
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
    quorum: Option<Quorum>,
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
        let key = vkey(key).and_then(VerifierKey::parse).map_err(unusable(number))?;
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
        let key = vkey(key).and_then(WitnessKey::parse).map_err(unusable(number))?;
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
        let quorum = if name == b"none" {
            Quorum::None
        } else {
            Quorum::Node(self.defined(name, number)?)
        };
        self.quorum = Some(quorum);
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

fn unusable(line: usize) -> impl Fn(Error) -> Error {
    move |source| Error::PolicyKey {
        line,
        source: Box::new(source),
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
