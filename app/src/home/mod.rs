//! The public home page: the counter, and the way in.

pub mod pages;
