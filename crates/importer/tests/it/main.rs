//! Files as they come, from outside: real ones, odd ones and hostile ones.

#![expect(clippy::unwrap_used, reason = "a test fails where its file does")]

mod acled;
mod files;
mod ged;
mod hostile;
mod page;
mod sample;
mod tally;
