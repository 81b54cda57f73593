//! Sealed fields: a value leaves the report, its cipher text and a salted commitment take its place, its key stays outside the log.
//!
//! ```
//! use armistice_report::{Origin, ReportId, SourceName};
//! use armistice_sealing::{Field, Home, Key, seal, unseal};
//!
//! let ledger = Origin::new("ledger.example/karabakh")?;
//! let source: SourceName = "newsdesk".parse()?;
//! let report = ReportId::new("r-4")?;
//! let field = Field::new("data.provenance.asserted_by.speaker")?;
//! let home = Home { ledger: &ledger, source: &source, report: &report, field: &field };
//!
//! // The randomness is the caller's; a program takes it from the system.
//! let key = Key::new([7; 32]);
//! let sealed = seal(&key, &home, &"A. Person".into())?;
//! assert_eq!(unseal(&key, &home, &sealed)?, "A. Person");
//!
//! // Without the key, or in the place of another field or report, it does not open.
//! assert!(unseal(&Key::new([8; 32]), &home, &sealed).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! Format: `docs/formats/sealed-v1.md`. Whoever destroys every copy of the key has made the value unreadable for ever, and no byte
//! of the log has changed: the audit passes before and after.
//!
//! What is not here: files, randomness, who may hold a key, and any way to take back a key that was given away.

mod cipher;
mod error;
mod field;
mod home;
mod key;

pub use cipher::{VALUE_BYTES_MAX, seal, unseal};
pub use error::Error;
pub use field::Field;
pub use home::Home;
pub use key::{Key, KeyFile};
