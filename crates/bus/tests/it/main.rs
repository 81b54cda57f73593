//! The bus against real servers, one for each test.

mod access;
mod cluster;
mod follow;
mod intake;
mod leaf;
mod permissions;
mod publish;
mod query;
mod streams;
mod support;
