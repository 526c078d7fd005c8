//! What every letter promises, in every language.

use super::*;
use crate::{
    house::{House, follow::Ground},
    web::Institution,
};
use guichet_platform::{on, on_both_databases, scope::operator, testing::NOW};
use jiff::tz::TimeZone;

const CODE: &str = "4932-0117";
const HOSTILE: &str = "<script>Firefox</script>\r\nBcc: b@evil.example";

fn institution() -> Institution {
    let ground = Ground {
        name: "Banque des <Quais>".to_owned(),
        zone: TimeZone::get("Europe/Paris").unwrap(),
        languages: Locale::ALL.to_vec(),
        host: "portal.bank.example".to_owned(),
    };
    Institution::clone(&House::new(ground).now())
}

/// One of each.
fn occasions() -> Vec<Occasion<'static>> {
    let until = NOW.plus_seconds(600);
    let factors = [Factor::Password, Factor::Passkey, Factor::Authenticator, Factor::RecoveryCodes];
    let mut all = vec![
        Occasion::NewDevice { device: HOSTILE, at: NOW },
        Occasion::AddressChanged { at: NOW },
        Occasion::ResetCode { code: CODE, until },
        Occasion::AddressCode { code: CODE, until },
        Occasion::Invitation { code: CODE, until },
        Occasion::Blocked { at: NOW },
        Occasion::RecoveryUsed { left: 3, at: NOW },
        Occasion::Activated { at: NOW },
        Occasion::AddressTaken,
        Occasion::Parcel,
        Occasion::Claim,
    ];
    all.extend(factors.map(|factor| Occasion::FactorChanged { factor, at: NOW }));
    all
}

#[test]
fn every_letter_says_in_every_language_what_it_must_and_leads_nowhere() {
    for locale in Locale::ALL {
        for occasion in occasions() {
            let letter = letter(&occasion, locale, &institution(), NOW);
            let (text, html) = (letter.text(), letter.html());
            let which = format!("{} {}", occasion.kind(), locale.tag());
            for part in [letter.subject(), text, html] {
                // A key that is missing shows itself; this one is a word of CSS.
                let part = part.replace("letter-spacing", "");
                assert!(!part.contains("letter-") && !part.contains("{ $"), "{which}: a text is missing\n{part}");
                assert!(
                    !part.contains("://") && !part.contains("href") && !part.contains("src="),
                    "{which}: a link\n{part}"
                );
            }
            assert!(
                html.starts_with("<!DOCTYPE html><html lang") && html.contains("Banque des &lt;Quais&gt;"),
                "{html}"
            );
            assert!(!html.contains("<script") && !html.contains("<Quais>"), "{which}\n{html}");
            assert!(text.contains("portal.bank.example") && html.contains("portal.bank.example"), "{which}");
            let coded = occasion.expires_at().is_some();
            assert_eq!((text.contains(&format!("\n    {CODE}\n")), html.contains(CODE)), (coded, coded), "{which}");
            // A subject is shown on a locked screen.
            assert!(!letter.subject().contains(CODE) && letter.subject().chars().count() < 60, "{which}");
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{which}\n{text}");
            assert_eq!(coded, text.contains("14:42"), "{which}: until when\n{text}");
        }
    }
}

#[test]
fn a_letter_reads_as_it_is_meant() {
    let code =
        letter(&Occasion::ResetCode { code: CODE, until: NOW.plus_seconds(600) }, Locale::En, &institution(), NOW);
    assert_eq!(code.subject(), "A code for a new password");
    assert_eq!(
        code.text(),
        "Somebody, probably you, wants to set a new password. Type this code on\nthe page that asks for it.\n\n    \
         4932-0117\n\nGood once, until 17 November 2026, 14:42.\n\nIf this was not you, do nothing: without the code nothing \
         changes. Give\nit to nobody, not even to us.\n\n-- \nThis letter holds no link. Type portal.bank.example into your browser\n\
         yourself.\nWe never ask for a password or a code by e-mail or by telephone.\nNobody reads answers to this letter.\n"
    );
    let device = letter(&Occasion::NewDevice { device: HOSTILE, at: NOW }, Locale::De, &institution(), NOW);
    assert!(
        device.text().contains("\nWann: 17. November 2026, 14:32\nAuf: <script>Firefox</script> Bcc: b@evil.example\n")
    );
    assert!(device.html().contains("&lt;script&gt;Firefox&lt;/script&gt; Bcc: b@evil.example"), "{}", device.html());
}

on_both_databases! {
    async fn a_letter_is_put_for_its_reader_and_expires_with_its_code(world: World) {
        use futures::FutureExt as _;
        const PARTY: &str = "insert into party (id, kind, name) values ($1, 'person', 'A')";
        const CUSTOMER: &str =
            "insert into customer (id, party_id, number, since_day, created_at) values ($1, $1, '1', 0, 0)";
        const GET: &str = "select address, locale, kind, subject, expires_at from mail";
        let random = world.random.clone();
        let row: (String, String, String, String, i64) = world.db.write(&operator(), move |tx| {
            async move {
                let id = vec![7_u8; 16];
                on!(tx, c => sqlx::query(PARTY).bind(&id).execute(&mut **c).await.map(|_| ()))?;
                on!(tx, c => sqlx::query(CUSTOMER).bind(&id).execute(&mut **c).await.map(|_| ()))?;
                let address = "ines@mail.example".parse().unwrap();
                let reader = Reader { customer: Id::from_bytes([7; 16]), address, locale: Locale::Fr };
                let occasion = Occasion::ResetCode { code: CODE, until: NOW.plus_seconds(600) };
                put(tx, &*random, &institution(), &reader, &occasion, NOW).await?;
                on!(tx, c => sqlx::query_as(GET).fetch_one(&mut **c).await).map_err(DbError::from)
            }
            .boxed()
        }).await.unwrap();
        let (address, locale, kind, subject, expires_at) = row;
        assert_eq!((address.as_str(), locale.as_str(), kind.as_str()), ("ines@mail.example", "fr", "reset-code"));
        assert_eq!((subject.as_str(), expires_at), ("Un code pour un nouveau mot de passe", NOW.millis() + 600_000));
    }
}
