//! The portal as a whole, in one process: the real router over a real database, asked as a browser asks.

mod matrix;
mod pages;
mod portal;
