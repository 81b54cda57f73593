//! The ledger: admit, append, sign, receipt.
