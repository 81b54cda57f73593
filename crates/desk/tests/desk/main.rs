//! Tests of the desk against logs that are folded as a ledger's are.

mod documents;
mod log;
mod properties;
