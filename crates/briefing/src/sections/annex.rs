//! The annex: every entry that the report shows, by its position, with the hash that anybody can check it by.

use armistice_report::Timestamp;
use serde::Serialize;

use crate::reading::Reading;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Annexed {
    /// Its position in the log.
    pub index: u64,
    /// Its RFC 6962 leaf hash, in hex.
    pub hash: String,
    /// Its type.
    pub event_type: &'static str,
    /// The producer that published it.
    pub producer: String,
    /// The ledger's receiving time.
    pub received: Timestamp,
}

pub(crate) fn section(reading: &Reading<'_, '_>) -> Vec<Annexed> {
    reading
        .used
        .iter()
        .map(|(index, used)| Annexed {
            index: *index,
            hash: used.hash.clone(),
            event_type: used.event_type,
            producer: used.producer.clone(),
            received: used.received,
        })
        .collect()
}
