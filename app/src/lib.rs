//! Everything a domain is, one folder per domain: what its screens show, its islands, its actions, its pages, its store and
//! its feed.
//!
//! Data flows one way: a back office's document is read by a domain's `feed`, which writes rows and events in one
//! transaction; `store` reads rows for a scope; `pages` turns them into HTML on the server; `islands` are the only code that
//! runs in a browser. Without the `ssr` feature only islands, models and the stubs of actions are left.

pub mod accounts;
pub mod auth;
pub mod claims;
pub mod live;
pub mod parcels;
pub mod portfolio;

#[cfg(feature = "ssr")]
pub mod activity;
#[cfg(feature = "ssr")]
pub mod admin;
#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
pub mod house;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod overview;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
pub mod ui;
#[cfg(feature = "ssr")]
pub mod web;
#[cfg(feature = "ssr")]
pub mod whence;
#[cfg(feature = "ssr")]
pub mod words;

/// The domains, by the names of their folders. A test holds them to a stylesheet and texts of their own.
pub const DOMAINS: [&str; 12] = [
    "accounts",
    "activity",
    "admin",
    "auth",
    "claims",
    "home",
    "house",
    "mail",
    "overview",
    "parcels",
    "people",
    "portfolio",
];

#[cfg(test)]
mod tests {
    use super::DOMAINS;
    use std::path::Path;

    #[test]
    fn every_domain_has_its_folder_and_its_stylesheet() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for domain in DOMAINS {
            assert!(root.join("src").join(domain).join("mod.rs").is_file(), "app/src/{domain}/mod.rs is missing");
            let sheet = root.join("../style/domains").join(format!("{domain}.css"));
            assert!(sheet.is_file(), "style/domains/{domain}.css is missing");
            let main = std::fs::read_to_string(root.join("../style/main.css")).unwrap();
            assert!(main.contains(&format!("domains/{domain}.css")), "style/main.css does not import {domain}");
        }
    }

    #[test]
    fn every_folder_with_pages_of_its_own_is_a_domain() {
        for item in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap().flatten() {
            let name = item.file_name().to_string_lossy().into_owned();
            if item.path().join("pages.rs").is_file() {
                assert!(DOMAINS.contains(&name.as_str()), "{name} is not in DOMAINS");
            }
        }
    }
}
