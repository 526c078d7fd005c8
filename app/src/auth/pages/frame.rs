//! The frame of every page before somebody is in: the band with the arches, a heading, one thing to do.

use crate::{
    ui::{self, alert, icon, logo},
    web::Visitor,
};
use axum::response::Response;
use leptos::prelude::*;

/// A page of the frame.
pub(super) fn frame<V: IntoView + 'static>(visitor: &Visitor, title: &str, body: impl FnOnce() -> V) -> Response {
    let w = visitor.words();
    let host = visitor.institution.host.clone();
    let heading = title.to_owned();
    ui::page(visitor, title, ui::Live::Not, || {
        view! {
            <div class="auth">
                <header class="band">
                    {logo(&visitor.institution, "/")}
                    <div class="stack only-wide">
                        <p class="display">{w.get("welcome-back")}</p>
                        <ul class="stack gap-2 muted">
                            <li class="cluster nowrap">{icon(visitor, "lock")}
                                <span>{w.get("you-are-at")}" "<b>{host}</b></span></li>
                            <li class="cluster nowrap">{icon(visitor, "shield-check")}{w.get("never-by-phone")}</li>
                        </ul>
                    </div>
                    <div class="arches only-wide" aria-hidden="true">
                        <span class="arch">{icon(visitor, "package")}</span>
                        <span class="arch">{icon(visitor, "key-round")}</span>
                        <span class="arch">{icon(visitor, "landmark")}</span>
                    </div>
                </header>
                <main id="content">
                    <div class="narrow stack gap-5">
                        <div class="cluster between"><h1>{heading}</h1>{ui::language_menu(visitor)}</div>
                        {body()}
                    </div>
                </main>
            </div>
        }
    })
}

/// What was wrong, above the form that it is about.
pub(super) fn fault(visitor: &Visitor, text: Option<String>) -> impl IntoView + use<> {
    text.map(|text| view! { <div id="fault">{alert(visitor, Some("critical"), "circle-alert", text)}</div> })
}

/// `aria-invalid` and `aria-describedby` of a field behind a [`fault`].
pub(super) fn marks(there: bool) -> (Option<&'static str>, Option<&'static str>) {
    (there.then_some("true"), there.then_some("fault"))
}

/// A password field. Paste and managers are welcome.
pub(super) fn password_field(
    label: String,
    hint: Option<String>,
    autocomplete: &'static str,
    invalid: bool,
) -> impl IntoView + use<> {
    let (wrong, described) = marks(invalid);
    view! {
        <div class="field"><label for="password">{label}</label>
            <input class="input" id="password" name="password" r#type="password" required maxlength="1024"
                autocomplete=autocomplete aria-invalid=wrong aria-describedby=described/>
            {hint.map(|hint| view! { <p class="hint">{hint}</p> })}</div>
    }
}

/// A field for a code that was sent, shown by an app, or printed.
pub(super) fn code_field(name: &'static str, label: String, digits: bool, invalid: bool) -> impl IntoView + use<> {
    let (wrong, described) = marks(invalid);
    let (class, mode, most) =
        if digits { ("input input--code num", "numeric", "7") } else { ("input num", "text", "40") };
    view! {
        <div class="field"><label for=name>{label}</label>
            <input class=class id=name name=name inputmode=mode maxlength=most autocomplete="one-time-code" required
                autocapitalize="characters" spellcheck="false" aria-invalid=wrong aria-describedby=described/></div>
    }
}
