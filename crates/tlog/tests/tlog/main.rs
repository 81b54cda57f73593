//! The formats against the specifications' examples, published signatures and second implementations.

mod golden;
mod lenient;
mod oracles;
