//! Codebooks: which kinds count, in which unit, and how. One line of JSON, named by the SHA-256 of its bytes.
//!
//! ```
//! use armistice_desk::{Codebook, SHIPPED};
//!
//! let (id, text) = SHIPPED[0];
//! let codebook = Codebook::parse(text)?;
//! assert_eq!(codebook.id(), id);
//! # Ok::<(), armistice_desk::CodebookFlaw>(())
//! ```
//! `docs/formats/codebook-v1.md` is the page. A document that leaves something open, says it twice or says what its unit
//! does not have is refused: two readers must never count by it in two ways.

mod check;
mod document;

use armistice_report::{CODEBOOK_BYTES_MAX, Sha256, Zone};
use armistice_tlog::Hash;

pub(crate) use check::{can_be_cut, lawful_cuts};
pub use document::{
    Adds, Denied, Document, Exercises, FORMAT, Group, Part, Series, Sides, Unattributed, Weekday, Withdrawn,
};

use crate::{Error, calendar::Calendar};

/// What is wrong with a codebook's document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the codebook's field {field} is not as expected: {expected}")]
pub struct CodebookFlaw {
    /// The path of the field, such as `series[0].groups[1].parts[0].kinds`; `.` is the document.
    pub field: String,
    /// What was expected there.
    pub expected: String,
}

impl CodebookFlaw {
    pub(crate) fn new(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            expected: expected.into(),
        }
    }
}

/// A codebook that was read whole and says everything that it must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codebook {
    document: Document,
    calendar: Calendar,
    sha256: Sha256,
    text: String,
}

impl Codebook {
    /// Reads a document: the exact bytes that are hashed and adopted, without a line feed.
    ///
    /// # Errors
    /// [`CodebookFlaw`]: the first field that is not as `docs/formats/codebook-v1.md` asks.
    pub fn parse(text: &str) -> Result<Self, CodebookFlaw> {
        if text.len() > CODEBOOK_BYTES_MAX {
            return Err(CodebookFlaw::new(
                ".",
                format!("at most {CODEBOOK_BYTES_MAX} bytes, so that it fits into one entry"),
            ));
        }
        if text.contains(|character: char| character.is_control()) {
            return Err(CodebookFlaw::new(
                ".",
                "one line without control characters; an entry can hold no other",
            ));
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let document: Document = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            CodebookFlaw::new(path, error.inner().to_string())
        })?;
        json.end()
            .map_err(|_| CodebookFlaw::new(".", "one JSON object and nothing after it"))?;
        let calendar = check::check(&document)?;
        Ok(Self {
            document,
            calendar,
            sha256: Sha256(Hash::sha256(text.as_bytes()).0),
            text: text.to_owned(),
        })
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.document.codebook
    }

    /// SHA-256 of its bytes.
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// Its bytes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// How it cuts time.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The zone in which it cuts days.
    pub fn zone(&self) -> Zone {
        self.calendar.zone()
    }

    /// The series of a name.
    ///
    /// # Errors
    /// [`Error::UnknownSeries`].
    pub fn series(&self, name: &str) -> Result<&Series, Error> {
        let found = self.document.series.iter().find(|series| series.series == name);
        found.ok_or_else(|| Error::UnknownSeries {
            series: name.to_owned(),
            codebook: self.id().to_owned(),
            known: self
                .document
                .series
                .iter()
                .map(|series| series.series.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }
}
