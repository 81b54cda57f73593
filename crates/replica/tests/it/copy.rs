//! The copy without any server: what is believed, and what stops it.

use armistice_replica::{Conflict, VerifiedCopy};
use armistice_tlog::{Hash, TreeSize};
use proptest::prelude::*;

use crate::scribe::{Scribe, ceasefire};

fn copy(scribe: &Scribe) -> VerifiedCopy {
    VerifiedCopy::new(scribe.vkey(), ceasefire())
}

fn give(copy: &mut VerifiedCopy, scribe: &Scribe, from: u64, to: u64) -> Result<(), Conflict> {
    let range = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
    copy.entries(from, scribe.entries[range].iter().map(Vec::as_slice))
}

/// Everything that can be folded now: the indexes, and the size that may be shown.
fn take(copy: &mut VerifiedCopy) -> Result<(Vec<u64>, Option<u64>), Conflict> {
    let (mut indexes, mut shown) = (Vec::new(), None);
    loop {
        let advance = copy.advance()?;
        if advance.entries.is_empty() && advance.verified.is_none() {
            return Ok((indexes, shown));
        }
        indexes.extend(advance.entries.iter().map(|entry| entry.index));
        shown = advance
            .verified
            .map(|verified| verified.checkpoint.size().0)
            .or(shown);
    }
}

fn founded(entries: u64) -> Scribe {
    let mut scribe = Scribe::new();
    scribe.more(entries);
    scribe
}

#[test]
fn entries_wait_for_a_checkpoint_and_a_checkpoint_for_its_entries() {
    let scribe = founded(9);
    let mut copy = copy(&scribe);
    give(&mut copy, &scribe, 0, 6).unwrap();
    assert_eq!(take(&mut copy).unwrap(), (vec![], None));
    copy.checkpoint(&scribe.checkpoint_at(4)).unwrap();
    assert_eq!(take(&mut copy).unwrap(), (vec![0, 1, 2, 3], Some(4)));
    copy.checkpoint(&scribe.checkpoint_at(10)).unwrap();
    assert!(copy.is_behind());
    assert_eq!(take(&mut copy).unwrap(), (vec![], None));
    // An older one is true, and changes nothing.
    copy.checkpoint(&scribe.checkpoint_at(2)).unwrap();
    give(&mut copy, &scribe, 6, 10).unwrap();
    assert_eq!(take(&mut copy).unwrap(), ((4..10).collect(), Some(10)));
    assert_eq!(copy.verified_size(), TreeSize(10));
    assert!(copy.note_at(4).is_some() && copy.note_at(5).is_none());
    // The stream was lost and filled again: the same entries are no news.
    give(&mut copy, &scribe, 0, 10).unwrap();
    assert_eq!(take(&mut copy).unwrap(), (vec![], None));
}

#[test]
fn a_restored_copy_goes_on_and_a_wrong_state_is_refused() {
    let scribe = founded(9);
    let leaves = |count| {
        scribe
            .entries
            .iter()
            .take(count)
            .map(|bytes| armistice_tlog::leaf_hash(bytes))
    };
    let mut restored = copy(&scribe);
    restored.restore(leaves(5), &scribe.checkpoint_at(5)).unwrap();
    assert_eq!(restored.next_index(), 5);
    give(&mut restored, &scribe, 5, 10).unwrap();
    restored.checkpoint(&scribe.checkpoint()).unwrap();
    assert_eq!(take(&mut restored).unwrap(), ((5..10).collect(), Some(10)));
    for (count, note) in [
        (5, scribe.checkpoint_at(4)),
        (4, scribe.checkpoint_at(5)),
        (5, Scribe::of("other", 9).checkpoint()),
        (5, Vec::new()),
    ] {
        let mut other = copy(&scribe);
        assert!(other.restore(leaves(count), &note).is_err());
        assert_eq!(other.next_index(), 0);
    }
}

#[test]
fn whatever_is_not_one_history_stops_it() {
    let scribe = founded(9);
    let ready = || {
        let mut copy = copy(&scribe);
        give(&mut copy, &scribe, 0, 6).unwrap();
        copy.checkpoint(&scribe.checkpoint_at(4)).unwrap();
        take(&mut copy).unwrap();
        copy
    };
    let other = Hash::sha256(b"another root");
    // The same size and another root; a smaller tree that is not a prefix; a larger one that our entries do not lead to.
    for size in [4, 3, 6] {
        let conflict = ready().checkpoint(&scribe.lie(size, other)).unwrap_err();
        let Conflict::Fork {
            size: found, signed, ..
        } = &conflict
        else {
            panic!("{conflict}")
        };
        assert_eq!((found.0, *signed), (size, other));
        let evidence = conflict.evidence();
        assert_eq!(
            evidence.matches("\u{2014} example.org/test-ledger").count(),
            2,
            "{evidence}"
        );
        assert!(evidence.contains(&other.to_string()));
    }
    // The entries come later and do not lead to it.
    let mut later = ready();
    later.checkpoint(&scribe.lie(8, other)).unwrap();
    let twice = later.checkpoint(&scribe.checkpoint_at(8)).unwrap_err();
    assert!(matches!(twice, Conflict::Fork { .. }), "{twice}");
    give(&mut later, &scribe, 6, 8).unwrap();
    assert!(matches!(take(&mut later).unwrap_err(), Conflict::Fork { .. }));
    // Another key, another ledger of the same name, no note at all.
    let forged = Scribe::of("karabakh-2020", 99).checkpoint();
    for note in [forged.as_slice(), b"", b"example.org/test-ledger\n4\n"] {
        let conflict = ready().checkpoint(note).unwrap_err();
        assert!(matches!(conflict, Conflict::NotSigned { .. }), "{conflict}");
    }
    let gap = give(&mut ready(), &scribe, 7, 8).unwrap_err();
    assert_eq!(
        gap,
        Conflict::Gap {
            expected: 6,
            found: 7
        }
    );
    let changed = ready().entries(2, [scribe.entries[3].as_slice()]).unwrap_err();
    assert!(
        matches!(changed, Conflict::OtherEntry { index: 2, .. }),
        "{changed}"
    );
    let unreadable = ready()
        .entries(6, [b"armistice/entry/v1\nno entry".as_slice()])
        .unwrap_err();
    assert!(
        matches!(unreadable, Conflict::Unreadable { index: 6, .. }),
        "{unreadable}"
    );
}

#[test]
fn entry_0_names_the_key_and_the_ceasefire_that_were_asked_for() {
    let scribe = founded(1);
    for other in [
        Scribe::of("karabakh-2020", 99),
        Scribe::of("another-ceasefire", 7),
    ] {
        let conflict = copy(&scribe)
            .entries(0, [other.entries[0].as_slice()])
            .unwrap_err();
        assert!(matches!(conflict, Conflict::OtherLedger { .. }), "{conflict}");
    }
    let conflict = copy(&scribe)
        .entries(0, [scribe.entries[1].as_slice()])
        .unwrap_err();
    assert!(
        matches!(conflict, Conflict::Unreadable { index: 0, .. }),
        "{conflict}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// However entries and checkpoints are mixed: each entry is given once, in order, and what is shown is a checkpoint's.
    #[test]
    fn every_order_of_arrival_leads_to_the_same(steps in prop::collection::vec((any::<bool>(), 1..9_u64), 1..40)) {
        let scribe = founded(60);
        let mut copy = copy(&scribe);
        let (mut given, mut folded, mut signed) = (0, 0, 0);
        let mut steps = steps;
        steps.extend([(true, 61), (false, 61)]);
        for (is_entries, step) in steps {
            if is_entries {
                let end = (given + step).min(61);
                give(&mut copy, &scribe, given, end).unwrap();
                given = end;
            } else {
                signed = (signed + step).min(61);
                copy.checkpoint(&scribe.checkpoint_at(signed)).unwrap();
            }
            let (indexes, shown) = take(&mut copy).unwrap();
            for index in indexes {
                prop_assert_eq!(index, folded);
                folded += 1;
            }
            if let Some(shown) = shown {
                prop_assert_eq!(shown, folded);
                prop_assert!(shown <= signed);
            }
            prop_assert_eq!(copy.is_behind(), signed > given);
        }
        prop_assert_eq!(folded, 61);
    }

    #[test]
    fn no_bytes_panic(entry in prop::collection::vec(any::<u8>(), 0..200), note in prop::collection::vec(any::<u8>(), 0..200)) {
        let scribe = Scribe::new();
        let mut copy = copy(&scribe);
        prop_assert!(copy.checkpoint(&note).is_err());
        prop_assert!(copy.entries(0, [entry.as_slice()]).is_err());
    }
}
