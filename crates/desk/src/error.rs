//! What can go wrong with a count or a table. Bad documents are [`crate::CodebookFlaw`].

/// A count or a table that could not be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No series of that name in the codebook.
    #[error("the codebook {codebook} has no series {series:?}; it has {known}")]
    UnknownSeries {
        /// What was asked for.
        series: String,
        /// The codebook.
        codebook: String,
        /// The names that exist.
        known: String,
    },
    /// No cut of that name.
    #[error("there is no cut {cut:?}; the cuts are {known}")]
    UnknownCut {
        /// What was asked for.
        cut: String,
        /// The names that exist.
        known: String,
    },
    /// The series cannot be cut so.
    #[error("the series {series} cannot be cut by {cut}; it can be cut by {lawful}")]
    CutNotInSeries {
        /// The series.
        series: String,
        /// The cut.
        cut: &'static str,
        /// The cuts that it has.
        lawful: String,
    },
    /// More rows than a count may have.
    #[error("the series {series} cut so has more than {max} rows")]
    TooManyRows {
        /// The series.
        series: String,
        /// The limit.
        max: usize,
    },
    /// One record stands under more combinations of values than a count follows.
    #[error("entry {index} stands under more than {max} combinations of the cuts")]
    TooManyValues {
        /// The entry.
        index: u64,
        /// The limit.
        max: usize,
    },
    /// No table of that name.
    #[error("there is no table {name:?}; the tables are {known}")]
    UnknownTable {
        /// What was asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
}
