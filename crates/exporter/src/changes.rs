//! What changed between two tree sizes: rows added, changed and removed, by key.
//!
//! ```text
//! {"change":"added","key":"allegation/000000000031","row":"allegation",…}
//! {"change":"changed","key":"side/azerbaijan",…}            the row as it is now
//! {"change":"removed","key":"incident/000000000012",…}      the row as it was
//! ```
//! Both sources push their rows in key order. Each runs in a thread of its own and hands rows over through a window of
//! [`WINDOW_ROWS`], so that they can be merged without keeping either.

use std::{
    cmp::Ordering,
    sync::mpsc::{Receiver, sync_channel},
};

use crate::Source;

/// Rows that a source may be ahead of the merge: 256 rows of about 1 KiB are 256 KiB for each source.
pub const WINDOW_ROWS: usize = 256;

/// Gives each row that is not in `before` as it is in `after`, in key order, with a first field `change`.
pub fn changes(before: &Source<'_>, after: &Source<'_>, sink: &mut dyn FnMut(&str, &[u8])) {
    std::thread::scope(|scope| {
        let pull = |source| {
            let (give, take) = sync_channel(WINDOW_ROWS);
            scope.spawn(move || {
                let source: &Source<'_> = source;
                // Once nobody takes them any more, the rest of the rows is dropped.
                source(&mut |key, line| drop(give.send((key.to_owned(), line.to_vec()))));
            });
            take
        };
        merge(&pull(before), &pull(after), sink);
    });
}

type Pulled = (String, Vec<u8>);

fn merge(before: &Receiver<Pulled>, after: &Receiver<Pulled>, sink: &mut dyn FnMut(&str, &[u8])) {
    let (mut old, mut new) = (before.recv().ok(), after.recv().ok());
    loop {
        let order = match (&old, &new) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.as_bytes().cmp(new.as_bytes()),
        };
        match order {
            Ordering::Less => give("removed", old.as_ref(), sink),
            Ordering::Greater => give("added", new.as_ref(), sink),
            Ordering::Equal if old == new => {}
            Ordering::Equal => give("changed", new.as_ref(), sink),
        }
        if order != Ordering::Greater {
            old = before.recv().ok();
        }
        if order != Ordering::Less {
            new = after.recv().ok();
        }
    }
}

fn give(change: &str, row: Option<&Pulled>, sink: &mut dyn FnMut(&str, &[u8])) {
    let Some((key, line)) = row else { return };
    let mut marked = format!("{{\"change\":\"{change}\",").into_bytes();
    marked.extend_from_slice(line.strip_prefix(b"{").unwrap_or(line));
    sink(key, &marked);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source<'a>(rows: &'a [(&'static str, u32)]) -> Box<Source<'a>> {
        Box::new(move |sink| {
            for (key, number) in rows {
                sink(key, format!("{{\"key\":\"{key}\",\"n\":{number}}}").as_bytes());
            }
        })
    }

    fn check(before: &[(&'static str, u32)], after: &[(&'static str, u32)], expected: &[&str]) {
        let mut found = Vec::new();
        changes(&source(before), &source(after), &mut |key, line| {
            let line: serde_json::Value = serde_json::from_slice(line).unwrap();
            found.push(format!(
                "{} {key} {}",
                line["change"].as_str().unwrap(),
                line["n"]
            ));
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_are_added_changed_and_removed() {
        check(&[], &[], &[]);
        check(&[("a", 1)], &[("a", 1)], &[]);
        check(
            &[("a", 1), ("b", 1), ("d", 1)],
            &[("b", 2), ("c", 1), ("d", 1), ("e", 1)],
            &["removed a 1", "changed b 2", "added c 1", "added e 1"],
        );
    }

    #[test]
    fn a_window_does_not_hold_up_long_views() {
        let keys: Vec<String> = (0..2_000).map(|n| format!("{n:05}")).collect();
        let before = |_: &mut dyn FnMut(&str, &[u8])| {};
        let after = |sink: &mut dyn FnMut(&str, &[u8])| keys.iter().for_each(|key| sink(key, b"{}"));
        let mut count = 0;
        changes(&before, &after, &mut |_, _| count += 1);
        assert_eq!(count, 2_000);
        count = 0;
        changes(&after, &before, &mut |_, _| count += 1);
        assert_eq!(count, 2_000);
    }
}
