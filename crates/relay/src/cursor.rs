//! How far the intake has come, in the log itself, and what a stream that does not fit it means.
//!
//! ```json
//! {"created":1648300000000000000,"sequence":41,"message":{"published":1648300000500000000,"sha256":"9f86d0…"}}
//! ```
//! Cursor `intake/<stream>` of the log: when the stream was created (nanoseconds since 1970, by the server's clock), the sequence
//! of the last message whose outcome is in the same or an earlier batch, when that message was stored, and the SHA-256 of its
//! payload. A stream may lose its newest messages in a power cut and give their sequences to others, even to the same report sent
//! again: only the message tells.

use armistice_bus::{Message, StreamState};
use armistice_tlog::Hash;
use serde::{Deserialize, Serialize};

/// The position after which the intake goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) created: i64,
    pub(crate) sequence: u64,
    /// `None` after the stream was found set back, until the first message is taken.
    pub(crate) message: Option<Mark>,
}

/// By what a message is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    published: i64,
    sha256: String,
}

impl Mark {
    fn of(message: &Message) -> Self {
        Self {
            published: message.published_ns,
            sha256: Hash::sha256(&message.payload).to_string(),
        }
    }
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
    pub(crate) fn of(created: i64, message: &Message) -> Self {
        Self {
            created,
            sequence: message.sequence,
            message: Some(Mark::of(message)),
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

/// Decides where to begin. `at_cursor` is the message at the cursor, if the stream still holds it.
pub(crate) fn start(cursor: Option<&Position>, stream: &StreamState, at_cursor: Option<&Message>) -> Start {
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
    match (&cursor.message, at_cursor) {
        (Some(expected), Some(message)) if *expected != Mark::of(message) => {
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

    fn message(payload: &'static str, published_ns: i64) -> Message {
        Message {
            sequence: 3,
            subject: String::new(),
            headers: Vec::new(),
            payload: payload.into(),
            published_ns,
        }
    }

    fn check(created: i64, stream: &StreamState, at_cursor: Option<&Message>, expected: &Start) {
        let cursor = Position::of(created, &message("a", 7));
        assert_eq!(&start(Some(&cursor), stream, at_cursor), expected);
    }

    fn set_back(to: u64, reason: &'static str) -> Start {
        Start::SetBack { from: 3, to, reason }
    }

    #[test]
    fn without_a_cursor_the_stream_is_read_from_its_beginning() {
        assert_eq!(start(None, &stream(0, 0), None), Start::At(1));
        assert_eq!(start(None, &stream(7, 9), None), Start::At(7));
    }

    #[test]
    fn the_same_stream_goes_on() {
        let same = message("a", 7);
        check(5, &stream(1, 3), Some(&same), &Start::At(4));
        check(5, &stream(3, 9), Some(&same), &Start::At(4));
        // Purged up to the cursor, and the message at it as well: nothing was missed.
        check(5, &stream(4, 9), None, &Start::At(4));
        check(5, &stream(4, 3), None, &Start::At(4));
    }

    #[test]
    fn another_stream_is_noticed() {
        let same = message("a", 7);
        check(
            4,
            &stream(1, 3),
            Some(&same),
            &set_back(1, "the stream was created anew"),
        );
        let reason = "the stream ends before the last position that was taken";
        check(5, &stream(1, 2), None, &set_back(1, reason));
        check(5, &stream(0, 0), None, &set_back(1, reason));
        let reason = "another message stands at the last position that was taken";
        check(5, &stream(2, 3), Some(&message("b", 7)), &set_back(2, reason));
        // The same report, sent again after the rewinding.
        check(5, &stream(2, 3), Some(&message("a", 8)), &set_back(2, reason));
        let reason = "messages were removed before they were taken";
        check(5, &stream(5, 9), None, &set_back(5, reason));
    }

    #[test]
    fn the_bytes_are_what_the_page_says() {
        let position = Position::of(
            1_648_300_000_000_000_000,
            &message("test", 1_648_300_000_500_000_000),
        );
        let bytes = position.to_bytes();
        let expected = r#"{"created":1648300000000000000,"sequence":3,"message":{"published":1648300000500000000,"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}"#;
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
        assert_eq!(Position::from_bytes(&bytes), Some(position));
        assert_eq!(Position::from_bytes(b"41"), None);
    }
}
