//! How long answers take for what is there and for what is not (T07): sign-in, reset, activation, tracking. Pairs, one of each
//! in an order by chance, so that whatever else the machine does falls on both alike.
//!
//! Nothing is asserted about the time, for a machine that does other work would decide it; `scripts/campaign times` prints the
//! medians, their difference, and how likely it is that both are of one kind (Mann-Whitney). In every run a few pairs are
//! asked, and must be answered alike.

use crate::portal::Portal;
use axum::{
    body::Body,
    http::{Request, header},
};
use guichet_platform::{
    identity::Profile,
    random::{Random as _, SeededRandom},
    scope::operator,
    serve::Peer,
    testing::{attempts, figures, sqlite},
};
use std::time::{Duration, Instant};

/// What is asked, with the two words that stand for what is there and what is not.
struct Door {
    name: &'static str,
    path: &'static str,
    form: &'static str,
    known: &'static str,
    unknown: &'static str,
}

const DOORS: [Door; 6] = [
    Door {
        name: "sign-in by address",
        path: "/sign-in",
        form: "name=@&password=not+the+password+at+all",
        known: "1%40mail.example",
        unknown: "9%40mail.example",
    },
    Door {
        name: "sign-in by number",
        path: "/sign-in",
        form: "name=@&password=not+the+password+at+all",
        known: "1",
        unknown: "9",
    },
    Door { name: "reset", path: "/reset", form: "email=@", known: "1%40mail.example", unknown: "9%40mail.example" },
    Door {
        name: "activation, invited",
        path: "/activate",
        form: "number=@&code=ABCD-EFGH-JKMN",
        known: "2",
        unknown: "9",
    },
    Door {
        name: "activation, not invited",
        path: "/activate",
        form: "number=@&code=ABCD-EFGH-JKMN",
        known: "1",
        unknown: "9",
    },
    Door {
        name: "tracking with a postcode",
        path: "/track",
        form: "number=@&postcode=10115",
        known: "GX447109284FR",
        unknown: "GX447109298FR",
    },
];

/// Sends a form and says how long the answer took.
#[expect(clippy::disallowed_methods, reason = "time is what is measured")]
async fn ask(portal: &Portal, path: &str, form: &str, number: u32) -> (u16, Duration) {
    // A network of its own each time, so that no meter comes in between.
    let [_, high, middle, low] = number.to_be_bytes();
    let address = format!("10.{high}.{middle}.{low}:40000").parse().unwrap();
    let request = Request::post(path)
        .extension(Peer(address))
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()))
        .unwrap();
    let begun = Instant::now();
    let answer = portal.ask_with(request).await;
    (answer.status.as_u16(), begun.elapsed())
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

/// How likely it is that two lists as different as these are of one kind: Mann-Whitney, two-sided, by the normal distribution.
#[expect(clippy::float_arithmetic, reason = "statistics of a measurement")]
fn likelihood(one: &[Duration], other: &[Duration]) -> f64 {
    let mut all: Vec<(Duration, bool)> = one.iter().map(|time| (*time, true)).collect();
    all.extend(other.iter().map(|time| (*time, false)));
    all.sort();
    let (count, of_one, of_other) = (all.len() as f64, one.len() as f64, other.len() as f64);
    // Times in nanoseconds are hardly ever the same; those that are stand in the order of the sort.
    let ranks: f64 = all.iter().enumerate().filter(|(_, (_, is_one))| *is_one).map(|(rank, _)| (rank + 1) as f64).sum();
    let statistic = ranks - of_one * (of_one + 1.0) / 2.0;
    let deviation = (of_one * of_other * (count + 1.0) / 12.0).sqrt();
    let distance = (statistic - of_one * of_other / 2.0).abs() / deviation;
    // Abramowitz and Stegun, 26.2.17: exact to seven places.
    let step = 1.0 / (1.0 + 0.231_641_9 * distance);
    let series = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum = series.iter().rev().fold(0.0, |sum, part| (sum + part) * step);
    2.0 * sum * (-distance * distance / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

#[test]
fn lists_of_one_kind_are_told_from_lists_of_two() {
    let list =
        |from: u64| -> Vec<Duration> { (0..400).map(|at| Duration::from_micros(from + at * 37 % 400)).collect() };
    assert!(likelihood(&list(1_000), &list(1_000)) > 0.9);
    assert!(likelihood(&list(1_000), &list(1_100)) < 0.000_001);
    assert_eq!(median(&list(1_000)), Duration::from_micros(1_200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn known_and_unknown_are_asked_for_in_pairs() {
    let portal = Portal::under(sqlite().await, Profile::BankPsd2).await;
    portal.services.identity.invite(&operator(), "2").await.unwrap().unwrap();
    let dice = SeededRandom::new(7);
    let pairs = attempts(4, 1_000);
    let mut number = 0;
    for door in &DOORS {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for _ in 0..pairs {
            let mut byte = [0];
            dice.fill(&mut byte);
            let mut statuses = Vec::new();
            for known_now in [byte[0] & 1 == 0, byte[0] & 1 != 0] {
                number += 1;
                let word = if known_now { door.known } else { door.unknown };
                let (status, took) = ask(&portal, door.path, &door.form.replace('@', word), number).await;
                if known_now {
                    known.push(took)
                } else {
                    unknown.push(took)
                }
                statuses.push(status);
            }
            assert_eq!(statuses[0], statuses[1], "{}", door.name);
            // Failures are forgotten after a day, look-ups after ten minutes.
            portal.world.clock.advance_seconds(90_000);
        }
        let (there, not) = (median(&known), median(&unknown));
        figures(&format!(
            "T07 {}: {pairs} pairs, known {:?}, unknown {:?}, apart {:?}, p {:.3}",
            door.name,
            there,
            not,
            there.abs_diff(not),
            likelihood(&known, &unknown)
        ));
    }
}
