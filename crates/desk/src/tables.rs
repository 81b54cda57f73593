//! The tables, one file each. Every file reads the fields that it needs of views' rows and adds its own rows to the desk.

pub(crate) mod casualties;
pub(crate) mod complaints;
pub(crate) mod contested;
pub(crate) mod control;
pub(crate) mod effort;
pub(crate) mod independence;
pub(crate) mod queue;
pub(crate) mod reports;
pub(crate) mod strength;
pub(crate) mod violations;

mod claim;
