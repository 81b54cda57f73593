//! Views as the commands use them: folded from a log, their rows read field by field in the order in which they are written.

use std::fmt;

use armistice_projection::{Projection, ReplayError, View, replay};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::failure::{Exit, Failure, Outcome};
use crate::progress;

/// Folds `entries`, of which there are `size`, into all views.
pub(crate) fn project(
    entries: impl Iterator<Item = Outcome<(u64, Vec<u8>)>> + Send,
    size: u64,
) -> Outcome<Projection> {
    let mut projection = Projection::new();
    let bar = progress::bar("computing views", size);
    let folded = replay(&mut projection, entries, |done| bar.set_position(done));
    bar.finish_and_clear();
    match folded {
        Ok(()) => Ok(projection),
        Err(ReplayError::Source(failure)) => Err(failure),
        Err(error) => Err(Failure::new(
            Exit::VerificationFailed,
            "entry_damaged",
            "the views cannot be computed",
        )
        .because(&error)
        .hint("run `armistice audit`; it names the first bad position")),
    }
}

/// The view of this name.
pub(crate) fn named(name: &str) -> Outcome<View> {
    name.parse().map_err(|error: armistice_projection::Error| {
        Failure::new(Exit::NotFound, "no_view", error.to_string())
            .hint("`armistice view --dir DIR` lists the views")
    })
}

/// A row: its canonical JSON, and its fields in their order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The bytes that the view's digest covers.
    pub(crate) line: String,
    fields: Vec<(String, Value)>,
}

impl Row {
    /// Reads a line of a view.
    pub(crate) fn read(line: String) -> Self {
        let fields = serde_json::Deserializer::from_str(&line)
            .deserialize_map(InOrder)
            .unwrap_or_default();
        Self { line, fields }
    }

    /// The fields in their order.
    pub(crate) fn fields(&self) -> &[(String, Value)] {
        &self.fields
    }

    /// A field by its path: `side`, `killed.min`, `claims.asserted_by`. A list on the way gives every element's.
    pub(crate) fn at(&self, path: &str) -> Vec<&Value> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let field = self.fields.iter().find(|(name, _)| name == first);
        let mut found: Vec<&Value> = field.into_iter().map(|(_, value)| value).collect();
        for name in rest.split('.').filter(|name| !name.is_empty()) {
            found = found
                .into_iter()
                .flat_map(flat)
                .filter_map(|value| value.get(name))
                .collect();
        }
        found.into_iter().flat_map(flat).collect()
    }

    /// The text of a field, empty when there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }

    /// The number in a field, 0 when there is none.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.get(name).as_u64().unwrap_or_default()
    }

    /// A field, null when there is none.
    pub(crate) fn get(&self, name: &str) -> &Value {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map_or(&Value::Null, |(_, value)| value)
    }

    /// The kind of row: its field `row`.
    pub(crate) fn kind(&self) -> &str {
        self.text("row")
    }
}

/// Reads every row of a view.
pub(crate) fn rows(projection: &Projection, view: View) -> Vec<Row> {
    projection.rows(view).into_iter().map(Row::read).collect()
}

fn flat(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

/// Reads an object's fields without sorting them.
struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(fields)
    }
}

/// A condition of `--where`: `field=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    path: String,
    value: String,
}

impl std::str::FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((path, value)) if !path.is_empty() => Ok(Self {
                path: path.to_owned(),
                value: value.to_owned(),
            }),
            _ => Err("expected field=value, for example side=azerbaijan".to_owned()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.path, self.value)
    }
}

impl Condition {
    /// Whether the row has the value at the path; in a list, any element may have it.
    pub(crate) fn holds(&self, row: &Row) -> bool {
        row.at(&self.path).into_iter().any(|value| match value {
            Value::String(text) => *text == self.value,
            Value::Null => self.value.is_empty(),
            other => self.value == other.to_string().as_str(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let line = r#"{"key":"side/b","row":"side","side":"b","killed":{"min":3},"status":["alleged","disputed"],"a":1}"#;
        Row::read(line.to_owned())
    }

    #[test]
    fn fields_keep_their_order() {
        let names: Vec<String> = row().fields().iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, ["key", "row", "side", "killed", "status", "a"]);
    }

    #[test]
    fn conditions_look_into_objects_and_lists() {
        for (condition, expected) in [
            ("side=b", true),
            ("side=a", false),
            ("killed.min=3", true),
            ("status=disputed", true),
            ("status=admitted", false),
            ("a=1", true),
            ("nothing=", false),
        ] {
            assert_eq!(
                condition.parse::<Condition>().unwrap().holds(&row()),
                expected,
                "{condition}"
            );
        }
        assert!("nonsense".parse::<Condition>().is_err());
    }
}
