//! The overview: everything that a customer has, on one page. Blocks follow what there is.

pub mod everything;
pub mod pages;
