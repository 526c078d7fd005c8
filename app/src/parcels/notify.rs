//! Lets the browser show what a customer wants to be told, while a page of theirs is open somewhere behind others. Without
//! scripts, or where the browser has no such thing, there is no button.

#![expect(missing_docs, reason = "the island macro makes a struct for the browser without words of its own")]

use leptos::prelude::*;

/// The button that asks the browser, and what stands there once it agrees.
#[island]
pub fn BrowserNotices(
    /// "Also by this browser".
    label: String,
    /// "This browser shows them too".
    done: String,
) -> impl IntoView {
    // Nothing is known before the browser is asked.
    let state = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    browser::look(state);
    let ask = move |_| {
        #[cfg(feature = "hydrate")]
        browser::ask(state);
    };
    view! {
        <button type="button" class="button button--quiet" hidden=move || state.get() != "default" on:click=ask>{label}</button>
        <span class="hint" role="status" hidden=move || state.get() != "granted">{done}</span>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Function, Promise, Reflect};
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast as _, JsValue};
    use wasm_bindgen_futures::{JsFuture, spawn_local};

    /// `Notification`, where the browser has it.
    fn notification() -> Option<JsValue> {
        Reflect::get(&js_sys::global(), &"Notification".into()).ok().filter(|found| !found.is_undefined())
    }

    /// `default`, `granted` or `denied`; nothing where there are none.
    fn permission() -> String {
        notification()
            .and_then(|found| Reflect::get(&found, &"permission".into()).ok()?.as_string())
            .unwrap_or_default()
    }

    /// Looks, once the island is there: until then it stands as the server wrote it.
    pub(super) fn look(state: RwSignal<String>) {
        spawn_local(async move { state.set(permission()) });
    }

    /// Asks, at a click: a browser refuses to be asked otherwise.
    pub(super) fn ask(state: RwSignal<String>) {
        let asked = notification().and_then(|found| {
            let ask: Function = Reflect::get(&found, &"requestPermission".into()).ok()?.dyn_into().ok()?;
            ask.call0(&found).ok()?.dyn_into::<Promise>().ok()
        });
        let Some(asked) = asked else { return };
        spawn_local(async move {
            let _ = JsFuture::from(asked).await;
            state.set(permission());
        });
    }
}
