//! The list of a customer's parcels, and how one is added by number and postcode.

use super::{
    head::{badge, title},
    track::{self, Fault},
};
use crate::{
    parcels::{
        model::Role,
        store::{self, Look, Parcel},
        when,
    },
    ui::{Place, alert, app_page, icon, live_lamp},
    web::{Problem, Reason, Services, SignedIn, Visitor, redirect_to},
    whence,
    words::Figures,
};
use axum::{
    Form,
    extract::{
        Path, State,
        rejection::{FormRejection, PathRejection},
    },
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use futures::FutureExt as _;
use guichet_platform::{
    audit::{Action, Thing},
    db::DbError,
    scope::PublicScope,
    sources::{Carries, freshness::Late},
};
use guichet_types::{Id, TrackingNumber, kind};
use leptos::prelude::*;

/// The customer's parcels, the live event up to which they are known, and whether news of them is late, in one state of the
/// database.
///
/// # Errors
/// What the database says.
pub async fn read_list(services: &Services, who: &SignedIn) -> Result<(Vec<Parcel>, i64, Option<Late>), Problem> {
    let (scope, now) = (who.session.scope, who.visitor.now);
    let read = services.db.read(&scope, move |tx| {
        async move {
            let live = guichet_platform::live::cursor(tx, &scope).await?;
            let late = whence::late(tx, &scope, &[Carries::Parcels], now).await?;
            Ok::<_, DbError>((store::list_parcels(tx, &scope).await?, live, late))
        }
        .boxed()
    });
    Ok(read.await?)
}

pub(super) async fn list(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    list_page(&services, &who, &track::TrackForm::default(), None).await
}

async fn list_page(
    services: &Services,
    who: &SignedIn,
    form: &track::TrackForm,
    fault: Option<Fault>,
) -> Result<Response, Problem> {
    let (parcels, live, late) = read_list(services, who).await?;
    let visitor = &who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(services));
    let title = w.get("nav-parcels");
    let heading = title.clone();
    Ok(app_page(visitor, Place::Parcels, &title, Some(live), || {
        view! {
            <div class="page-head"><h1>{heading}</h1>{live_lamp(visitor)}</div>
            {whence::late_note(visitor, &figures, late)}
            <div class="grid">
                <section class="panel col-7" aria-label=w.get("nav-parcels") data-live="parcels">
                    {items(visitor, &figures, &parcels)}</section>
                <section class="panel col-5" aria-labelledby="add">
                    <div class="panel__head"><h2 id="add">{w.get("parcels-add")}</h2></div>
                    <form class="panel__body stack" method="post" action="/parcels">
                        <p class="muted">{w.get("parcels-add-text")}</p>
                        {fault.map(|fault| alert(visitor, Some("critical"), "circle-alert", fault.words(w)))}
                        {track::number_field(w, form, fault, "input")}
                        {track::postcode_field(w, form)}
                        <button class="button button--primary">{w.get("parcels-add-button")}</button>
                    </form>
                </section>
            </div>
        }
    }))
}

/// The rows of the list.
pub fn items(visitor: &Visitor, figures: &Figures, parcels: &[Parcel]) -> impl IntoView + use<> {
    let w = visitor.words();
    if parcels.is_empty() {
        return view! {
            <div class="empty"><span class="glyph glyph--lg" aria-hidden="true">{icon(visitor, "package")}</span>
                <h2 class="h3">{w.get("parcels-none")}</h2><p>{w.get("parcels-none-text")}</p></div>
        }
        .into_any();
    }
    let rows = parcels.iter().map(|parcel| {
        let arrival = match (&parcel.arrival, parcel.is_over(), parcel.status_at) {
            (Some(arrival), false, _) => when::span(w, figures, arrival).short,
            (_, _, Some(at)) => when::moment(figures, at, parcel.status_offset, false),
            _ => String::new(),
        };
        let tone = (!parcel.is_over()).then_some("brand");
        view! {
            <a class="item" href=format!("/parcels/{}", parcel.id)>
                <span class="glyph" data-tone=tone aria-hidden="true">{icon(visitor, "package")}</span>
                <span class="item__body"><b>{title(w, parcel)}</b><small class="ref">{parcel.grouped()}</small></span>
                <span class="item__end">{badge(visitor, parcel.status)}<small>{arrival}</small></span>
            </a>
        }
    });
    view! { <div class="list">{rows.collect_view()}</div> }.into_any()
}

/// What the overview says of parcels: how many are on their way, and the next one.
pub fn overview_panel(visitor: &Visitor, figures: &Figures, parcels: &[Parcel]) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    let coming: Vec<&Parcel> = parcels.iter().filter(|parcel| !parcel.is_over()).collect();
    let next = *coming.first()?;
    let words = next.arrival.as_ref().map(|arrival| when::span(w, figures, arrival));
    let (lead, figure) =
        words.map_or_else(|| (w.get("parcels-no-date"), None), |words| (words.lead, Some(words.figure)));
    let stops = next.stops.map(|stops| w.count("parcels-stops", stops.unsigned_abs(), &[]));
    let others = coming.iter().skip(1).take(3).map(|parcel| {
        let short = parcel.arrival.as_ref().map(|arrival| when::span(w, figures, arrival).short);
        let short = short.unwrap_or_else(|| super::status_word(w, parcel.status));
        view! { <div><dt>{title(w, parcel)}</dt><dd>{short}</dd></div> }
    });
    let others = others.collect_view();
    let count = w.count("parcels-on-their-way", coming.len() as u64, &[]);
    Some(view! {
        <div class="panel__head"><h2 id="parcels-panel">{count}</h2>{badge(visitor, next.status)}</div>
        <div class="panel__body stack"><div class="stat"><span class="label">{lead}</span>
            {figure.map(|figure| view! { <span class="figure figure--md">{figure}</span> })}
            {stops.map(|stops| view! { <span class="small muted">{stops}</span> })}</div>
            <dl class="kv">{others}</dl></div>
        <div class="slip__tear"></div>
        <div class="slip__stub"><span>{title(w, next)}" "<span class="ref">{next.grouped()}</span></span>
            <a class="button button--sm" href=format!("/parcels/{}", next.id)>{w.get("parcels-follow")}</a></div>
    })
}

/// `POST /parcels`: adds a parcel whose number and postcode the customer knows. Counted like the look-up of anybody.
pub(super) async fn add(
    State(services): State<Services>,
    who: SignedIn,
    form: Result<Form<track::TrackForm>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(form) = form.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
    let number = match TrackingNumber::parse(&form.number) {
        Err(error) if Fault::of(error).is_some() => {
            return list_page(&services, &who, &form, Fault::of(error)).await;
        }
        _ => track::key(&form.number),
    };
    let public = PublicScope::of_parcel(&number);
    if !track::may_look(&services, &who.visitor, &public, Look::Detail).await? {
        let page = list_page(&services, &who, &form, Some(Fault::TooMany)).await?;
        return Ok((StatusCode::TOO_MANY_REQUESTS, page).into_response());
    }
    let postcode = track::postcode(&form.postcode);
    let whose = public.clone();
    let found =
        services.db.read(&whose, move |tx| async move { store::knows_postcode(tx, &public, &postcode).await }.boxed());
    let Some(parcel) = found.await? else {
        return list_page(&services, &who, &form, Some(Fault::NoMatch)).await;
    };
    let (scope, now) = (who.session.scope, services.clock.now());
    let entry = who.visitor.act(Action::ParcelFollowed).about(Thing::Parcel, parcel);
    let follow = services.db.write(&scope, move |tx| {
        async move {
            tx.audit(entry);
            store::follow(tx, &scope, parcel, now).await
        }
        .boxed()
    });
    follow.await?;
    Ok(redirect_to(&format!("/parcels/{parcel}")))
}

/// `POST /parcels/{parcel}/unfollow`: a parcel that the customer added themselves is off their list.
pub(super) async fn remove(
    State(services): State<Services>,
    who: SignedIn,
    parcel: Result<Path<Id<kind::Parcel>>, PathRejection>,
) -> Result<Response, Problem> {
    let not_found = || Problem::new(Reason::NotFound, &who.visitor);
    let Path(parcel) = parcel.map_err(|_| not_found())?;
    let scope = who.session.scope;
    let entry = who.visitor.act(Action::ParcelUnfollowed).about(Thing::Parcel, parcel);
    let gone = services.db.write(&scope, move |tx| {
        async move {
            let gone = store::unfollow(tx, &scope, parcel).await?;
            if gone {
                tx.audit(entry);
            }
            Ok::<_, DbError>(gone)
        }
        .boxed()
    });
    if gone.await? { Ok(redirect_to("/parcels")) } else { Err(not_found()) }
}

/// The button for that, for somebody who added the parcel themselves.
pub(super) fn remove_button(visitor: &Visitor, parcel: &Parcel) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    (parcel.role == Role::Shared).then(|| {
        view! {
            <form method="post" action=format!("/parcels/{}/unfollow", parcel.id)>
                <button class="button button--sm button--quiet">{w.get("parcels-remove")}</button></form>
        }
    })
}
