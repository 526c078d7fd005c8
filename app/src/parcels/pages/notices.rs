//! "Notify me": what a customer wants to be told of a parcel, and the words in which it is told on whatever page is open.

use super::{parcel::ParcelPage, title};
use crate::{
    parcels::{
        model::About,
        notify::BrowserNotices,
        store::{self, Parcel},
        when,
    },
    ui::{self, icon},
    web::{Problem, Reason, Services, SignedIn, Visitor, redirect_to},
    words::{Figures, Words},
};
use axum::{
    Form,
    extract::{
        Path, State,
        rejection::{FormRejection, PathRejection},
    },
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::db::DbError;
use guichet_types::{Id, kind};
use leptos::prelude::*;

/// What the form sends: a field for each switch that is on.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct NoticeForm {
    near: Option<String>,
    moved: Option<String>,
    delivered: Option<String>,
}

impl NoticeForm {
    fn wanted(&self) -> Vec<About> {
        let fields = [(About::Near, &self.near), (About::Moved, &self.moved), (About::Delivered, &self.delivered)];
        fields.into_iter().filter(|(_, field)| field.is_some()).map(|(about, _)| about).collect()
    }
}

/// `POST /parcels/{parcel}/notices`.
pub(super) async fn keep(
    State(services): State<Services>,
    who: SignedIn,
    parcel: Result<Path<Id<kind::Parcel>>, PathRejection>,
    form: Result<Form<NoticeForm>, FormRejection>,
) -> Result<Response, Problem> {
    let problem = |reason| Problem::new(reason, &who.visitor);
    let Path(id) = parcel.map_err(|_| problem(Reason::NotFound))?;
    let (scope, now) = (who.session.scope, services.clock.now());
    let wanted = form.ok().map(|Form(form)| form.wanted());
    let kept = services.db.write(&scope, move |tx| {
        async move {
            if store::find_parcel(tx, &scope, id).await?.is_none() {
                return Ok(None);
            }
            let Some(wanted) = wanted else { return Ok(Some(false)) };
            store::keep_notices(tx, &scope, id, &wanted, now).await?;
            Ok::<_, DbError>(Some(true))
        }
        .boxed()
    });
    match kept.await? {
        None => Err(problem(Reason::NotFound)),
        Some(false) => Err(problem(Reason::BadRequest)),
        Some(true) => Ok(redirect_to(&format!("/parcels/{id}#notify"))),
    }
}

fn words_of(w: Words, about: About) -> (String, String) {
    match about {
        About::Near => (w.get("parcels-notify-near"), w.get("parcels-notify-near-text")),
        About::Moved => (w.get("parcels-notify-moved"), w.get("parcels-notify-moved-text")),
        About::Delivered => (w.get("parcels-notify-delivered"), w.get("parcels-notify-delivered-text")),
    }
}

/// The panel, until nothing is to come any more.
pub(super) fn panel(visitor: &Visitor, figures: &Figures, page: &ParcelPage) -> Option<impl IntoView + use<>> {
    let (w, parcel) = (visitor.words(), &page.parcel);
    if parcel.is_over() {
        return None;
    }
    let switches = About::ALL.map(|about| {
        let (name, text) = words_of(w, about);
        let kept = page.notices.iter().find(|notice| notice.about == about);
        let told = kept.and_then(|notice| notice.told_at);
        let text = told.map_or(text, |at| w.with("parcels-notify-told", &[("moment", &figures.moment(at))]));
        view! {
            <label class="item"><span class="item__body"><b>{name}</b><small>{text}</small></span>
                <input type="checkbox" class="switch" role="switch" name=about.as_str() value="on" checked=kept.is_some()/></label>
        }
    });
    Some(view! {
        <section class="panel" aria-labelledby="notify">
            <div class="panel__head"><h2 id="notify">{w.get("parcels-notify")}</h2></div>
            <form method="post" action=format!("/parcels/{}/notices", parcel.id)>
                <div class="list">{switches.into_iter().collect_view()}</div>
                <div class="panel__body stack gap-2"><p class="hint">{w.get("parcels-notify-text")}</p>
                    <div class="cluster gap-2"><button class="button">{w.get("parcels-notify-save")}</button>
                    <BrowserNotices label=w.get("parcels-notify-browser") done=w.get("parcels-notify-browser-on")/></div></div>
            </form>
        </section>
    })
}

/// What is told, in one sentence.
#[must_use]
pub fn notice_words(w: Words, figures: &Figures, parcel: &Parcel, about: About) -> String {
    let name = title(w, parcel);
    match about {
        About::Near => {
            let stops = w.count("parcels-stops", parcel.stops.unwrap_or(0).unsigned_abs(), &[]);
            w.with("parcels-told-near", &[("name", &name), ("stops", &stops)])
        }
        About::Moved => {
            let time = parcel.arrival.as_ref().map(|arrival| when::span(w, figures, arrival).short).unwrap_or_default();
            w.with("parcels-told-moved", &[("name", &name), ("time", &time)])
        }
        About::Delivered => w.with("parcels-told-delivered", &[("name", &name)]),
    }
}

/// The same as something that appears on an open page.
pub fn toast(visitor: &Visitor, parcel: &Parcel, text: String) -> impl IntoView + use<> {
    let href = format!("/parcels/{}", parcel.id);
    view! {
        <p class="toast">{icon(visitor, "package")}<span class="grow">{text}</span>
            <a href=href>{visitor.words().get("parcels-notify-see")}</a></p>
    }
}

/// The code for the driver: for the recipient, while the van has the parcel.
pub fn code(visitor: &Visitor, parcel: &Parcel) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    // Who looks in the recipient's place does not stand at the door.
    let looks = visitor.session.as_ref().is_some_and(|session| session.support.is_some());
    let code = parcel.handover_code.as_ref().filter(|_| !looks)?;
    // Read out one by one.
    let spaced = code.chars().map(String::from).collect::<Vec<_>>().join(" ");
    Some(view! {
        <p class="alert" data-tone="info">{ui::icon(visitor, "key-round")}
            <span>{w.get("parcels-code")}" "<b class="ref">{spaced}</b></span></p>
    })
}
