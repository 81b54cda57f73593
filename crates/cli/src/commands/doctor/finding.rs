//! One thing that `armistice doctor` found: how bad it is, what it is about, and what to do.

use serde_json::{Value, json};

use crate::output::Table;

/// How bad a finding is. The command fails when one is a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing to do.
    Note,
    /// Works, and will hurt some day.
    Warning,
    /// Does not work, or loses what was acknowledged.
    Problem,
}

impl Level {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) level: Level,
    /// What it is about, in one or two words: `server`, `stream ENTRIES`, `disk`.
    pub(crate) about: String,
    /// What was found, one clause.
    pub(crate) found: String,
    /// What to do about it.
    pub(crate) advice: Option<String>,
}

impl Finding {
    fn new(level: Level, about: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            level,
            about: about.into(),
            found: found.into(),
            advice: None,
        }
    }

    pub(crate) fn ok(about: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Level::Ok, about, found)
    }

    pub(crate) fn note(about: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Level::Note, about, found)
    }

    /// A warning always says what to do.
    pub(crate) fn warning(
        about: impl Into<String>,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self::new(Level::Warning, about, found).advice(advice)
    }

    /// A problem always says what to do.
    pub(crate) fn problem(
        about: impl Into<String>,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self::new(Level::Problem, about, found).advice(advice)
    }

    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// The findings as rows, in the order in which they were looked for.
pub(crate) fn table(findings: &[Finding]) -> Table {
    let mut table = Table::new("findings", &["level", "about", "found", "what_to_do"]);
    for finding in findings {
        table.push(vec![
            json!(finding.level.as_str()),
            json!(finding.about),
            json!(finding.found),
            finding.advice.as_deref().map_or(Value::Null, Value::from),
        ]);
    }
    table
}

/// An error and its causes as one clause.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
