//! The SDK of those who report: sign, keep, publish, and hold a receipt.
