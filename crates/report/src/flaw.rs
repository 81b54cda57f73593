//! What is wrong with one value, before its place in the report is known.
//!
//! A checked type is built while serde reads, so a flaw has to travel through serde's text errors:
//! [`Flaw`] prints itself between two marks that no decoded text can hold (control characters are refused),
//! and [`crate::refusal`] takes it apart again.
//! It does not know the path to the value: `serde_path_to_error` adds that.

use std::borrow::Cow;

use crate::refusal::RefusalCode;

/// Separates the parts of a flaw inside an error text of serde.
pub(crate) const MARK: char = '\u{1f}';

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{MARK}{code}{MARK}{field}{MARK}{expected}{MARK}")]
pub struct Flaw {
    /// The stable code of the refusal that this flaw leads to.
    pub code: RefusalCode,
    /// The field below the value that is wrong; empty when it is the value itself.
    pub field: Cow<'static, str>,
    /// What would have been right.
    pub expected: String,
}

impl Flaw {
    /// A flaw of the value itself.
    pub fn new(code: RefusalCode, expected: impl Into<String>) -> Self {
        Self {
            code,
            field: Cow::Borrowed(""),
            expected: expected.into(),
        }
    }

    /// A flaw of one field of the value.
    pub fn at(code: RefusalCode, field: impl Into<Cow<'static, str>>, expected: impl Into<String>) -> Self {
        Self {
            code,
            field: field.into(),
            expected: expected.into(),
        }
    }
}

/// What a checked type or content says about itself.
pub(crate) type Checked = Result<(), Flaw>;
