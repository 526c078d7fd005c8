//! The WebAssembly entry. It links the islands of `guichet-app`, hydrates them and starts the live client.

// Without this line no island is linked, and the loader finds nothing to hydrate.
use guichet_app as _;

/// Called once by the page's loader.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
