//! Says at once when a tracking number is mistyped. Without scripts the form says it when it is sent.

#![expect(missing_docs, reason = "the island macro makes a struct for the browser without words of its own")]

use leptos::prelude::*;

/// What is wrong with the number in a field, while it is typed. The server knows the rules and the reader's language.
#[island]
pub fn NumberCheck(
    /// The id of the field.
    field: String,
) -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    watch::start(&field, said);
    #[cfg(not(feature = "hydrate"))]
    let _ = field;
    view! { <span class="error" aria-live="polite" hidden=move || said.get().is_empty()>{move || said.get()}</span> }
}

#[cfg(feature = "hydrate")]
mod watch {
    use leptos::prelude::*;
    use std::{cell::Cell, rc::Rc};
    use wasm_bindgen::{JsCast as _, closure::Closure};
    use wasm_bindgen_futures::{JsFuture, spawn_local};
    use web_sys::{HtmlInputElement, Window};

    /// Shorter than any number: nothing to say yet.
    const SHORT: usize = 9;

    /// Asks with every change of the field.
    pub(super) fn start(field: &str, said: RwSignal<String>) {
        let Some(window) = web_sys::window() else { return };
        let input = window.document().and_then(|document| document.get_element_by_id(field));
        let Some(input) = input.and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) else { return };
        let latest = Rc::new(Cell::new(0_u32));
        let typed = input.clone();
        let look = move || {
            let (window, input, latest) = (window.clone(), typed.clone(), latest.clone());
            let turn = latest.get().wrapping_add(1);
            latest.set(turn);
            spawn_local(async move {
                let text = input.value();
                let words = if text.len() < SHORT { String::new() } else { ask(&window, &text).await };
                // An answer to what is no longer there says nothing.
                if latest.get() == turn {
                    let _ = if words.is_empty() {
                        input.remove_attribute("aria-invalid")
                    } else {
                        input.set_attribute("aria-invalid", "true")
                    };
                    said.set(words);
                }
            });
        };
        // What was typed before the page was taken over is looked at too.
        look();
        let changed = Closure::<dyn FnMut()>::new(look);
        let _ = input.add_event_listener_with_callback("input", changed.as_ref().unchecked_ref());
        changed.forget();
    }

    async fn ask(window: &Window, text: &str) -> String {
        let number = String::from(js_sys::encode_uri_component(text));
        let answer = JsFuture::from(window.fetch_with_str(&format!("/track/check?number={number}"))).await;
        let Some(answer) = answer.ok().and_then(|answer| answer.dyn_into::<web_sys::Response>().ok()) else {
            return String::new();
        };
        let Ok(body) = answer.text() else { return String::new() };
        JsFuture::from(body).await.ok().and_then(|text| text.as_string()).filter(|_| answer.ok()).unwrap_or_default()
    }
}
