//! Language and theme.

use super::{super::browser::set_cookie, read};
use crate::web::{LOCALE_COOKIE, Problem, Reason, Services, THEME_COOKIE, Visitor, redirect_to};
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::{db::DbError, on};
use guichet_types::{Locale, Theme};

/// What a visitor chooses to see.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct DisplayForm {
    locale: Option<String>,
    theme: Option<String>,
    back: String,
}

/// `POST /api/display`: language and theme; kept with the customer when there is one, and in the browser.
pub async fn display(
    State(services): State<Services>,
    visitor: Visitor,
    form: Result<Form<DisplayForm>, FormRejection>,
) -> Result<Response, Problem> {
    const SET: &str = "update customer set locale = coalesce($2, locale), theme = coalesce($3, theme) where id = $1";
    let bad = || Problem::new(Reason::BadRequest, &visitor);
    let form = read(&visitor, form)?;
    let locale = form.locale.map(|tag| tag.parse::<Locale>()).transpose().map_err(|()| bad())?;
    let theme = form.theme.map(|name| name.parse::<Theme>()).transpose().map_err(|()| bad())?;
    if let Some(session) = &visitor.session {
        let scope = session.scope;
        let (tag, name) = (locale.map(Locale::tag), theme.map(Theme::name));
        services
            .db
            .write(&scope, move |tx| {
                async move {
                    on!(tx, c => sqlx::query(SET).bind(scope.bytes()).bind(tag).bind(name).execute(&mut **c).await.map(|_| ()))
                        .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
    }
    let mut response = redirect_to(if form.back.is_empty() { "/" } else { &form.back });
    const YEAR: i64 = 365 * 24 * 3_600;
    if let Some(locale) = locale {
        set_cookie(&mut response, LOCALE_COOKIE, locale.tag(), YEAR, false);
    }
    if let Some(theme) = theme {
        set_cookie(&mut response, THEME_COOKIE, theme.name(), YEAR, false);
    }
    Ok(response)
}
