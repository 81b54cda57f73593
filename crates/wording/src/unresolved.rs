//! Why words were not resolved.

/// A reason to look at the words oneself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// No rule covers these words.
    #[error("no rule fits these words")]
    NoRule,
    /// They can mean several things.
    #[error("the words can mean several things: {0}")]
    Ambiguous(String),
    /// They name something that is not there, such as the 30th of February.
    #[error("the words name what does not exist: {0}")]
    Impossible(String),
    /// They cannot be kept in a report: empty, longer than 1,024 bytes, or with control characters.
    #[error("the words cannot be kept in a report: {0}")]
    NotText(String),
}

impl Unresolved {
    pub(crate) fn ambiguous(why: impl Into<String>) -> Self {
        Self::Ambiguous(why.into())
    }

    pub(crate) fn impossible(why: impl Into<String>) -> Self {
        Self::Impossible(why.into())
    }

    /// A word for programs, stable: `no_rule`, `ambiguous`, `impossible`, `not_text`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoRule => "no_rule",
            Self::Ambiguous(_) => "ambiguous",
            Self::Impossible(_) => "impossible",
            Self::NotText(_) => "not_text",
        }
    }
}
