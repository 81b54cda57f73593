//! Bytes that others made: the examples of the specifications, published checkpoints, and a witnessed log
//! that was computed with Python's `hashlib` and `cryptography`.

use armistice_tlog::cosignature::{self, UnixSeconds};
use armistice_tlog::{
    Checkpoint, Error, Hash, Index, Note, Policy, SigningKey, SingleNote, TlogProof, Tree, TreeSize,
    VerifierKey, WitnessKey, leaf_hash, proof,
};

macro_rules! golden {
    ($name:literal) => {
        include_str!(concat!("../golden/", $name))
    };
}

/// The key of the Go checksum database.
const SUMDB: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

fn vkey(text: &str) -> VerifierKey {
    VerifierKey::parse(text).expect(text)
}

#[test]
fn the_signed_note_example_verifies() {
    let bytes = golden!("c2sp-note-example.txt");
    let key = vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    let note = Note::parse(bytes.as_bytes()).expect("the example");
    key.verify_note(&note).expect("its signature");
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.to_string(), bytes);
    let single = SingleNote::parse(bytes.as_bytes()).expect("the example");
    key.verify_line(single.text, &single.signature)
        .expect("its signature");
    assert_eq!(
        key.to_string(),
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    );
}

#[test]
fn the_text_of_a_note_may_have_empty_lines() {
    let bytes = golden!("c2sp-note-poem.txt");
    let note = Note::parse(bytes.as_bytes()).expect("the example");
    assert_eq!(note.text().matches('\n').count(), 4);
    assert_eq!(note.signatures()[0].name(), "quasimodo.example/salvatore");
    assert_eq!(note.to_string(), bytes);
}

#[test]
fn the_first_implementation_signs_the_same_bytes() {
    let key =
        SigningKey::parse("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let note = key.expect("a key").sign_note(text).expect("a text").to_string();
    let line = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    assert_eq!(note, format!("{text}\n{line}"));
}

#[test]
fn the_checkpoint_examples_parse() {
    for (bytes, signatures) in [
        (golden!("c2sp-checkpoint.txt"), 1),
        (golden!("c2sp-cosigned-checkpoint.txt"), 2),
        (golden!("c2sp-witness-request-checkpoint.txt"), 2),
    ] {
        let (checkpoint, note) = Checkpoint::parse_unverified(bytes.as_bytes()).expect(bytes);
        assert_eq!(checkpoint.origin(), "example.com/behind-the-sofa");
        assert_eq!(checkpoint.size(), TreeSize(20_852_163));
        assert_eq!(
            checkpoint.root().to_base64(),
            "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
        );
        assert!(checkpoint.extensions().is_empty());
        assert_eq!(
            (note.signatures().len(), note.to_string().as_str()),
            (signatures, bytes)
        );
        assert_eq!(checkpoint.to_text(), note.text());
    }
    // The time that the example's text states.
    let (_, note) =
        Checkpoint::parse_unverified(golden!("c2sp-cosigned-checkpoint.txt").as_bytes()).expect("cosigned");
    assert_eq!(note.signatures()[1].bytes()[..8], 1_679_315_147_u64.to_be_bytes());
    assert_eq!(note.signatures()[1].bytes().len(), 72);
}

/// A published checkpoint of the Go checksum database with three more published signatures: each verifies by
/// itself, each is ignored by who does not know its key.
#[test]
fn a_published_checkpoint_verifies_by_each_of_its_keys() {
    let bytes = golden!("sumdb-with-three-signatures.txt");
    let (checkpoint, note) = Checkpoint::parse_unverified(bytes.as_bytes()).expect("published");
    assert_eq!(
        (checkpoint.origin(), checkpoint.size().0),
        ("go.sum database tree", 6_476_701)
    );
    for key in [
        SUMDB,
        "monkeys+db4d9f7e+AULaJMvTtDLHPUcUrjdDad9vDlh/PTfC2VV60JUtCfWT",
        "bananas+cf639f13+AaPjhFnPCQnid/Ql32KWhmh+uk72FVRfK+2DLmO3BI3M",
        "witness+f13a86db+AdYV1Ztajd9BvyjP2HgpwrqYL6TjOwIjGMOq8Bu42xbN",
    ] {
        vkey(key).verify_note(&note).expect(key);
        // The origin is not the key's name, so it is not opened as that log's.
        let opened = Checkpoint::open(bytes.as_bytes(), &vkey(key));
        assert!(matches!(opened, Err(Error::WrongOrigin { .. })), "{key}");
    }
    let stranger = SigningKey::from_seed("monkeys", [0; 32])
        .expect("a name")
        .verifier_key();
    assert!(matches!(
        stranger.verify_note(&note),
        Err(Error::NotSigned { .. })
    ));
}

/// Test vectors of a published witness: a log's checkpoint, and the proof that it extends an earlier one.
#[test]
fn a_published_consistency_proof_verifies() {
    let key = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f";
    let key = Hash::from_hex(key).expect("32 bytes").0;
    let origin = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
    let key = VerifierKey::new(origin, key).expect("a key");
    let hash = |base64| Hash::from_base64(base64).expect(base64);
    let old = hash("KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let new = hash("RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=");
    let signed = format!(
        "{origin}\n1\n{}\n\n— {origin} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n",
        old.to_base64(),
    );
    Checkpoint::open(signed.as_bytes(), &key).expect("published");
    let path = [
        hash("KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        hash("KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ];
    proof::verify_consistency(TreeSize(1), TreeSize(3), &path, old, new).expect("published");
    let altered = [path[0], hash("KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABA=")];
    proof::verify_consistency(TreeSize(1), TreeSize(3), &altered, old, new).expect_err("altered");
}

/// The example's path and signatures are abridged: it can be read, not verified.
#[test]
fn the_proof_example_parses() {
    let bytes = golden!("c2sp-tlog-proof.txt");
    let receipt = TlogProof::parse(bytes.as_bytes()).expect("the example");
    assert_eq!((receipt.index, receipt.path.len()), (Index(73_894), 5));
    assert_eq!(receipt.extra.as_deref().map(<[u8]>::len), Some(39));
    assert!(receipt.checkpoint.starts_with("example.com/fancylog\n109482\n"));
    assert_eq!(receipt.to_string(), bytes);
    let verified = receipt.verify(leaf_hash(b""), &vkey(SUMDB));
    assert_eq!(verified, Err(Error::SignatureEncoding { line: 1 }));
}

#[test]
fn a_witnessed_log_made_elsewhere_verifies() {
    let key = vkey(golden!("verifier-key.txt").trim_end());
    let (checkpoint, note) =
        Checkpoint::open(golden!("witnessed-checkpoint.txt").as_bytes(), &key).expect("signed");
    let tree: Tree = (0..70)
        .map(|n| leaf_hash(format!("entry {n}").as_bytes()))
        .collect();
    assert_eq!((checkpoint.size(), checkpoint.root()), (tree.size(), tree.root()));

    let policy = Policy::parse(golden!("policy.txt").as_bytes()).expect("a policy");
    assert_eq!(policy.logs()[0].key, key);
    assert_eq!(
        policy.logs()[0].url.as_deref(),
        Some(&b"https://ledger.example/karabakh-2020"[..])
    );
    let receipt = TlogProof::parse(golden!("receipt.tlog-proof").as_bytes()).expect("a receipt");
    let found = receipt
        .verify_with_policy(leaf_hash(b"entry 69"), &policy, &[])
        .expect("a proof");
    assert!(found.quorum);
    let cosigned: Vec<_> = found
        .cosigned
        .iter()
        .map(|one| (one.name.as_slice(), one.time.get()))
        .collect();
    assert_eq!(
        cosigned,
        [
            (&b"field-office"[..], 1_679_315_147),
            (b"newsdesk", 1_700_000_000)
        ]
    );
    assert!(
        receipt
            .verify_with_policy(leaf_hash(b"entry 68"), &policy, &[])
            .is_err()
    );

    // Our own bytes are the same: the log's signature, both cosignatures, the proof.
    let seed = std::array::from_fn(|n| u8::try_from(n).expect("below 32"));
    let log = SigningKey::from_seed(key.name(), seed).expect("a name");
    let mut ours = log.sign_note(checkpoint.to_text()).expect("a text");
    for (n, name, time) in [
        (1, "field-office.example/w1", 1_679_315_147),
        (2, "newsdesk.example/w1", 1_700_000_000),
    ] {
        let witness = SigningKey::from_seed(name, [n; 32]).expect("a name");
        let time = UnixSeconds::new(time).expect("a time");
        ours.push(cosignature::sign(note.text(), time, &witness))
            .expect("few");
    }
    assert_eq!(ours, note);
    let path = tree.inclusion(Index(69), TreeSize(70)).expect("an entry");
    let extra = Some(b"armistice/entry/v1\n2022-03-26T14:00:00.000000Z\n".to_vec());
    let ours = TlogProof {
        extra,
        index: Index(69),
        path,
        checkpoint: ours.to_string(),
    };
    assert_eq!(ours.to_string(), golden!("receipt.tlog-proof"));
}

#[test]
fn published_keys_of_other_types_are_told_apart() {
    let witness = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    assert_eq!(
        WitnessKey::parse(witness).expect("published").to_string(),
        witness
    );
    assert_eq!(
        VerifierKey::parse(witness),
        Err(Error::KeyType {
            found: 4,
            supported: 1
        })
    );
    assert_eq!(
        WitnessKey::parse(SUMDB),
        Err(Error::KeyType {
            found: 1,
            supported: 4
        })
    );
}

macro_rules! page {
    ($name:literal) => {
        include_str!(concat!("../../../../docs/formats/", $name))
    };
}

#[test]
fn the_pages_show_these_bytes() {
    for (page, golden) in [
        (page!("signed-note.md"), golden!("c2sp-note-example.txt")),
        (
            page!("signed-note.md"),
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        ),
        (
            page!("checkpoint.md"),
            golden!("witnessed-checkpoint.txt")
                .split("— field")
                .next()
                .expect("a log line"),
        ),
        (page!("checkpoint.md"), golden!("verifier-key.txt").trim_end()),
        (page!("receipt.md"), golden!("receipt.tlog-proof")),
        (page!("policy.md"), golden!("policy.txt")),
    ] {
        assert!(page.contains(golden), "{golden}");
    }
    let page = page!("cosignature.md");
    let mut parts = page.split("```\n");
    let line = parts.nth(1).expect("a signature line").trim_end();
    let message = parts.nth(1).expect("a signed text");
    let (checkpoint, note) =
        Checkpoint::parse_unverified(golden!("witnessed-checkpoint.txt").as_bytes()).expect("cosigned");
    assert_eq!(note.signatures()[1].to_string(), line);
    assert_eq!(
        message,
        format!("cosignature/v1\ntime 1679315147\n{}", checkpoint.to_text())
    );
    let key =
        WitnessKey::parse("field-office.example/w1+4ef1f7cf+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c");
    key.expect("its key")
        .verify(note.text(), &note.signatures()[1])
        .expect("its signature");
    assert!(page.contains("4ef1f7cf+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"));
}

/// A limit on a page is the limit of the code.
#[test]
fn the_pages_state_the_limits() {
    use armistice_tlog::{KEY_NAME_BYTES_MAX, bundle, checkpoint, note, policy, receipt, tile};
    for (page, name, limit) in [
        (
            page!("signed-note.md"),
            "note::NOTE_BYTES_MAX",
            note::NOTE_BYTES_MAX,
        ),
        (
            page!("signed-note.md"),
            "note::SIGNATURES_MAX",
            note::SIGNATURES_MAX,
        ),
        (page!("signed-note.md"), "KEY_NAME_BYTES_MAX", KEY_NAME_BYTES_MAX),
        (
            page!("checkpoint.md"),
            "checkpoint::EXTENSION_LINES_MAX",
            checkpoint::EXTENSION_LINES_MAX,
        ),
        (
            page!("tiles.md"),
            "bundle::ENTRY_BYTES_MAX",
            bundle::ENTRY_BYTES_MAX,
        ),
        (
            page!("tiles.md"),
            "bundle::BUNDLE_BYTES_MAX",
            bundle::BUNDLE_BYTES_MAX,
        ),
        (page!("tiles.md"), "tile::WIDTH", tile::WIDTH),
        (page!("tiles.md"), "tile::LEVEL_MAX", tile::LEVEL_MAX.into()),
        (
            page!("receipt.md"),
            "proof::PATH_HASHES_MAX",
            proof::PATH_HASHES_MAX,
        ),
        (
            page!("receipt.md"),
            "receipt::EXTRA_BYTES_MAX",
            receipt::EXTRA_BYTES_MAX,
        ),
        (
            page!("receipt.md"),
            "receipt::RECEIPT_BYTES_MAX",
            receipt::RECEIPT_BYTES_MAX,
        ),
        (page!("policy.md"), "policy::LOGS_MAX", policy::LOGS_MAX),
        (page!("policy.md"), "policy::WITNESSES_MAX", policy::WITNESSES_MAX),
        (page!("policy.md"), "policy::GROUPS_MAX", policy::GROUPS_MAX),
        (
            page!("policy.md"),
            "policy::POLICY_BYTES_MAX",
            policy::POLICY_BYTES_MAX,
        ),
    ] {
        let row = page
            .lines()
            .find(|line| line.contains(&format!("`{name}`")))
            .expect(name);
        assert!(
            row.replace(',', "").contains(&format!(" {limit}")),
            "{name} is {limit}: {row}"
        );
    }
}
