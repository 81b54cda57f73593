//! Words and what they resolve to.

mod page;
mod properties;
mod quantities;
mod times;
