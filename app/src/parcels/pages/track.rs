//! The look-up for anybody. The number alone tells a word, a day and a country; the number with the recipient's postcode the
//! journey. Before the postcode is right, nothing in an answer depends on it: not the body, the status, or the work done.

use super::{badge, share::public_parcel, status_word, watch};
use crate::{
    parcels::{
        check::NumberCheck,
        store::{self, Coarse, Look},
        when::Local,
    },
    ui::{Live, alert, icon, live_lamp, public_page},
    web::{Problem, Reason, Services, Visitor, network_of, redirect_to},
    words::{Figures, Words},
};
use axum::{
    Form,
    extract::{
        Path, Query, State,
        rejection::{FormRejection, PathRejection, QueryRejection},
    },
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures::FutureExt as _;
use guichet_platform::{alarm::Sign, audit::Detail, db::DbError, scope::PublicScope};
use guichet_types::{TrackingError, TrackingNumber};
use leptos::prelude::*;

/// What the form sends.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct TrackForm {
    pub number: String,
    pub postcode: String,
}

/// Why there is no parcel to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No number.
    Empty,
    /// Not a number at all.
    Syntax,
    /// The check digit does not fit: mistyped.
    Mistyped,
    /// Number and postcode are of no parcel together: the same words for whichever is wrong.
    NoMatch,
    /// Too many look-ups.
    TooMany,
}

impl Fault {
    /// What is wrong with a number before anything is looked up. A shape that nobody knows may still be a number.
    pub(super) const fn of(error: TrackingError) -> Option<Self> {
        match error {
            TrackingError::Empty => Some(Self::Empty),
            TrackingError::Syntax => Some(Self::Syntax),
            TrackingError::CheckDigit { .. } => Some(Self::Mistyped),
            TrackingError::UnknownShape | TrackingError::UnknownCountry => None,
        }
    }

    pub(super) fn words(self, w: Words) -> String {
        match self {
            Self::Empty => w.get("parcels-number-empty"),
            Self::Syntax => w.get("parcels-number-syntax"),
            Self::Mistyped => w.get("parcels-number-mistyped"),
            Self::NoMatch => w.get("parcels-no-match"),
            Self::TooMany => w.get("parcels-too-many"),
        }
    }
}

/// A number as it is stored.
pub(super) fn key(text: &str) -> String {
    TrackingNumber::parse(text).map_or_else(|_| TrackingNumber::normalise(text), |number| number.as_str().to_owned())
}

/// A postcode as it is compared.
pub(super) fn postcode(text: &str) -> String {
    crate::parcels::feed::postcode_key(text)
}

/// Counts a look-up. False when there were too many.
pub(super) async fn may_look(
    services: &Services,
    visitor: &Visitor,
    scope: &PublicScope,
    look: Look,
) -> Result<bool, Problem> {
    let (scope, network, now) = (scope.clone(), visitor.network.clone(), services.clock.now());
    let whose = scope.clone();
    let counted = services.db.write(&whose, move |tx| {
        async move {
            store::forget_lookups(tx, &scope, now).await?;
            store::is_allowed(tx, &scope, look, &network, now).await
        }
        .boxed()
    });
    let allowed = counted.await?;
    if !allowed {
        services.alarms.raise(Sign::Harvest, &format!("tracking {}", network_of(&visitor.network)), |entry| {
            entry.from_where(&visitor.network, &visitor.agent).detail(Detail::Reason("tracking"))
        });
    }
    Ok(allowed)
}

/// The form, for a look at it.
pub(crate) fn track_page(visitor: &Visitor) -> Response {
    form_page(visitor, &TrackForm::default(), None)
}

/// `GET /track`: the form; with a number, the way to what it tells.
pub(super) async fn form(visitor: Visitor, query: Result<Query<TrackForm>, QueryRejection>) -> Response {
    let Query(form) = query.unwrap_or_default();
    if form.number.is_empty() {
        return form_page(&visitor, &TrackForm::default(), None);
    }
    // A postcode in an address is not taken: addresses stay in histories and logs.
    let form = TrackForm { postcode: String::new(), ..form };
    match TrackingNumber::parse(&form.number).err().and_then(Fault::of) {
        Some(fault) => form_page(&visitor, &form, Some(fault)),
        None => redirect_to(&format!("/track/{}", crate::ui::encode(&key(&form.number)))),
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct CheckQuery {
    number: String,
}

/// `GET /track/check`: what is wrong with a number, in words; nothing when it may be one. Nothing is looked up.
pub(super) async fn check(visitor: Visitor, query: Result<Query<CheckQuery>, QueryRejection>) -> Response {
    let Query(query) = query.unwrap_or_default();
    let fault = TrackingNumber::parse(&query.number).err().and_then(Fault::of);
    let text = fault.filter(|fault| *fault == Fault::Mistyped).map(|fault| fault.words(visitor.words()));
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text.unwrap_or_default()).into_response()
}

/// `POST /track`: the journey, for somebody who knows the postcode too.
pub(super) async fn look_up(
    State(services): State<Services>,
    visitor: Visitor,
    form: Result<Form<TrackForm>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(form) = form.map_err(|_| Problem::new(Reason::BadRequest, &visitor))?;
    if let Some(fault) = TrackingNumber::parse(&form.number).err().and_then(Fault::of) {
        return Ok(form_page(&visitor, &form, Some(fault)));
    }
    let number = key(&form.number);
    let postcode = postcode(&form.postcode);
    if postcode.is_empty() {
        return Ok(redirect_to(&format!("/track/{}", crate::ui::encode(&number))));
    }
    let scope = PublicScope::of_parcel(&number);
    if !may_look(&services, &visitor, &scope, Look::Detail).await? {
        return Ok(too_many(form_page(&visitor, &form, Some(Fault::TooMany))));
    }
    let (whose, until) = (scope.clone(), watch::proof_until(services.clock.now()));
    let sealer = services.identity.sealer().clone();
    let read = services.db.read(&whose, move |tx| {
        async move {
            let Some(id) = store::knows_postcode(tx, &scope, &postcode).await? else { return Ok(None) };
            let proof = store::prove(&sealer, &scope, &postcode, until);
            Ok::<_, DbError>(store::read_public(tx, &scope, id).await?.zip(proof))
        }
        .boxed()
    });
    match read.await? {
        Some((public, proof)) => {
            let (w, figures) = (visitor.words(), visitor.figures(&services));
            let (url, back) = (watch::proof_url(&public, &proof), format!("/track/{}", crate::ui::encode(&number)));
            Ok(public_parcel(&visitor, &figures, &public, w.get("parcels-by-postcode"), Live::Stream { url, back }))
        }
        None => Ok(form_page(&visitor, &form, Some(Fault::NoMatch))),
    }
}

fn too_many(page: Response) -> Response {
    let mut answer = (StatusCode::TOO_MANY_REQUESTS, page).into_response();
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("600"));
    answer
}

/// `GET /track/{number}`: what the number alone tells.
pub(super) async fn coarse(
    State(services): State<Services>,
    visitor: Visitor,
    number: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(number) = number.map_err(|_| Problem::new(Reason::NotFound, &visitor))?;
    let form = TrackForm { number, ..TrackForm::default() };
    if let Some(fault) = TrackingNumber::parse(&form.number).err().and_then(Fault::of) {
        return Ok(form_page(&visitor, &form, Some(fault)));
    }
    let scope = PublicScope::of_parcel(&key(&form.number));
    if !may_look(&services, &visitor, &scope, Look::Coarse).await? {
        return Ok(too_many(form_page(&visitor, &form, Some(Fault::TooMany))));
    }
    let whose = scope.clone();
    let read = services.db.read(&whose, move |tx| async move { store::find_coarse(tx, &scope).await }.boxed());
    let found = read.await?;
    Ok(coarse_page(&visitor, &visitor.figures(&services), &form, found.as_ref()))
}

fn coarse_page(visitor: &Visitor, figures: &Figures, form: &TrackForm, found: Option<&Coarse>) -> Response {
    let w = visitor.words();
    let number = store::grouped(&key(&form.number));
    let title = w.with("parcels-numbered", &[("number", &number)]);
    let heading = title.clone();
    let number_key = key(&form.number);
    let live = Live::Stream {
        url: watch::number_url(&number_key, found),
        back: format!("/track/{}", crate::ui::encode(&number_key)),
    };
    public_page(visitor, &title, live, || {
        view! {
            <div class="wrap narrow section stack">
                <h1 class="h1">{heading}</h1>
                <section class="panel slip" aria-label=w.get("status")>
                    <div class="panel__body stack"><span>{live_lamp(visitor)}</span>
                        <div class="stack" data-live="coarse">{coarse_told(visitor, figures, found)}</div></div>
                    <div class="slip__tear"></div>
                    <div class="slip__stub"><span class="ref">{number}</span></div>
                </section>
                <section class="panel" aria-labelledby="more">
                    <div class="panel__head"><h2 id="more">{w.get("parcels-more")}</h2></div>
                    <form class="panel__body stack" method="post" action="/track">
                        <p class="muted">{w.get("parcels-more-text")}</p>
                        <input r#type="hidden" name="number" value=number_key/>
                        {postcode_field(w, form)}
                        <button class="button button--primary">{w.get("parcels-show")}</button>
                    </form>
                </section>
                <p><a href="/track">{w.get("parcels-another-number")}</a></p>
            </div>
        }
    })
}

/// What the number alone tells, on the page and over its stream.
pub(super) fn coarse_told(visitor: &Visitor, figures: &Figures, found: Option<&Coarse>) -> impl IntoView + use<> {
    let w = visitor.words();
    let told = found.map(|found| {
        let day = found.at.map(|at| {
            let day = figures.weekday_date(Local::new(at, found.offset.unwrap_or(0)).day);
            match &found.country {
                Some(country) => w.with("parcels-day-country", &[("day", &day), ("country", country)]),
                None => day,
            }
        });
        view! {
            <div class="stat"><span>{badge(visitor, found.status)}</span>
                <span class="figure figure--md">{status_word(w, found.status)}</span><span class="muted">{day}</span></div>
        }
    });
    let unknown = found.is_none().then(|| alert(visitor, None, "info", w.get("parcels-unknown-number")));
    view! { {told}{unknown} }
}

/// The form, with what is wrong with what was sent. A refusal keeps the status of a page, as signing in does.
fn form_page(visitor: &Visitor, form: &TrackForm, fault: Option<Fault>) -> Response {
    let w = visitor.words();
    let title = w.get("parcels-track-title");
    let heading = title.clone();
    public_page(visitor, &title, Live::Not, || {
        view! {
            <div class="wrap narrow section stack">
                <h1 class="h1">{heading}</h1>
                {fault.map(|fault| view! { <div id="track-fault">{alert(visitor, Some("critical"), "circle-alert", fault.words(w))}</div> })}
                <section class="panel" aria-label=w.get("parcels-track-title")>
                    <form class="panel__body stack" method="post" action="/track">
                        {number_field(w, form, fault, "input input--lg")}
                        {postcode_field(w, form)}
                        <button class="button button--primary button--lg">{w.get("parcels-track-button")}</button>
                    </form>
                </section>
            </div>
        }
    })
}

/// The field for a number.
pub(super) fn number_field(
    w: Words,
    form: &TrackForm,
    fault: Option<Fault>,
    class: &'static str,
) -> impl IntoView + use<> {
    let invalid = matches!(fault, Some(Fault::Empty | Fault::Syntax | Fault::Mistyped)).then_some("true");
    view! {
        <div class="field"><label for="number">{w.get("parcels-number")}</label>
            <input class=class id="number" name="number" required maxlength="60" autocomplete="off" autocapitalize="characters"
                spellcheck="false" value=form.number.clone() aria-invalid=invalid aria-describedby="number-hint"/>
            <NumberCheck field="number".to_owned()/>
            <p class="hint" id="number-hint">{w.get("parcels-number-hint")}</p></div>
    }
}

/// The field for a postcode. What was typed is never shown again.
pub(super) fn postcode_field(w: Words, _form: &TrackForm) -> impl IntoView + use<> {
    view! {
        <div class="field"><label for="postcode">{w.get("parcels-postcode")}</label>
            <input class="input" id="postcode" name="postcode" maxlength="16" autocomplete="postal-code"
                aria-describedby="postcode-hint"/>
            <p class="hint" id="postcode-hint">{w.get("parcels-postcode-hint")}</p></div>
    }
}

/// The form of the home page: a number, no account.
pub fn track_form(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <form class="panel" action="/track" method="get"><div class="panel__body stack">
            <div class="field"><label for="number">{w.get("parcels-number")}</label>
                <div class="input-group">{icon(visitor, "package")}
                    <input class="input input--lg" id="number" name="number" required maxlength="60" autocomplete="off"
                        autocapitalize="characters" spellcheck="false" aria-describedby="number-hint"/>
                    <button class="button button--primary">{w.get("parcels-track-button")}</button></div>
                <NumberCheck field="number".to_owned()/>
                <p class="hint" id="number-hint">{w.get("parcels-number-hint")}</p></div>
        </div></form>
    }
}
