//! How far the intake has come, in the log itself, and what a stream that does not fit it means.
//!
//! ```json
//! {"created":1648300000000000000,"sequence":41,"sha256":"9f86d0…"}
//! ```
//! Cursor `intake/<stream>` of the log: when the stream was created (nanoseconds since 1970), the sequence of the last message
//! whose outcome is in the same or an earlier batch, and the SHA-256 of that message's payload. A stream may lose its newest
//! messages in a power cut and give their sequences to others: only the hash tells.

use armistice_bus::StreamState;
use armistice_tlog::Hash;
use serde::{Deserialize, Serialize};

/// The position after which the intake goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) created: i64,
    pub(crate) sequence: u64,
    /// `None` after the stream was found set back, until the first message is taken.
    pub(crate) sha256: Option<String>,
}

/// Where the intake begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// With this sequence.
    At(u64),
    /// The stream is not the one that the cursor was in: an entry says so, and everything is read again.
    SetBack {
        /// The cursor.
        from: u64,
        /// The first sequence to read.
        to: u64,
        reason: &'static str,
    },
}

impl Position {
    pub(crate) fn new(created: i64, sequence: u64, payload: &[u8]) -> Self {
        Self {
            created,
            sequence,
            sha256: Some(Hash::sha256(payload).to_string()),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers and text have a JSON form")
    }

    /// `None` for what no version of this crate wrote: the stream is then read from its beginning.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// Decides where to begin. `at_cursor` is the payload of the message at the cursor, if the stream still holds it.
pub(crate) fn start(cursor: Option<&Position>, stream: &StreamState, at_cursor: Option<&[u8]>) -> Start {
    let first = stream.first_sequence.max(1);
    let Some(cursor) = cursor else {
        return Start::At(first);
    };
    let set_back = |reason| Start::SetBack {
        from: cursor.sequence,
        to: first,
        reason,
    };
    if cursor.created != stream.created_ns {
        return set_back("the stream was created anew");
    }
    if cursor.sequence > stream.last_sequence {
        return set_back("the stream ends before the last position that was taken");
    }
    match (&cursor.sha256, at_cursor) {
        (Some(expected), Some(payload)) if *expected != Hash::sha256(payload).to_string() => {
            set_back("another message stands at the last position that was taken")
        }
        _ if first > cursor.sequence + 1 => set_back("messages were removed before they were taken"),
        _ => Start::At(cursor.sequence + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(first: u64, last: u64) -> StreamState {
        StreamState {
            created_ns: 5,
            first_sequence: first,
            last_sequence: last,
            messages: (last + 1).saturating_sub(first),
            bytes: 0,
            leader: None,
            replicas: 1,
        }
    }

    fn check(cursor: (i64, u64), stream: &StreamState, at_cursor: Option<&[u8]>, expected: &Start) {
        let cursor = Position::new(cursor.0, cursor.1, b"a");
        assert_eq!(&start(Some(&cursor), stream, at_cursor), expected);
    }

    fn set_back(from: u64, to: u64, reason: &'static str) -> Start {
        Start::SetBack { from, to, reason }
    }

    #[test]
    fn without_a_cursor_the_stream_is_read_from_its_beginning() {
        assert_eq!(start(None, &stream(0, 0), None), Start::At(1));
        assert_eq!(start(None, &stream(7, 9), None), Start::At(7));
    }

    #[test]
    fn the_same_stream_goes_on() {
        check((5, 3), &stream(1, 3), Some(b"a"), &Start::At(4));
        check((5, 3), &stream(3, 9), Some(b"a"), &Start::At(4));
        // Purged up to the cursor, and the message at it as well: nothing was missed.
        check((5, 3), &stream(4, 9), None, &Start::At(4));
        check((5, 3), &stream(4, 3), None, &Start::At(4));
    }

    #[test]
    fn another_stream_is_noticed() {
        check(
            (4, 3),
            &stream(1, 3),
            Some(b"a"),
            &set_back(3, 1, "the stream was created anew"),
        );
        let reason = "the stream ends before the last position that was taken";
        check((5, 3), &stream(1, 2), None, &set_back(3, 1, reason));
        check((5, 3), &stream(0, 0), None, &set_back(3, 1, reason));
        let reason = "another message stands at the last position that was taken";
        check((5, 3), &stream(2, 3), Some(b"b"), &set_back(3, 2, reason));
        let reason = "messages were removed before they were taken";
        check((5, 3), &stream(5, 9), None, &set_back(3, 5, reason));
    }

    #[test]
    fn the_bytes_are_what_the_page_says() {
        let position = Position::new(1_648_300_000_000_000_000, 41, b"test");
        let bytes = position.to_bytes();
        let expected = r#"{"created":1648300000000000000,"sequence":41,"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}"#;
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
        assert_eq!(Position::from_bytes(&bytes), Some(position));
        assert_eq!(Position::from_bytes(b"41"), None);
    }
}
