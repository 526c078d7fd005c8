//! A passkey ceremony in the browser: a challenge from the server, the authenticator's answer back to it. The browser turns
//! both from and into JSON itself (Web Authentication level 3, section 5.1.9 and 5.1.10).

use super::islands::PasskeyAct;
use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Headers, HtmlInputElement, RequestInit, Response};

/// Makes the button ready where the browser has passkeys, and asks for one when it is pressed.
pub(super) fn start(
    act: PasskeyAct,
    next: String,
    purpose: String,
    state: RwSignal<i8>,
) -> impl Fn(MouseEvent) + 'static {
    if parser(act).is_some() {
        state.set(0);
    }
    move |_| {
        let (next, purpose) = (next.clone(), purpose.clone());
        state.set(1);
        spawn_local(async move {
            if run(act, next, purpose).await.is_none() {
                state.set(2);
            }
        });
    }
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

fn call(this: &JsValue, name: &str, argument: &JsValue) -> Option<JsValue> {
    get(this, name)?.dyn_into::<Function>().ok()?.call1(this, argument).ok()
}

/// What reads a challenge, when the browser has it.
fn parser(act: PasskeyAct) -> Option<(JsValue, &'static str)> {
    let class = get(&web_sys::window()?, "PublicKeyCredential")?;
    let name = if act == PasskeyAct::Add { "parseCreationOptionsFromJSON" } else { "parseRequestOptionsFromJSON" };
    get(&class, name)?;
    Some((class, name))
}

async fn run(act: PasskeyAct, next: String, purpose: String) -> Option<()> {
    let path = match act {
        PasskeyAct::SignIn => "/api/passkey/",
        PasskeyAct::Add => "/api/passkey/add/",
        PasskeyAct::Prove => "/api/passkey/prove/",
    };
    let window = web_sys::window()?;
    let challenge = post(&format!("{path}begin"), &Object::new()).await?;
    if let Some(next) = get(&challenge, "next") {
        return window.location().assign(&next.as_string()?).ok();
    }
    let (class, parse) = parser(act)?;
    let options = call(&class, parse, &get(&get(&challenge, "options")?, "publicKey")?)?;
    let wrapped = Object::new();
    set(&wrapped, "publicKey", &options);
    let credentials = get(&window.navigator(), "credentials")?;
    let verb = if act == PasskeyAct::Add { "create" } else { "get" };
    let promise: Promise = call(&credentials, verb, &wrapped)?.dyn_into().ok()?;
    let credential = JsFuture::from(promise).await.ok()?;
    let answer = Object::new();
    set(&answer, "ceremony", &get(&challenge, "ceremony")?);
    set(&answer, "answer", &call(&credential, "toJSON", &JsValue::UNDEFINED)?);
    set(&answer, "next", &next.into());
    set(&answer, "purpose", &purpose.into());
    if let Some(name) = window.document()?.get_element_by_id("passkey-name") {
        set(&answer, "name", &name.dyn_into::<HtmlInputElement>().ok()?.value().into());
    }
    let outcome = post(&format!("{path}finish"), &answer).await?;
    if let Some(codes) = get(&outcome, "codes") {
        return show_codes(&codes, &get(&outcome, "next")?.as_string()?);
    }
    window.location().assign(&get(&outcome, "next")?.as_string()?).ok()
}

/// The recovery codes, in the place that the page has for them. They are nowhere else.
fn show_codes(codes: &JsValue, next: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let place = document.get_element_by_id("passkey-codes")?;
    let list = place.query_selector(".codes").ok()??;
    for code in js_sys::Array::from(codes) {
        let item = document.create_element("li").ok()?;
        item.set_text_content(code.as_string().as_deref());
        list.append_child(&item).ok()?;
    }
    document.get_element_by_id("codes-next")?.set_attribute("href", next).ok()?;
    place.remove_attribute("hidden").ok()?;
    place.scroll_into_view();
    Some(())
}

async fn post(path: &str, body: &Object) -> Option<JsValue> {
    let headers = Headers::new().ok()?;
    headers.set("content-type", "application/json").ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JSON::stringify(body).ok()?);
    let response = web_sys::window()?.fetch_with_str_and_init(path, &init);
    let response: Response = JsFuture::from(response).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.json().ok()?).await.ok()
}
