//! The readers and writers against real files, hostile files and made ones.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on should stop, and say where")]

mod anything;
mod bank_csv;
mod bank_csv_anything;
mod corpus;
mod hostile;
mod insurance_anything;
mod insurance_forms;
mod insurance_hostile;
mod insurance_samples;
mod made;
mod parcel_anything;
mod parcel_hostile;
mod parcel_made;
mod parcel_own;
mod parcel_samples;
mod samples;
mod securities_anything;
mod securities_hostile;
mod securities_made;
mod securities_samples;
mod securities_zip;
mod shapes;
mod written;
