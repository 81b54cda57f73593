//! A second implementation reads what a ledger publishes: plain C2SP tlog-tiles, plain tlog-proofs.
//!
//! Nothing of `armistice-tlog` is used to read here: tiles by `tlog_tiles`, notes by `signed_note`, roots and proofs by
//! `ct-merkle`, bundles and receipts by the few lines below, written from the specifications.

use armistice_ledger::{Outcome, Settings};
use armistice_tests::{ORIGIN, Public, World};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{InclusionProof, RootHash};
use sha2_of_ct_merkle::{Digest as _, Sha256};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{HashReader, Tile, TileHashReader, TileReader};

/// Around each change of the shape of the tree, and the size that the specification itself uses.
const SIZES: [u64; 9] = [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 70_000];

#[test]
fn tiles_bundles_and_receipts_are_read_by_others_at_every_boundary() {
    let mut world = World::bare(Settings::default());
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut size = 1;
    for boundary in SIZES {
        // In groups of 1,024; at the last size all that is in between was appended, too.
        let mut last = None;
        while size < boundary {
            let count = (boundary - size).min(1_024);
            let notes: Vec<_> = (0..count).map(|_| world.next_note()).collect();
            let answers = world.ledger().submit_all_blocking(notes.clone());
            last = notes.into_iter().zip(answers).next_back();
            size += count;
        }
        let public = Public::of(world.ledger().reader());
        check_log(&public, boundary, &mut other);
        if let Some((note, answer)) = last {
            let Ok(Outcome::Recorded(receipt)) = answer else {
                panic!("{answer:?}")
            };
            check_receipt(&receipt.text, &note, boundary);
        }
    }
}

/// The checkpoint's origin, size and root, its signature checked by `signed_note`.
fn open_checkpoint(note: &[u8]) -> (String, u64, [u8; 32]) {
    let verifier = StandardVerifier::new(&World::vkey().to_string()).expect("a vkey");
    let note = Note::from_bytes(note).expect("a note");
    note.verify(&VerifierList::new(vec![Box::new(verifier)]))
        .expect("signed by the ledger");
    let text = String::from_utf8(note.text().to_vec()).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    let root = STANDARD
        .decode(lines[2])
        .expect("base64")
        .try_into()
        .expect("32 bytes");
    (lines[0].to_owned(), lines[1].parse().expect("a number"), root)
}

struct Files<'a>(&'a Public);

impl TileReader for Files<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::tlog::Error> {
        // C2SP fixes the height at 8 and leaves it out of the path.
        let path = |tile: &Tile| tile.path().replacen("tile/8/", "tile/", 1);
        Ok(tiles
            .iter()
            .map(|tile| self.0.files[&path(tile)].clone())
            .collect())
    }

    fn save_tiles(&self, _tiles: &[Tile], _data: &[Vec<u8>]) {}
}

fn check_log(public: &Public, size: u64, other: &mut MemoryBackedTree<Sha256, Vec<u8>>) {
    let (origin, signed, root) = open_checkpoint(&public.files["checkpoint"]);
    assert_eq!((origin.as_str(), signed), (ORIGIN, size));

    for entry in entries(public, size, other.len()) {
        other.push(entry);
    }
    assert_eq!(other.len(), size);
    assert_eq!(other.root().as_bytes()[..], root, "root of {size}");

    let files = Files(public);
    let reader = TileHashReader::new(size, tlog_tiles::Hash(root), &files);
    for index in [0, size / 2, size - 1] {
        let leaf = reader
            .read_hashes(&[tlog_tiles::stored_hash_index(0, index)])
            .expect("authenticated tiles");
        let entry = &other
            .get(usize::try_from(index).expect("small"))
            .expect("an entry");
        assert_eq!(
            leaf[0].0[..],
            Sha256::new().chain_update([0]).chain_update(entry).finalize()[..]
        );
    }
}

/// The entries from `from` on: each bundle is a sequence of big-endian 16-bit lengths and entries.
fn entries(public: &Public, size: u64, from: u64) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for n in from / 256..size.div_ceil(256) {
        let width = (size - n * 256).min(256);
        let mut name = format!("{:03}", n % 1_000);
        if n >= 1_000 {
            name = format!("x{:03}/{name}", n / 1_000);
        }
        let partial = if width < 256 {
            format!(".p/{width}")
        } else {
            String::new()
        };
        let mut rest = public.files[&format!("tile/entries/{name}{partial}")].as_slice();
        let mut bundle = Vec::new();
        while let Some((length, tail)) = rest.split_first_chunk::<2>() {
            let (entry, tail) = tail.split_at(usize::from(u16::from_be_bytes(*length)));
            bundle.push(entry.to_vec());
            rest = tail;
        }
        assert_eq!(bundle.len() as u64, width);
        found.extend(
            bundle
                .into_iter()
                .skip(usize::try_from(from.saturating_sub(n * 256)).expect("small")),
        );
    }
    found
}

/// A receipt as c2sp.org/tlog-proof describes it; the leaf is rebuilt from the `extra` line and the producer's bytes.
fn check_receipt(receipt: &str, note: &[u8], size: u64) {
    let (proof, checkpoint) = receipt.split_once("\n\n").expect("an empty line");
    let mut lines = proof.lines();
    assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
    let extra = lines
        .next()
        .and_then(|line| line.strip_prefix("extra "))
        .expect("an extra line");
    let index: u64 = lines
        .next()
        .and_then(|line| line.strip_prefix("index ")?.parse().ok())
        .expect("an index");
    let path: Vec<u8> = lines
        .flat_map(|line| STANDARD.decode(line).expect("base64"))
        .collect();
    let (origin, signed, root) = open_checkpoint(checkpoint.as_bytes());
    assert_eq!((origin.as_str(), signed, index), (ORIGIN, size, size - 1));

    let mut entry = STANDARD.decode(extra).expect("base64");
    entry.extend_from_slice(note);
    let proof = InclusionProof::<Sha256>::try_from_bytes(path).expect("whole hashes");
    let root = RootHash::<Sha256>::new(root.into(), signed);
    root.verify_inclusion(&entry, index, &proof).expect("included");
}
