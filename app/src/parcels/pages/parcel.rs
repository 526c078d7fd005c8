//! One parcel: where it stands, its journey, what can be changed, who else may see it.

use super::{badge, choices, head, journey, list, notices, share, title};
use crate::{
    live::copy::CopyButton,
    parcels::{
        model::Role,
        store::{self, Event, Instruction, Notice, Parcel, Share, ShareSecret},
    },
    ui::{self, Place, app_page, live_lamp, live_time},
    web::{Problem, Reason, Services, SignedIn},
    whence,
    words::{Figures, Sign, Words},
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::{
    db::{DbError, Tx},
    random::random_id,
    scope::CustomerScope,
    sources::Carries,
};
use guichet_types::{Decimal, Id, Timestamp, kind};
use leptos::prelude::*;

/// Everything that the page of a parcel shows, in one state of the database.
#[derive(Clone, Debug)]
pub struct ParcelPage {
    /// The parcel.
    pub parcel: Parcel,
    /// What happened, the latest first.
    pub events: Vec<Event>,
    /// What was last asked of the carrier.
    pub instruction: Option<Instruction>,
    /// What the customer wants to be told.
    pub notices: Vec<Notice>,
    /// Links of the customer's that hold.
    pub shares: Vec<Share>,
    /// The live event up to which this is known.
    pub live: i64,
}

/// Reads the page of a parcel, if the customer follows it.
///
/// # Errors
/// What the database says.
pub async fn read_page(
    tx: &mut Tx,
    scope: &CustomerScope,
    id: Id<kind::Parcel>,
    now: Timestamp,
) -> Result<Option<ParcelPage>, DbError> {
    let live = guichet_platform::live::cursor(tx, scope).await?;
    let Some(parcel) = store::find_parcel(tx, scope, id).await? else { return Ok(None) };
    Ok(Some(ParcelPage {
        parcel,
        events: store::list_events(tx, scope, id).await?,
        instruction: store::latest_instruction(tx, scope, id).await?,
        notices: store::list_notices(tx, scope, id).await?,
        shares: store::list_shares(tx, scope, id, now).await?,
        live,
    }))
}

/// What a form of the page has to say to the customer who sent it.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// What is wrong with what they asked.
    pub wish: Option<(choices::WishForm, choices::WishFault)>,
    /// The link that they made; it cannot be shown again.
    pub secret: Option<ShareSecret>,
}

pub(super) async fn parcel(
    State(services): State<Services>,
    who: SignedIn,
    parcel: Result<Path<Id<kind::Parcel>>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = parcel.map_err(|_| Problem::new(Reason::NotFound, &who.visitor))?;
    parcel_page(&services, &who, id, Said::default()).await
}

/// The page, or the answer of what does not exist.
pub(super) async fn parcel_page(
    services: &Services,
    who: &SignedIn,
    id: Id<kind::Parcel>,
    said: Said,
) -> Result<Response, Problem> {
    let (scope, now) = (who.session.scope, services.clock.now());
    let read = services.db.read(&scope, move |tx| {
        async move {
            let origin = whence::of(tx, &scope, whence::Value::Parcel(id)).await?;
            let late = whence::late(tx, &scope, &[Carries::Parcels], now).await?;
            Ok::<_, DbError>(read_page(tx, &scope, id, now).await?.map(|page| (page, origin, late)))
        }
        .boxed()
    });
    let visitor = &who.visitor;
    let (page, origin, late) = read.await?.ok_or_else(|| Problem::new(Reason::NotFound, visitor))?;
    let (w, figures) = (visitor.words(), visitor.figures(services));
    let form: Id<()> = random_id(&*services.random);
    let parcel = &page.parcel;
    let name = title(w, parcel);
    let heading = name.clone();
    let key = |what: &str| format!("{what}:{id}");
    Ok(app_page(visitor, Place::Parcels, &name, Some(page.live), || {
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/parcels">{w.get("nav-parcels")}</a></li>
                    <li aria-current="page">{parcel.grouped()}</li></ol>
                <h1>{heading}</h1></div>{list::remove_button(visitor, parcel)}</div>
            {whence::late_note(visitor, &figures, late)}
            <div class="grid">
                <div class="col-7 stack">
                    <section class="panel slip" aria-label=w.get("status")>
                        <div class="panel__body stack gap-5">
                            <span class="cluster gap-2"><span data-live=key("badge")>{badge(visitor, parcel.status)}</span>
                                {live_lamp(visitor)}
                                <span class="small faint" data-live=key("seen")>{live_time(&figures, parcel.seen_at, None)}</span></span>
                            <div data-live=key("code")>{notices::code(visitor, parcel)}</div>
                            <div class="stack gap-5" data-live=key("head")>{head(visitor, &figures, parcel, &page.events, true)}</div>
                            {whence::whence(w, &figures, origin)}
                        </div>
                        <div class="slip__tear"></div>
                        <div class="slip__stub"><span class="ref">{parcel.grouped()}</span>
                            <span class="cluster gap-2">
                                <CopyButton text=parcel.number.clone() label=w.get("copy") done=w.get("copied")
                                    icon=ui::icon_href(visitor, "copy")/>
                                <a class="button button--sm" href="#share">{ui::icon(visitor, "share-2")}{w.get("parcels-share")}</a>
                            </span></div>
                    </section>
                    <section class="panel" aria-labelledby="journey">
                        <div class="panel__head"><h2 id="journey">{w.get("parcels-journey")}</h2>
                            <span class="small muted">{w.get("parcels-local-times")}</span></div>
                        <div class="panel__body stack" data-live=key("journey")>{journey(visitor, &figures, parcel, &page.events)}</div>
                    </section>
                </div>
                <div class="col-5 stack">
                    {choices::panel(visitor, &figures, &page, form, said.wish.as_ref())}
                    {notices::panel(visitor, &figures, &page)}
                    {details(w, &figures, parcel)}
                    {share::panel(visitor, &figures, services, &page, form, said.secret.as_ref())}
                </div>
            </div>
        }
    }))
}

fn details(w: Words, figures: &Figures, parcel: &Parcel) -> impl IntoView + use<> {
    let party = |name: &Option<String>, city: &Option<String>| {
        let parts: Vec<&str> = [name, city].into_iter().flatten().map(String::as_str).collect();
        Some(parts.join(", ")).filter(|text| !text.is_empty())
    };
    let measures = &parcel.measures;
    let number = |units: i64, digits: u8| figures.decimal(Decimal::from_units(units, digits), 0);
    let weight = measures.grams.map(|grams| w.with("parcels-kilograms", &[("n", &number(grams, 3))]));
    let size = measures.size.map(|sides| {
        let [length, width, height] = sides.map(|side| number(side, 1));
        w.with("parcels-centimetres", &[("length", &length), ("width", &width), ("height", &height)])
    });
    // What it is worth is for those whom it comes from and goes to.
    let insured = measures.insured.filter(|_| parcel.role != Role::Shared);
    let lines = [
        (w.get("parcels-sender"), party(&parcel.sender_name, &parcel.sender_city)),
        (w.get("parcels-recipient"), party(&parcel.recipient_name, &parcel.recipient_city)),
        (w.get("parcels-service"), parcel.service.clone()),
        (w.get("parcels-reference"), parcel.reference.clone()),
        (w.get("parcels-weight"), weight),
        (w.get("parcels-size"), size),
        (w.get("parcels-insured"), insured.map(|insured| figures.money(insured, Sign::Negative))),
        (w.get("parcels-carrier"), Some(parcel.carrier.to_uppercase()).filter(|code| !code.is_empty())),
    ];
    let lines = lines
        .into_iter()
        .filter_map(|(label, value)| value.map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> }));
    let lines = lines.collect_view();
    let source = parcel.source.as_ref().map(|file| {
        view! { <div class="panel__foot"><p class="hint">{w.with("parcels-details-source", &[("file", file)])}</p></div> }
    });
    view! {
        <section class="panel" aria-labelledby="details">
            <div class="panel__head"><h2 id="details">{w.get("parcels-parcel")}</h2></div>
            <div class="panel__body"><dl class="kv">{lines}</dl></div>
            {source}
        </section>
    }
}
