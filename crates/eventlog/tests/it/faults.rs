//! Each write step fails in turn, lost or persisted anyway; what was acknowledged is there afterwards, and whole.
//!
//! What a step lost is still in the page cache or in sled's memory, and sled writes it when it is dropped. A row of
//! loss therefore runs twice: once with the files as the drop left them (the bytes reached the disk after all), and once
//! with a copy of the files from the last acknowledgement (they did not).

use armistice_eventlog::faults::{Fault, Faults, Outcome, Step};
use armistice_eventlog::{AppendError, Options, Unacknowledged, Writer};
use armistice_tlog::{Index, Tree, TreeSize, leaf_hash};

use crate::support::{append, batch, contents, entry, head, open, publish, restore};

const ACKNOWLEDGED: u64 = 70;
const MORE: u64 = 130;

fn row(step: Step, outcome: Outcome, power_cut: bool) {
    let name = format!("{step:?} {outcome:?} power_cut={power_cut}");
    let dir = tempfile::tempdir().expect("dir");
    let faults = Faults::default();
    let mut log = Writer::open_with_faults(dir.path(), Options::create(), &faults).expect("creates");
    append(&mut log, ACKNOWLEDGED);
    publish(&mut log);
    let durable = contents(dir.path());

    faults.arm(Fault { step, after: 0, outcome });
    let publishing = matches!(step, Step::StageHead | Step::CommitHead);
    if publishing {
        append(&mut log, MORE);
    }
    let acknowledged = log.reader.size();
    let failed = if publishing {
        let root = log.reader.root_at(acknowledged).expect("root");
        log.writer.publish_head(&head(acknowledged, root)).expect_err(&name)
    } else {
        log.writer.append(&batch(ACKNOWLEDGED, 130)).map(|_| ()).expect_err(&name)
    };
    assert!(faults.fired(), "{name}");
    assert!(failed.hint().is_some_and(|hint| hint.contains("free space")), "{name}: {failed}");
    let AppendError::Stopped { acknowledged: told, unacknowledged, .. } = failed else { panic!("{name}: {failed}") };
    assert_eq!(told, acknowledged, "{name}");
    let expected = Unacknowledged::Batch { first: Index(ACKNOWLEDGED), records: 130 };
    assert_eq!(unacknowledged, if publishing { Unacknowledged::Head } else { expected }, "{name}");

    // The writer has stopped for good, and says so; reading goes on.
    let again = log.writer.append(&batch(acknowledged.0, 1)).expect_err(&name);
    assert!(matches!(again, AppendError::Stopped { acknowledged: told, .. } if told == acknowledged), "{name}: {again}");
    log.writer.publish_head(&head(acknowledged, log.reader.root_at(acknowledged).expect("root"))).expect_err(&name);
    assert_eq!(log.reader.size(), acknowledged, "{name}");
    assert_eq!(log.reader.entry(Index(ACKNOWLEDGED - 1)).expect("entry"), entry(ACKNOWLEDGED - 1));

    let after_append = contents(dir.path());
    drop(log);
    if power_cut {
        restore(dir.path(), if publishing { &after_append } else { &durable });
    }
    let mut log = open(dir.path()).expect(&name);
    let found = log.reader.size();
    let possible = if publishing || (outcome == Outcome::Lost && (power_cut || step == Step::Apply)) {
        vec![acknowledged]
    } else {
        vec![TreeSize(ACKNOWLEDGED + MORE)]
    };
    assert!(possible.contains(&found), "{name}: {found}");
    let head_size = log.reader.head().expect("head").size.0;
    let published = step == Step::CommitHead && outcome == Outcome::Persisted;
    assert_eq!(head_size, if published { acknowledged.0 } else { ACKNOWLEDGED }, "{name}");
    assert_eq!(log.recovery.beyond_head, found.0 - head_size, "{name}");

    // It goes on where it is, and the whole log is what it should be.
    append(&mut log, 5);
    publish(&mut log);
    drop(log);
    let log = open(dir.path()).expect(&name);
    let tree: Tree = (0..found.0 + 5).map(|index| leaf_hash(&entry(index))).collect();
    assert_eq!(log.reader.root_at(tree.size()).expect("root"), tree.root(), "{name}");
    for read in log.reader.entries(Index(0)..Index(tree.size().0)) {
        let (index, bytes) = read.expect(&name);
        assert_eq!(bytes, entry(index.0), "{name}");
    }
}

#[test]
fn every_step_fails_in_every_way() {
    for step in [Step::Apply, Step::Flush, Step::Sync, Step::StageHead, Step::CommitHead] {
        row(step, Outcome::Persisted, false);
        row(step, Outcome::Lost, false);
        row(step, Outcome::Lost, true);
    }
}

#[test]
fn a_full_disk_names_what_is_acknowledged_and_what_is_not() {
    let dir = tempfile::tempdir().expect("dir");
    let faults = Faults::default();
    let mut log = Writer::open_with_faults(dir.path(), Options::create(), &faults).expect("creates");
    append(&mut log, 3);
    faults.arm(Fault { step: Step::Flush, after: 1, outcome: Outcome::Lost });
    append(&mut log, 1);
    let failed = log.writer.append(&batch(4, 2)).expect_err("full");
    assert_eq!(
        failed.to_string(),
        "batch of 2 records at index 4 is not acknowledged: flush failed, the writer has stopped; \
         4 entries are acknowledged and durable"
    );
}
