//! A notice of loss in the making: begun, saved at every step, thrown away.

use crate::{
    accounts,
    claims::{
        pages::report::{self as screens, Faults, StepForm},
        rules::{Cause, in_force},
        store::{self, NoticeData, Policy},
    },
    web::{Problem, Reason, Services, SignedIn, redirect_to},
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
use guichet_platform::{db::DbError, random::random_id};
use guichet_types::{Currency, Date, Decimal, Id, Money, Timestamp, kind};
use jiff::tz::TimeZone;

/// The last step, where everything is looked over and sent.
pub const LAST_STEP: u8 = 5;
/// Drafts of one customer.
const MAX_DRAFTS: usize = 20;
/// How far back a loss may lie, days.
const LOOK_BACK: i32 = 3_653;

/// What the first step sends.
#[derive(Debug, serde::Deserialize)]
pub struct BeginForm {
    policy: Id<kind::Policy>,
}

/// `POST /claims/report`: a draft for a policy, with what the portal knows already.
pub async fn begin(
    State(services): State<Services>,
    who: SignedIn,
    form: Result<Form<BeginForm>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(form) = form.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
    let (scope, now) = (who.session.scope, services.clock.now());
    let draft: Id<kind::Claim> = random_id(&*services.random);
    let begun = services
        .db
        .write(&scope, move |tx| {
            async move {
                store::lock_customer(tx, &scope).await?;
                let Some(policy) = store::find_policy(tx, &scope, form.policy).await? else { return Ok(None) };
                let drafts = store::list_drafts(tx, &scope).await?;
                // The same policy twice and nothing said yet: a form that was sent twice.
                let same = drafts.iter().find(|draft| draft.policy == policy.id && draft.data.cause.is_none());
                if let Some(draft) = same.or(drafts.first().filter(|_| drafts.len() >= MAX_DRAFTS)) {
                    return Ok(Some(draft.id));
                }
                let accounts = accounts::store::list_accounts(tx, &scope).await?;
                let place =
                    policy.objects.iter().find(|object| matches!(object.kind.as_str(), "building" | "contents"));
                let data = NoticeData {
                    step: 2,
                    place: place.and_then(|object| object.description.clone()).unwrap_or_default(),
                    pay_to: accounts.first().map(|account| account.identification.clone()),
                    ..NoticeData::default()
                };
                store::insert_draft(tx, &scope, draft, policy.id, &data, now).await?;
                Ok::<_, DbError>(Some(draft))
            }
            .boxed()
        })
        .await?;
    let draft = begun.ok_or_else(|| Problem::new(Reason::NotFound, &who.visitor))?;
    Ok(redirect_to(&format!("/claims/report/{draft}")))
}

/// `POST /claims/report/{draft}`: what one step says. What holds is kept; what does not is asked again.
pub async fn save(
    State(services): State<Services>,
    who: SignedIn,
    draft: Result<Path<Id<kind::Claim>>, PathRejection>,
    form: Result<Form<StepForm>, FormRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path(id) = draft.map_err(|_| missing())?;
    let figures = who.visitor.figures(&services);
    let (scope, now, zone) = (who.session.scope, services.clock.now(), services.house.ground().zone.clone());
    let form = form.map(|Form(form)| form);
    let said = form.as_ref().ok().cloned().unwrap_or_default();
    let saved = services
        .db
        .write(&scope, move |tx| {
            async move {
                let Some(mut draft) = store::find_draft(tx, &scope, id).await? else { return Ok(None) };
                let Some(policy) = store::find_policy(tx, &scope, draft.policy).await? else { return Ok(None) };
                let faults = take(&mut draft.data, &said, &policy, &figures, &zone);
                if faults.is_empty() {
                    draft.data.step = draft.data.step.max((said.step + 1).min(LAST_STEP));
                }
                store::save_draft(tx, &scope, id, &draft.data, now).await?;
                Ok::<_, DbError>(Some(faults))
            }
            .boxed()
        })
        .await?;
    let faults = saved.ok_or_else(missing)?;
    let form = form.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
    if faults.is_empty() {
        return Ok(redirect_to(&format!("/claims/report/{id}?step={}", (form.step + 1).min(LAST_STEP))));
    }
    screens::step_again(&services, &who, id, form, faults).await
}

/// `POST /claims/report/{draft}/discard`.
pub async fn discard(
    State(services): State<Services>,
    who: SignedIn,
    draft: Result<Path<Id<kind::Claim>>, PathRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path(id) = draft.map_err(|_| missing())?;
    let scope = who.session.scope;
    let gone = services.db.write(&scope, move |tx| async move { store::delete_draft(tx, &scope, id).await }.boxed());
    for stored in gone.await?.ok_or_else(missing)? {
        services.files.remove(&stored).await.map_err(Problem::fault)?;
    }
    Ok(redirect_to("/claims"))
}

/// A line of text without what no line has.
fn line(text: &str, most: usize) -> String {
    text.chars()
        .filter(|letter| !letter.is_control() || *letter == '\n')
        .take(most)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The instant of a minute of a day; none where the clocks leave it out, or there is no such minute.
fn instant(day: Date, minute: i64, zone: &TimeZone) -> Option<Timestamp> {
    let (year, month, of_month) = day.ymd();
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    let date = jiff::civil::Date::new(i16::try_from(year).ok()?, month.cast_signed(), of_month.cast_signed()).ok()?;
    let at = date.at(hour, minute, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(Timestamp(at.timestamp().as_millisecond()))
}

/// Takes over what a step says, and says what does not hold.
fn take(data: &mut NoticeData, said: &StepForm, policy: &Policy, figures: &Figures, zone: &TimeZone) -> Faults {
    let mut faults = Faults::default();
    match said.step {
        2 => {
            data.cause = Cause::of(&said.cause).map(|cause| cause.as_str().to_owned());
            faults.cause = data.cause.is_none();
            data.place = line(&said.place, 200);
            let day: Option<Date> = said.day.trim().parse().ok();
            data.day = day.filter(|day| *day <= figures.today() && day.days() >= figures.today().days() - LOOK_BACK);
            faults.day = data.day.is_none();
            faults.not_in_force = data.day.is_some_and(|day| !in_force(&policy.head, day));
            let time = said.time.trim();
            let minute = time.split_once(':').and_then(|(hours, minutes)| {
                let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
                ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
            });
            data.minute = minute;
            data.at = data.day.zip(minute).and_then(|(day, minute)| instant(day, minute, zone));
            faults.time = !time.is_empty() && minute.is_none();
            if data.at.is_some_and(|at| at > figures.now()) {
                faults.time = true;
            }
        }
        3 => {
            data.text = line(&said.text, 4_000);
            faults.text = data.text.chars().count() < 10;
            data.others = Some(line(&said.others, 500)).filter(|others| !others.is_empty());
            data.phone = line(&said.phone, 40);
            data.pay_to = Some(line(&said.pay_to, 40)).filter(|account| !account.is_empty());
            let stated: String = said.amount.chars().filter(|letter| !letter.is_whitespace()).collect();
            let point = if stated.contains(',') && !stated.contains('.') { b',' } else { b'.' };
            let currency = policy.head.premium_gross.map_or(Currency::EUR, |money| money.currency);
            let amount =
                Decimal::parse(&stated, point).ok().and_then(|amount| Money::from_decimal(amount, currency).ok());
            data.amount = amount.filter(|amount| amount.minor > 0);
            faults.amount = !stated.is_empty() && data.amount.is_none();
        }
        _ => {}
    }
    faults
}
