//! Exports from the outside: what is in them, and what must not be.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it says"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "JSON written in place reads better than a reference to it"
)]

mod log;
mod redacted;
mod shapes;
mod tables;
mod withheld;
