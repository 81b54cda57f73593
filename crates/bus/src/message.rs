//! Messages as they are read and as they are sent.
//!
//! ```
//! use armistice_bus::{Outgoing, header};
//! let mut outgoing = Outgoing::new("armistice.test.entry.note-added-v1", "bytes");
//! outgoing.headers.push((header::INDEX, "7".to_owned()));
//! outgoing.expected_last_sequence = Some(7);
//! ```
//!
//! A sequence belongs to one stream and starts at 1. It is a cursor and a provenance, never the order of the log.

use bytes::Bytes;

/// A message of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Position in its stream, from 1.
    pub sequence: u64,
    /// The subject that it was published on.
    pub subject: String,
    /// Its headers, sorted by name. A name with several values stands several times.
    pub headers: Vec<(String, String)>,
    /// Its content.
    pub payload: Bytes,
    /// When the server stored it: nanoseconds since 1970, by the server's clock.
    pub published_ns: i64,
}

impl Message {
    /// The first value of a header; names are compared as they stand.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A message to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub subject: String,
    /// Its content.
    pub payload: Bytes,
    /// Its headers. A value with a line break is refused when it is sent.
    pub headers: Vec<(&'static str, String)>,
    /// `Nats-Msg-Id`: within the stream's duplicate window, a second message with the same id is dropped.
    pub message_id: Option<String>,
    /// Store it only if the stream's last message has this sequence; 0 means an empty stream.
    pub expected_last_sequence: Option<u64>,
}

impl Outgoing {
    /// A message without headers and conditions.
    pub fn new(subject: impl Into<String>, payload: impl Into<Bytes>) -> Self {
        Self {
            subject: subject.into(),
            payload: payload.into(),
            headers: Vec::new(),
            message_id: None,
            expected_last_sequence: None,
        }
    }
}

/// The server's answer to a publish. Not a receipt: see the crate's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Position in the stream; of the earlier message when this one is a duplicate.
    pub sequence: u64,
    /// The stream had a message with this id already, and stored nothing.
    pub duplicate: bool,
}

/// Headers as plain text, sorted by name.
pub(crate) fn plain_headers(headers: Option<&async_nats::HeaderMap>) -> Vec<(String, String)> {
    let Some(headers) = headers else {
        return Vec::new();
    };
    let mut plain: Vec<(String, String)> = headers
        .iter()
        .flat_map(|(name, values)| {
            values
                .iter()
                .map(move |value| (name.to_string(), value.as_str().to_owned()))
        })
        .collect();
    plain.sort();
    plain
}

/// The headers in a stored block, sorted by name. A server looks at the block's length only, so it can hold anything: lines
/// that are no header are left out, and so is the first, which says `NATS/1.0`.
pub(crate) fn stored_headers(block: &[u8]) -> Vec<(String, String)> {
    let lines = block.split(|byte| *byte == b'\n').skip(1);
    let mut plain: Vec<(String, String)> = lines
        .filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'))
        .filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    plain.sort();
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_header_is_left_out() {
        let read = |block: &[u8]| {
            let headers = stored_headers(block).into_iter();
            headers
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(read(b"NATS/1.0\r\nb: 2\r\na:1\r\n\r\n"), "a=1,b=2");
        assert_eq!(read(b"NATS/1.0 409 Consumer Deleted\r\na: x:y\r\n\r\n"), "a=x:y");
        assert_eq!(
            read(b"NATS/1.0\r\nno colon\r\n: x\r\n\xff: y\r\n c: z\r\na: 1\r\n\r\n"),
            "a=1"
        );
        for nothing in [&b""[..], b"a: 1", b"\xff\xfe", b"\r\n\r\n"] {
            assert_eq!(read(nothing), "");
        }
    }
}
