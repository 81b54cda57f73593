//! Reading JSON: fast when it is right, with the path to the fault when it is wrong.
//!
//! `{"a":1}` → [`Fast`] → value · `{"a":"x"}` → [`Fast`] fails → [`Located`] reads again → `a`: expected a whole number
//!
//! Keeping the path costs about as much as reading, and nearly every report is right: so it is read twice only when it is
//! wrong. Both go through [`crate::strict`], so both accept the same bytes.

use serde::de::DeserializeOwned;

use crate::{refusal::Refusal, strict::Strict};

/// A way of reading a value from JSON.
pub(crate) trait Reader {
    /// What is known when it fails.
    type Error;

    /// Reads one value and nothing after it.
    fn read<T: DeserializeOwned>(text: &str) -> Result<T, Self::Error>;
}

/// Reads without keeping the path.
pub(crate) struct Fast;

impl Reader for Fast {
    type Error = serde_json::Error;

    fn read<T: DeserializeOwned>(text: &str) -> Result<T, Self::Error> {
        read(text)
    }
}

/// Reads one value, which may borrow from the text, and nothing after it.
pub(crate) fn read<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Strict(&mut json))?;
    json.end()?;
    Ok(value)
}

/// Reads and keeps the path.
pub(crate) struct Located;

/// A fault and where it is.
pub(crate) struct Failure {
    /// The path below the value that was read; empty for the value itself.
    path: String,
    error: serde_json::Error,
}

impl Failure {
    /// True when the text is no JSON, whatever type is asked for.
    pub(crate) fn is_syntax(&self) -> bool {
        self.error.is_syntax() || self.error.is_eof()
    }

    /// The refusal, with a path that begins with `base`.
    pub(crate) fn refusal(&self, base: &str) -> Refusal {
        Refusal::from_json(&self.error, &join(base, &self.path))
    }
}

impl Reader for Located {
    type Error = Failure;

    fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
        locate(text)
    }
}

/// Reads one value, which may borrow from the text, and keeps the path.
pub(crate) fn locate<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, Failure> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(Strict(&mut json)).map_err(|error| {
        // A fault before a key is known prints as "." at the top and as "?" below.
        let path = error.path().to_string();
        let known = path.trim_end_matches('?').trim_end_matches('.');
        Failure {
            path: known.to_owned(),
            error: error.into_inner(),
        }
    })?;
    json.end().map_err(|error| Failure {
        path: String::new(),
        error,
    })?;
    Ok(value)
}

/// Joins two parts of a path.
pub(crate) fn join(base: &str, rest: &str) -> String {
    match (base, rest) {
        ("", path) | (path, "") => path.to_owned(),
        (base, rest) if rest.starts_with('[') => format!("{base}{rest}"),
        (base, rest) => format!("{base}.{rest}"),
    }
}
