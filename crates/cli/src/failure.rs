//! What went wrong, with its causes, its next step and its exit code.
//!
//! ```text
//! Failure::new(Exit::NotFound, "no_ledger", "no ledger in /var/lib/armistice").hint("found one with `armistice init`")
//! ```
//!
//! Exit codes are a contract (`docs/reference/exit-codes.md`): scripts tell "the proof is wrong" (3) from "the proof could
//! not be checked" (7) by them. This module prints nothing: that is [`crate::render`].

use std::error::Error as StdError;

use armistice_report::Refusal;
use serde::Serialize;

/// How a command ends, as the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// The machine said no: disk, files, memory.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A proof, a signature or a digest does not hold.
    VerificationFailed = 3,
    /// The thing asked for is not there.
    NotFound = 4,
    /// The key or the file's owner may not do this.
    NotPermitted = 5,
    /// The ledger lawfully said no, or the request conflicts with what is there.
    Refused = 6,
    /// Nothing is known to be wrong, but what was asked could not be checked.
    CouldNotCheck = 7,
}

/// A refused submission, or another part of a failure that has a place of its own.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Detail {
    /// Where: `line 3`, `entry 17`.
    pub(crate) at: String,
    /// A stable code of `docs/reference/refusals.md`.
    pub(crate) code: String,
    /// The path of the field, `data.content.place.lat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// What would have been accepted.
    pub(crate) expected: String,
    /// What was there instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) found: Option<String>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
}

impl From<&Refusal> for Detail {
    /// All that the ledger says about a refusal, its next step included; the place is the caller's ([`Detail::at`]).
    fn from(refusal: &Refusal) -> Self {
        Self {
            at: String::new(),
            code: refusal.code.as_str().to_owned(),
            field: Some(refusal.field.clone()).filter(|field| !field.is_empty()),
            expected: refusal.expected.clone(),
            found: refusal.found.clone(),
            hint: Some(refusal.hint().to_owned()),
        }
    }
}

impl Detail {
    /// Says where it was.
    pub(crate) fn at(mut self, at: impl Into<String>) -> Self {
        self.at = at.into();
        self
    }
}

/// A command that did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) causes: Vec<String>,
    pub(crate) details: Vec<Detail>,
    pub(crate) hint: Option<String>,
    /// The reader of our output went away: nothing is wrong and nobody is there to be told.
    pub(crate) silent: bool,
}

/// What every command returns.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Failure {}

impl Failure {
    /// A failure with a stable `code` for `-o json`, and one lower-case clause for people.
    pub(crate) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            code,
            message: message.into(),
            causes: Vec::new(),
            details: Vec::new(),
            hint: None,
            silent: false,
        }
    }

    /// Adds `error` and all of its sources as causes, outermost first.
    pub(crate) fn because(mut self, error: &dyn StdError) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    /// The next step for the reader.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The next step that an error knows, if it knows one.
    pub(crate) fn hint_of(mut self, hint: Option<&str>) -> Self {
        self.hint = hint.map(str::to_owned);
        self
    }

    /// Lists the parts that failed.
    pub(crate) fn details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    /// Output that could not be written, or that nobody reads: it comes after the verdict, `outcome.and(printed)`, so that a
    /// closed pipe never hides a failed verification or a refusal. A closed pipe (`armistice view … | head`) is no failure.
    pub(crate) fn writing(error: &std::io::Error) -> Self {
        let mut failure = Self::new(Exit::Failed, "output", "cannot write the output").because(error);
        failure.silent = error.kind() == std::io::ErrorKind::BrokenPipe;
        failure
    }

    /// A file that could not be read or written, with the exit code that its error kind means.
    pub(crate) fn file(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let message = format!("cannot {doing} {}", path.display());
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::new(Exit::NotFound, "file_not_found", message),
            std::io::ErrorKind::PermissionDenied => {
                Self::new(Exit::NotPermitted, "file_not_permitted", message)
            }
            std::io::ErrorKind::AlreadyExists => Self::new(Exit::Refused, "file_exists", message),
            _ => Self::new(Exit::Failed, "file", message),
        }
        .because(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_the_chain_and_drop_repeats() {
        let inner = std::io::Error::other("no space left on device");
        let failure = Failure::new(Exit::Failed, "file", "cannot write x").because(&inner);
        assert_eq!(failure.causes, ["no space left on device"]);
    }

    #[test]
    fn a_closed_pipe_is_silent() {
        assert!(Failure::writing(&std::io::ErrorKind::BrokenPipe.into()).silent);
        assert!(!Failure::writing(&std::io::ErrorKind::StorageFull.into()).silent);
    }
}
