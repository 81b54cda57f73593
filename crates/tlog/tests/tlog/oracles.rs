//! The same questions to second implementations: `tlog_tiles` and `signed_note` (of a production log) and
//! `ct-merkle`. Answers are compared byte for byte.

use armistice_tlog::tile::{self, TileKind};
use armistice_tlog::{
    Checkpoint, Hash, Index, Note, SigningKey, TilePath, Tree, TreeSize, bundle, leaf_hash, proof,
};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2_of_ct_merkle::Sha256;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};
use std::cell::RefCell;
use std::collections::HashMap;
use tlog_tiles::{HashReader, TileReader};

/// Sizes where tiles begin and end.
const BOUNDARIES: [u64; 9] = [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 70_000];

fn entry(n: u64) -> Vec<u8> {
    format!("entry {n}").into_bytes()
}

fn tree(size: u64) -> Tree {
    (0..size).map(|n| leaf_hash(&entry(n))).collect()
}

fn theirs(hash: Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(hash.0)
}

fn ours(hashes: &[tlog_tiles::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

/// The hashes that `tlog_tiles` stores for each entry, in its own order.
#[derive(Default)]
struct Stored(Vec<tlog_tiles::Hash>);

impl Stored {
    fn of(size: u64) -> Self {
        let mut stored = Self::default();
        for n in 0..size {
            let more = tlog_tiles::stored_hashes(n, &entry(n), &stored).expect("in memory");
            stored.0.extend(more);
        }
        stored
    }
}

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::tlog::Error> {
        let at = |index: &u64| self.0[usize::try_from(*index).expect("in memory")];
        Ok(indexes.iter().map(at).collect())
    }
}

fn check_size(tree: &Tree, stored: &Stored, size: u64, indexes: &[u64]) {
    let at = tree.at(TreeSize(size)).expect("a past size");
    let root = tlog_tiles::tree_hash(size, stored).expect("in memory");
    assert_eq!(at.root(), Hash(root.0), "root of {size}");
    let mut path = Vec::new();
    for &index in indexes {
        at.inclusion_into(Index(index), &mut path).expect("an entry");
        let expected = tlog_tiles::prove_record(size, index, stored).expect("an entry");
        assert_eq!(path, ours(&expected), "inclusion of {index} in {size}");
        let leaf = leaf_hash(&entry(index));
        proof::verify_inclusion(leaf, Index(index), TreeSize(size), &path, at.root()).expect("their proof");
        let path: Vec<_> = path.iter().copied().map(theirs).collect();
        tlog_tiles::check_record(&path, size, root, index, theirs(leaf)).expect("our proof");
    }
    for old in indexes.iter().map(|index| index + 1) {
        at.consistency_into(TreeSize(old), &mut path)
            .expect("a past size");
        let expected = tlog_tiles::prove_tree(size, old, stored).expect("a past size");
        assert_eq!(path, ours(&expected), "consistency of {old} with {size}");
        let old_root = tree.root_at(TreeSize(old)).expect("a past size");
        proof::verify_consistency(TreeSize(old), TreeSize(size), &path, old_root, at.root())
            .expect("their proof");
        let path: Vec<_> = path.iter().copied().map(theirs).collect();
        tlog_tiles::check_tree(&path, size, root, old, theirs(old_root)).expect("our proof");
    }
}

#[test]
fn every_small_proof_is_that_of_tlog_tiles() {
    let (tree, stored) = (tree(130), Stored::of(130));
    for size in 1..=130 {
        let indexes: Vec<u64> = (0..size).collect();
        check_size(&tree, &stored, size, &indexes);
    }
}

#[test]
fn proofs_at_tile_boundaries_are_those_of_tlog_tiles() {
    let (tree, stored) = (tree(70_000), Stored::of(70_000));
    for size in BOUNDARIES {
        let mut indexes = vec![0, size / 3, size / 2, size - 1, size.next_power_of_two() / 2];
        indexes.extend([254, 255, 256, 65_534, 65_535, 65_536]);
        indexes.retain(|&index| index < size);
        check_size(&tree, &stored, size, &indexes);
    }
}

#[test]
fn every_small_proof_is_that_of_ct_merkle() {
    let tree = tree(130);
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=130_u64 {
        other.push(entry(size - 1));
        let at = tree.at(TreeSize(size)).expect("a past size");
        assert_eq!(other.root().as_bytes()[..], at.root().0, "root of {size}");
        let mut path = Vec::new();
        for index in 0..size {
            at.inclusion_into(Index(index), &mut path).expect("an entry");
            let expected = other.prove_inclusion(usize::try_from(index).expect("small"));
            assert_eq!(
                tile::encode(&path),
                expected.as_bytes(),
                "inclusion of {index} in {size}"
            );
        }
        for old in 1..size {
            at.consistency_into(TreeSize(old), &mut path)
                .expect("a past size");
            let expected = other.prove_consistency(usize::try_from(size - old).expect("small"));
            assert_eq!(
                tile::encode(&path),
                expected.as_bytes(),
                "consistency of {old} with {size}"
            );
        }
    }
}

#[test]
fn proofs_at_tile_boundaries_are_those_of_ct_merkle() {
    let tree = tree(70_000);
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in BOUNDARIES {
        (other.len()..size).for_each(|n| other.push(entry(n)));
        let at = tree.at(TreeSize(size)).expect("a past size");
        assert_eq!(other.root().as_bytes()[..], at.root().0, "root of {size}");
        for index in [0, size / 3, size / 2, size - 1] {
            let path = tree.inclusion(Index(index), TreeSize(size)).expect("an entry");
            let expected = other.prove_inclusion(usize::try_from(index).expect("small"));
            assert_eq!(
                tile::encode(&path),
                expected.as_bytes(),
                "inclusion of {index} in {size}"
            );
        }
        for old in [1, size / 3, size / 2, size - 1]
            .into_iter()
            .filter(|&old| (1..size).contains(&old))
        {
            let path = tree
                .consistency(TreeSize(old), TreeSize(size))
                .expect("a past size");
            let expected = other.prove_consistency(usize::try_from(size - old).expect("small"));
            assert_eq!(
                tile::encode(&path),
                expected.as_bytes(),
                "consistency of {old} with {size}"
            );
        }
    }
}

/// A log as static files, read by `tlog_tiles`.
struct Published {
    files: HashMap<String, Vec<u8>>,
    read: RefCell<usize>,
}

impl TileReader for Published {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::tlog::Error> {
        *self.read.borrow_mut() += tiles.len();
        let file = |tile: &tlog_tiles::Tile| self.files[&c2sp_path(tile)].clone();
        Ok(tiles.iter().map(file).collect())
    }

    fn save_tiles(&self, _tiles: &[tlog_tiles::Tile], _data: &[Vec<u8>]) {}
}

/// Their path without the height, which C2SP fixes at 8.
fn c2sp_path(tile: &tlog_tiles::Tile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1)
}

#[test]
fn the_published_tiles_are_read_back_by_tlog_tiles() {
    let tree = tree(70_000);
    for size in BOUNDARIES.map(TreeSize) {
        let hashes = |path: &TilePath| matches!(path.kind(), TileKind::Hashes(_));
        let files: HashMap<String, Vec<u8>> = tile::paths(size)
            .filter(hashes)
            .map(|path| {
                let TileKind::Hashes(level) = path.kind() else {
                    unreachable!("filtered above")
                };
                let tile = tree.tile_hashes(level, path.n(), path.width()).expect("complete");
                (path.to_string(), tile::encode(tile))
            })
            .collect();
        let mut expected: Vec<String> = tlog_tiles::Tile::new_tiles(8, 0, size.0)
            .iter()
            .map(c2sp_path)
            .collect();
        let mut listed: Vec<String> = files.keys().cloned().collect();
        expected.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, expected, "tiles of {size}");

        let root = tree.root_at(size).expect("a past size");
        let published = Published {
            files,
            read: RefCell::new(0),
        };
        let reader = tlog_tiles::TileHashReader::new(size.0, theirs(root), &published);
        for index in [0, size.0 / 2, size.0 - 1] {
            let path = tlog_tiles::prove_record(size.0, index, &reader).expect("the tiles lead to the root");
            assert_eq!(tree.inclusion(Index(index), size), Ok(ours(&path)));
            let leaf = reader
                .read_hashes(&[tlog_tiles::stored_hash_index(0, index)])
                .expect("a tile");
            assert_eq!(leaf, [theirs(leaf_hash(&entry(index)))]);
        }
        assert!(*published.read.borrow() > 0);
    }
}

#[test]
fn tile_paths_are_those_of_tlog_tiles() {
    for n in [
        0,
        1,
        999,
        1000,
        1_234_067,
        999_999_999,
        1_000_000_000,
        u64::MAX >> 8,
    ] {
        for level in 0..8 {
            for width in [1, 17, 255, 256] {
                let theirs = tlog_tiles::Tile::new(8, level, n, width, false);
                let path = TilePath::parse(&c2sp_path(&theirs)).expect("a path");
                assert_eq!(
                    (path.kind(), path.n(), u32::from(path.width())),
                    (TileKind::Hashes(level), n, width)
                );
                assert_eq!(path.to_string(), c2sp_path(&theirs));
            }
        }
    }
}

#[test]
fn bundles_match_the_tiles_of_a_published_log() {
    let tree = tree(300);
    for path in tile::paths(TreeSize(300)).filter(|path| path.kind() == TileKind::Entries) {
        let start = path.n() * 256;
        let bundle =
            bundle::encode((start..start + u64::from(path.width())).map(entry)).expect("short entries");
        let tile = tile::encode(tree.tile_hashes(0, path.n(), path.width()).expect("complete"));
        let entries = tile::verify_bundle_against_tile(&bundle, &tile, path.width()).expect("its own tile");
        assert_eq!(entries[0], entry(start));
    }
}

#[test]
fn notes_are_read_and_written_alike() {
    let key = SigningKey::from_seed("example.com/log", [8; 32]).expect("a name");
    let signer = StandardSigner::new(&key.to_secret_text()).expect("our key text");
    let verifier = StandardVerifier::new(&key.verifier_key().to_string()).expect("our key text");
    let known = VerifierList::new(vec![Box::new(verifier)]);
    for text in [
        "one line\n",
        "two\n\nlines\n",
        "\n",
        "\u{2014} unicode \u{1f54a}\n",
    ] {
        let ours = key.sign_note(text).expect("a text");
        let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).expect("a text");
        theirs.add_sigs(&[&signer]).expect("a signature");
        assert_eq!(ours.to_string().as_bytes(), theirs.to_bytes(), "{text:?}");
        let read = signed_note::Note::from_bytes(ours.to_string().as_bytes()).expect("our note");
        assert_eq!(read.verify(&known).expect("our signature").0.len(), 1);
        key.verifier_key()
            .verify_note(&Note::parse(&theirs.to_bytes()).expect("their note"))
            .expect("their signature");
    }
}

#[test]
fn checkpoints_are_read_and_written_alike() {
    for (origin, size, extensions) in [
        ("example.com/log", 0, &[][..]),
        ("a log", u64::MAX, &["one", "two 2"]),
    ] {
        let root = leaf_hash(origin.as_bytes());
        let mut checkpoint = Checkpoint::new(origin, TreeSize(size), root).expect("an origin");
        for line in extensions {
            checkpoint = checkpoint.with_extension(*line).expect("a line");
        }
        let extension: String = extensions.iter().flat_map(|line| [line, "\n"]).collect();
        let theirs = tlog_tiles::Checkpoint::new(origin, size, theirs(root), &extension).expect("an origin");
        assert_eq!(theirs.to_bytes(), checkpoint.to_text().as_bytes());
        assert_eq!(Checkpoint::parse_text(&checkpoint.to_text()), Ok(checkpoint));
    }
}
