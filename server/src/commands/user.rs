//! `guichet user add`, `guichet user invite` and `guichet staff invite`.

use super::{compose, say};
use anyhow::{Context as _, bail};
use guichet_platform::{
    config::Config,
    identity::until_days,
    password::{Weak, check_new},
    scope,
    staff::NewPerson,
};
use std::io::BufRead as _;

pub(super) async fn add(config: Config, customer: &str, email: &str) -> anyhow::Result<()> {
    if !email.contains('@') || email.chars().any(char::is_whitespace) {
        bail!("{email} is not an e-mail address");
    }
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).context("the password is read from standard input")?;
    let password = password.trim_end_matches(['\r', '\n']);
    check_new(password, &[email, &config.institution.name]).map_err(|weak| {
        anyhow::anyhow!(match weak {
            Weak::Short => "the password is shorter than 15 characters",
            Weak::Long => "the password is longer than 256 characters",
            Weak::Common => "the password is one that many people use",
        })
    })?;
    let parts = compose(&config).await?;
    let hash = parts.passwords.hash(password.to_owned()).await?;
    let number: String = customer.split_whitespace().collect();
    if !parts.identity.set_credential(&scope::operator(), &number, email, hash).await? {
        bail!("there is no customer {customer}; customers come from the back office in a parties document");
    }
    parts.db.close().await;
    say(&format!("Customer {customer} signs in as {email} from now on; sessions from before have ended."));
    Ok(())
}

pub(super) async fn invite(config: Config, customer: &str) -> anyhow::Result<()> {
    let parts = compose(&config).await?;
    let Some(activation) = parts.identity.invite(&scope::operator(), customer).await? else {
        bail!("there is no customer {customer}; customers come from the back office in a parties document");
    };
    parts.db.close().await;
    say(&format!("Activation code  {}", activation.code));
    say(&format!("Good once, for {} days, at {}/activate", until_days(), config.server.public_origin.as_str()));
    Ok(())
}

pub(super) async fn invite_person(config: Config, name: String, role: String) -> anyhow::Result<()> {
    let parts = compose(&config).await?;
    let person = NewPerson { name, role: role.clone(), title: String::new() };
    let Some(invitation) = parts.identity.invite_first(&scope::operator(), person).await? else {
        bail!("there is no role {role}, or the name is empty or longer than 80 characters");
    };
    parts.db.close().await;
    let origin = config.server.admin_origin.as_ref().unwrap_or(&config.server.public_origin);
    say(&format!("Number           {}", invitation.number));
    say(&format!("Activation code  {}", invitation.activation.code));
    say(&format!("Good once, for {} days, at {}/activate", until_days(), origin.as_str()));
    Ok(())
}
