//! The columns of a table: found in a first pass over the rows, since a view has rows of several kinds.

use crate::{
    Error,
    row::{Cell, Row},
    rows::Rows,
};

/// Columns of one table, at most. The widest view has fewer than 60; a sheet of XLSX holds 16,384.
pub const COLUMNS_MAX: usize = 1024;

/// What a column holds, in the words of CSVW (`https://www.w3.org/TR/tabular-data-primer/#datatypes`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Datatype {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number with a fraction, such as degrees.
    Decimal,
    /// A time in UTC, `2022-03-26T14:00:00Z`.
    DateTime,
    /// A day, `2022-03-26`.
    Date,
    /// Words.
    Text,
    /// Words joined by `; `.
    List,
    /// A list of objects, as JSON.
    Json,
}

/// The columns, in the order of their first appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    names: Vec<String>,
    kinds: Vec<Option<Datatype>>,
}

impl Columns {
    /// Columns that are known beforehand.
    pub fn fixed(columns: &[(&str, Datatype)]) -> Self {
        Self {
            names: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
            kinds: columns.iter().map(|(_, kind)| Some(*kind)).collect(),
        }
    }

    /// The columns of all rows.
    pub(crate) fn of(rows: &Rows<'_>) -> Result<Self, Error> {
        let mut columns = Self::default();
        rows.each(|line| {
            for (name, cell) in Row::read("", line)?.cells() {
                columns.see(&name, &cell)?;
            }
            Ok(())
        })?;
        columns.settle();
        Ok(columns)
    }

    fn see(&mut self, name: &str, cell: &Cell) -> Result<(), Error> {
        let at = match self.at(name) {
            Some(at) => at,
            None if self.names.len() == COLUMNS_MAX => {
                return Err(Error::TooManyColumns { max: COLUMNS_MAX });
            }
            None => {
                self.names.push(name.to_owned());
                self.kinds.push(None);
                self.names.len() - 1
            }
        };
        if let Some(kind) = datatype(cell) {
            let kinds = &mut self.kinds[at];
            *kinds = Some(kinds.map_or(kind, |before| both(before, kind)));
        }
        Ok(())
    }

    /// An object that is null in some rows (`killed`) has columns of its own fields (`killed.min`): the bare one goes.
    fn settle(&mut self) {
        let bare: Vec<bool> = self
            .names
            .iter()
            .zip(&self.kinds)
            .map(|(name, kind)| {
                let below = |other: &String| {
                    other
                        .strip_prefix(name.as_str())
                        .is_some_and(|rest| rest.starts_with('.'))
                };
                kind.is_none() && self.names.iter().any(below)
            })
            .collect();
        let mut at = bare.iter();
        self.names.retain(|_| at.next() == Some(&false));
        let mut at = bare.iter();
        self.kinds.retain(|_| at.next() == Some(&false));
    }

    /// The names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Each name with what the column holds; words where nothing stands in it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Datatype)> {
        self.names
            .iter()
            .zip(&self.kinds)
            .map(|(name, kind)| (name.as_str(), kind.unwrap_or(Datatype::Text)))
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The cells of a row in the order of the columns; what the row does not have is empty.
    pub(crate) fn arrange(&self, row: Row) -> Vec<Cell> {
        let mut cells = vec![Cell::Empty; self.names.len()];
        let mut expected = 0;
        for (name, cell) in row.cells() {
            // Rows of one kind have their fields in one order: most often the next column is the one.
            let at = match self.names.get(expected) {
                Some(next) if *next == name => Some(expected),
                _ => self.at(&name),
            };
            if let Some(at) = at {
                cells[at] = cell;
                expected = at + 1;
            }
        }
        cells
    }
}

fn datatype(cell: &Cell) -> Option<Datatype> {
    Some(match cell {
        Cell::Empty => return None,
        Cell::Boolean(_) => Datatype::Boolean,
        Cell::Number(number) if number.is_f64() => Datatype::Decimal,
        Cell::Number(_) => Datatype::Integer,
        Cell::Text(text) if armistice_report::Timestamp::new(text).is_ok() => Datatype::DateTime,
        Cell::Text(text) if armistice_report::Date::new(text).is_ok() => Datatype::Date,
        Cell::Text(_) => Datatype::Text,
        Cell::List(_) => Datatype::List,
        Cell::Json(_) => Datatype::Json,
    })
}

/// What holds both.
fn both(a: Datatype, b: Datatype) -> Datatype {
    match (a, b) {
        (a, b) if a == b => a,
        (Datatype::Integer, Datatype::Decimal) | (Datatype::Decimal, Datatype::Integer) => Datatype::Decimal,
        _ => Datatype::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shield;

    fn check(lines: &[&str], expected: &[(&str, Datatype)]) {
        let source =
            |sink: &mut dyn FnMut(&str, &[u8])| lines.iter().for_each(|line| sink("", line.as_bytes()));
        let shield = Shield::default();
        let columns = Columns::of(&Rows::new(&source, &shield)).unwrap();
        assert_eq!(columns.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn columns_come_from_all_kinds_of_rows() {
        check(
            &[
                r#"{"key":"a","killed":null,"n":1,"when":null}"#,
                r#"{"key":"b","killed":{"min":3},"n":1.5,"when":"2022-03-26T14:00:00Z"}"#,
                r#"{"key":"c","counted":true,"entries":[{"index":1}],"status":["x"],"none":null}"#,
            ],
            &[
                ("key", Datatype::Text),
                ("n", Datatype::Decimal),
                ("when", Datatype::DateTime),
                ("killed.min", Datatype::Integer),
                ("counted", Datatype::Boolean),
                ("entries", Datatype::Json),
                ("status", Datatype::List),
                ("none", Datatype::Text),
            ],
        );
    }

    #[test]
    fn the_number_of_columns_has_a_limit() {
        let fields: Vec<String> = (0..=COLUMNS_MAX).map(|n| format!("\"f{n}\":1")).collect();
        let line = format!("{{{}}}", fields.join(","));
        let source = |sink: &mut dyn FnMut(&str, &[u8])| sink("", line.as_bytes());
        let shield = Shield::default();
        assert!(matches!(
            Columns::of(&Rows::new(&source, &shield)),
            Err(Error::TooManyColumns { max: COLUMNS_MAX })
        ));
    }
}
