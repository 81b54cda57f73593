//! Why an export stopped.

/// Why an export stopped; what was written until then is not a whole export.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The destination failed.
    #[error("the export cannot be written")]
    Write(#[source] std::io::Error),
    /// A cell of CSV could not be written.
    #[error("a row of the export cannot be written as CSV")]
    Csv(#[source] csv::Error),
    /// The workbook could not be made.
    #[error("the workbook cannot be written")]
    Workbook(#[source] rust_xlsxwriter::XlsxError),
    /// A row of a view is not one JSON object. The views make none.
    #[error("row {key} is not a JSON object")]
    Row {
        /// The row's key.
        key: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// The rows have more fields than a table may have columns.
    #[error("the rows have more than {max} columns")]
    TooManyColumns {
        /// The limit.
        max: usize,
    },
    /// The rows do not fit into one sheet.
    #[error("the view has more than {max} rows, which is what one sheet holds")]
    TooManyRows {
        /// The limit.
        max: u32,
    },
}

impl Error {
    /// The next step for the reader.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Write(_) => Some("free space or choose another place, then export again"),
            Self::TooManyRows { .. } => {
                Some("narrow the rows with --where, or export csv, which has no limit")
            }
            Self::TooManyColumns { .. } => Some("narrow the rows with --where row=KIND, or export ndjson"),
            Self::Row { .. } => Some("run `armistice audit`; it recomputes every view"),
            Self::Csv(_) | Self::Workbook(_) => None,
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error)
    }
}

impl From<csv::Error> for Error {
    fn from(error: csv::Error) -> Self {
        if !error.is_io_error() {
            return Self::Csv(error);
        }
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Write(error),
            _ => Self::Write(std::io::Error::other("a CSV writer failed")),
        }
    }
}

impl From<rust_xlsxwriter::XlsxError> for Error {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        match error {
            rust_xlsxwriter::XlsxError::IoError(error) => Self::Write(error),
            other => Self::Workbook(other),
        }
    }
}
