//! Which rows are meant: `field=value`, with paths into objects and lists.
//!
//! ```
//! use armistice_replica::Condition;
//!
//! let condition: Condition = "killed.min=3".parse()?;
//! let row = serde_json::json!({"side": "a", "killed": {"min": 3}});
//! assert!(condition.holds(&row));
//! # Ok::<(), String>(())
//! ```
//! The same conditions as `armistice view --where` has: in a list any element may hold, text is compared with text,
//! anything else by its JSON, and an empty value means null.

use serde_json::Value;

/// A field and the value that it must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    path: String,
    value: String,
}

impl std::str::FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((path, value)) if !path.is_empty() => Ok(Self::new(path, value)),
            _ => Err("expected field=value, for example side=azerbaijan".to_owned()),
        }
    }
}

impl Condition {
    /// A condition on the field at a path such as `killed.min`.
    pub fn new(path: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            value: value.into(),
        }
    }

    /// Whether a row has the value at the path.
    pub fn holds(&self, row: &Value) -> bool {
        let mut found = vec![row];
        for name in self.path.split('.') {
            found = found
                .into_iter()
                .flat_map(flat)
                .filter_map(|value| value.get(name))
                .collect();
        }
        found.into_iter().flat_map(flat).any(|value| match value {
            Value::String(text) => *text == self.value,
            Value::Null => self.value.is_empty(),
            other => self.value == other.to_string().as_str(),
        })
    }
}

fn flat(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_look_into_objects_and_lists() {
        let row = json!({"side": "b", "killed": {"min": 3}, "status": ["alleged", "disputed"], "at": null, "claims": [{"by": "a"}]});
        for (condition, expected) in [
            ("side=b", true),
            ("side=a", false),
            ("killed.min=3", true),
            ("status=disputed", true),
            ("status=admitted", false),
            ("claims.by=a", true),
            ("at=", true),
            ("nothing=", false),
        ] {
            assert_eq!(
                condition.parse::<Condition>().unwrap().holds(&row),
                expected,
                "{condition}"
            );
        }
        assert!("nonsense".parse::<Condition>().is_err());
    }
}
