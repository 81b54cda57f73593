//! A row of a view, its fields in the order in which they are written.

use crate::{Error, json::Json};

/// A row's fields in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) fields: Vec<(String, Json)>,
}

/// One field of a row as one cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Nothing is stated.
    Empty,
    /// Yes or no.
    Boolean(bool),
    /// A number.
    Number(serde_json::Number),
    /// Words.
    Text(String),
    /// Words joined by [`SEPARATOR`].
    List(String),
    /// A list of objects, as JSON.
    Json(String),
}

/// Between the items of a list in one cell. A reader splits at it: `separator` in CSVW.
pub(crate) const SEPARATOR: &str = "; ";

impl Row {
    /// Reads a row's JSON.
    pub(crate) fn read(key: &str, line: &[u8]) -> Result<Self, Error> {
        Json::object(line)
            .map(|fields| Self { fields })
            .map_err(|source| Error::Row {
                key: key.to_owned(),
                source,
            })
    }

    /// A field, null when there is none.
    pub(crate) fn get(&self, name: &str) -> &Json {
        Json::field(&self.fields, name)
    }

    /// The text of a field, empty when there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).text()
    }

    /// The cells with their columns: an object gives a column for each of its fields, `time.earliest`.
    pub(crate) fn cells(self) -> Vec<(String, Cell)> {
        let mut cells = Vec::with_capacity(self.fields.len());
        for (name, value) in self.fields {
            flatten(name, value, &mut cells);
        }
        cells
    }
}

fn flatten(name: String, value: Json, out: &mut Vec<(String, Cell)>) {
    let cell = match value {
        Json::Object(fields) => {
            for (field, value) in fields {
                flatten(format!("{name}.{field}"), value, out);
            }
            return;
        }
        Json::Null => Cell::Empty,
        Json::Boolean(yes) => Cell::Boolean(yes),
        Json::Number(number) => Cell::Number(number),
        Json::Text(text) => Cell::Text(text),
        Json::List(items) if items.is_empty() => Cell::Empty,
        // Words that hold the separator would read back as two: then the list stays JSON.
        Json::List(items) if items.iter().all(is_plain) => {
            Cell::List(items.iter().map(Json::text).collect::<Vec<_>>().join(SEPARATOR))
        }
        list @ Json::List(_) => Cell::Json(list.to_string()),
    };
    out.push((name, cell));
}

fn is_plain(value: &Json) -> bool {
    matches!(value, Json::Text(text) if !text.contains(SEPARATOR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_cells_in_their_order() {
        let line = br#"{"key":"k","time":{"earliest":"a","latest":null},"status":["x","y"],"n":3,"none":[],"e":[{"index":1}]}"#;
        let row = Row::read("k", line).unwrap();
        assert_eq!(Json::Object(row.fields.clone()).to_string().as_bytes(), line);
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_eq!(
            row.cells(),
            [
                ("key", text("k")),
                ("time.earliest", text("a")),
                ("time.latest", Cell::Empty),
                ("status", Cell::List("x; y".to_owned())),
                ("n", Cell::Number(3.into())),
                ("none", Cell::Empty),
                ("e", Cell::Json(r#"[{"index":1}]"#.to_owned())),
            ]
            .map(|(name, cell)| (name.to_owned(), cell))
        );
    }
}
