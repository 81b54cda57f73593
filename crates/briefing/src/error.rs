//! Why there is no report.

/// A report could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A row of a view is not as its page says: a fault of ours.
    #[error("a row of the view {view} cannot be read: {key}")]
    Row {
        /// The view.
        view: &'static str,
        /// The row.
        key: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// An entry that a row names is not there, or is no report.
    #[error("entry {index} cannot be read")]
    Entry {
        /// Its position in the log.
        index: u64,
    },
    /// The day, or the day before it, is outside the calendar.
    #[error("{date} is not a day that a report can be made of")]
    Day {
        /// The day.
        date: armistice_report::Date,
    },
    /// A position after the end of what the report is made from.
    #[error("position {since} is after the {size} entries that the report is made from")]
    Since {
        /// The position asked for.
        since: u64,
        /// How many entries there are.
        size: u64,
    },
    /// The codebook's counts could not be given.
    #[error("the numbers by the codebook cannot be given")]
    Counts(#[from] armistice_desk::Error),
    /// Nothing was recorded.
    #[error("the log has no entries")]
    Empty,
    /// A template failed: a fault of ours.
    #[error("the report cannot be written")]
    Template(#[from] askama::Error),
    /// The JSON form failed: a fault of ours.
    #[error("the report cannot be written as JSON")]
    Json(#[source] serde_json::Error),
}
