//! A key, and the file that holds it beside what it is for.
//!
//! ```text
//! armistice/sealed-key/v1
//! ledger ledger.example/karabakh
//! source newsdesk
//! report r-4
//! field data.provenance.asserted_by.speaker
//! key BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=
//! ```

use std::fmt;

use armistice_report::{Origin, ReportId, SourceName};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::{Zeroize, Zeroizing};

use crate::{error::Error, field::Field, home::Home};

/// The key of one field: 32 random bytes. Overwritten in memory when it is dropped; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// Takes 32 bytes, which have to come from the system's randomness.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What a key file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    /// The ledger's origin.
    pub ledger: Origin,
    /// The producer.
    pub source: SourceName,
    /// The report's id.
    pub report: ReportId,
    /// The field.
    pub field: Field,
    /// Its key.
    pub key: Key,
}

impl KeyFile {
    /// What the key is for.
    pub fn home(&self) -> Home<'_> {
        Home {
            ledger: &self.ledger,
            source: &self.source,
            report: &self.report,
            field: &self.field,
        }
    }

    /// The file's text.
    pub fn to_text(&self) -> Zeroizing<String> {
        let Self {
            ledger,
            source,
            report,
            field,
            key,
        } = self;
        let key = Zeroizing::new(STANDARD.encode(key.bytes()));
        Zeroizing::new(format!(
            "armistice/sealed-key/v1\nledger {ledger}\nsource {source}\nreport {report}\nfield {field}\nkey {}\n",
            *key
        ))
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`Error::KeyFile`] with the first line that is wrong; nothing of the text is repeated.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut lines = text.split('\n').enumerate();
        let mut next = |expected: &'static str, name: &str| {
            let (at, line) = lines.next().unwrap_or((0, ""));
            let wrong = Error::KeyFile {
                line: at + 1,
                expected,
            };
            match line.strip_prefix(name) {
                Some(rest) => Ok((rest, wrong)),
                None => Err(wrong),
            }
        };
        let (rest, wrong) = next("armistice/sealed-key/v1", "armistice/sealed-key/v1")?;
        if !rest.is_empty() {
            return Err(wrong);
        }
        let (ledger, wrong) = next("ledger ORIGIN", "ledger ")?;
        let ledger = Origin::new(ledger).map_err(|_| wrong)?;
        let (source, wrong) = next("source PRODUCER", "source ")?;
        let source = source.parse().map_err(|_| wrong)?;
        let (report, wrong) = next("report ID", "report ")?;
        let report = ReportId::new(report).map_err(|_| wrong)?;
        let (field, wrong) = next("field PATH", "field ")?;
        let field = Field::new(field).map_err(|_| wrong)?;
        let (key, wrong) = next("key BASE64", "key ")?;
        let bytes = Zeroizing::new(STANDARD.decode(key).unwrap_or_default());
        let key = bytes.as_slice().try_into().map(Key).map_err(|_| wrong)?;
        let end = lines.next().is_some_and(|(_, line)| line.is_empty()) && lines.next().is_none();
        if !end {
            return Err(Error::KeyFile {
                line: 7,
                expected: "the end of the file after a line feed",
            });
        }
        Ok(Self {
            ledger,
            source,
            report,
            field,
            key,
        })
    }
}
