//! Whether a stream is as it was asked for.
//!
//! ```text
//! asked      {"discard":"new", "max_bytes":1073741824, "persist_mode":"async"}
//! found      {"discard":"old", "max_bytes":1073741824, "metadata":{"_nats.ver":"2.14.0"}}
//! difference discard: expected "new", found "old"
//! ```
//!
//! Every field that was asked for must be equal. A field that was not asked for must be blank, or one of those that the
//! server fills in by itself. One field may be better than asked for: a stream that writes before it acknowledges where
//! one that writes later would do (a server was upgraded, copies were added, or the stream was created by a server below
//! 2.12, which cannot write later and is not asked to).
//! Source: the stream configuration of the `JetStream` API (NATS ADR-31 and the server's defaults).
//!
//! Nothing is changed here.

use serde_json::{Map, Value};

use crate::error::Error;

/// What the server fills in where nothing was asked for. The duplicate window is two minutes, in nanoseconds, or the
/// stream's age if that is shorter.
const SERVER_DEFAULTS: &[(&str, &[&str])] = &[
    ("compression", &["\"none\""]),
    ("persist_mode", &["\"default\""]),
    ("consumer_limits", &["{}"]),
    ("mirror_direct", &["false", "true"]),
];

/// Compares two configurations.
///
/// # Errors
/// [`Error::StreamDiffers`] with the first field that is not as it was asked for.
pub(crate) fn same(
    stream: &str,
    wanted: &Map<String, Value>,
    found: &Map<String, Value>,
) -> Result<(), Error> {
    let differs = |field: &str, expected: &Value, found: &Value| Error::StreamDiffers {
        stream: stream.to_owned(),
        field: field.to_owned(),
        expected: expected.to_string(),
        found: found.to_string(),
    };
    for (field, expected) in wanted {
        let found = found.get(field).unwrap_or(&Value::Null);
        let is_safer = field == "persist_mode" && (found.is_null() || found == "default");
        if !is_safer && !equal(expected, found) {
            return Err(differs(field, expected, found));
        }
    }
    for (field, found) in found {
        if !wanted.contains_key(field) && !is_servers_own(field, found) {
            return Err(differs(field, &Value::Null, found));
        }
    }
    Ok(())
}

/// Equal, where a field that is missing equals a blank one, in objects and lists too.
fn equal(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let blank = Value::Null;
            expected
                .iter()
                .all(|(field, value)| equal(value, found.get(field).unwrap_or(&blank)))
                && found
                    .iter()
                    .all(|(field, value)| expected.contains_key(field) || is_blank(value))
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(a, b)| equal(a, b))
        }
        _ => expected == found || (is_blank(expected) && is_blank(found)),
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_blank),
    }
}

fn is_servers_own(field: &str, found: &Value) -> bool {
    if is_blank(found) {
        return true;
    }
    match field {
        "metadata" => found
            .as_object()
            .is_some_and(|fields| fields.keys().all(|name| name.starts_with("_nats."))),
        // Nothing of ours carries a message id to a stream that has not asked for a window.
        "duplicate_window" => true,
        _ => SERVER_DEFAULTS
            .iter()
            .any(|(name, values)| *name == field && values.contains(&found.to_string().as_str())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differing(wanted: &Value, found: &Value) -> Option<String> {
        let map = |value: &Value| value.as_object().unwrap().clone();
        match same("S", &map(wanted), &map(found)) {
            Ok(()) => None,
            Err(Error::StreamDiffers { field, .. }) => Some(field),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn asked_fields_must_be_equal() {
        let wanted = json!({ "a": 1, "b": [{"x": "y"}], "c": false });
        for (found, field) in [
            (json!({ "a": 1, "b": [{"x": "y", "z": ""}] }), None),
            (json!({ "a": 2, "b": [{"x": "y"}] }), Some("a")),
            (json!({ "b": [{"x": "y"}] }), Some("a")),
            (json!({ "a": 1, "b": [{"x": "z"}] }), Some("b")),
            (json!({ "a": 1, "b": [] }), Some("b")),
            (json!({ "a": 1, "b": [{"x": "y", "z": 1}] }), Some("b")),
            (json!({ "a": 1, "b": [{"x": "y"}], "c": true }), Some("c")),
        ] {
            assert_eq!(differing(&wanted, &found).as_deref(), field, "{found}");
        }
    }

    #[test]
    fn other_fields_must_be_blank_or_the_servers_own() {
        for (found, field) in [
            (
                json!({ "metadata": { "_nats.ver": "2.14.0" }, "compression": "none" }),
                None,
            ),
            (json!({ "metadata": { "mine": "x" } }), Some("metadata")),
            (json!({ "compression": "s2" }), Some("compression")),
            (
                json!({ "republish": { "src": ">", "dest": "x.>" } }),
                Some("republish"),
            ),
            (json!({ "consumer_limits": {} , "x": 0, "y": null }), None),
            (
                json!({ "subject_transform": { "src": "a", "dest": "b" } }),
                Some("subject_transform"),
            ),
        ] {
            assert_eq!(differing(&json!({}), &found).as_deref(), field, "{found}");
        }
    }

    #[test]
    fn writing_earlier_than_asked_is_accepted() {
        let wanted = json!({ "persist_mode": "async" });
        assert_eq!(differing(&wanted, &json!({})), None);
        assert_eq!(differing(&wanted, &json!({ "persist_mode": "default" })), None);
        let wanted = json!({});
        assert_eq!(
            differing(&wanted, &json!({ "persist_mode": "async" })).as_deref(),
            Some("persist_mode")
        );
    }
}
