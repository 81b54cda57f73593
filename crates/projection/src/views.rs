//! One file per view. Each says on top what it counts, in which unit, and shows a row.

pub(crate) mod allegations;
pub(crate) mod casualties;
pub(crate) mod incidents;
pub(crate) mod statements;
