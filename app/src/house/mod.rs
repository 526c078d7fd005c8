//! What the institution has made of its portal: name, brand, modules, texts and notices, as releases.
//!
//! A release is one text, [`Settings`], that is never changed; the latest holds. Every node follows the latest within a
//! second, and so does every open page. A way back is a new release with an old text. What nobody has set is as the portal
//! comes, with the name and the languages of the configuration file.

pub mod colour;
pub mod css;
pub mod follow;
pub mod logo;
pub mod pages;
pub mod settings;
pub mod store;

pub use follow::House;
pub use settings::{Brand, Face, Module, Modules, Notice, Settings, Tone};
