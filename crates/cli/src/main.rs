//! The `armistice` command.
fn main() {}
