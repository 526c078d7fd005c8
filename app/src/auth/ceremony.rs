//! A passkey ceremony in the browser: a challenge from the server, the authenticator's answer back to it. The browser turns
//! both from and into JSON itself (Web Authentication level 3, sections 5.1.9 and 5.1.10).
//!
//! The button is the server's; what it is for stands in its attributes. Everything goes through `Reflect`: the few calls of a
//! ceremony are not worth the weight of their types.

use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, Element};

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Makes the button ready where the browser has passkeys, and asks for one when it is pressed.
pub(super) fn start() {
    let Some(button) = document().and_then(|document| document.get_element_by_id("passkey")) else { return };
    if parser(&button).is_none() {
        return;
    }
    show("passkey-missing", false);
    let _ = button.remove_attribute("disabled");
    let pressed = button.clone();
    let press = Closure::<dyn Fn()>::new(move || {
        let _ = pressed.set_attribute("disabled", "");
        show("passkey-failed", false);
        let button = pressed.clone();
        spawn_local(async move {
            if run(&button).await.is_none() {
                show("passkey-failed", true);
            }
            let _ = button.remove_attribute("disabled");
        });
    });
    let _ = button.add_event_listener_with_callback("click", press.as_ref().unchecked_ref());
    press.forget();
}

fn show(id: &str, there: bool) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        let _ = element.toggle_attribute_with_force("hidden", !there);
    }
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

fn call(this: &JsValue, name: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let list = Array::new();
    for argument in arguments {
        list.push(argument);
    }
    get(this, name)?.dyn_into::<Function>().ok()?.apply(this, &list).ok()
}

async fn wait(promise: JsValue) -> Option<JsValue> {
    JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()
}

fn object(fields: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn window() -> Option<JsValue> {
    web_sys::window().map(JsValue::from)
}

fn attribute(button: &Element, name: &str) -> JsValue {
    button.get_attribute(name).unwrap_or_default().into()
}

fn adds(button: &Element) -> bool {
    button.has_attribute("data-adds")
}

/// What reads a challenge, when the browser has it.
fn parser(button: &Element) -> Option<(JsValue, &'static str)> {
    let class = get(&window()?, "PublicKeyCredential")?;
    let name = if adds(button) { "parseCreationOptionsFromJSON" } else { "parseRequestOptionsFromJSON" };
    get(&class, name)?;
    Some((class, name))
}

fn go(next: &JsValue) -> Option<()> {
    web_sys::window()?.location().assign(&next.as_string()?).ok()
}

async fn run(button: &Element) -> Option<()> {
    let challenge = post(&attribute(button, "data-begin"), &object(&[])).await?;
    if let Some(next) = get(&challenge, "next") {
        return go(&next);
    }
    let (class, parse) = parser(button)?;
    let options = call(&class, parse, &[&get(&get(&challenge, "options")?, "publicKey")?])?;
    let credentials = get(&get(&window()?, "navigator")?, "credentials")?;
    let verb = if adds(button) { "create" } else { "get" };
    let credential = wait(call(&credentials, verb, &[&object(&[("publicKey", &options)])])?).await?;
    let name = document()?.get_element_by_id("passkey-name").and_then(|field| get(&field, "value"));
    let answer = object(&[
        ("ceremony", &get(&challenge, "ceremony")?),
        ("answer", &call(&credential, "toJSON", &[])?),
        ("next", &attribute(button, "data-next")),
        ("purpose", &attribute(button, "data-purpose")),
        ("name", &name.unwrap_or_else(|| "".into())),
    ]);
    let outcome = post(&attribute(button, "data-finish"), &answer).await?;
    match get(&outcome, "codes") {
        Some(codes) => show_codes(&codes, &get(&outcome, "next")?.as_string()?),
        None => go(&get(&outcome, "next")?),
    }
}

/// The recovery codes, in the place that the page has for them. They are nowhere else.
fn show_codes(codes: &JsValue, next: &str) -> Option<()> {
    let document = document()?;
    let list = document.query_selector("#passkey-codes .codes").ok()??;
    for code in Array::from(codes) {
        let item = document.create_element("li").ok()?;
        item.set_text_content(code.as_string().as_deref());
        list.append_child(&item).ok()?;
    }
    document.get_element_by_id("codes-next")?.set_attribute("href", next).ok()?;
    show("passkey-codes", true);
    list.scroll_into_view();
    Some(())
}

async fn post(path: &JsValue, body: &JsValue) -> Option<JsValue> {
    let headers = object(&[("content-type", &"application/json".into())]);
    let body = JSON::stringify(body).ok()?;
    let init = object(&[("method", &"POST".into()), ("headers", &headers), ("body", body.as_ref())]);
    let response = wait(call(&window()?, "fetch", &[path, &init])?).await?;
    get(&response, "ok")?.is_truthy().then_some(())?;
    wait(call(&response, "json", &[])?).await
}
