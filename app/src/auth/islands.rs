//! The interactive bits of signing in: a warning in time before the session ends, and the button for a passkey.

#![expect(missing_docs, reason = "the island macro makes a struct for the browser without words of its own")]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The words of the warning.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionWords {
    /// "Still there?"
    pub title: String,
    /// "For your safety we sign you out in"
    pub text: String,
    /// "Stay signed in"
    pub stay: String,
    /// "Sign out"
    pub leave: String,
}

/// Watches the end of the session. `ends_at` in milliseconds since 1970.
#[island]
pub fn SessionWatch(
    /// When it ends if nobody does anything more.
    ends_at: i64,
    /// How long before that the customer is warned.
    warning_seconds: i64,
    /// What is said.
    words: SessionWords,
) -> impl IntoView {
    let left = RwSignal::new(i64::MAX);
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    #[cfg(feature = "hydrate")]
    let stay = watch::start(ends_at, warning_seconds, left, dialog);
    #[cfg(not(feature = "hydrate"))]
    let stay = {
        let _ = (ends_at, warning_seconds);
        |_: leptos::ev::MouseEvent| {}
    };
    let clock = move || match left.get() {
        i64::MAX => String::new(),
        seconds => format!("{}:{:02}", seconds / 60, seconds % 60),
    };
    view! {
        <dialog class="dialog" node_ref=dialog role="alertdialog" aria-labelledby="session-title">
            <div class="stack">
                <h2 id="session-title" class="h1">{words.title}</h2>
                <p class="muted">{words.text}</p>
                <span class="figure figure--md num" role="timer">{clock}</span>
                <div class="cluster">
                    <button r#type="button" class="button button--primary" on:click=stay>{words.stay}</button>
                    <form method="post" action="/api/sign-out"><button class="button">{words.leave}</button></form>
                </div>
            </div>
        </dialog>
    }
}

/// Makes the page's passkey button work, which the server has written: see `pages::passkey::button`. It has nothing to show.
#[island]
pub fn Passkey() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::ceremony::start();
}

#[cfg(feature = "hydrate")]
mod watch {
    use leptos::{ev::MouseEvent, html::Dialog, prelude::*};
    use std::{cell::Cell, rc::Rc};
    use wasm_bindgen::{JsCast as _, closure::Closure};
    use wasm_bindgen_futures::{JsFuture, spawn_local};

    /// Looks once a second; opens the dialog in time, and leaves when the time is over.
    pub(super) fn start(
        ends_at: i64,
        warning_seconds: i64,
        left: RwSignal<i64>,
        dialog: NodeRef<Dialog>,
    ) -> impl Fn(MouseEvent) + 'static {
        // By the page's own clock, counted from when it was rendered: the two clocks need not agree.
        let rendered_left = ends_at - server_now().unwrap_or_else(now);
        let end = Rc::new(Cell::new(now() + rendered_left));
        let tick = {
            let end = end.clone();
            move || {
                let seconds = (end.get() - now()) / 1_000;
                if seconds <= 0 {
                    if let Some(window) = web_sys::window() {
                        let _ = window.location().replace("/sign-in?ended=1");
                    }
                } else if seconds <= warning_seconds {
                    left.set(seconds);
                    if let Some(dialog) = dialog.get_untracked()
                        && !dialog.open()
                    {
                        let _ = dialog.show_modal();
                    }
                }
            }
        };
        if let Some(window) = web_sys::window() {
            let tick = Closure::<dyn FnMut()>::new(tick);
            let _ = window.set_interval_with_callback_and_timeout_and_arguments_0(tick.as_ref().unchecked_ref(), 1_000);
            tick.forget();
        }
        move |_| {
            let end = end.clone();
            spawn_local(async move {
                if let Some(seconds) = stay().await {
                    end.set(now() + seconds * 1_000);
                    if let Some(dialog) = dialog.get_untracked() {
                        dialog.close();
                    }
                }
            });
        }
    }

    fn now() -> i64 {
        js_sys::Date::now() as i64
    }

    /// When the server rendered the page.
    fn server_now() -> Option<i64> {
        web_sys::window()?.document()?.document_element()?.get_attribute("data-now")?.parse().ok()
    }

    /// Says that somebody is there. Gives back the seconds that are left.
    async fn stay() -> Option<i64> {
        let window = web_sys::window()?;
        let init = web_sys::RequestInit::new();
        init.set_method("POST");
        let response: web_sys::Response =
            JsFuture::from(window.fetch_with_str_and_init("/api/stay", &init)).await.ok()?.dyn_into().ok()?;
        if !response.ok() {
            let _ = window.location().replace("/sign-in?ended=1");
            return None;
        }
        JsFuture::from(response.text().ok()?).await.ok()?.as_string()?.trim().parse().ok()
    }
}
