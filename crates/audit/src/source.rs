//! Where the public bytes come from.

use armistice_tlog::tile::TilePath;

/// A log's public bytes: a folder that `armistice log export` wrote, a live store, any C2SP tlog-tiles log.
pub trait Source: Sync {
    /// The checkpoint, as it is published.
    ///
    /// # Errors
    /// [`SourceError`].
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError>;

    /// The tile or entry bundle at `path`.
    ///
    /// # Errors
    /// [`SourceError::Missing`] if the source has none.
    fn tile(&self, path: &TilePath) -> Result<Vec<u8>, SourceError>;
}

/// Why bytes could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The source has nothing there: the log is not whole.
    #[error("nothing is stored there")]
    Missing,
    /// The source itself found the bytes damaged: the log is wrong.
    #[error("the stored bytes are damaged")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The bytes could not be read: this says nothing about the log.
    #[error("the source could not be read")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
