//! What stops an import before or between rows: the file, not a row, is at fault.

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Reading failed, or a row is longer than [`crate::ROW_BYTES_MAX`].
    #[error("cannot read the table near line {line}")]
    Read {
        /// The line of the file, from 1.
        line: u64,
        /// What the reader said.
        #[source]
        source: csv::Error,
    },
    /// The file holds nothing.
    #[error("the file is empty")]
    Empty,
    /// The file is in an encoding of two bytes a character.
    #[error("the file is UTF-16, which tables are not read in")]
    Utf16,
    /// The first row is neither a header with the columns needed nor a row of the standard width.
    #[error("the first row is no header of {dataset}: {} missing", .missing.join(", "))]
    Header {
        /// The data set.
        dataset: &'static str,
        /// Columns that are needed and not there.
        missing: Vec<String>,
        /// What to try next.
        hint: &'static str,
    },
    /// A column stands twice in the header.
    #[error("the header names the column {column} twice")]
    ColumnTwice {
        /// The column.
        column: String,
    },
    /// The mapping or the rules of the import are wrong.
    #[error("the {what} cannot be used: {why}")]
    Settings {
        /// Which of them: `mapping`, `rules`.
        what: &'static str,
        /// What is wrong, with the key.
        why: String,
        /// The next step.
        hint: String,
    },
    /// A release that is not of the form `23.1`.
    #[error("{found} is no release")]
    Release {
        /// What was given.
        found: String,
    },
}

impl Error {
    /// The next step for a person.
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::Read { .. } => {
                "a quotation mark that opens and never closes takes in everything after it: look at the row on that line"
            }
            Self::Empty => return None,
            Self::Utf16 => "save the file as UTF-8",
            Self::Header { hint, .. } => hint,
            Self::ColumnTwice { .. } => "rename or remove one of them",
            Self::Settings { hint, .. } => hint,
            Self::Release { .. } => "give the release as the publisher names it, such as 23.1 or 23.0.5",
        })
    }
}
