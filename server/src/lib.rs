//! The portal as a program: what is put together, served and run from the command line.

pub mod commands;
pub mod demo;
pub mod http;
pub mod simulate;
