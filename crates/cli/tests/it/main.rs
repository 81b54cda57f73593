//! The real binary, from outside: what it prints, where, and how it ends.

mod audit;
mod demo;
mod desk;
mod general;
mod readme;
mod submit;
mod view;
