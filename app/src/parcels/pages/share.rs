//! Links that show a parcel to others: made, listed and taken back by a customer, opened by anybody.

use super::{
    badge, head, journey,
    parcel::{ParcelPage, Said, parcel_page},
    status_word, title, watch,
};
use crate::{
    live::copy::CopyButton,
    parcels::store::{self, ShareSecret},
    ui::{self, Live, fragment, icon, public_page},
    web::{Problem, Reason, Services, SignedIn, Visitor, redirect_to},
    words::Figures,
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
use guichet_platform::{
    audit::{Action, Thing},
    db::DbError,
    scope::PublicScope,
};
use guichet_types::{Id, Timestamp, kind, live::Op};
use leptos::prelude::*;

/// The lengths to choose from, in days.
const DAYS: [i64; 3] = [1, 7, 30];

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ShareForm {
    form: String,
    days: i64,
}

/// `POST /parcels/{parcel}/share`: the page again, with the link on it; it is the only time that it can be shown.
pub(super) async fn make(
    State(services): State<Services>,
    who: SignedIn,
    parcel: Result<Path<Id<kind::Parcel>>, PathRejection>,
    form: Result<Form<ShareForm>, FormRejection>,
) -> Result<Response, Problem> {
    let problem = |reason| Problem::new(reason, &who.visitor);
    let Path(id) = parcel.map_err(|_| problem(Reason::NotFound))?;
    let scope = who.session.scope;
    let read = services.db.read(&scope, move |tx| async move { store::find_parcel(tx, &scope, id).await }.boxed());
    if read.await?.is_none() {
        return Err(problem(Reason::NotFound));
    }
    let Form(form) = form.map_err(|_| problem(Reason::BadRequest))?;
    let (Ok(token), true) = (form.form.parse::<Id<()>>(), DAYS.contains(&form.days)) else {
        return Err(problem(Reason::BadRequest));
    };
    let now = services.clock.now();
    let ends = now.plus_seconds(form.days * 86_400);
    let entry = who.visitor.act(Action::ShareMade).about(Thing::Parcel, id);
    let sealer = services.identity.sealer().clone();
    let secret = services
        .db
        .write(&scope, move |tx| {
            async move {
                let (secret, made) = store::share(tx, &scope, &sealer, id, &token, (now, ends)).await?;
                if made {
                    tx.audit(entry);
                }
                Ok::<_, DbError>(secret)
            }
            .boxed()
        })
        .await?;
    parcel_page(&services, &who, id, Said { secret: Some(secret), ..Said::default() }).await
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct RevokeForm {
    share: Id<kind::ParcelShare>,
}

/// `POST /parcels/{parcel}/share/revoke`.
pub(super) async fn revoke(
    State(services): State<Services>,
    who: SignedIn,
    parcel: Result<Path<Id<kind::Parcel>>, PathRejection>,
    form: Result<Form<RevokeForm>, FormRejection>,
) -> Result<Response, Problem> {
    let not_found = || Problem::new(Reason::NotFound, &who.visitor);
    let (Ok(Path(id)), Ok(Form(form))) = (parcel, form) else { return Err(not_found()) };
    let (scope, now) = (who.session.scope, services.clock.now());
    let entry = who.visitor.act(Action::ShareEnded).about(Thing::Parcel, id);
    let revoked = services.db.write(&scope, move |tx| {
        async move {
            let revoked = store::revoke_share(tx, &scope, id, form.share, now).await?;
            if revoked {
                tx.audit(entry);
            }
            Ok::<_, DbError>(revoked)
        }
        .boxed()
    });
    if revoked.await? { Ok(redirect_to(&format!("/parcels/{id}#share"))) } else { Err(not_found()) }
}

/// The panel: a new link, and those that hold.
pub(super) fn panel(
    visitor: &Visitor,
    figures: &Figures,
    services: &Services,
    page: &ParcelPage,
    form: Id<()>,
    secret: Option<&ShareSecret>,
) -> impl IntoView + use<> {
    let (w, id) = (visitor.words(), page.parcel.id);
    let made = secret.map(|secret| {
        let link = format!("{}/s/{}", services.origin, secret.encode());
        view! {
            <div class="panel__body stack gap-2" role="status">
                <div class="field"><label for="link">{w.get("parcels-share-made")}</label>
                    <input class="input ref" id="link" readonly value=link.clone()/>
                    <p class="hint">{w.get("parcels-share-once")}</p></div>
                <CopyButton text=link label=w.get("copy") done=w.get("copied") icon=ui::icon_href(visitor, "copy")/>
            </div>
        }
    });
    let held = page.shares.iter().map(|share| {
        let ends = w.with("parcels-share-ends", &[("day", &figures.moment(share.ends_at))]);
        let made = w.with("parcels-share-since", &[("moment", &figures.moment(share.created_at))]);
        view! {
            <li class="item"><span class="item__body"><b>{ends}</b><small>{made}</small></span>
                <form method="post" action=format!("/parcels/{id}/share/revoke")>
                    <input r#type="hidden" name="share" value=share.id.to_string()/>
                    <button class="button button--sm button--danger">{w.get("parcels-share-revoke")}</button></form></li>
        }
    });
    let held = (!page.shares.is_empty()).then(|| view! { <ul class="list">{held.collect_view()}</ul> });
    let options = DAYS.map(|days| {
        let label = w.count("parcels-days", days.unsigned_abs(), &[]);
        view! { <option value=days.to_string() selected=days == 7>{label}</option> }
    });
    view! {
        <section class="panel" aria-labelledby="share">
            <div class="panel__head"><h2 id="share">{w.get("parcels-share-link")}</h2></div>
            {made}
            {held}
            <form class="panel__body stack" method="post" action=format!("/parcels/{id}/share#share")>
                <p class="muted small">{w.get("parcels-share-text")}</p>
                <input r#type="hidden" name="form" value=form.to_string()/>
                <div class="cluster"><div class="field"><label for="days">{w.get("parcels-share-for")}</label>
                    <span class="select"><select class="input" id="days" name="days">{options.into_iter().collect_view()}</select></span></div>
                    <button class="button push">{icon(visitor, "share-2")}{w.get("parcels-share-make")}</button></div>
            </form>
        </section>
    }
}

/// `GET /s/{token}`: the parcel behind a link. One that is unknown, over or taken back is not there.
pub(super) async fn shared(
    State(services): State<Services>,
    visitor: Visitor,
    token: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let not_found = || Problem::new(Reason::NotFound, &visitor);
    let Path(token) = token.map_err(|_| not_found())?;
    let secret = ShareSecret::decode(&token).ok_or_else(not_found)?;
    let (scope, now) = (PublicScope::of_share(secret.hash()), services.clock.now());
    let whose = scope.clone();
    let read = services.db.read(&whose, move |tx| {
        async move {
            let Some((id, ends)) = store::find_shared(tx, &scope, now).await? else { return Ok(None) };
            Ok::<_, DbError>(store::read_public(tx, &scope, id).await?.map(|public| (public, ends)))
        }
        .boxed()
    });
    let (public, ends) = read.await?.ok_or_else(not_found)?;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let note = w.with("parcels-share-ends", &[("day", &figures.moment(ends))]);
    let live = Live::Stream { url: watch::link_url(&secret, &public), back: format!("/s/{}", secret.encode()) };
    Ok(public_parcel(&visitor, &figures, &public, note, live))
}

/// Until when a link holds; none when there is no such link.
pub(super) async fn shared_until(services: &Services, scope: &PublicScope) -> Result<Option<Timestamp>, Problem> {
    let (whose, now) = (scope.clone(), services.clock.now());
    let read = services.db.read(scope, move |tx| async move { store::find_shared(tx, &whose, now).await }.boxed());
    Ok(read.await?.map(|(_, ends)| ends))
}

/// What news of a parcel do to the open page of somebody who is not signed in.
pub(super) fn moved(visitor: &Visitor, figures: &Figures, public: &store::Public) -> Vec<Op> {
    let (w, parcel, events) = (visitor.words(), &public.parcel, &public.events);
    let html = |key: &str, html: String| Op::Html { key: key.to_owned(), html };
    let said = [("name", &*title(w, parcel)), ("status", &*status_word(w, parcel.status))];
    vec![
        html("badge", fragment(|| badge(visitor, parcel.status))),
        html("seen", fragment(|| ui::live_time(figures, parcel.seen_at, None))),
        html("head", fragment(|| head(visitor, figures, parcel, events, false))),
        html("journey", fragment(|| journey(visitor, figures, parcel, events))),
        Op::Announce { text: w.with("parcels-announce", &said) },
    ]
}

/// A parcel for somebody who is not signed in: where it stands and how it came there.
pub(super) fn public_parcel(
    visitor: &Visitor,
    figures: &Figures,
    public: &store::Public,
    note: String,
    live: Live,
) -> Response {
    let w = visitor.words();
    let (parcel, events) = (&public.parcel, &public.events);
    let title = w.with("parcels-numbered", &[("number", &parcel.grouped())]);
    let heading = title.clone();
    public_page(visitor, &title, live, || {
        view! {
            <div class="wrap section stack">
                <h1 class="h1">{heading}</h1>
                <div class="grid">
                    <section class="panel slip col-7" aria-label=w.get("status")>
                        <div class="panel__body stack gap-5">
                            <span class="cluster gap-2"><span data-live="badge">{badge(visitor, parcel.status)}</span>
                                {ui::live_lamp(visitor)}
                                <span class="small faint" data-live="seen">{ui::live_time(figures, parcel.seen_at, None)}</span></span>
                            <div class="stack gap-5" data-live="head">{head(visitor, figures, parcel, events, false)}</div>
                        </div>
                        <div class="slip__tear"></div>
                        <div class="slip__stub"><span class="ref">{parcel.grouped()}</span><span class="small faint">{note}</span></div>
                    </section>
                    <section class="panel col-5" aria-labelledby="journey">
                        <div class="panel__head"><h2 id="journey">{w.get("parcels-journey")}</h2>
                            <span class="small muted">{w.get("parcels-local-times")}</span></div>
                        <div class="panel__body stack" data-live="journey">{journey(visitor, figures, parcel, events)}</div>
                    </section>
                </div>
            </div>
        }
    })
}
