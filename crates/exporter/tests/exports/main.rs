//! Exports from the outside.
