//! The rows to export: from a view or a table, shielded, then chosen by the caller's conditions.
//!
//! The source pushes rows and cannot be stopped; what goes wrong first is remembered, and later rows are dropped.

use crate::{Error, Shield};

/// What gives rows in key order: a key and its canonical JSON. It is run once for each pass over the rows.
pub type Source<'a> = dyn Fn(&mut dyn FnMut(&str, &[u8])) + Sync + 'a;

/// Which rows to export.
pub struct Rows<'a> {
    source: &'a Source<'a>,
    shield: &'a Shield,
    keep: &'a (dyn Fn(&[u8]) -> bool + Sync + 'a),
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}

impl<'a> Rows<'a> {
    /// All rows of a source.
    pub fn new(source: &'a Source<'a>, shield: &'a Shield) -> Self {
        Self {
            source,
            shield,
            keep: &|_| true,
        }
    }

    /// Only rows of which `keep` says yes. It sees the row as it would be exported, so that no condition can ask for what
    /// is withheld.
    #[must_use]
    pub fn only(mut self, keep: &'a (dyn Fn(&[u8]) -> bool + Sync + 'a)) -> Self {
        self.keep = keep;
        self
    }

    /// Gives every row to `sink` and says how many there were.
    ///
    /// # Errors
    /// The first error of the sink or of a row; the sink is not called again.
    pub(crate) fn each(&self, mut sink: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<u64, Error> {
        let mut outcome = Ok(0);
        (self.source)(&mut |key, line| {
            let Ok(count) = &mut outcome else { return };
            let given = self.shield.row(key, line).and_then(|line| {
                if !(self.keep)(&line) {
                    return Ok(false);
                }
                sink(&line).map(|()| true)
            });
            match given {
                Ok(given) => *count += u64::from(given),
                Err(error) => outcome = Err(error),
            }
        });
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_kept_and_ends_the_writing() {
        let source = |sink: &mut dyn FnMut(&str, &[u8])| {
            for key in ["a", "b", "c"] {
                sink(key, format!("{{\"key\":\"{key}\"}}").as_bytes());
            }
        };
        let shield = Shield::default();
        let rows = Rows::new(&source, &shield);
        let mut seen = 0;
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let outcome = rows.each(|_| {
            seen += 1;
            if seen == 2 { Err(full().into()) } else { Ok(()) }
        });
        assert!(
            matches!(outcome, Err(Error::Write(error)) if error.kind() == std::io::ErrorKind::StorageFull)
        );
        assert_eq!(seen, 2);
        assert_eq!(rows.each(|_| Ok(())).unwrap(), 3);
        assert_eq!(
            rows.only(&|line| line.ends_with(b"\"b\"}"))
                .each(|_| Ok(()))
                .unwrap(),
            1
        );
    }
}
