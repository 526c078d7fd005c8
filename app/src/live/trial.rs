//! A form that shows what would come of it while somebody is still at it: what it holds is sent to a page that changes nothing,
//! and the answer put below. Without scripts its button does the same.

#![expect(missing_docs, reason = "the island macro makes a struct for the browser without words of its own")]

use leptos::prelude::*;

/// Tries the form with the id `form` at `url`; what comes back goes into the element with the id `trial`.
#[island]
pub fn Trial(
    /// The page that tries.
    url: String,
    /// The id of the form.
    form: String,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::start(url, &form);
    #[cfg(not(feature = "hydrate"))]
    let _ = (url, form);
}

#[cfg(feature = "hydrate")]
mod browser {
    use crate::live::client::{fetch_text, later};
    use std::{cell::Cell, rc::Rc};
    use wasm_bindgen::{JsCast as _, closure::Closure};
    use wasm_bindgen_futures::spawn_local;
    use web_sys::{FormData, RequestInit};

    /// Nothing is sent until the keys have rested for so long.
    const REST_MILLIS: i32 = 250;

    pub fn start(url: String, form: &str) {
        let Some(window) = web_sys::window() else { return };
        let Some(form) = window.document().and_then(|document| document.get_element_by_id(form)) else { return };
        let (last, held) = (Rc::new(Cell::new(0)), form.clone());
        let look = move || {
            let (window, form, url, last, now) =
                (window.clone(), held.clone(), url.clone(), last.clone(), last.get() + 1);
            last.set(now);
            later(&window.clone(), REST_MILLIS, move || {
                if last.get() != now {
                    return;
                }
                spawn_local(async move {
                    let init = RequestInit::new();
                    init.set_method("POST");
                    if let Ok(data) = FormData::new_with_form(form.unchecked_ref()) {
                        init.set_body(&data);
                    }
                    let answer = fetch_text(&window, &url, &init).await;
                    // An answer that was overtaken is let go.
                    if let Some(answer) = answer.filter(|_| last.get() == now)
                        && let Some(place) = window.document().and_then(|document| document.get_element_by_id("trial"))
                    {
                        place.set_inner_html(&answer);
                    }
                });
            });
        };
        // What was typed before the page was taken over is tried too.
        look();
        let changed = Closure::<dyn FnMut()>::new(look);
        let _ = form.add_event_listener_with_callback("input", changed.as_ref().unchecked_ref());
        changed.forget();
    }
}
