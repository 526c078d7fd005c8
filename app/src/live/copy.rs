//! Copies a reference. Without scripts the button is not seen: the reference can be selected. Its place is kept, so
//! that nothing moves when the page is taken over.

#![expect(missing_docs, reason = "the island macro makes a struct for the browser without words of its own")]

use leptos::prelude::*;

/// A button that copies a text.
#[island]
pub fn CopyButton(
    /// What is copied.
    text: String,
    /// The button's word.
    label: String,
    /// The word once it is done.
    done: String,
    /// Where the icon is.
    icon: String,
) -> impl IntoView {
    let ready = RwSignal::new(false);
    let word = RwSignal::new(label);
    // After the page is taken over: until then the attribute is what the server wrote.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| ready.set(true));
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        {
            if let Some(window) = web_sys::window() {
                let _ = window.navigator().clipboard().write_text(&text);
            }
            word.set(done.clone());
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (&text, &done, word);
    };
    view! {
        <button r#type="button" class="button button--sm" class:is-waiting=move || !ready.get() on:click=copy>
            <svg class="icon" aria-hidden="true"><use href=icon></use></svg>
            <span>{move || word.get()}</span>
        </button>
    }
}
