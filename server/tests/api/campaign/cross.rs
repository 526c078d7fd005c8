//! Random attempts at what is another customer's: every route, every way to write an id, in address, query, form and file.
//! The answer is the one for what does not exist.

use super::crowd::{Dice, Member, crowd, foreign};
use crate::{
    claims::PDF,
    matrix::{Thing, things},
    portal::Portal,
};
use axum::http::StatusCode;
use guichet::http::{MACHINE_ROUTES, routes};
use guichet_platform::{
    on_both_databases,
    random::SeededRandom,
    testing::{attempts, figures},
};
use std::collections::{BTreeMap, BTreeSet};

const NOBODY: &str = "00000000000000000000000000000000";

/// The forms that an id takes in an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Foreign,
    Deleted,
    Star,
    Percent,
    List,
    Negative,
    Huge,
    OtherKind,
    UpperCase,
    Encoded,
    EncodedTwice,
    Trailing,
    Climbing,
}

const FORMS: [Form; 13] = [
    Form::Foreign,
    Form::Deleted,
    Form::Star,
    Form::Percent,
    Form::List,
    Form::Negative,
    Form::Huge,
    Form::OtherKind,
    Form::UpperCase,
    Form::Encoded,
    Form::EncodedTwice,
    Form::Trailing,
    Form::Climbing,
];

impl Form {
    /// `id` is a foreign one of the right kind, `other` a foreign one of another.
    fn write(self, id: &str, other: &str) -> String {
        match self {
            Self::Foreign => id.to_owned(),
            Self::Deleted => NOBODY.to_owned(),
            Self::Star => "*".to_owned(),
            Self::Percent => "%25".to_owned(),
            Self::List => format!("{id},{other}"),
            Self::Negative => "-1".to_owned(),
            Self::Huge => "9".repeat(400),
            Self::OtherKind => other.to_owned(),
            Self::UpperCase => id.to_uppercase(),
            Self::Encoded => id.bytes().map(|byte| format!("%{byte:02x}")).collect(),
            Self::EncodedTwice => id.bytes().map(|byte| format!("%25{byte:02x}")).collect(),
            Self::Trailing => format!("{id}%20"),
            Self::Climbing => format!("..%2f{id}"),
        }
    }
}

/// Every id of a customer, by what it is called in addresses.
fn ids(things: &[Thing]) -> BTreeMap<&'static str, Vec<String>> {
    let mut ids: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (name, id) in things.iter().flatten().filter(|(name, _)| !matches!(*name, "format" | "instrument")) {
        ids.entry(name).or_default().push(id.clone());
    }
    ids
}

/// What a campaign must not change, of anybody.
async fn state(portal: &Portal) -> Vec<usize> {
    let mut counts = Vec::new();
    for sql in [
        "select count(*) from parcel_follower",
        "select count(*) from parcel_share",
        "select count(*) from parcel_instruction",
        "select count(*) from claim_draft",
        "select count(*) from claim_upload",
        "select count(*) from claim_letter",
        "select count(*) from claim_notice",
        "select count(*) from outbox",
        "select count(*) from entry",
        "select count(*) from holder",
        "select count(*) from portfolio_holder",
        "select count(*) from policy_holder",
        "select count(*) from claim_party",
    ] {
        counts.push(portal.count(sql).await);
    }
    counts
}

on_both_databases! {
    async fn no_random_attempt_gets_anything_of_anothers(world: World) {
        let dialect = world.db.dialect();
        let portal = Portal::unpaced(world).await;
        let members = crowd(&portal, 5).await;
        let mut of = Vec::new();
        for member in &members {
            of.push(ids(&things(&portal, &member.cookie).await));
        }
        let random = SeededRandom::new(2_026);
        let dice = Dice(&random);
        let served = routes();
        let all: Vec<_> = served.list().iter().chain(&MACHINE_ROUTES).copied().collect();
        let before = state(&portal).await;
        let tries = attempts(1_200, 100_000);
        let (mut hit, mut used, mut statuses) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::<u16, usize>::new());
        let mut nothing: BTreeMap<(usize, usize), (u16, String)> = BTreeMap::new();
        let (mut compared, mut leaks) = (0_usize, Vec::new());
        for at in 0..tries {
            // Each route in turn, so that none is left out; all else by chance.
            let index = at % all.len();
            let route = all[index];
            let actor = dice.roll(members.len() + 1);
            let owner = (actor + 1 + dice.roll(members.len() - 1)) % members.len();
            let actor_is = members.get(actor);
            let form = *dice.pick(&FORMS);
            let (path, zeros) = address(route.path, form, &of[owner], &dice);
            let cookie = actor_is.map_or("__Host-guichet=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", |member| member.cookie.as_str());
            // Signing out, or ending one's other sessions, is one's own affair.
            let cookie = if route.path == "/api/sign-out" { "" } else { cookie };
            let query = query(&of[owner], &members[owner], &dice);
            let asked = format!("{path}{}{query}", if path.contains('?') { "&" } else { "?" });
            let answer = if route.method == "POST" {
                let body = query.trim_start_matches('&').to_owned();
                if route.path.ends_with("/photos") || route.path.ends_with("/uploads") {
                    portal.send_files(&path, cookie, &[("request", NOBODY)], &[("x.pdf", PDF)]).await
                } else {
                    portal.ask("POST", &path, cookie, &body).await
                }
            } else {
                portal.get(&asked, cookie).await
            };
            hit.insert((route.method, route.path));
            used.insert(form);
            *statuses.entry(answer.status.as_u16()).or_default() += 1;
            let found = foreign(actor_is, &format!("{:?}{}", answer.headers, answer.body));
            if !found.is_empty() && !route.path.starts_with("/track") {
                leaks.push(format!("{} {asked}: {found:?}", route.method));
            }
            assert!(answer.status.as_u16() < 500 || answer.status.as_u16() == 503 && actor_is.is_none(), "{} {asked}: {}\n{}", route.method, answer.status, answer.body);
            // The answer to a foreign id is the answer to one that was never given out. A look-up says the number again.
            if form == Form::Foreign && !route.path.starts_with("/track") && route.method == "GET" && path != zeros {
                let plain = portal.get(&path, cookie).await;
                // Links are asked for so often that they are told to come back, whichever it is.
                if plain.status == StatusCode::TOO_MANY_REQUESTS {
                    assert_eq!(portal.get(&zeros, cookie).await.status, plain.status, "{path}");
                    continue;
                }
                let key = (index, actor);
                if let std::collections::btree_map::Entry::Vacant(vacant) = nothing.entry(key) {
                    let none = portal.get(&zeros, cookie).await;
                    vacant.insert((none.status.as_u16(), none.body_without_nonces()));
                }
                let none = &nothing[&key];
                compared += 1;
                assert_eq!(plain.status.as_u16(), none.0, "{path}");
                if plain.status.as_u16() != 303 {
                    assert_eq!(plain.body_without_nonces(), none.1, "{path}");
                }
            }
        }
        figures(&format!(
            "T01 {dialect:?}: {tries} attempts, routes {}/{}, forms {}/{}, compared with what does not exist {compared}, foreign words {}, statuses {statuses:?}",
            hit.len(), all.len(), used.len(), FORMS.len(), leaks.len()
        ));
        assert!(leaks.is_empty(), "{leaks:#?}");
        assert_eq!(before, state(&portal).await, "something was changed");
        assert_eq!((hit.len(), used.len()), (all.len(), FORMS.len()));
        assert!(compared >= 10);
    }
}

/// An address with an id of somebody's in every open place, and the same with ids that were never given out.
fn address(path: &str, form: Form, of: &BTreeMap<&'static str, Vec<String>>, dice: &Dice<'_>) -> (String, String) {
    let (mut filled, mut zeros) = (String::new(), String::new());
    for part in path.split('/').skip(1) {
        let (one, none) = match part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            None => (part.to_owned(), part.to_owned()),
            Some("format") => {
                let format = (*dice.pick(&["csv", "json", "ofx", "camt", "transactions"])).to_owned();
                (format.clone(), format)
            }
            Some(name) => {
                let kinds: Vec<_> = of.keys().copied().collect();
                let other = dice.pick(&of[*dice.pick(&kinds)]);
                let id = of.get(name).map_or(other, |ids| dice.pick(ids));
                (form.write(id, other), NOBODY.to_owned())
            }
        };
        filled.push('/');
        filled.push_str(&one);
        zeros.push('/');
        zeros.push_str(&none);
    }
    if path == "/live" {
        filled.push_str("?after=0&once=1");
        zeros.push_str("?after=0&once=1");
    }
    (filled, zeros)
}

/// Names that a query or a form may give, each with something of somebody else's.
fn query(of: &BTreeMap<&'static str, Vec<String>>, owner: &Member, dice: &Dice<'_>) -> String {
    let kinds: Vec<_> = of.keys().copied().collect();
    let id = dice.pick(&of[*dice.pick(&kinds)]);
    let names = [
        "account",
        "policy",
        "claim",
        "draft",
        "session",
        "share",
        "parcel",
        "portfolio",
        "customer",
        "customer_id",
        "owner",
        "id",
        "upload",
    ];
    let name = dice.pick(&names);
    match dice.roll(6) {
        0 => format!("&{name}={id}"),
        1 => format!("&{name}={id}&{name}={id}"),
        2 => format!("&{name}%5B%5D={id}"),
        3 => format!("&customer={}", owner.number),
        4 => format!("&{name}=%25"),
        _ => format!("&{name}={}", id.to_uppercase()),
    }
}
