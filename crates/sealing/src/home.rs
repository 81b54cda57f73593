//! Where a sealed field belongs: the associated data of its cipher text and the name of its key file.
//!
//! ```text
//! armistice/sealed/v1
//! ledger.example/karabakh
//! newsdesk
//! r-4
//! data.provenance.asserted_by.speaker
//! ```
//! Five lines, each with its line feed. None of the parts can hold a control character, so that no two homes read alike.

use armistice_report::{Origin, ReportId, SourceName};
use armistice_tlog::Hash;

use crate::field::Field;

/// The one field of the one report that a value is sealed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home<'a> {
    /// The ledger's origin.
    pub ledger: &'a Origin,
    /// The producer that publishes the report.
    pub source: &'a SourceName,
    /// The report's id, unique within the producer's.
    pub report: &'a ReportId,
    /// The field.
    pub field: &'a Field,
}

impl Home<'_> {
    /// The bytes that the cipher text is bound to.
    pub fn bytes(&self) -> Vec<u8> {
        let Self {
            ledger,
            source,
            report,
            field,
        } = self;
        format!("armistice/sealed/v1\n{ledger}\n{source}\n{report}\n{field}\n").into_bytes()
    }

    /// The name of its key file: whoever knows the report knows which file its key is in, and the name tells nothing else.
    pub fn file_name(&self) -> String {
        format!("{}.sealed-key", Hash::sha256(&self.bytes()))
    }
}
