//! What stops sealing, unsealing or reading a key file.

/// Why a field cannot be sealed, or a sealed one not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The path names nothing that may be sealed.
    #[error("{path} is no field that may be sealed")]
    NotSealable {
        /// The path.
        path: String,
    },
    /// The report does not have the field.
    #[error("the report has no {path}")]
    NotThere {
        /// The path.
        path: String,
    },
    /// The value names another entry; what an entry is about stays visible.
    #[error("{path} names another entry")]
    Reference {
        /// The path.
        path: String,
    },
    /// The value's JSON is longer than [`crate::VALUE_BYTES_MAX`].
    #[error("{path} takes {bytes} bytes of JSON, at most {max} can be sealed")]
    TooLong {
        /// The path.
        path: String,
        /// Bytes of its JSON.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The key is another one, the cipher text was changed, or it was sealed for another ledger, producer, report or field.
    #[error("{path} does not open with this key")]
    DoesNotOpen {
        /// The path.
        path: String,
    },
    /// It opens, and is not what the log's commitment is about.
    #[error("what opens at {path} is not what its commitment in the log is about")]
    NotCommitted {
        /// The path.
        path: String,
    },
    /// The text is no key file.
    #[error("line {line} of the key file is not `{expected}`")]
    KeyFile {
        /// The line, from 1.
        line: usize,
        /// What it should be.
        expected: &'static str,
    },
}

impl Error {
    /// The next step for a person.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotSealable { .. } => {
                "docs/formats/sealed-v1.md lists them: names of people, places, words, sources; never what is counted or answered"
            }
            Self::NotThere { .. } => "name fields that the report has, each once and none within another",
            Self::Reference { .. } => "leave references to entries visible: the ledger checks them",
            Self::TooLong { .. } => "seal a smaller field, or shorten the text",
            Self::DoesNotOpen { .. } => {
                "use the key file that was written when this field of this report was sealed; if it is that one, file or log was changed"
            }
            Self::NotCommitted { .. } => {
                "believe neither: whoever sealed it committed to another value than the one that they encrypted"
            }
            Self::KeyFile { .. } => {
                "key files are written by `armistice seal`; a file of zeros is a key that was being destroyed"
            }
        }
    }
}
