//! What opening refuses, and that it leaves every byte as it found it.

use std::fs;
use std::path::Path;

use crate::support::{append, contents, create, entry, flip, head, open, publish, reopened, restore};
use armistice_eventlog::{Error, Missing, Options, Writer};
use armistice_tlog::{Tree, TreeSize, leaf_hash};

/// A log of 300 entries whose head covers 200, closed.
fn founded(dir: &Path) {
    let mut log = create(dir);
    append(&mut log, 200);
    publish(&mut log);
    append(&mut log, 100);
}

fn root(size: u64) -> armistice_tlog::Hash {
    (0..size)
        .map(|index| leaf_hash(&entry(index)))
        .collect::<Tree>()
        .root()
}

/// Opens after `damage`, expects the refusal, and that not one byte changed, with either option.
fn check(damage: impl Fn(&Path), expected: impl Fn(&Error) -> bool) {
    // Once as it was closed, once as a power cut leaves it: sled has recovery to do, and writes as it opens.
    for cut in [false, true] {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("log");
        let mut log = create(&path);
        append(&mut log, 200);
        publish(&mut log);
        append(&mut log, 100);
        let live = contents(&path);
        drop(log);
        if cut {
            restore(&path, &live);
        }
        damage(&path);
        let before = contents(&path);
        for missing in [Missing::Refuse, Missing::Create] {
            let refused = Writer::open(
                &path,
                Options {
                    missing,
                    ..Options::default()
                },
            )
            .expect_err("refused");
            assert!(expected(&refused), "{refused:?}");
            assert!(refused.hint().is_some(), "{refused}");
            let after = contents(&path);
            assert!(
                after.keys().eq(before.keys()),
                "{:?} {:?}",
                before.keys(),
                after.keys()
            );
            for (file, bytes) in &before {
                assert!(after[file] == *bytes, "{} changed", file.display());
            }
        }
    }
}

#[test]
fn a_head_beyond_the_store() {
    check(
        |dir| fs::write(dir.join("head"), head(TreeSize(301), root(301))).expect("head"),
        |error| {
            matches!(
                error,
                Error::ShorterThanHead {
                    stored: 300,
                    head_size: 301,
                    ..
                }
            )
        },
    );
}

#[test]
fn a_head_of_other_entries() {
    check(
        |dir| fs::write(dir.join("head"), head(TreeSize(200), root(201))).expect("head"),
        |error| {
            let (ours, theirs) = (root(200), root(201));
            matches!(error, Error::RootDiffers { head_size: 200, stored_root, head_root, .. }
                if *stored_root == ours && *head_root == theirs)
        },
    );
}

#[test]
fn a_head_that_is_none() {
    check(
        |dir| fs::write(dir.join("head"), b"example.org/log\n200\n").expect("head"),
        |error| matches!(error, Error::HeadMalformed { .. }),
    );
}

#[test]
fn a_store_that_is_gone_or_empty() {
    let missing = |error: &Error| matches!(error, Error::StoreMissing { head_size: 200, .. });
    check(
        |dir| fs::remove_dir_all(dir.join("store")).expect("removed"),
        missing,
    );
    check(
        |dir| fs::remove_file(dir.join("store/db")).expect("removed"),
        missing,
    );
    check(
        |dir| fs::write(dir.join("store/db"), b"").expect("emptied"),
        missing,
    );
}

#[test]
fn a_store_of_zeros() {
    check(
        |dir| {
            let len = fs::metadata(dir.join("store/db")).expect("db").len();
            fs::write(dir.join("store/db"), vec![0; usize::try_from(len).expect("len")]).expect("zeros");
        },
        |error| matches!(error, Error::StoreMissing { head_size: 200, .. }),
    );
}

#[test]
fn a_value_outside_the_log() {
    check(
        |dir| fs::write(dir.join("store/blobs/17"), b"x").expect("blob"),
        |error| matches!(error, Error::BlobsNotEmpty { files: 1, .. }),
    );
}

#[test]
fn another_format() {
    let dir = tempfile::tempdir().expect("dir");
    let store = dir.path().join("store");
    let db = sled::Config::new()
        .path(&store)
        .segment_size(8 << 20)
        .flush_every_ms(None)
        .open()
        .expect("sled");
    db.insert("mformat", "armistice/store/v9\n").expect("insert");
    db.flush().expect("flush");
    drop(db);
    let before = contents(dir.path());
    let refused = open(dir.path()).expect_err("refused");
    assert!(
        matches!(&refused, Error::UnknownFormat { found, .. } if found == "armistice/store/v9"),
        "{refused:?}"
    );
    assert_eq!(contents(dir.path()), before);
}

#[test]
fn flipped_bits_in_the_newest_segment() {
    // sled takes the first damaged message for the end of its log, and wipes what follows it.
    let dir = tempfile::tempdir().expect("dir");
    founded(dir.path());
    drop(open(dir.path()).expect("opens"));
    let db = dir.path().join("store/db");
    let used = fs::read(&db)
        .expect("db")
        .iter()
        .rposition(|&byte| byte != 0)
        .expect("used");
    let mut refused = 0;
    for at in (0..20).chain((100..used).step_by(used / 60)) {
        flip(&db, at, 5);
        let before = contents(dir.path());
        match open(dir.path()) {
            Err(refusal) => {
                refused += 1;
                if let Error::StoreDamaged { at: Some(damage), .. } = refusal {
                    assert!(damage <= at as u64, "{damage} {at}");
                }
                assert!(contents(dir.path()) == before, "bit in byte {at} of {used}");
                flip(&db, at, 5);
            }
            Ok(log) => {
                // Only bytes that nothing refers to any more may be wrong unseen.
                assert_eq!(log.reader.root_at(TreeSize(300)).expect("root"), root(300));
                drop(log);
                flip(&db, at, 5);
            }
        }
    }
    assert!(refused > 40, "{refused}");
    let log = open(dir.path()).expect("as good as ever");
    assert_eq!(log.reader.root_at(TreeSize(300)).expect("root"), root(300));
}

#[test]
fn more_than_the_head_is_kept_and_reported() {
    let dir = tempfile::tempdir().expect("dir");
    founded(dir.path());
    let log = open(dir.path()).expect("opens");
    assert_eq!(
        (log.recovery.stored, log.recovery.beyond_head),
        (TreeSize(300), 100)
    );
    assert_eq!(
        log.recovery.head.as_ref().map(|head| head.size),
        Some(TreeSize(200))
    );
    assert_eq!(log.reader.head(), log.recovery.head);
}

#[test]
fn a_snapshot_that_sled_was_writing_is_removed() {
    let dir = tempfile::tempdir().expect("dir");
    founded(dir.path());
    let mut log = open(dir.path()).expect("opens");
    append(&mut log, 1);
    drop(log);
    let snapshot = dir.path().join("store/snap.FFFFFFFFFFFFFFF0.generating");
    for torn in [&b""[..], b"half a snapshot"] {
        fs::write(&snapshot, torn).expect("snapshot");
        let log = reopened(open(dir.path()).expect("opens"), dir.path());
        assert_eq!(log.reader.size(), TreeSize(301));
        assert!(!snapshot.exists());
    }
}
