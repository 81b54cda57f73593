//! The store over a real directory: what is appended is there, is proved, and is refused when it is not.

use crate::support::{append, batch, contents, create, entry, flip, head, open, publish, record, reopened};
use armistice_eventlog::{AppendError, Batch, Error, Options, Refused, Writer, limits};
use armistice_tlog::tile::{self, TileKind};
use armistice_tlog::{Index, TilePath, Tree, TreeSize, bundle, leaf_hash, proof};
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn what_is_appended_is_there_with_proofs_and_lookups() {
    let dir = tempfile::tempdir().expect("dir");
    let mut log = create(dir.path());
    assert!(log.recovery.created);
    for group in [1, 2, 64, 65, 3, 200] {
        append(&mut log, group);
    }
    let size = log.reader.size();
    assert_eq!(size, TreeSize(335));
    let tree: Tree = (0..size.0).map(|index| leaf_hash(&entry(index))).collect();
    assert_eq!(log.reader.root_at(size).expect("root"), tree.root());
    for index in (0..size.0).map(Index) {
        let bytes = log.reader.entry(index).expect("entry");
        assert_eq!(bytes, entry(index.0));
        let leaf = leaf_hash(&bytes);
        assert_eq!(log.reader.leaf_hash(index), Some(leaf));
        assert_eq!(log.reader.find_hash(&leaf), Some(index));
        assert_eq!(log.reader.find_key(&record(index.0).key), vec![index]);
        let path = log.reader.inclusion(index, size).expect("proof");
        proof::verify_inclusion(leaf, index, size, &path, tree.root()).expect("included");
    }
    assert_eq!(log.reader.find_hash(&leaf_hash(b"nothing")), None);
    assert_eq!(log.reader.find_key(&[9; 32]), vec![]);
    let old = TreeSize(66);
    let path = log.reader.consistency(old, size).expect("proof");
    proof::verify_consistency(
        old,
        size,
        &path,
        log.reader.root_at(old).expect("root"),
        tree.root(),
    )
    .expect("consistent");
    let read: Vec<_> = log
        .reader
        .entries(Index(60)..Index(140))
        .map(|read| read.expect("entry"))
        .collect();
    assert_eq!(
        read,
        (60..140)
            .map(|index| (Index(index), entry(index)))
            .collect::<Vec<_>>()
    );
}

#[test]
fn cursors_move_with_the_batch_and_alone() {
    let dir = tempfile::tempdir().expect("dir");
    let mut log = create(dir.path());
    let mut both = batch(0, 1);
    both.cursors = vec![("intake".to_owned(), b"1".to_vec())];
    log.writer.append(&both).expect("durable");
    let alone = Batch {
        records: vec![],
        cursors: vec![("intake".to_owned(), b"2".to_vec())],
    };
    let appended = log.writer.append(&alone).expect("durable");
    assert_eq!((appended.first, appended.size), (Index(1), TreeSize(1)));
    let log = reopened(log, dir.path());
    assert_eq!(log.reader.cursor("intake"), Some(b"2".to_vec()));
    assert_eq!(log.reader.cursor("other"), None);
}

#[test]
fn a_refused_batch_writes_nothing_and_the_writer_goes_on() {
    let dir = tempfile::tempdir().expect("dir");
    let mut log = create(dir.path());
    let mut too_large = batch(0, 3);
    too_large.records[1].bytes = vec![0; limits::ENTRY_BYTES_MAX + 1];
    let many = batch(0, limits::BATCH_ENTRIES_MAX + 1);
    let mut heavy = batch(0, 0);
    heavy.records.resize(257, record(0));
    heavy
        .records
        .iter_mut()
        .for_each(|record| record.bytes = vec![0; limits::ENTRY_BYTES_MAX]);
    let nameless = Batch {
        records: vec![],
        cursors: vec![(String::new(), vec![])],
    };
    let cases = [
        (Batch::default(), Refused::Empty),
        (
            too_large,
            Refused::EntryTooLarge {
                record: 1,
                bytes: 65_536,
                bytes_max: 65_535,
            },
        ),
        (
            many,
            Refused::BatchTooLarge {
                what: "records",
                found: 4_097,
                allowed: 4_096,
            },
        ),
        (
            heavy,
            Refused::BatchTooLarge {
                what: "bytes",
                found: 257 * 65_535,
                allowed: 16 << 20,
            },
        ),
        (nameless, Refused::CursorTooLarge { cursor: 0 }),
    ];
    let before = contents(dir.path());
    for (batch, expected) in cases {
        match log.writer.append(&batch) {
            Err(AppendError::Refused(refused)) => assert_eq!(refused, expected),
            other => panic!("{expected:?}: {other:?}"),
        }
    }
    assert_eq!(contents(dir.path()), before);
    append(&mut log, 1);
}

#[test]
fn a_head_of_other_entries_is_refused() {
    let dir = tempfile::tempdir().expect("dir");
    let mut log = create(dir.path());
    append(&mut log, 5);
    let mut other = Tree::new();
    other.push(leaf_hash(b"other"));
    for note in [
        b"no checkpoint".to_vec(),
        head(other.size(), other.root()),
        head(TreeSize(6), other.root()),
    ] {
        let refused = log.writer.publish_head(&note);
        assert!(
            matches!(refused, Err(AppendError::Refused(Refused::NotOurHead))),
            "{refused:?}"
        );
    }
    assert_eq!(log.reader.head(), None);
}

#[test]
fn the_longest_entries_stay_out_of_blobs() {
    let dir = tempfile::tempdir().expect("dir");
    let mut log = create(dir.path());
    let mut noise = crate::support::Noise::new(7);
    let mut longest = |count: usize| Batch {
        records: (0..count)
            .map(|at| armistice_eventlog::Record {
                bytes: noise.bytes(65_535),
                key: [u8::try_from(at % 256).expect("byte"); 32],
            })
            .collect(),
        cursors: vec![],
    };
    // One value a page until it splits many times over, then batches that span segments.
    let mut stored = Vec::new();
    for count in std::iter::repeat_n(1, 40).chain([2, 3, 64, 256, 250]) {
        let batch = longest(count);
        log.writer.append(&batch).expect("durable");
        stored.extend(batch.records.into_iter().map(|record| record.bytes));
    }
    let log = reopened(log, dir.path());
    for (at, bytes) in stored.iter().enumerate() {
        assert_eq!(&log.reader.entry(Index(at as u64)).expect("entry"), bytes);
    }
    assert_eq!(
        std::fs::read_dir(dir.path().join("store/blobs"))
            .expect("dir")
            .count(),
        0
    );
}

#[test]
fn tiles_and_bundles_at_the_sizes_where_they_change() {
    let dir = tempfile::tempdir().expect("dir");
    let mut log = create(dir.path());
    let mut tree = Tree::new();
    for size in [1, 2, 255, 256, 257, 65_535, 65_536, 65_537] {
        while log.reader.size().0 < size {
            let missing = size - log.reader.size().0;
            append(&mut log, missing.min(4_000));
        }
        tree.extend((tree.size().0..size).map(|index| leaf_hash(&entry(index))));
        // The paths that this size adds; all of them at the small sizes.
        for path in
            tile::paths(TreeSize(size)).filter(|path| size < 300 || path.n() > 253 || path.is_partial())
        {
            let bytes = log.reader.tile(&path).expect("tile");
            match path.kind() {
                TileKind::Hashes(level) => {
                    assert_eq!(
                        bytes,
                        tile::encode(tree.tile_hashes(level, path.n(), path.width()).expect("hashes"))
                    );
                }
                TileKind::Entries => {
                    let first = path.n() * 256;
                    let expected =
                        bundle::encode((first..first + u64::from(path.width())).map(entry)).expect("bundle");
                    assert_eq!(bytes, expected, "{path}");
                }
            }
        }
        let beyond = TilePath::new(
            TileKind::Entries,
            size / 256,
            u16::try_from(size % 256 + 1).expect("width"),
        )
        .expect("path");
        assert!(
            matches!(log.reader.tile(&beyond), Err(Error::BeyondTree { .. })),
            "{beyond}"
        );
    }
}

#[test]
fn one_flipped_bit_in_a_stored_value_names_its_entry() {
    const TOTAL: u64 = 64 * 40;
    let dir = tempfile::tempdir().expect("dir");
    let mut log = create(dir.path());
    append(&mut log, TOTAL);
    publish(&mut log);
    // Fill the segment, so that most flipped bits are in an old one: damage in the newest is sled's to find.
    let mut noise = crate::support::Noise::new(1);
    let filler = || armistice_eventlog::Record {
        bytes: noise.bytes(60_000),
        key: [0; 32],
    };
    log.writer
        .append(&Batch {
            records: std::iter::repeat_with(filler).take(200).collect(),
            cursors: vec![],
        })
        .expect("durable");
    drop(reopened(log, dir.path()));
    let db = dir.path().join("store/db");
    let bytes = std::fs::read(&db).expect("db");
    let frames = (0..1 << 19)
        .filter(|&at| bytes[at..at + 4] == [0x28, 0xb5, 0x2f, 0xfd])
        .step_by(5);
    let mut entries = BTreeSet::new();
    for frame in frames {
        flip(&db, frame + 40, 3);
        match open(dir.path()) {
            Ok(log) => {
                entries.extend((0..TOTAL).step_by(64).map(Index).filter(
                    |&index| match log.reader.entry(index) {
                        Ok(bytes) => {
                            assert_eq!(bytes, entry(index.0));
                            false
                        }
                        Err(Error::EntryDamaged { index: at, .. }) => {
                            assert_eq!(at, index);
                            true
                        }
                        Err(other) => panic!("{other:?}"),
                    },
                ));
            }
            // The page holds leaves beside chunks.
            Err(Error::IndexBroken { .. }) => {}
            Err(Error::StoreDamaged { at: Some(byte), .. }) => assert!(byte <= frame as u64),
            Err(other) => panic!("{other:?}"),
        }
        flip(&db, frame + 40, 3);
    }
    assert!(
        entries.len() > 10,
        "the live copies of many chunks were hit: {}",
        entries.len()
    );
    let log = open(dir.path()).expect("whole again");
    assert!(
        log.reader
            .entries(Index(0)..Index(TOTAL))
            .all(|read| read.is_ok())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn batch_boundaries_do_not_matter(groups in prop::collection::vec(1..150_u64, 1..8)) {
        let total: u64 = groups.iter().sum();
        let dir = tempfile::tempdir().expect("dir");
        let mut log = create(dir.path());
        for group in groups {
            append(&mut log, group);
        }
        let tree: Tree = (0..total).map(|index| leaf_hash(&entry(index))).collect();
        for _ in 0..2 {
            prop_assert_eq!(log.reader.root_at(TreeSize(total)).expect("root"), tree.root());
            let read: Vec<_> = log.reader.entries(Index(0)..Index(total)).map(|read| read.expect("entry").1).collect();
            prop_assert_eq!(read, (0..total).map(entry).collect::<Vec<_>>());
            log = reopened(log, dir.path());
        }
    }
}

#[test]
fn a_second_process_is_told_so() {
    let dir = tempfile::tempdir().expect("dir");
    let log = create(dir.path());
    assert!(matches!(open(dir.path()), Err(Error::Locked { .. })));
    drop(log);
    open(dir.path()).expect("free");
    assert!(matches!(
        Writer::open(&dir.path().join("none"), Options::default()),
        Err(Error::NotFound { .. })
    ));
}
