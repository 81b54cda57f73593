//! The keys of an outbox, version 1. One redb file.
//!
//! | table | key | value | lifetime |
//! |---|---|---|---|
//! | `state` | name: `format`, `producer`, `ceasefire`, `ledger` | text | written once |
//! | `state` | `counter` | `confirmed`: whoever opened it said where the counter stands | until a note moves it that nobody here checked |
//! | `counter` | nothing | next position, last `producerseq`, SHA-256 of the last note | always the newest |
//! | `notes` | position | the signed note, verbatim | until it is refused (then in `refused`), or its receipt forgotten |
//! | `pending` | position | SHA-256 of the note, report id | until its outcome |
//! | `ids` | report id | position | as the note |
//! | `receipts` | position | report id, entry index, leaf hash, the tlog-proof | until there are more than `kept_max` |
//! | `refused` | position | report id, refusal as JSON, the signed note | until there are more than `kept_max` |
//!
//! A position is the place in this outbox's own order, from 1, and is never used twice. It is not the producer's counter:
//! notes that were signed elsewhere bring a number of their own.

use redb::TableDefinition;

/// The version of this table of tables.
pub(crate) const FORMAT: &str = "armistice/outbox/v1";

pub(crate) const STATE: TableDefinition<'_, &str, &str> = TableDefinition::new("state");
/// The mark in `state` of a counter that the ledger or its producer confirmed, and its value.
pub(crate) const CONFIRMED: (&str, &str) = ("counter", "confirmed");
pub(crate) const COUNTER: TableDefinition<'_, (), (u64, u64, Option<[u8; 32]>)> =
    TableDefinition::new("counter");
pub(crate) const NOTES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("notes");
pub(crate) const PENDING: TableDefinition<'_, u64, ([u8; 32], &str)> = TableDefinition::new("pending");
pub(crate) const IDS: TableDefinition<'_, &str, u64> = TableDefinition::new("ids");
/// Report id, entry index, leaf hash, text.
pub(crate) type KeptReceipt = (&'static str, u64, [u8; 32], &'static str);
pub(crate) const RECEIPTS: TableDefinition<'_, u64, KeptReceipt> = TableDefinition::new("receipts");
/// Report id, refusal, note.
pub(crate) type KeptRefusal = (&'static str, &'static str, &'static [u8]);
pub(crate) const REFUSED: TableDefinition<'_, u64, KeptRefusal> = TableDefinition::new("refused");
