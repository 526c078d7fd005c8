//! What is done with the draft: saved, thrown away, published, taken back, brought in from a file.

use super::{brand, work};
use crate::{
    house::{
        Face, Module, Settings,
        logo::{self, LogoFault},
        store::{self, PublishError},
    },
    ui::fragment,
    web::{Fields, May, Problem, Reason, SentFile, Services, Sure, read_parts, redirect_to},
};
use axum::{
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    response::{Html, IntoResponse as _, Response},
};
use guichet_platform::staff::can;
use guichet_types::Locale;

/// The houses of the design, to begin from: brand, accent, roundness.
pub(in crate::admin) const PRESETS: [(&str, &str, &str, u8); 4] = [
    ("petrol", "#0c5a6b", "#f4b740", 10),
    ("plum", "#5a2a82", "#ff9d6c", 10),
    ("signal", "#ffcc00", "#d6453d", 5),
    ("forest", "#0a6b3d", "#9fe0ff", 14),
];
/// Bytes of a release that comes as a file.
const MAX_IMPORT: usize = 2 << 20;
/// Bytes of a field of a form that is tried.
const TRIAL_BYTES: usize = 4 << 10;

/// Gives settings the colours and the shape of a house of the design; a word that is none changes nothing.
pub(in crate::admin) fn begin_from(settings: &mut Settings, preset: &str) {
    let found = PRESETS.into_iter().find(|(word, ..)| *word == preset);
    if let Some((_, brand, accent, round)) = found
        && let (Ok(brand), Ok(accent)) = (brand.parse(), accent.parse())
    {
        (settings.brand.brand, settings.brand.accent, settings.brand.round) = (brand, accent, round);
    }
}

/// What the form of brand and modules makes of settings.
fn take_brand(settings: &mut Settings, fields: &Fields) {
    if fields.has("name") {
        settings.name = fields.get("name").trim().to_owned();
        settings.tagline = fields.get("tagline").trim().to_owned();
        let first: Option<Locale> = fields.get("first").parse().ok();
        let chosen: Vec<Locale> =
            Locale::ALL.into_iter().filter(|locale| fields.all("language").any(|tag| tag == locale.tag())).collect();
        let others = chosen.iter().copied().filter(|locale| Some(*locale) != first);
        settings.languages = first.into_iter().filter(|locale| chosen.contains(locale)).chain(others).collect();
        if let Ok(brand) = fields.get("brand").parse() {
            settings.brand.brand = brand;
        }
        if let Ok(accent) = fields.get("accent").parse() {
            settings.brand.accent = accent;
        }
        settings.brand.round = fields.get("round").parse().unwrap_or(settings.brand.round);
        if let Some(face) = Face::ALL.into_iter().find(|face| face.word() == fields.get("face")) {
            settings.brand.face = face;
        }
        for module in Module::ALL {
            let on = fields.all("module").any(|word| word == module.word());
            settings.modules = settings.modules.with(module, on);
        }
    }
    begin_from(settings, fields.get("preset"));
    match fields.get("drop") {
        "logo" => settings.brand.logo = None,
        "logo_dark" => settings.brand.logo_dark = None,
        _ => {}
    }
}

/// `POST /admin/brand/save`.
pub(super) async fn save_brand(
    State(services): State<Services>,
    may: May<can::Configure>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut settings = work(&services, &may).await?.settings;
    take_brand(&mut settings, &fields);
    store::save_draft(&services.db, &may.grant, &settings, may.who.visitor.now).await?;
    Ok(redirect_to("/admin/brand?said=saved"))
}

/// `POST /admin/brand/trial`: how it would look with what the form holds now. Nothing is kept.
pub(super) async fn try_brand(
    State(services): State<Services>,
    may: May<can::Configure>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let wrong = || Problem::new(Reason::BadRequest, &may.who.visitor);
    let (fields, _) = read_parts(form.map_err(|_| wrong())?, TRIAL_BYTES).await.map_err(|_| wrong())?;
    let mut work = work(&services, &may).await?;
    take_brand(&mut work.settings, &fields);
    let visitor = &may.who.visitor;
    Ok(Html(fragment(|| brand::shown(visitor, &services, &work.settings))).into_response())
}

/// `POST /admin/brand/logo`.
pub(super) async fn logo(
    State(services): State<Services>,
    may: May<can::Configure>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let wrong = || Problem::new(Reason::BadRequest, &may.who.visitor);
    let (_, files) = read_parts(form.map_err(|_| wrong())?, logo::MAX_BYTES).await.map_err(|_| wrong())?;
    let mut settings = work(&services, &may).await?.settings;
    let now = may.who.visitor.now;
    let mut came = false;
    for SentFile { field, bytes, .. } in files {
        if bytes.is_empty() || !matches!(field.as_str(), "logo" | "logo_dark") {
            continue;
        }
        let taken = tokio::task::spawn_blocking(move || logo::take(bytes)).await.map_err(Problem::fault)?;
        let picture = match taken {
            Ok(picture) => picture,
            Err(fault) => {
                let word = match fault {
                    LogoFault::Size | LogoFault::Side => "logo-size",
                    LogoFault::Kind => "logo-kind",
                    LogoFault::Element(_) | LogoFault::Attribute(_) => "logo-element",
                };
                return Ok(redirect_to(&format!("/admin/brand?said={word}")));
            }
        };
        let hash = store::keep_picture(&services.db, &may.grant, picture, now).await?;
        came = true;
        if field == "logo" {
            settings.brand.logo = Some(hash);
        } else {
            settings.brand.logo_dark = Some(hash);
        }
    }
    if came {
        store::save_draft(&services.db, &may.grant, &settings, now).await?;
    }
    Ok(redirect_to(if came { "/admin/brand?said=saved" } else { "/admin/brand?said=logo-size" }))
}

/// `POST /admin/releases/publish`.
pub(super) async fn publish(
    State(services): State<Services>,
    Sure { may, proven, fields }: Sure<can::Configure>,
) -> Result<Response, Problem> {
    let done = store::publish(&services.db, &proven, fields.get("note"), may.who.visitor.now).await;
    settled(&services, done, "published").await
}

/// `POST /admin/releases/discard`.
pub(super) async fn discard(State(services): State<Services>, may: May<can::Configure>) -> Result<Response, Problem> {
    store::discard_draft(&services.db, &may.grant).await?;
    Ok(redirect_to("/admin/brand?said=discarded"))
}

/// `POST /admin/releases/{number}/back`.
pub(super) async fn back(
    State(services): State<Services>,
    Path(number): Path<i64>,
    Sure { may, proven, .. }: Sure<can::Configure>,
) -> Result<Response, Problem> {
    let done = store::roll_back(&services.db, &proven, number, may.who.visitor.now).await;
    if matches!(done, Err(PublishError::NoRelease)) {
        return Err(Problem::new(Reason::NotFound, &may.who.visitor));
    }
    settled(&services, done, "back").await
}

async fn settled(
    services: &Services,
    done: Result<i64, PublishError>,
    word: &'static str,
) -> Result<Response, Problem> {
    Ok(redirect_to(match done {
        Ok(_) => {
            // This node does not wait for its turn to look.
            services.house.look(&services.db).await?;
            match word {
                "back" => "/admin/releases?said=back",
                _ => "/admin/releases?said=published",
            }
        }
        Err(PublishError::NoDraft | PublishError::NoRelease) => "/admin/releases?said=no-draft",
        Err(PublishError::Overtaken(_)) => "/admin/releases/draft?said=overtaken",
        Err(PublishError::Faults(_)) => "/admin/releases/draft?said=faults",
        Err(PublishError::Db(error)) => return Err(error.into()),
    }))
}

/// `POST /admin/releases/import`: a release as a file becomes the draft.
pub(super) async fn import(
    State(services): State<Services>,
    may: May<can::Configure>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let wrong = || Problem::new(Reason::BadRequest, &may.who.visitor);
    let (_, files) = read_parts(form.map_err(|_| wrong())?, MAX_IMPORT).await.map_err(|_| wrong())?;
    for SentFile { field, bytes, .. } in files {
        if bytes.len() > MAX_IMPORT || field != "file" {
            continue;
        }
        let settings = std::str::from_utf8(&bytes).ok().and_then(|text| Settings::read(text).ok());
        if let Some(settings) = settings.filter(Settings::is_of_size) {
            store::save_draft(&services.db, &may.grant, &settings, may.who.visitor.now).await?;
            return Ok(redirect_to("/admin/releases/draft?said=imported"));
        }
    }
    Ok(redirect_to("/admin/releases?said=form"))
}
