//! Rows: the canonical JSON of a view, one object per line, in key order.
//!
//! ```text
//! {"key":"side/azerbaijan","row":"side","side":"azerbaijan","alleged":4,…}
//! ```
//! The first field is the key, the second the kind of row; the rest is a serde struct whose fields keep their order.
//! Keys are ordered by their bytes. `docs/formats/view-v1.md` is the page. Nothing here knows what a row means.

use rayon::prelude::*;
use serde::Serialize;

/// What receives the rows of a view: the key and the whole row, without a line feed.
pub(crate) type Sink<'a> = dyn FnMut(&str, &[u8]) + 'a;

/// Rows that are made at once: some 4 MiB of rows of 1 KiB, long enough that handing them over costs nothing.
const ROWS_AT_ONCE: usize = 4096;

/// Writes rows in key order into a sink, reusing one buffer.
pub(crate) struct Rows<'a> {
    sink: &'a mut Sink<'a>,
    previous: String,
    line: Vec<u8>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(sink: &'a mut Sink<'a>) -> Self {
        Self {
            sink,
            previous: String::new(),
            line: Vec::new(),
        }
    }

    /// One row: `kind/id` is its key.
    pub(crate) fn push<T: Serialize>(&mut self, kind: &str, id: &str, fields: &T) {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let key = render(&mut line, kind, id, fields);
        self.give(key, &line);
        self.line = line;
    }

    /// One row that belongs to one entry: its key ends with the entry's index, so that key order is index order.
    pub(crate) fn push_at<T: Serialize>(&mut self, kind: &str, index: u32, fields: &T) {
        self.push(kind, &index_key(index), fields);
    }

    /// One row for each item, made on all cores and given in the order of the items. `make` gives the entry's index, the
    /// row and what `seen` is to count of it.
    pub(crate) fn push_each_at<I: Sync, T: Serialize, S: Send>(
        &mut self,
        kind: &str,
        items: &[I],
        make: impl Fn(&I) -> (u32, T, S) + Sync,
        mut seen: impl FnMut(&I, S),
    ) {
        for items in items.chunks(ROWS_AT_ONCE) {
            let lines = items.par_iter().with_min_len(64).map(|item| {
                let (index, fields, summary) = make(item);
                let mut line = Vec::new();
                let key = render(&mut line, kind, &index_key(index), &fields);
                (key, line, summary)
            });
            let lines: Vec<(String, Vec<u8>, S)> = lines.collect();
            for (item, (key, line, summary)) in items.iter().zip(lines) {
                self.give(key, &line);
                seen(item, summary);
            }
        }
    }

    fn give(&mut self, key: String, line: &[u8]) {
        assert!(
            key > self.previous,
            "a view gives its rows in key order: {key} after {}",
            self.previous
        );
        (self.sink)(&key, line);
        self.previous = key;
    }
}

/// Appends the row's JSON; gives its key.
pub(crate) fn render<T: Serialize>(line: &mut Vec<u8>, kind: &str, id: &str, fields: &T) -> String {
    let key = if id.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind}/{id}")
    };
    line.extend_from_slice(b"{\"key\":");
    write_json(line, &key);
    line.extend_from_slice(b",\"row\":");
    write_json(line, &kind);
    let fields_at = line.len();
    write_json(line, fields);
    // The fields are an object of their own: its brace becomes the comma that joins it to the key.
    line[fields_at] = b',';
    key
}

/// An index as part of a key: twelve digits.
pub(crate) fn index_key(index: u32) -> String {
    format!("{index:012}")
}

fn write_json<T: Serialize + ?Sized>(line: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(line, value).expect("rows have string keys and a vector takes every byte");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Fields {
        count: u64,
    }

    #[test]
    fn the_key_comes_first() {
        let mut lines = Vec::new();
        let mut sink =
            |key: &str, row: &[u8]| lines.push((key.to_owned(), String::from_utf8(row.to_vec()).unwrap()));
        let mut rows = Rows::new(&mut sink);
        rows.push_at("entry", 7, &Fields { count: 1 });
        rows.push("side", "a", &Fields { count: 2 });
        assert_eq!(
            lines[0].1,
            r#"{"key":"entry/000000000007","row":"entry","count":1}"#
        );
        assert_eq!(lines[1].1, r#"{"key":"side/a","row":"side","count":2}"#);
    }

    #[test]
    #[should_panic(expected = "key order")]
    fn disorder_is_a_bug() {
        let mut sink = |_: &str, _: &[u8]| {};
        let mut rows = Rows::new(&mut sink);
        rows.push("side", "b", &Fields { count: 1 });
        rows.push("side", "a", &Fields { count: 1 });
    }
}
