//! The lamp of a page: says whether what is shown is live, and starts the client that makes it so.

#![expect(missing_docs, reason = "the island macro makes a struct for the browser without words of its own")]

use leptos::prelude::*;

/// The live lamp, with the words of each state. Without scripts it says nothing, for then nothing is live.
#[island]
pub fn LiveLamp(
    /// "Live".
    live: String,
    /// "Reconnecting".
    delayed: String,
    /// "You are offline".
    offline: String,
    /// `{n} s ago`.
    seconds: String,
    /// `{n} min ago`.
    minutes: String,
) -> impl IntoView {
    // On the server the lamp is out; the client lights it.
    let state = RwSignal::new("waiting");
    #[cfg(feature = "hydrate")]
    super::client::start(state, super::client::Ages { seconds, minutes });
    #[cfg(not(feature = "hydrate"))]
    let _ = (seconds, minutes);
    let words = move || match state.get() {
        "live" => live.clone(),
        "delayed" => delayed.clone(),
        "offline" => offline.clone(),
        // Not seen yet; the words keep its place, so that nothing moves when it is lit.
        _ => live.clone(),
    };
    view! {
        <span class="live" role="status" class:is-waiting=move || state.get() == "waiting"
            data-state=move || Some(state.get()).filter(|state| !matches!(*state, "live" | "waiting"))>{words}</span>
    }
}
