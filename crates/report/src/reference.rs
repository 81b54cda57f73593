//! The reference pages, made from the types.
