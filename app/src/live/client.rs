//! The browser's end of the live stream.
//!
//! One stream serves all tabs of a browser: whichever holds the lock reads it and tells the others. Each tab keeps its own
//! cursor, begins where its page was rendered, and asks once for what it missed; so nothing is lost and nothing done twice,
//! whoever holds the lock and however often it changes hands.
//!
//! The server renders what the pages show that follow the stream. The tab that reads it says which pages those are with
//! everything that it tells; a tab whose page is not among them says so, and asks for itself what was told without it. The
//! stream is then opened anew, for that page too.
//!
//! A page that needs no sign-in has a stream of its own, which it holds only while somebody looks at it: a browser has few
//! connections to a host, and a stream tells by itself what has become of the parcel meanwhile.

use js_sys::{Array, Function, JSON, Promise, Reflect};
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, Document, Element, EventSource, MessageEvent, Window};

/// The words for ages, with `{n}` where the number goes.
pub struct Ages {
    pub seconds: String,
    pub minutes: String,
}

/// How long a new row is marked as new.
const NEW_MILLIS: i32 = 60_000;
/// How long a price shows which way it has gone.
const TICK_MILLIS: i32 = 1_600;
/// How long somebody is given who leaves the page by themselves.
const GRACE_MILLIS: i32 = 200;
/// How long the lamp stays lit after the stream has broken.
const PATIENCE_MILLIS: i32 = 10_000;

struct Client {
    window: Window,
    document: Document,
    cursor: Cell<i64>,
    /// What kind of page this is.
    page: String,
    /// The pages that the stream is read for, and the stream, in the tab that reads it.
    pages: RefCell<String>,
    source: RefCell<Option<EventSource>>,
    state: RwSignal<&'static str>,
    channel: Option<BroadcastChannel>,
    /// The page's own stream, where it has one.
    own: Option<String>,
    broken: Cell<u32>,
    /// Counts price ticks, so that the end of one does not end the next.
    ticks: Cell<u32>,
}

/// Starts the client; once for a page.
pub fn start(state: RwSignal<&'static str>, ages: Ages) {
    let Some(window) = web_sys::window() else { return };
    let Some(document) = window.document() else { return };
    keep_ages(&window, &document, ages);
    let Some(root) = document.document_element() else { return };
    let own = root.get_attribute("data-live-url");
    let cursor = root.get_attribute("data-live-cursor").and_then(|text| text.parse().ok());
    let Some(cursor) = cursor.or(own.as_ref().map(|_| 0)) else { return };
    let name = root.get_attribute("data-live-channel").unwrap_or_default();
    let page = root.get_attribute("data-live-page").unwrap_or_default();
    let channel = if own.is_some() { None } else { BroadcastChannel::new(&format!("guichet-{name}")).ok() };
    let client = Rc::new(Client {
        window,
        document,
        cursor: Cell::new(cursor),
        pages: RefCell::new(page.clone()),
        page,
        source: RefCell::new(None),
        state,
        channel,
        own,
        broken: Cell::new(0),
        ticks: Cell::new(0),
    });
    client.hear_tabs();
    client.watch_network();
    if client.own.is_some() {
        client.lead_while_seen();
        return;
    }
    let leader = client.clone();
    let lead = Closure::once_into_js(move |_: JsValue| {
        leader.lead();
        // Held until the tab is gone.
        Promise::new(&mut |_, _| {})
    });
    // The followers hear the leader; what was said before they listened they ask for themselves.
    client.ask_to_follow();
    hold_lock(&client.window, &format!("guichet-{name}"), &lead);
    spawn_local(async move { client.catch_up().await });
}

/// Calls back when this tab holds the lock; at once where browsers have no locks.
fn hold_lock(window: &Window, name: &str, held: &JsValue) {
    let locks = Reflect::get(&window.navigator(), &"locks".into()).ok().filter(|locks| !locks.is_undefined());
    let request =
        locks.as_ref().and_then(|locks| Reflect::get(locks, &"request".into()).ok()?.dyn_into::<Function>().ok());
    match (locks, request) {
        (Some(locks), Some(request)) => drop(request.call2(&locks, &name.into(), held)),
        _ => drop(held.unchecked_ref::<Function>().call1(&JsValue::NULL, &JsValue::NULL)),
    }
}

/// A field of a message. The browser's own reader of JSON is there already.
fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn text(object: &JsValue, name: &str) -> String {
    field(object, name).as_string().unwrap_or_default()
}

impl Client {
    /// Applies an event if it is the next one. False when there is a gap before it.
    fn apply(&self, event: &JsValue) -> bool {
        let (cursor, seq) = (self.cursor.get(), field(event, "seq").as_f64().map_or(0, |seq| seq as i64));
        if seq <= cursor {
            return true;
        }
        if seq > cursor + 1 {
            return false;
        }
        self.cursor.set(seq);
        self.state.set("live");
        for op in Array::from(&field(event, "ops")).iter() {
            self.perform(&op);
        }
        true
    }

    /// Does what [`guichet_types::live::Op`] says.
    fn perform(&self, op: &JsValue) {
        let all = |name: &str, key: &str, act: &dyn Fn(&Element)| {
            if let Ok(found) = self.document.query_selector_all(&format!("[{name}=\"{key}\"]")) {
                for index in 0..found.length() {
                    if let Some(element) = found.get(index).and_then(|node| node.dyn_into().ok()) {
                        act(&element);
                    }
                }
            }
        };
        match text(op, "op").as_str() {
            "text" => all("data-live", &text(op, "key"), &|element| element.set_text_content(Some(&text(op, "text")))),
            "quote" => all("data-live", &text(op, "key"), &|element| {
                element.set_text_content(Some(&text(op, "text")));
                self.tick(element, &text(op, "dir"));
            }),
            "html" => all("data-live", &text(op, "key"), &|element| {
                // What is open stays open.
                let open = element.query_selector("details[open]").ok().flatten().is_some();
                element.set_inner_html(&text(op, "html"));
                if open && let Ok(Some(details)) = element.query_selector("details") {
                    let _ = details.set_attribute("open", "");
                }
                if let Ok(Some(row)) = element.query_selector(".is-new") {
                    self.grow_old(row);
                }
            }),
            "row" => all("data-live-list", &text(op, "list"), &|element| {
                self.put_row(element, &text(op, "group"), &text(op, "heading"), &text(op, "id"), &text(op, "html"));
            }),
            "notify" => self.notify(&text(op, "text")),
            _ => {
                if let Some(region) = self.document.get_element_by_id("announce") {
                    region.set_text_content(Some(&text(op, "text")));
                }
            }
        }
    }

    /// Shows a notice of the browser's, if the customer has allowed it and looks at something else. Tabs that say the same
    /// say it once.
    fn notify(&self, words: &str) {
        let notification = field(&self.window, "Notification");
        if !self.document.hidden() || field(&notification, "permission").as_string().as_deref() != Some("granted") {
            return;
        }
        let options = js_sys::Object::new();
        let _ = Reflect::set(&options, &"tag".into(), &words.into());
        let _ = Reflect::construct(notification.unchecked_ref::<Function>(), &Array::of2(&words.into(), &options));
    }

    /// Shows for a moment which way a price has gone.
    fn tick(&self, element: &Element, dir: &str) {
        if dir.is_empty() {
            return;
        }
        let tick = self.ticks.get().wrapping_add(1);
        self.ticks.set(tick);
        let _ = element.set_attribute("data-dir", dir);
        let _ = element.set_attribute("data-tick", &tick.to_string());
        let element = element.clone();
        self.later(TICK_MILLIS, move || {
            if element.get_attribute("data-tick").as_deref() == Some(&tick.to_string()) {
                let _ = element.remove_attribute("data-dir");
                let _ = element.remove_attribute("data-tick");
            }
        });
    }

    /// Puts a row under the heading of its group, which comes first where the list does not have it.
    fn put_row(&self, list: &Element, group: &str, heading: &str, id: &str, html: &str) {
        if let Some(old) = self.document.get_element_by_id(id) {
            old.remove();
        }
        let headings = list.query_selector_all("[data-group]").ok();
        let headings = (0..headings.as_ref().map_or(0, web_sys::NodeList::length))
            .filter_map(|index| headings.as_ref()?.get(index)?.dyn_into::<Element>().ok());
        let mut place = None;
        let mut next = None;
        for element in headings {
            let here = element.get_attribute("data-group").unwrap_or_default();
            if here == group {
                place = Some(element);
                break;
            }
            // Days go back in time, behind what is pending.
            if next.is_none() && here != "pending" && here.as_str() < group {
                next = Some(element);
            }
        }
        let result = match (place, next) {
            (Some(place), _) => place.insert_adjacent_html("afterend", html),
            (None, Some(next)) => next.insert_adjacent_html("beforebegin", &format!("{heading}{html}")),
            (None, None) => list.insert_adjacent_html("beforeend", &format!("{heading}{html}")),
        };
        if result.is_ok()
            && let Some(row) = self.document.get_element_by_id(id)
        {
            self.grow_old(row);
        }
    }

    /// What is new is so for a while.
    fn grow_old(&self, row: Element) {
        self.later(NEW_MILLIS, move || {
            let _ = row.class_list().remove_1("is-new");
            if let Ok(Some(badge)) = row.query_selector("[data-tone=lamp]") {
                badge.remove();
            }
        });
    }

    fn later(&self, millis: i32, act: impl FnOnce() + 'static) {
        later(&self.window, millis, act);
    }

    /// Hears what the tab with the stream tells, and there, which pages want to follow it.
    fn hear_tabs(self: &Rc<Self>) {
        let Some(channel) = &self.channel else { return };
        let client = self.clone();
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let Some(text) = message.data().as_string() else { return };
            if let Some(page) = text.strip_prefix('+') {
                return client.let_follow(page);
            }
            let Some((pages, text)) = text.split_once('\n') else { return };
            if matches!(text, "reset" | "bye") {
                return client.reload();
            }
            let followed = pages.split(',').any(|page| page == client.page);
            if !followed {
                client.ask_to_follow();
            }
            match text {
                "live" | "delayed" => client.state.set(if text == "live" { "live" } else { "delayed" }),
                _ if followed => client.take(text),
                // Prices come again; an event was told without what this page shows of it.
                _ if text.starts_with("{\"quotes\"") => {}
                _ => client.catch_up_soon(),
            }
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
    }

    /// Tells the other tabs, for which pages it is.
    fn tell_tabs(&self, text: &str) {
        self.post(&format!("{}\n{text}", self.pages.borrow()));
    }

    /// Says to the tab with the stream which page this is.
    fn ask_to_follow(&self) {
        self.post(&format!("+{}", self.page));
    }

    fn post(&self, text: &str) {
        if let Some(channel) = &self.channel {
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    }

    /// Another tab shows this page: the stream is read for it too from now on.
    fn let_follow(self: &Rc<Self>, page: &str) {
        let Some(source) = self.source.borrow().clone() else { return };
        if self.pages.borrow().split(',').any(|known| known == page) {
            return;
        }
        self.pages.borrow_mut().push_str(&format!(",{page}"));
        source.close();
        self.lead();
    }

    fn catch_up_soon(self: &Rc<Self>) {
        let client = self.clone();
        spawn_local(async move { client.catch_up().await });
    }

    fn take(self: &Rc<Self>, text: &str) {
        let Ok(event) = JSON::parse(text) else { return };
        // Prices have no number: they are done as they come, and the cursor stays.
        let quotes = field(&event, "quotes");
        if Array::is_array(&quotes) {
            Array::from(&quotes).iter().for_each(|op| self.perform(&op));
            return;
        }
        if !self.apply(&event) {
            self.catch_up_soon();
        }
    }

    /// Asks once for everything behind the cursor.
    async fn catch_up(self: &Rc<Self>) {
        if self.own.is_some() {
            return;
        }
        let url = format!("/live?once=1&after={}&page={}", self.cursor.get(), self.page);
        let Some(text) = fetch_text(&self.window, &url, &web_sys::RequestInit::new()).await else { return };
        for line in text.lines() {
            match line.strip_prefix("data: ") {
                Some("reset") => return self.reload(),
                Some(data) => {
                    if let Ok(event) = JSON::parse(data) {
                        self.apply(&event);
                    }
                }
                None => {}
            }
        }
        self.state.set("live");
    }

    /// Reads the page's own stream whenever the page can be seen.
    fn lead_while_seen(self: &Rc<Self>) {
        let client = self.clone();
        let turned = Closure::<dyn FnMut()>::new(move || {
            if let Some(source) = client.source.take() {
                source.close();
            }
            if !client.document.hidden() {
                client.lead();
            }
        });
        let _ = self.document.add_event_listener_with_callback("visibilitychange", turned.as_ref().unchecked_ref());
        let _ = turned.as_ref().unchecked_ref::<Function>().call0(&JsValue::NULL);
        turned.forget();
    }

    /// Reads the stream for this tab and the others, for as long as the page lives.
    fn lead(self: &Rc<Self>) {
        let url = match &self.own {
            Some(own) => own.clone(),
            None => format!("/live?after={}&page={}", self.cursor.get(), self.pages.borrow()),
        };
        let Ok(source) = EventSource::new(&url) else { return };
        self.source.replace(Some(source.clone()));
        for name in ["message", "quote", "hello", "reset", "bye"] {
            let client = self.clone();
            let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
                client.broken.set(client.broken.get() + 1);
                match name {
                    "hello" => {
                        client.state.set("live");
                        client.tell_tabs("live");
                    }
                    "message" | "quote" => {
                        let data = message.data().as_string().unwrap_or_default();
                        client.tell_tabs(&data);
                        client.take(&data);
                    }
                    over => {
                        client.tell_tabs(over);
                        client.reload();
                    }
                }
            });
            let _ = source.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
            heard.forget();
        }
        let (client, stream) = (self.clone(), source.clone());
        let failed = Closure::<dyn FnMut()>::new(move || {
            client.broke();
            // The browser tries again by itself, with the last number it heard, unless it has given the stream up.
            if stream.ready_state() == EventSource::CLOSED {
                let again = client.clone();
                // Not all at once after a restart: the clock's last digits are as good as chance.
                let jitter = i32::try_from(js_sys::Date::now() as i64 % 2_000).unwrap_or(0);
                // What anybody may open is opened less often.
                let pause = if client.own.is_some() { 10_000 } else { 2_000 };
                client.later(pause + jitter, move || again.lead_again());
            }
        });
        source.set_onerror(Some(failed.as_ref().unchecked_ref()));
        failed.forget();
    }

    /// Reads the stream again, unless that has been done or nobody looks.
    fn lead_again(self: &Rc<Self>) {
        // Another tab's page may have opened it meanwhile; a stream of the page's own was shut when nobody looked.
        let shut = |source: &EventSource| source.ready_state() == EventSource::CLOSED;
        if self.source.borrow().as_ref().map_or(self.own.is_none(), shut) {
            self.lead();
        }
    }

    /// The stream broke: the lamp goes out if it is not mended soon.
    fn broke(self: &Rc<Self>) {
        let (client, at) = (self.clone(), self.broken.get() + 1);
        self.broken.set(at);
        self.later(PATIENCE_MILLIS, move || {
            if client.broken.get() == at {
                client.state.set(if client.window.navigator().on_line() { "delayed" } else { "offline" });
                client.tell_tabs("delayed");
            }
        });
    }

    /// What this page knows is too old, or the session is over: the page is read again, and the server says what is due.
    /// Not at once: whoever is on their way already, as by signing out, is not turned round.
    fn reload(&self) {
        let back = self.document.document_element().and_then(|root| root.get_attribute("data-live-back"));
        let location = self.window.location();
        self.later(GRACE_MILLIS, move || {
            let _ = back.map_or_else(|| location.reload(), |back| location.replace(&back));
        });
    }

    fn watch_network(self: &Rc<Self>) {
        for (name, state) in [("online", "delayed"), ("offline", "offline")] {
            let client = self.clone();
            let changed = Closure::<dyn FnMut()>::new(move || client.state.set(state));
            let _ = self.window.add_event_listener_with_callback(name, changed.as_ref().unchecked_ref());
            changed.forget();
        }
        // A page from the back-forward cache asks what it missed.
        let client = self.clone();
        let shown = Closure::<dyn FnMut()>::new(move || {
            client.catch_up_soon();
        });
        let _ = self.window.add_event_listener_with_callback("pageshow", shown.as_ref().unchecked_ref());
        shown.forget();
    }
}

/// Does something in a while.
pub fn later(window: &Window, millis: i32, act: impl FnOnce() + 'static) {
    let act = Closure::once_into_js(act);
    let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(act.unchecked_ref(), millis);
}

/// Fetches a text of our own.
pub async fn fetch_text(window: &Window, url: &str, init: &web_sys::RequestInit) -> Option<String> {
    let response = JsFuture::from(window.fetch_with_str_and_init(url, init)).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// Keeps "2 s ago" true, once a second, in one place.
fn keep_ages(window: &Window, document: &Document, ages: Ages) {
    let document = document.clone();
    let tick = Closure::<dyn FnMut()>::new(move || {
        let Ok(found) = document.query_selector_all("[data-age]") else { return };
        for index in 0..found.length() {
            let Some(element) = found.get(index).and_then(|node| node.dyn_into::<Element>().ok()) else { continue };
            let Some(at) = element.get_attribute("data-age").and_then(|text| text.parse::<i64>().ok()) else {
                continue;
            };
            let seconds = (js_sys::Date::now() as i64 - at).max(0) / 1_000;
            let words = match seconds {
                0..60 => ages.seconds.replace("{n}", &seconds.to_string()),
                60..3_600 => ages.minutes.replace("{n}", &(seconds / 60).to_string()),
                _ => continue,
            };
            if element.text_content().as_deref() != Some(&words) {
                element.set_text_content(Some(&words));
            }
        }
    });
    let _ = window.set_interval_with_callback_and_timeout_and_arguments_0(tick.as_ref().unchecked_ref(), 1_000);
    tick.forget();
}
