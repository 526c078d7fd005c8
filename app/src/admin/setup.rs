//! `/setup`: the first start, in a browser. Opened by a code that the server prints while nobody of the institution can sign in:
//! whoever reads the machine's log sets the portal up, and nobody else.
//!
//! Three steps: the code; name, brand, modules and languages; the first administrator, who gets an activation code and goes on
//! as everybody does, with an address, a password and a second factor. Then the door is shut for good, and the set-up goes on
//! behind the first sign-in ([`super::start`]).

use super::{
    parts::said,
    settings::{PRESETS, begin_from},
};
use crate::{
    house::{Module, store},
    ui::{self, icon, public_page},
    web::{Access, Fields, Problem, Reason, Routes, Services, Visitor, cookie, redirect_to},
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use guichet_platform::{
    db::{Db, DbError},
    identity::until_days,
    random::Random,
    scope::operator,
    staff::{Invitation, NewPerson, nobody_yet},
};
use guichet_types::Locale;
use http::{HeaderMap, HeaderValue, header};
use leptos::prelude::*;
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, Mutex, PoisonError};

/// Who has typed the code.
const COOKIE: &str = "__Host-guichet-setup";
/// Wrong codes after which the door is shut until the next start.
const TRIES: u32 = 10;
/// Letters of the code: sixteen of 31 are 79 bits.
const LETTERS: usize = 16;

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/setup", Access::Public, get(begin))
        .post("/setup/open", Access::Public, post(open))
        .get("/setup/house", Access::Public, get(house))
        .post("/setup/house/save", Access::Public, post(save_house))
        .get("/setup/person", Access::Public, get(person))
        .post("/setup/person/save", Access::Public, post(save_person))
}

/// The door of the set-up. Cheap to clone; shut unless it was made open.
#[derive(Clone, Debug, Default)]
pub struct Door(Arc<Mutex<State_>>);

#[derive(Debug, Default)]
struct State_ {
    /// The hash of the code, while the door can be opened.
    code: Option<[u8; 32]>,
    /// The hash of the token of whoever has opened it.
    token: Option<[u8; 32]>,
    wrong: u32,
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

fn letters(random: &dyn Random, count: usize) -> String {
    const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let mut code = String::new();
    while code.len() < count {
        let mut byte = [0];
        random.fill(&mut byte);
        // Drawn again where it would make some letters likelier than others.
        if usize::from(byte[0]) < 248 {
            code.push(char::from(ALPHABET[usize::from(byte[0]) % 31]));
        }
    }
    code
}

impl Door {
    /// An open door, and the code to it, in groups of four.
    #[must_use]
    pub fn open(random: &dyn Random) -> (Self, String) {
        let code = letters(random, LETTERS);
        let door = Self(Arc::new(Mutex::new(State_ { code: Some(hash(&code)), ..State_::default() })));
        let groups: Vec<_> = code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        (door, groups.join("-"))
    }

    fn with<T>(&self, act: impl FnOnce(&mut State_) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_there(&self) -> bool {
        self.with(|state| state.code.is_some())
    }

    /// The token for whoever has the code; of two the later one counts.
    fn enter(&self, code: &str, random: &dyn Random) -> Option<String> {
        let token = letters(random, 40);
        self.with(|state| {
            if state.code != Some(hash(&plain(code))) {
                state.wrong += 1;
                if state.wrong >= TRIES {
                    *state = State_::default();
                }
                return None;
            }
            state.token = Some(hash(&token));
            Some(token)
        })
    }

    /// Whether this browser came in with the code, and nobody of the institution has an access yet: whoever was let in from a
    /// terminal meanwhile finds the door shut.
    async fn is_open(&self, db: &Db, headers: &HeaderMap) -> Result<bool, DbError> {
        if !self.knows(headers) {
            return Ok(false);
        }
        let nobody = nobody_yet(db).await?;
        if !nobody {
            self.shut();
        }
        Ok(nobody)
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let token = cookie(headers, COOKIE).map(hash);
        self.with(|state| token.is_some() && state.code.is_some() && state.token == token)
    }

    fn shut(&self) {
        self.with(|state| *state = State_::default());
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct SetupQuery {
    said: Option<String>,
}

fn nothing(visitor: &Visitor) -> Problem {
    Problem::new(Reason::NotFound, visitor)
}

/// A page of the set-up, with where in it one is.
fn frame<V: IntoView + 'static>(visitor: &Visitor, step: usize, body: impl FnOnce() -> V) -> Response {
    let w = visitor.words();
    let title = w.get("setup-title");
    let steps = stepper(visitor, step);
    public_page(visitor, &title.clone(), ui::Live::Not, || {
        view! {
            <div class="wrap section narrow stack gap-5"><h1>{title}</h1>{steps}{body()}</div>
        }
    })
}

/// The steps of the set-up; those from the fourth on are at the desk, behind the first sign-in ([`super::start`]).
pub(super) fn stepper(visitor: &Visitor, step: usize) -> impl IntoView + use<> {
    let w = visitor.words();
    let names = [
        w.get("setup-step-code"),
        w.get("setup-step-house"),
        w.get("setup-step-person"),
        w.get("setup-step-source"),
        w.get("setup-step-file"),
        w.get("setup-step-look"),
    ];
    let steps = names.into_iter().enumerate().map(|(index, name)| {
        let state = match index.cmp(&step) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => "current",
            std::cmp::Ordering::Greater => "todo",
        };
        view! { <li data-state=state aria-current=(index == step).then_some("step")><b>{name}</b></li> }
    });
    let steps = steps.collect_view();
    view! { <ol class="stepper">{steps}</ol> }
}

async fn begin(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query<SetupQuery>,
) -> Result<Response, Problem> {
    if !services.setup.is_there() {
        return Err(nothing(&visitor));
    }
    if services.setup.is_open(&services.db, &headers).await? {
        return Ok(redirect_to("/setup/house"));
    }
    let w = visitor.words();
    Ok(frame(&visitor, 0, || {
        view! {
            {said(&visitor, query.said.as_deref(), &[("wrong", "setup-wrong", false)])}
            <p class="lede">{w.get("setup-welcome")}</p>
            <form class="panel" method="post" action="/setup/open"><div class="panel__body stack">
                <div class="field"><label for="code">{w.get("setup-code")}</label>
                    <input class="input num" id="code" name="code" required maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false"/>
                    <p class="hint">{w.get("setup-code-hint")}</p></div>
                <button class="button button--primary">{w.get("continue")}</button></div></form>
        }
    }))
}

async fn open(State(services): State<Services>, visitor: Visitor, fields: Fields) -> Result<Response, Problem> {
    if !services.setup.is_there() {
        return Err(nothing(&visitor));
    }
    let Some(token) = services.setup.enter(fields.get("code"), &*services.random) else {
        tracing::warn!("A wrong code was typed at the set-up");
        return Ok(redirect_to("/setup?said=wrong"));
    };
    let mut response = redirect_to("/setup/house");
    let text = format!("{COOKIE}={token}; Path=/; Secure; SameSite=Strict; Max-Age=3600; HttpOnly");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

async fn house(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query<SetupQuery>,
) -> Result<Response, Problem> {
    if !services.setup.is_open(&services.db, &headers).await? {
        return Err(nothing(&visitor));
    }
    let w = visitor.words();
    let now = services.house.now();
    let languages = Locale::ALL.map(|locale| {
        let on = now.languages.contains(&locale);
        view! { <label class="check"><input r#type="checkbox" name="language" value=locale.tag() checked=on/>
        <span lang=locale.tag()>{locale.own_name()}</span></label> }
    });
    let modules = Module::ALL.map(|module| {
        let (glyph, name) = match module {
            Module::Accounts => ("landmark", w.get("nav-accounts")),
            Module::Portfolio => ("chart-line", w.get("nav-portfolio")),
            Module::Parcels => ("package", w.get("nav-parcels")),
            Module::Claims => ("umbrella", w.get("nav-claims")),
        };
        let id = format!("module-{}", module.word());
        view! { <div class="item"><span class="glyph" aria-hidden="true">{icon(&visitor, glyph)}</span>
            <label class="item__body" for=id.clone()><b>{name}</b></label>
            <input class="switch" r#type="checkbox" role="switch" id=id name="module" value=module.word() checked=now.modules.has(module)/></div> }
    });
    let presets = PRESETS.map(|(word, ..)| {
        let name = match word {
            "petrol" => w.get("house-petrol"),
            "plum" => w.get("house-plum"),
            "signal" => w.get("house-signal"),
            _ => w.get("house-forest"),
        };
        view! { <label><input r#type="radio" name="preset" value=word checked=word == "petrol"/>{name}</label> }
    });
    Ok(frame(&visitor, 1, || {
        view! {
            {said(&visitor, query.said.as_deref(), &[("faults", "house-said-faults", false)])}
            <form class="stack" method="post" action="/setup/house/save">
                <section class="panel"><div class="panel__body stack">
                    <div class="field"><label for="name">{w.get("house-name")}</label>
                        <input class="input" id="name" name="name" required maxlength="40" value=now.name.clone()/></div>
                    <div class="field"><label for="tagline">{w.get("house-tagline")}</label>
                        <input class="input" id="tagline" name="tagline" maxlength="90"/></div>
                    <fieldset class="field"><legend class="label">{w.get("house-languages")}</legend><div class="cluster">{languages}</div></fieldset>
                    <fieldset class="field"><legend class="label">{w.get("house-start-from")}</legend><div class="segmented">{presets}</div></fieldset>
                    <p class="hint">{w.get("setup-later")}</p></div></section>
                <section class="panel" aria-labelledby="mo"><div class="panel__head"><h2 id="mo">{w.get("house-modules")}</h2></div>
                    <div class="list">{modules}</div></section>
                <button class="button button--primary">{w.get("continue")}</button></form>
        }
    }))
}

async fn save_house(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    if !services.setup.is_open(&services.db, &headers).await? {
        return Err(nothing(&visitor));
    }
    let mut settings = services.house.ground().plain();
    settings.name = fields.get("name").trim().to_owned();
    settings.tagline = fields.get("tagline").trim().to_owned();
    settings.languages =
        Locale::ALL.into_iter().filter(|locale| fields.all("language").any(|tag| tag == locale.tag())).collect();
    for module in Module::ALL {
        let on = fields.all("module").any(|word| word == module.word());
        settings.modules = settings.modules.with(module, on);
    }
    begin_from(&mut settings, fields.get("preset"));
    match store::publish_at_once(&services.db, &settings, "", visitor.now).await {
        Ok(_) => {
            services.house.look(&services.db).await?;
            Ok(redirect_to("/setup/person"))
        }
        Err(store::PublishError::Db(error)) => Err(error.into()),
        Err(_) => Ok(redirect_to("/setup/house?said=faults")),
    }
}

async fn person(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query<SetupQuery>,
) -> Result<Response, Problem> {
    if !services.setup.is_open(&services.db, &headers).await? {
        return Err(nothing(&visitor));
    }
    let w = visitor.words();
    Ok(frame(&visitor, 2, || {
        view! {
            {said(&visitor, query.said.as_deref(), &[("form", "people-said-form", false)])}
            <form class="panel" method="post" action="/setup/person/save"><div class="panel__body stack">
                <div class="field"><label for="name">{w.get("setup-your-name")}</label>
                    <input class="input" id="name" name="name" required maxlength="80" autocomplete="name"/></div>
                <p class="hint">{w.get("setup-person-hint")}</p>
                <button class="button button--primary">{w.get("setup-finish")}</button></div></form>
        }
    }))
}

async fn save_person(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    if !services.setup.is_open(&services.db, &headers).await? {
        return Err(nothing(&visitor));
    }
    let person =
        NewPerson { name: fields.get("name").to_owned(), role: "administrator".to_owned(), title: String::new() };
    let made = services.identity.invite_first(&operator(), person).await;
    let Some(invitation) = made.map_err(|error| Problem::of_identity(error, &visitor))? else {
        return Ok(redirect_to("/setup/person?said=form"));
    };
    services.setup.shut();
    Ok(done(&visitor, &invitation))
}

/// The code for the first administrator, shown once, and the way on.
fn done(visitor: &Visitor, invitation: &Invitation) -> Response {
    let w = visitor.words();
    let (number, code) = (invitation.number.clone(), invitation.activation.code.clone());
    let days = w.with("setup-days", &[("days", &until_days().to_string())]);
    frame(visitor, 3, || {
        view! {
            <section class="panel panel--tint" role="status"><div class="panel__body stack">
                <h2>{w.get("setup-done")}</h2><p>{w.get("setup-done-text")}</p>
                <dl class="kv"><div><dt>{w.get("people-number")}</dt><dd class="ref">{number}</dd></div>
                    <div><dt>{w.get("people-code-word")}</dt><dd class="ref">{code}</dd></div></dl>
                <p class="hint">{days}</p>
                <div class="cluster"><a class="button button--primary" href="/activate">{w.get("setup-activate")}</a></div>
            </div></section>
            <section class="panel"><div class="panel__body stack gap-2"><h2>{w.get("setup-next")}</h2><ol>
                <li>{w.get("setup-next-source")}</li><li>{w.get("setup-next-file")}</li><li>{w.get("setup-next-look")}</li></ol></div></section>
        }
    })
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_platform::random::SeededRandom;

    fn with(token: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, format!("{COOKIE}={token}").parse().unwrap());
        headers
    }

    #[test]
    fn the_door_opens_for_the_code_alone_and_shuts_for_good() {
        let random = SeededRandom::new(7);
        let (door, code) = Door::open(&random);
        assert_eq!(code.len(), 19);
        assert!(door.enter("AAAA-BBBB-CCCC-DDDD", &random).is_none());
        let token = door.enter(&code.to_lowercase().replace('-', " "), &random).unwrap();
        assert!(door.knows(&with(&token)) && !door.knows(&with("x")) && !door.knows(&HeaderMap::new()));
        door.shut();
        assert!(!door.knows(&with(&token)) && !door.is_there());
        assert!(door.enter(&code, &random).is_none());
        assert!(!Door::default().is_there());
    }

    #[test]
    fn guessing_shuts_the_door() {
        let random = SeededRandom::new(7);
        let (door, code) = Door::open(&random);
        for _ in 0..TRIES {
            assert!(door.enter("wrong", &random).is_none());
        }
        assert!(door.enter(&code, &random).is_none());
    }
}
