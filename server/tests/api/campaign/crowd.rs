//! Customers for a campaign: each with an account, a parcel, a portfolio, a policy and a claim, all marked with their word.

use crate::{
    claims,
    portal::{PASSWORD, Portal, parcel, statement},
    portfolio::portfolio_of,
};
use guichet_platform::random::Random;

/// A customer of the crowd.
#[derive(Clone, Debug)]
pub struct Member {
    /// Their number, which is also how they sign in.
    pub number: String,
    /// The word that stands in all that is theirs.
    pub word: String,
    /// Their parcel's number.
    pub parcel: String,
    /// Their session.
    pub cookie: String,
}

const MARK: &str = "C7Q";

/// Twelve characters that stand nowhere else.
fn word(of: u32) -> String {
    format!("{MARK}{:09}", u64::from(of) * 7_654_321 % 1_000_000_000)
}

/// Every word of a customer that stands in a text, whatever the case.
pub fn words_in(text: &str) -> Vec<String> {
    let text = text.to_ascii_uppercase();
    let at = text.match_indices(MARK).map(|(at, _)| at);
    at.filter_map(|at| text.get(at..at + 12))
        .filter(|word| word[3..].bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

/// The foreign words in what came back to `member`.
pub fn foreign(member: Option<&Member>, text: &str) -> Vec<String> {
    words_in(text).into_iter().filter(|word| member.is_none_or(|member| *word != member.word)).collect()
}

fn iban(of: u32) -> String {
    let account = format!("37040044{of:010}");
    // ISO 13616: the letters DE are 13 and 14, the check digits make the rest of 97 one.
    let rest = format!("{account}131400").bytes().fold(0_u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

fn tracking(of: u32) -> String {
    let serial = format!("{:08}", 10_000_000 + of);
    // UPU S10.
    let sum: u32 =
        serial.bytes().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        check => check,
    };
    format!("GX{serial}{check}FR")
}

/// So many customers, each signed in.
pub async fn crowd(portal: &Portal, size: u32) -> Vec<Member> {
    let mut members = Vec::new();
    for of in 0..size {
        let (number, word, account) = (format!("{}", 100 + of), word(of + 1), iban(of));
        let member = Member { number: number.clone(), word: word.clone(), parcel: tracking(of), cookie: String::new() };
        portal
            .send(&format!(
                r#"{{"guichet": "parties/1", "customers": [{{"number": "{number}", "name": "Anna {word}", "since": "2020-01-01",
                  "accounts": [{{"identification": "{account}", "currency": "EUR", "name": "{word}"}}]}}]}}"#
            ))
            .await;
        portal.send(&statement(&account, &word)).await;
        portal.send(&parcel(&member.parcel, &number, &word)).await;
        portal.send(&portfolio_of(&number, &word)).await;
        portal.send(&claims::policy_of(&number, &word)).await;
        portal.send(&claims::claim_of(&number, &word)).await;
        let email = format!("{number}@mail.example");
        portal.services.identity.sign_up(&number, &email, PASSWORD).await.unwrap();
        let cookie = portal.sign_in(&number).await;
        portal.services.identity.plant_passkey(&number, &word).await.unwrap();
        members.push(Member { cookie, ..member });
    }
    members
}

/// Choices that repeat for the same seed.
pub struct Dice<'r>(pub &'r dyn Random);

impl Dice<'_> {
    /// A number below `of`.
    pub fn roll(&self, of: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % of as u64).unwrap()
    }

    /// One of them.
    pub fn pick<'l, T>(&self, list: &'l [T]) -> &'l T {
        &list[self.roll(list.len())]
    }
}

#[test]
fn words_are_found_in_any_case_and_are_each_customers_own() {
    assert_eq!(words_in(&format!("a{}b {}", word(1), word(2).to_lowercase())), vec![word(1), word(2)]);
    assert_eq!(words_in("C7Q12345678 c7q"), Vec::<String>::new());
    let all: std::collections::BTreeSet<_> = (1..=64).map(word).collect();
    assert_eq!(all.len(), 64);
}
