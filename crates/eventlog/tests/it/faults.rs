//! Each write step fails in turn, lost or persisted anyway; what was acknowledged is there afterwards, and whole.
//!
//! What a step lost is still in the page cache or in sled's memory, and sled writes it when it is dropped. A row of
//! loss therefore runs twice: once with the files as the drop left them (the bytes reached the disk after all), and once
//! with a copy of the files from the last successful sync (they did not).

use armistice_eventlog::faults::{Fault, Faults, Outcome, Step};
use armistice_eventlog::{AppendError, Opened, Options, Unacknowledged, Writer};
use armistice_tlog::{Index, Tree, TreeSize, leaf_hash};

use crate::support::{append, batch, contents, entry, head, open, publish, restore};

const ACKNOWLEDGED: u64 = 70;
const MORE: u64 = 130;

struct Row {
    step: Step,
    outcome: Outcome,
    power_cut: bool,
}

impl Row {
    fn name(&self) -> String {
        format!(
            "{:?} {:?}, power cut: {}",
            self.step, self.outcome, self.power_cut
        )
    }

    fn publishing(&self) -> bool {
        matches!(self.step, Step::StageHead | Step::CommitHead)
    }

    fn run(&self) {
        let dir = tempfile::tempdir().expect("dir");
        let faults = Faults::default();
        let mut log = Writer::open_with_faults(dir.path(), Options::create(), &faults).expect("creates");
        append(&mut log, ACKNOWLEDGED);
        publish(&mut log);
        if self.publishing() {
            append(&mut log, MORE);
        }
        let synced = contents(dir.path());
        let acknowledged = log.reader.size();
        faults.arm(Fault {
            step: self.step,
            after: 0,
            outcome: self.outcome,
        });
        self.fail(&mut log);
        assert!(faults.fired(), "{}", self.name());
        self.stays_stopped(&mut log, acknowledged);
        drop(log);
        if self.power_cut {
            restore(dir.path(), &synced);
        }
        let log = open(dir.path()).unwrap_or_else(|_| panic!("{}", self.name()));
        self.goes_on(log, acknowledged);
        let log = open(dir.path()).unwrap_or_else(|_| panic!("{}", self.name()));
        self.is_whole(&log);
    }

    /// The step fails, and the error says what is and what is not acknowledged.
    fn fail(&self, log: &mut Opened) {
        let name = self.name();
        let acknowledged = log.reader.size();
        let root = log.reader.root_at(acknowledged).expect("root");
        let (failed, expected) = if self.publishing() {
            let failed = log.writer.publish_head(&head(acknowledged, root));
            (failed, Unacknowledged::Head)
        } else {
            let failed = log.writer.append(&batch(ACKNOWLEDGED, 130)).map(|_| ());
            (
                failed,
                Unacknowledged::Batch {
                    first: Index(ACKNOWLEDGED),
                    records: 130,
                },
            )
        };
        let failed = failed.expect_err(&name);
        assert!(
            failed.hint().is_some_and(|hint| hint.contains("free space")),
            "{name}: {failed}"
        );
        match failed {
            AppendError::Stopped {
                acknowledged: told,
                unacknowledged,
                ..
            } => {
                assert_eq!((told, unacknowledged), (acknowledged, expected), "{name}");
            }
            AppendError::Refused(refused) => panic!("{name}: {refused}"),
            _ => unreachable!("there are two kinds"),
        }
    }

    /// The writer has stopped for good, and says so; reading goes on.
    fn stays_stopped(&self, log: &mut Opened, acknowledged: TreeSize) {
        let name = self.name();
        let again = log.writer.append(&batch(acknowledged.0, 1)).expect_err(&name);
        assert!(
            matches!(again, AppendError::Stopped { acknowledged: told, .. } if told == acknowledged),
            "{name}"
        );
        let root = log.reader.root_at(acknowledged).expect("root");
        log.writer
            .publish_head(&head(acknowledged, root))
            .expect_err(&name);
        assert!(log.writer.is_stopped());
        assert_eq!(log.reader.size(), acknowledged, "{name}");
        let last = Index(acknowledged.0 - 1);
        assert_eq!(log.reader.entry(last).expect("entry"), entry(last.0), "{name}");
    }

    /// What the next opening finds is one of two things, and the log goes on from it.
    fn goes_on(&self, mut log: Opened, acknowledged: TreeSize) {
        let name = self.name();
        let gone = self.publishing()
            || self.power_cut
            || (self.outcome == Outcome::Lost && self.step == Step::Apply);
        let expected = if gone {
            acknowledged
        } else {
            TreeSize(ACKNOWLEDGED + MORE)
        };
        assert_eq!(log.reader.size(), expected, "{name}");
        let published = self.step == Step::CommitHead && self.outcome == Outcome::Persisted;
        let head_size = log.reader.head().expect("head").size;
        assert_eq!(
            head_size,
            if published {
                acknowledged
            } else {
                TreeSize(ACKNOWLEDGED)
            },
            "{name}"
        );
        assert_eq!(log.recovery.beyond_head, expected.0 - head_size.0, "{name}");
        append(&mut log, 5);
        publish(&mut log);
    }

    fn is_whole(&self, log: &Opened) {
        let size = log.reader.size();
        let tree: Tree = (0..size.0).map(|index| leaf_hash(&entry(index))).collect();
        assert_eq!(
            log.reader.root_at(size).expect("root"),
            tree.root(),
            "{}",
            self.name()
        );
        for read in log.reader.entries(Index(0)..Index(size.0)) {
            let (index, bytes) = read.unwrap_or_else(|_| panic!("{}", self.name()));
            assert_eq!(bytes, entry(index.0), "{}", self.name());
        }
    }
}

#[test]
fn every_step_fails_in_every_way() {
    for step in [
        Step::Apply,
        Step::Flush,
        Step::Sync,
        Step::StageHead,
        Step::CommitHead,
    ] {
        Row {
            step,
            outcome: Outcome::Persisted,
            power_cut: false,
        }
        .run();
        Row {
            step,
            outcome: Outcome::Lost,
            power_cut: false,
        }
        .run();
        Row {
            step,
            outcome: Outcome::Lost,
            power_cut: true,
        }
        .run();
    }
}

#[test]
fn a_full_disk_names_what_is_acknowledged_and_what_is_not() {
    let dir = tempfile::tempdir().expect("dir");
    let faults = Faults::default();
    let mut log = Writer::open_with_faults(dir.path(), Options::create(), &faults).expect("creates");
    append(&mut log, 3);
    faults.arm(Fault {
        step: Step::Flush,
        after: 1,
        outcome: Outcome::Lost,
    });
    append(&mut log, 1);
    let failed = log.writer.append(&batch(4, 2)).expect_err("full");
    assert_eq!(
        failed.to_string(),
        "batch of 2 records at index 4 is not acknowledged: flush failed, the writer has stopped; \
         4 entries are durable"
    );
}
