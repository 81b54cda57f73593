//! The fold from the outside: the scenario's numbers, small histories per view, and random histories.

mod histories;
mod log;
mod scenario;
mod small;
mod snapshots;
