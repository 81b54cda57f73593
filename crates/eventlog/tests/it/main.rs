//! The store over real directories, as its users and its disks treat it.

mod faults;
mod kill;
mod log;
mod refused;
mod support;
