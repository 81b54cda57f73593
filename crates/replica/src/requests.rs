//! Questions, as they are asked: JSON objects of few fields.
//!
//! | query | question |
//! |---|---|
//! | `head` | nothing |
//! | `entry` | `{"index":7}` |
//! | `proof` | `{"index":7}` or `{"index":7,"tree_size":36}` |
//! | `consistency` | `{"from":12,"to":36}` |
//! | `receipt` | `{"sha256":"…"}` of the submission, or `{"source":"desk","id":"desk-1"}` |
//! | `view` | `{"view":"allegations","where":{"side":"a"},"after":"side/a","limit":100}` |

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::settings::QUESTION_BYTES_MAX;

/// A no: HTTP-like status, stable code, sentence.
pub(crate) type Refused = (u16, &'static str, String);

/// 400: the question is not one.
pub(crate) fn bad(expected: impl Into<String>) -> Refused {
    (400, "bad_request", format!("expected {}", expected.into()))
}

/// 404: it is one, and the thing is not here.
pub(crate) fn unknown(code: &'static str, message: impl Into<String>) -> Refused {
    (404, code, message.into())
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryQuestion {
    pub(crate) index: u64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProofQuestion {
    pub(crate) index: u64,
    pub(crate) tree_size: Option<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsistencyQuestion {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptQuestion {
    pub(crate) sha256: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) id: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewQuestion {
    pub(crate) view: String,
    #[serde(default, rename = "where")]
    pub(crate) conditions: Map<String, Value>,
    pub(crate) after: Option<String>,
    pub(crate) limit: Option<usize>,
}

/// Reads a question; `example` is what would have been one.
pub(crate) fn read<T: DeserializeOwned>(payload: &[u8], example: &str) -> Result<T, Refused> {
    if payload.len() > QUESTION_BYTES_MAX {
        return Err((
            413,
            "request_too_large",
            format!(
                "expected at most {QUESTION_BYTES_MAX} bytes, found {}",
                payload.len()
            ),
        ));
    }
    serde_json::from_slice(payload).map_err(|error| bad(format!("JSON such as {example}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_questions_are_told_what_was_expected() {
        let check = |payload: &[u8], status: u16, says: &str| {
            let refused = read::<EntryQuestion>(payload, r#"{"index":7}"#).unwrap_err();
            assert_eq!(refused.0, status);
            assert!(refused.2.contains(says), "{}", refused.2);
        };
        check(b"", 400, r#"{"index":7}"#);
        check(b"{}", 400, "index");
        check(br#"{"index":-1}"#, 400, "JSON");
        check(br#"{"index":1,"more":2}"#, 400, "more");
        check(&[b' '; QUESTION_BYTES_MAX + 1], 413, "at most");
        assert_eq!(read::<EntryQuestion>(br#"{"index":1}"#, "").unwrap().index, 1);
    }
}
