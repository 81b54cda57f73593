//! The fold from the outside: the scenario's numbers, small histories per view, and random histories.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it says"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "JSON written in place reads better than a reference to it"
)]

mod fields;
mod histories;
mod live;
mod log;
mod pages;
mod redacted;
mod scenario;
mod small;
mod snapshots;
