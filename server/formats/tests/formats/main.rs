//! The readers and writers against real files, hostile files and made ones.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on should stop, and say where")]

mod anything;
mod hostile;
mod insurance_anything;
mod insurance_forms;
mod insurance_hostile;
mod insurance_samples;
mod made;
mod samples;
mod shapes;
mod written;
