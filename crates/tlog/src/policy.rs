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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Hash, SigningKey, TreeSize, cosignature};
    use proptest::prelude::*;

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::from_seed(name, [seed; 32]).expect("a name")
    }

    fn witness(n: u8) -> SigningKey {
        key(&format!("w{n}.example"), 100 + n)
    }

    fn log() -> SigningKey {
        key("log.example", 1)
    }

    /// The specification's example: two of three X and one of three Y.
    fn example() -> String {
        let mut keys = vec![log().verifier_key().to_string()];
        keys.extend((0..6).map(|n| cosignature::witness_key(&witness(n)).to_string()));
        let mut policy = include_str!("../tests/golden/c2sp-policy.txt").to_owned();
        for key in keys {
            policy = policy.replacen("<vkey>", &key, 1);
        }
        policy
    }

    fn checkpoint(witnesses: &[u8]) -> Note {
        let head = Checkpoint::new("log.example", TreeSize(0), Hash::EMPTY_ROOT).expect("an origin");
        let mut note = log().sign_note(head.to_text()).expect("a text");
        for &n in witnesses {
            let time = UnixSeconds::new(1000 + u64::from(n)).expect("a time");
            note.push(cosignature::sign(note.text(), time, &witness(n)))
                .expect("few");
        }
        note
    }

    fn evaluate(policy: &str, note: &Note) -> Result<Evaluation, Error> {
        Policy::parse(policy.as_bytes())
            .expect(policy)
            .evaluate(note.to_string().as_bytes(), &[])
    }

    #[test]
    fn the_example_asks_for_two_x_and_one_y() {
        for (witnesses, quorum) in [
            (&[][..], false),
            (&[0], false),
            (&[0, 1], false),
            (&[0, 3], false),
            (&[3, 4, 5], false),
            (&[0, 1, 2], false),
            (&[0, 1, 3], true),
            (&[1, 2, 5], true),
            (&[5, 4, 3, 2, 1, 0], true),
        ] {
            let found = evaluate(&example(), &checkpoint(witnesses)).expect("signed by the log");
            assert_eq!(found.quorum, quorum, "{witnesses:?}");
            let mut sorted = witnesses.to_vec();
            sorted.sort_unstable();
            let names: Vec<String> = sorted.iter().map(|n| format!("w{n}.example")).collect();
            let cosigned: Vec<&str> = found
                .cosigned
                .iter()
                .map(|cosigned| cosigned.key_name.as_str())
                .collect();
            assert_eq!(cosigned, names);
            assert!(
                found
                    .cosigned
                    .iter()
                    .zip(sorted)
                    .all(|(found, n)| found.time.get() == 1000 + u64::from(n))
            );
        }
        let found = evaluate(&example(), &checkpoint(&[5])).expect("signed by the log");
        assert_eq!(found.cosigned[0].name, b"Y3");
    }

    #[test]
    fn one_witness_twice_counts_once() {
        let found = evaluate(&example(), &checkpoint(&[0, 0, 3])).expect("signed by the log");
        assert_eq!((found.cosigned.len(), found.quorum), (2, false));
    }

    #[test]
    fn a_bad_signature_of_a_known_key_condemns_the_note() {
        let mut note = checkpoint(&[0, 1, 3]);
        let elsewhere = UnixSeconds::new(7).expect("a time");
        note.push(cosignature::sign("another text\n", elsewhere, &witness(2)))
            .expect("few");
        assert!(matches!(
            evaluate(&example(), &note),
            Err(Error::BadSignature { .. })
        ));
        // The same from a witness that the policy does not list is ignored.
        let mut note = checkpoint(&[0, 1, 3]);
        note.push(cosignature::sign("another text\n", elsewhere, &witness(9)))
            .expect("few");
        assert!(evaluate(&example(), &note).expect("ignored").quorum);
    }

    #[test]
    fn a_known_log_must_have_signed() {
        let stranger = key("log.example", 2);
        let head = Checkpoint::new("log.example", TreeSize(0), Hash::EMPTY_ROOT).expect("an origin");
        let forged = stranger.sign_note(head.to_text()).expect("a text");
        assert!(matches!(
            evaluate(&example(), &forged),
            Err(Error::NotSigned { .. })
        ));
        let elsewhere = Checkpoint::new("other.example", TreeSize(0), Hash::EMPTY_ROOT).expect("an origin");
        let other = log().sign_note(elsewhere.to_text()).expect("a text");
        assert!(matches!(
            evaluate(&example(), &other),
            Err(Error::WrongOrigin { .. })
        ));
        // A log that rotates its key: either key will do, a bad signature will not.
        let both = format!("{}log {}\n", example(), stranger.verifier_key());
        for signers in [vec![log()], vec![stranger.clone()], vec![log(), stranger.clone()]] {
            let mut note = Note::new(head.to_text()).expect("a text");
            for signer in signers {
                note.push(signer.sign_line(&head.to_text())).expect("few");
            }
            let _ = evaluate(&both, &note).expect("signed by one of them");
            note.push(stranger.sign_line("another text\n")).expect("few");
            assert!(matches!(evaluate(&both, &note), Err(Error::BadSignature { .. })));
        }
        // Logs known from elsewhere.
        let policy = Policy::parse(b"quorum none\n").expect("no log");
        let note = checkpoint(&[]).to_string();
        assert!(matches!(
            policy.evaluate(note.as_bytes(), &[]),
            Err(Error::WrongOrigin { .. })
        ));
        assert!(
            policy
                .evaluate(note.as_bytes(), &[log().verifier_key()])
                .expect("known")
                .quorum
        );
    }

    #[test]
    fn any_flipped_bit_of_a_checkpoint_fails_or_loses_a_witness() {
        let policy = Policy::parse(example().as_bytes()).expect("the example");
        let bytes = checkpoint(&[0, 1, 3]).to_string().into_bytes();
        assert!(policy.evaluate(&bytes, &[]).expect("unaltered").quorum);
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let holds = policy.evaluate(&flipped, &[]).is_ok_and(|found| found.quorum);
            assert!(!holds, "bit {bit}");
        }
    }

    #[test]
    fn a_policy_reads_as_specified() {
        let w = |n| cosignature::witness_key(&witness(n)).to_string();
        let (one, two) = (w(1), w(2));
        for policy in [
            "quorum none\n".to_owned(),
            format!(" \t# comment\n\n\t\nwitness a {one}\t https://a.example \n quorum\ta \n#last\n"),
            format!("witness a {one}\nquorum a\nwitness b {two}\n"),
            format!("witness \u{441}\u{432}\u{438} {one}\ngroup all any \u{441}\u{432}\u{438}\nquorum all\n"),
            format!("witness a {one}\nwitness b {two}\ngroup g 2 a b\nquorum g\n"),
            format!("witness #a {one}\nquorum #a\n"),
        ] {
            Policy::parse(policy.as_bytes()).expect(&policy);
        }
        let not_utf8 = [b"witness \xff\xfe ", one.as_bytes(), b" \x80\nquorum \xff\xfe\n"].concat();
        let policy = Policy::parse(&not_utf8).expect("names are octets");
        assert_eq!(policy.witnesses()[0].name, b"\xff\xfe");
        assert_eq!(policy.witnesses()[0].url.as_deref(), Some(&b"\x80"[..]));
    }

    #[test]
    fn what_is_not_a_policy_is_refused_at_its_line() {
        let w = |n| cosignature::witness_key(&witness(n)).to_string();
        let (one, two, log) = (w(1), w(2), log().verifier_key());
        let both = format!("witness a {one}\nwitness b {two}\n");
        for (policy, line) in [
            (String::new(), 1),
            ("\n".into(), 2),
            ("quorum none".into(), 1),
            (format!("{both}quorum a\nquorum b\n"), 4),
            (format!("{both}quorum c\n"), 3),
            (format!("quorum a\n{both}"), 1),
            (format!("{both}quorum a b\n"), 3),
            (format!("{both}quorum a #comment\n"), 3),
            (format!("{both}witness c {one}\nquorum a\n"), 3),
            (format!("{both}witness a {}\nquorum a\n", w(3)), 3),
            (format!("witness none {one}\nquorum none\n"), 1),
            (
                format!(
                    "log {log}\nlog {}\nquorum none\n",
                    log.renamed("other").expect("a name")
                ),
                2,
            ),
            (format!("{both}group g 0 a b\nquorum g\n"), 3),
            (format!("{both}group g 3 a b\nquorum g\n"), 3),
            (format!("{both}group g 02 a b\nquorum g\n"), 3),
            (format!("{both}group g -1 a b\nquorum g\n"), 3),
            (format!("{both}group g ALL a b\nquorum g\n"), 3),
            (format!("{both}group g all\nquorum g\n"), 3),
            (format!("{both}group g all a a\nquorum g\n"), 3),
            (format!("{both}group g all a none\nquorum g\n"), 3),
            (format!("{both}group g all a g\nquorum g\n"), 3),
            (format!("{both}group a all b\nquorum a\n"), 3),
            (format!("{both}group none all b\nquorum a\n"), 3),
            (format!("{both}group g any a\ngroup h any a b\nquorum h\n"), 4),
            (format!("{both}Quorum a\n"), 3),
            (format!("{both}witness c\nquorum a\n"), 3),
        ] {
            let refused = Policy::parse(policy.as_bytes()).expect_err(&policy);
            assert!(
                matches!(refused, Error::Malformed { line: at, .. } if at == line),
                "{policy}: {refused}"
            );
        }
        for (policy, line) in [
            (format!("{both}witness c {log}\nquorum a\n"), 3),
            (format!("log {one}\nquorum none\n"), 1),
            (format!("\nlog {log}x\nquorum none\n"), 2),
        ] {
            let refused = Policy::parse(policy.as_bytes()).expect_err(&policy);
            assert!(
                matches!(refused, Error::PolicyKey { line: at, .. } if at == line),
                "{policy}: {refused}"
            );
        }
        for policy in [
            "quorum none\r\n",
            "quorum\u{b}none\n",
            "quorum none\n#\u{7f}\n",
            "\0",
        ] {
            assert!(matches!(
                Policy::parse(policy.as_bytes()),
                Err(Error::ControlCharacter { .. })
            ));
        }
    }

    #[test]
    fn limits_are_at_least_those_recommended() {
        let many = |logs: usize, witnesses: usize, groups: usize| {
            let key = |n| {
                SigningKey::from_seed(format!("k{n}"), [u8::try_from(n).expect("few"); 32]).expect("a name")
            };
            let witness = |n| cosignature::witness_key(&key(n));
            let member = |n: usize| n.checked_sub(1).map_or("w0".to_owned(), |n| format!("g{n}"));
            let lines = (0..logs).map(|n| format!("log {}", key(n).verifier_key()));
            let lines = lines.chain((0..witnesses).map(|n| format!("witness w{n} {}", witness(n))));
            let lines = lines.chain((0..groups).map(|n| format!("group g{n} any {}", member(n))));
            let lines: Vec<String> = lines.chain(["quorum none\n".to_owned()]).collect();
            Policy::parse(lines.join("\n").as_bytes())
        };
        let policy = many(LOGS_MAX, WITNESSES_MAX, GROUPS_MAX).expect("at the limits");
        assert_eq!((policy.logs().len(), policy.witnesses().len()), (64, 64));
        assert!(matches!(
            many(65, 0, 0),
            Err(Error::TooLarge {
                what: "logs",
                found: 65,
                max: 64
            })
        ));
        assert!(matches!(
            many(0, 65, 0),
            Err(Error::TooLarge {
                what: "witnesses",
                ..
            })
        ));
        assert!(matches!(
            many(0, 1, 65),
            Err(Error::TooLarge { what: "groups", .. })
        ));
        let large = vec![b'\n'; POLICY_BYTES_MAX + 1];
        assert!(matches!(Policy::parse(&large), Err(Error::TooLarge { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = Policy::parse(&bytes);
        }

        #[test]
        fn no_lines_panic(lines in "((log|witness|group|quorum|none|any|all|[0-3a-c#])[ \n]){0,30}") {
            let _ = Policy::parse(lines.as_bytes());
        }
    }
}
