//! Words and what they resolve to.

#![expect(clippy::unwrap_used, reason = "a test fails where its words do")]

mod page;
mod properties;
mod quantities;
mod times;
