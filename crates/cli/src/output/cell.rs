//! One JSON value as the text of one cell.

use serde_json::Value;

/// Flattens `value`: lists are joined with `; `, objects are shown as `name=value` pairs, null is empty.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(name, value)| format!("{name}={}", text(value)))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// True for values that say nothing: null, the empty text, list or object.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_become_short_text() {
        assert_eq!(text(&json!(null)), "");
        assert_eq!(text(&json!(true)), "yes");
        assert_eq!(text(&json!(["a", 2])), "a; 2");
        assert_eq!(text(&json!({"min": 13, "max": null})), "min=13");
    }
}
