//! Rows are written as they come: memory does not grow with them. A process of its own, since others' memory would count.

use std::io::{self, Write};

use armistice_exporter::{About, Query, Rows, Shield, changes, flat, ndjson, xlsx};
use armistice_projection::Projection;

/// Rows of some 600 bytes: 60 MB in all.
const ROWS: u32 = 100_000;
/// What one export may take: the window of changes, a row, the library's buffers.
const GROWTH_KIB_MAX: u64 = 24 * 1024;

fn rows(sink: &mut dyn FnMut(&str, &[u8])) {
    for index in 0..ROWS {
        let key = format!("allegation/{index:012}");
        let words = "words that differ ".repeat(30);
        let line = format!(r#"{{"key":"{key}","row":"allegation","n":{index},"text":"{index} {words}"}}"#);
        sink(&key, line.as_bytes());
    }
}

struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Resident memory of this process, in KiB: now, and at its highest.
fn resident(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn check(name: &str, export: impl FnOnce(&Rows<'_>, &About, &mut Counted)) {
    let (shield, about) = (
        Shield::default(),
        About::new(&Projection::new(), Query::default(), None),
    );
    let mut out = Counted(0);
    let before = resident("VmRSS:");
    export(&Rows::new(&rows, &shield), &about, &mut out);
    let Some((before, after)) = before.zip(resident("VmHWM:")) else {
        return; // no such file on this system
    };
    assert!(out.0 > 1_000_000 || name == "changes", "{name}: {} bytes", out.0);
    assert!(
        after.saturating_sub(before) < GROWTH_KIB_MAX,
        "{name}: {before} to {after} KiB"
    );
}

/// One test for all, since the highest mark is the process's.
#[test]
fn memory_does_not_grow_with_the_rows() {
    check("csv", |rows, _, out| {
        flat::write(rows, out).unwrap();
    });
    check("ndjson", |rows, about, out| {
        ndjson::write(rows, about, out).unwrap();
    });
    check("xlsx", |rows, about, out| {
        xlsx::write(rows, about, None, out).unwrap();
    });
    check("changes", |_, _, _| {
        let mut count = 0_u32;
        changes(&|_| {}, &rows, &mut |_, _| count += 1);
        assert_eq!(count, ROWS);
    });
}
