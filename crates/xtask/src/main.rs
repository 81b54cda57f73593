//! Developer's tasks.
fn main() {}
