//! One file per view. Each says on top what it counts, in which unit, and shows a row.

pub(crate) mod allegations;
pub(crate) mod casualties;
pub(crate) mod contacts;
pub(crate) mod control;
pub(crate) mod findings;
pub(crate) mod frame;
pub(crate) mod incidents;
pub(crate) mod observations;
pub(crate) mod peacekeeping;
pub(crate) mod producers;
pub(crate) mod statements;
pub(crate) mod tallies;
