//! "Not at home?": what a recipient can ask of the carrier, until it is too late, and how far it has come.

use super::parcel::{ParcelPage, Said, parcel_page};
use crate::{
    parcels::{
        model::{Role, Wish},
        store::{self, Ask, Instruction, Parcel},
        when::{self, Local},
    },
    ui::{self, alert},
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
use guichet_platform::{
    audit::{Action, Thing},
    db::DbError,
    outbox::State as Sent,
};
use guichet_types::{Date, Id, ParcelStatus, Timestamp, kind};
use leptos::prelude::*;

/// The van is too near to be told anything.
const CUT_OFF_SECONDS: i64 = 600;
/// As far ahead as another day can be.
const DAYS_AHEAD: i32 = 7;
/// The longest words to the carrier.
const MAX_WORDS: usize = 140;

/// What the form sends.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct WishForm {
    form: String,
    wish: String,
    neighbour: String,
    safe_place: String,
    pickup_point: String,
    day: String,
}

impl WishForm {
    fn words(&self, wish: Wish) -> &str {
        match wish {
            Wish::Neighbour => self.neighbour.trim(),
            Wish::SafePlace => self.safe_place.trim(),
            Wish::PickupPoint => self.pickup_point.trim(),
            Wish::Hand | Wish::AnotherDay => "",
        }
    }
}

/// What is wrong with a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WishFault {
    /// It does not say who, or where.
    NoWords,
    /// It says too much.
    Long,
    /// Not a day that can be had.
    Day,
    /// It is too late.
    Closed,
}

impl WishFault {
    fn text(self, w: Words) -> String {
        match self {
            Self::NoWords => w.get("parcels-wish-no-words"),
            Self::Long => w.get("parcels-wish-long"),
            Self::Day => w.get("parcels-wish-day"),
            Self::Closed => w.get("parcels-wish-closed"),
        }
    }
}

/// Until when the carrier can be told something: none when it cannot any more, and no end where none is known.
#[must_use]
pub fn closing(parcel: &Parcel, now: Timestamp) -> Option<Option<Timestamp>> {
    use ParcelStatus as S;
    if parcel.is_over() || matches!(parcel.status, S::Returning | S::ReadyForPickup | S::Damaged) {
        return None;
    }
    match &parcel.arrival {
        Some(arrival) if !arrival.whole_day => {
            let end = arrival.from.unwrap_or(arrival.to).plus_seconds(-CUT_OFF_SECONDS);
            (now < end).then_some(Some(end))
        }
        // Without a time it is too late when the van has it.
        _ => (parcel.status != S::OutForDelivery).then_some(None),
    }
}

/// Until when, in words; nothing when it is too late, or when no end is known.
#[must_use]
pub fn until(w: Words, figures: &Figures, parcel: &Parcel) -> String {
    let end = closing(parcel, figures.now()).flatten().map(|end| {
        let offset = parcel.arrival.as_ref().map(|arrival| arrival.offset);
        w.with("parcels-change-until", &[("time", &when::moment(figures, end, offset, false))])
    });
    end.unwrap_or_default()
}

/// `POST /parcels/{parcel}/instruction`. The same form sent twice asks once.
pub(super) async fn instruct(
    State(services): State<Services>,
    who: SignedIn,
    parcel: Result<Path<Id<kind::Parcel>>, PathRejection>,
    form: Result<Form<WishForm>, FormRejection>,
) -> Result<Response, Problem> {
    let problem = |reason| Problem::new(reason, &who.visitor);
    let Path(id) = parcel.map_err(|_| problem(Reason::NotFound))?;
    let scope = who.session.scope;
    let read = services.db.read(&scope, move |tx| async move { store::find_parcel(tx, &scope, id).await }.boxed());
    // Asked for before the form is looked at, so that what is not theirs answers like what does not exist.
    let found = read.await?.filter(|parcel| parcel.role == Role::Recipient).ok_or_else(|| problem(Reason::NotFound))?;
    let Form(form) = form.map_err(|_| problem(Reason::BadRequest))?;
    let (Some(wish), Ok(token)) = (Wish::from_name(&form.wish), form.form.parse::<Id<()>>()) else {
        return Err(problem(Reason::BadRequest));
    };
    let now = services.clock.now();
    let (detail, day) = match checked(&found, wish, &form, now) {
        Ok(checked) => checked,
        Err(fault) => {
            return parcel_page(&services, &who, id, Said { wish: Some((form, fault)), ..Said::default() }).await;
        }
    };
    let ask = Ask { parcel: id, number: found.number, carrier: found.carrier, wish, detail, day, form: token };
    let random = services.random.clone();
    let entry = who.visitor.act(Action::InstructionSent).about(Thing::Parcel, id);
    let asked = services
        .db
        .write(&scope, move |tx| {
            async move {
                let asked = store::ask(tx, &scope, &*random, ask, now).await?;
                if asked {
                    tx.audit(entry);
                }
                Ok(asked)
            }
            .boxed()
        })
        .await;
    match asked {
        Ok(_) => {}
        // The same form at the same moment: the other one has asked.
        Err(DbError::Sql(error)) if error.as_database_error().is_some_and(|e| e.is_unique_violation()) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(redirect_to(&format!("/parcels/{id}#wish")))
}

type Checked = (Option<String>, Option<Date>);

fn checked(parcel: &Parcel, wish: Wish, form: &WishForm, now: Timestamp) -> Result<Checked, WishFault> {
    if closing(parcel, now).is_none() {
        return Err(WishFault::Closed);
    }
    let words = form.words(wish);
    if wish.needs_words() && words.is_empty() {
        return Err(WishFault::NoWords);
    }
    if words.chars().count() > MAX_WORDS {
        return Err(WishFault::Long);
    }
    let detail = Some(words.to_owned()).filter(|words| !words.is_empty());
    if wish != Wish::AnotherDay {
        return Ok((detail, None));
    }
    let day: Date = form.day.parse().map_err(|_| WishFault::Day)?;
    if days(parcel, now).contains(&day) { Ok((None, Some(day))) } else { Err(WishFault::Day) }
}

/// The days to choose from, counted where the parcel goes.
fn days(parcel: &Parcel, now: Timestamp) -> Vec<Date> {
    let offset = parcel.arrival.as_ref().map(|arrival| arrival.offset).or(parcel.status_offset).unwrap_or(0);
    let today = Local::new(now, offset).day;
    (1..=DAYS_AHEAD).map(|ahead| today.plus_days(ahead)).collect()
}

fn wish_word(w: Words, wish: Wish) -> (String, String) {
    match wish {
        Wish::Hand => (w.get("parcels-hand"), w.get("parcels-hand-text")),
        Wish::Neighbour => (w.get("parcels-neighbour"), w.get("parcels-neighbour-text")),
        Wish::SafePlace => (w.get("parcels-safe-place"), w.get("parcels-safe-place-text")),
        Wish::PickupPoint => (w.get("parcels-pickup-point"), w.get("parcels-pickup-point-text")),
        Wish::AnotherDay => (w.get("parcels-another-day"), w.get("parcels-another-day-text")),
    }
}

/// How far the last wish is: received, with the carrier, accepted, refused.
pub fn wish_state(visitor: &Visitor, figures: &Figures, instruction: &Instruction) -> impl IntoView + use<> {
    let w = visitor.words();
    let (tone, icon, word) = match instruction.state {
        Sent::Waiting => ("lamp", "clock", w.get("parcels-wish-received")),
        Sent::Forwarded => ("info", "send", w.get("parcels-wish-forwarded")),
        Sent::Accepted => ("positive", "circle-check", w.get("parcels-wish-accepted")),
        Sent::Refused => ("critical", "circle-alert", w.get("parcels-wish-refused")),
        Sent::Dead => ("critical", "circle-alert", w.get("parcels-wish-dead")),
    };
    let (name, _) = wish_word(w, instruction.wish);
    let detail = instruction.detail.clone().or_else(|| instruction.day.map(|day| figures.weekday_date(day)));
    let name = detail.map_or_else(|| name.clone(), |detail| format!("{name}: {detail}"));
    let asked = w.with("parcels-wish-asked", &[("moment", &figures.moment(instruction.created_at))]);
    let answer = instruction.answer.as_ref().map(|answer| {
        view! { <small>{w.with("parcels-carrier-says", &[("words", answer)])}</small> }
    });
    view! {
        <div class="item"><span class="item__body"><b>{name}</b>
            <small>{asked}</small>{answer}</span>
            <span class="item__end">{ui::badge(visitor, tone, Some(icon), word)}</span></div>
    }
}

/// The panel: for recipients alone.
pub(super) fn panel(
    visitor: &Visitor,
    figures: &Figures,
    page: &ParcelPage,
    form: Id<()>,
    sent: Option<&(WishForm, WishFault)>,
) -> Option<impl IntoView + use<>> {
    let (w, parcel) = (visitor.words(), &page.parcel);
    if parcel.role != Role::Recipient {
        return None;
    }
    let open = closing(parcel, figures.now());
    if open.is_none() && page.instruction.is_none() && sent.is_none() {
        return None;
    }
    let until = until(w, figures, parcel);
    let state = page.instruction.as_ref().map(|instruction| wish_state(visitor, figures, instruction));
    let fault = sent.map(|(_, fault)| {
        view! {
            <div class="panel__body">{alert(visitor, Some("critical"), "circle-alert", fault.text(w))}</div>
        }
    });
    let choices = open.map(|_| choices(w, figures, page, form, sent.map(|(form, _)| form)));
    Some(view! {
        <section class="panel" aria-labelledby="wish">
            <div class="panel__head"><h2 id="wish">{w.get("parcels-not-at-home")}</h2>
                <span class="small muted" data-live=format!("until:{}", parcel.id)>{until}</span></div>
            <div class="list" data-live=format!("wish:{}", parcel.id)>{state}</div>
            {fault}
            <div data-live=format!("choices:{}", parcel.id)>{choices}</div>
        </section>
    })
}

fn choices(
    w: Words,
    figures: &Figures,
    page: &ParcelPage,
    form: Id<()>,
    sent: Option<&WishForm>,
) -> impl IntoView + use<> {
    let chosen = sent
        .and_then(|sent| Wish::from_name(&sent.wish))
        .or_else(|| page.instruction.as_ref().filter(|last| last.state != Sent::Refused).map(|last| last.wish))
        .unwrap_or(Wish::Hand);
    let fields = Wish::ALL.map(|wish| {
        let (name, text) = wish_word(w, wish);
        let id = format!("wish-{}", wish.as_str());
        let more =
            match wish {
                Wish::Hand => None,
                Wish::AnotherDay => {
                    let asked = page.instruction.as_ref().and_then(|last| last.day).map(|day| day.to_string());
                    let picked = sent.map(|sent| sent.day.clone()).or(asked).unwrap_or_default();
                    let options = days(&page.parcel, figures.now()).into_iter().map(|day| {
                        let value = day.to_string();
                        let selected = value == picked;
                        view! { <option value=value selected=selected>{figures.weekday_date(day)}</option> }
                    });
                    let options = options.collect_view();
                    Some(view! {
                    <div class="field"><label for=id.clone()>{w.get("parcels-which-day")}</label>
                        <span class="select"><select class="input" id=id name="day">{options}</select></span></div>
                }
                .into_any())
                }
                _ => {
                    let value = sent.map(|sent| sent.words(wish).to_owned()).unwrap_or_default();
                    let label = if wish == Wish::Neighbour { w.get("parcels-who") } else { w.get("parcels-where") };
                    Some(view! {
                    <div class="field"><label for=id.clone()>{label}</label>
                        <input class="input" id=id name=wish.as_str() maxlength=MAX_WORDS.to_string() value=value
                            autocomplete="off"/></div>
                }
                .into_any())
                }
            };
        view! {
            <label class="choice"><input r#type="radio" name="wish" value=wish.as_str() checked=wish == chosen/>
                <span class="item__body"><b>{name}</b><small>{text}</small></span></label>
            {more}
        }
    });
    view! {
        <form class="panel__body stack gap-2 wishes" method="post" action=format!("/parcels/{}/instruction", page.parcel.id)>
            <input r#type="hidden" name="form" value=form.to_string()/>
            {fields.into_iter().collect_view()}
            <button class="button button--primary">{w.get("parcels-save-choice")}</button>
        </form>
    }
}
