//! Which carrier has which numbers: one rule for each shape, the narrow ones before the wide ones.
//!
//! Written from the carriers' own descriptions: UPU S10-12, USPS Publication 199, the GS1 General Specifications and the
//! barcode guides of UPS, FedEx, DHL and DPD.

use super::{
    Carrier,
    NumberFormat::{self as Format},
    shape::{digits, has, mod7, mod10_double, mod10_right, mod11_weighted, mod37_36, s10},
};

/// What a rule says of a number.
pub(super) enum Verdict {
    /// Another shape.
    Other,
    /// It can be one of these.
    Fits { checked: bool },
    /// The shape is right, the check digit is not.
    Wrong { expected: char, found: char },
    /// The shape and the check digit are right, the country is none.
    Country,
}

/// A shape of one carrier.
pub(super) struct Rule {
    pub carrier: Carrier,
    pub format: Format,
    pub test: fn(&[u8]) -> Verdict,
}

const fn rule(carrier: Carrier, format: Format, test: fn(&[u8]) -> Verdict) -> Rule {
    Rule { carrier, format, test }
}

pub(super) const RULES: &[Rule] = &[
    rule(Carrier::Post, Format::S10, postal),
    rule(Carrier::Ups, Format::Ups, ups),
    rule(Carrier::Ups, Format::UpsWaybill, ups_waybill),
    rule(Carrier::OnTrac, Format::Ontrac, ontrac),
    rule(Carrier::Amazon, Format::Amazon, |n| free(has(n, "TBA999999999999"))),
    rule(Carrier::OnTrac, Format::Lasership, |n| {
        free(n.starts_with(b"1LS") && (15..=20).contains(&n.len()) && numeric(&n[3..]))
    }),
    rule(Carrier::DhlExpress, Format::DhlExpressPieceId, piece_id),
    rule(Carrier::FedEx, Format::FedexGroundGsn, |n| {
        last(digits(n, 34) && n.starts_with(b"96"), n, 20, |d| mod11_weighted(d, [1, 7, 3]))
    }),
    rule(Carrier::Usps, Format::UspsImpbN, |n| impb(n, |label| label.starts_with(b"94"))),
    rule(Carrier::Usps, Format::UspsImpbC, |n| impb(n, commercial)),
    rule(Carrier::FedEx, Format::Fedex34, |n| {
        last(digits(n, 34) && n[0] != b'9', n, 20, |d| mod11_weighted(d, [1, 7, 3]))
    }),
    rule(Carrier::FedEx, Format::FedexAstra32, astra),
    rule(Carrier::FedEx, Format::FedexGround96, |n| last(digits(n, 22) && n.starts_with(b"96"), n, 7, mod10_right)),
    rule(Carrier::FedEx, Format::FedexSmartPost, smart_post),
    rule(Carrier::Gs1, Format::Sscc, |n| match n {
        [b'0', b'0', rest @ ..] if digits(rest, 18) => last(true, rest, 0, mod10_right),
        _ => last(digits(n, 18), n, 0, mod10_right),
    }),
    rule(Carrier::FedEx, Format::FedexGroundSscc18, |n| last(digits(n, 18), n, 0, mod10_right)),
    rule(Carrier::Usps, Format::UspsLegacy, legacy),
    rule(Carrier::Usps, Format::Usps20, |n| last(digits(n, 20), n, 0, mod10_right)),
    rule(Carrier::CanadaPost, Format::CanadaPost, |n| last(digits(n, 16), n, 0, mod10_right)),
    rule(Carrier::FedEx, Format::Fedex12, |n| last(digits(n, 12), n, 0, |d| mod11_weighted(d, [3, 1, 7]))),
    rule(Carrier::FedEx, Format::FedexGround, |n| last(digits(n, 15), n, 0, mod10_right)),
    rule(Carrier::DhlExpress, Format::DhlExpress, |n| last(digits(n, 10) || digits(n, 11), n, 0, mod7)),
    rule(Carrier::Dpd, Format::Dpd28, |n| {
        last(has(n, "*******99999999999999999999*") && numeric(&n[..27]), n, 0, mod37_36)
    }),
    rule(Carrier::Dpd, Format::Dpd15, |n| last(has(n, "99999999999999*"), n, 0, mod37_36)),
    rule(Carrier::Dpd, Format::Dpd14, |n| free(digits(n, 14))),
    rule(Carrier::DhlEcommerce, Format::DhlEcommerce14, |n| free(digits(n, 14))),
    rule(Carrier::DhlEcommerce, Format::DhlEcommerce, dhl_ecommerce),
];

/// Whose it is: a postal number of some countries is of an operator that is known by name.
pub(super) fn carrier(rule: &Rule, number: &[u8]) -> Carrier {
    match (rule.format, number.get(11..)) {
        (Format::S10, Some(b"GB")) => Carrier::RoyalMail,
        (Format::S10, Some(b"US")) => Carrier::Usps,
        (Format::S10, Some(b"CA")) => Carrier::CanadaPost,
        _ => rule.carrier,
    }
}

fn numeric(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

/// A shape without a check digit.
const fn free(fits: bool) -> Verdict {
    if fits { Verdict::Fits { checked: false } } else { Verdict::Other }
}

/// Holds the last character against the check digit of those from `from` on.
fn last(fits: bool, number: &[u8], from: usize, check: impl Fn(&[u8]) -> u8) -> Verdict {
    let [before @ .., found] = number else { return Verdict::Other };
    match before.get(from..) {
        Some(data) if fits => judge(check(data), *found),
        _ => Verdict::Other,
    }
}

fn judge(expected: u8, found: u8) -> Verdict {
    if expected == found {
        Verdict::Fits { checked: true }
    } else {
        Verdict::Wrong { expected: char::from(expected), found: char::from(found) }
    }
}

/// Two letters, eight digits, a check digit, a country.
fn postal(number: &[u8]) -> Verdict {
    if !has(number, "AA999999999AA") {
        return Verdict::Other;
    }
    match judge(s10(&number[2..10]), number[10]) {
        Verdict::Fits { .. } if !is_country(&number[11..]) => Verdict::Country,
        verdict => verdict,
    }
}

/// `1Z`, six characters of the shipper, two of the service, seven of the parcel, a check digit.
fn ups(number: &[u8]) -> Verdict {
    last(has(number, "1Z***************9"), number, 2, mod10_double)
}

/// A letter of the service, nine digits, a check digit.
fn ups_waybill(number: &[u8]) -> Verdict {
    let service = number.first().is_some_and(|first| b"AHJKTV".contains(first));
    last(service && has(number, "A9999999999"), number, 1, mod10_double)
}

/// `C` or `D`, thirteen digits, a check digit.
fn ontrac(number: &[u8]) -> Verdict {
    let own = number.first().is_some_and(|first| b"CD".contains(first));
    last(own && has(number, "A99999999999999"), number, 0, mod10_double)
}

/// `J`, two or three letters, nine or ten digits.
fn piece_id(number: &[u8]) -> Verdict {
    let letters = number.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let rest = &number[letters..];
    free(number.starts_with(b"J") && (3..=4).contains(&letters) && (9..=10).contains(&rest.len()) && numeric(rest))
}

/// The 32 digits of an old FedEx label: the number is within, from the seventeenth to the twenty-eighth.
fn astra(number: &[u8]) -> Verdict {
    if !digits(number, 32) || number[0] != b'3' {
        return Verdict::Other;
    }
    judge(mod11_weighted(&number[16..27], [3, 1, 7]), number[27])
}

/// FedEx hands over to USPS: `92` and `612…`; the `92` is often left out and still counts for the check digit.
fn smart_post(number: &[u8]) -> Verdict {
    let label = match number {
        [b'6', b'1', ..] if digits(number, 20) => [b"92", number].concat(),
        _ if digits(number, 22) && number.starts_with(b"9261") => number.to_vec(),
        _ => return Verdict::Other,
    };
    last(true, &label, 0, mod10_right)
}

/// A USPS label of 22, 26 or 30 digits, with or without `420` and the destination's ZIP or ZIP+4 before it.
fn impb(number: &[u8], application: fn(&[u8]) -> bool) -> Verdict {
    if !numeric(number) {
        return Verdict::Other;
    }
    let routed = number.strip_prefix(b"420").unwrap_or_default();
    let labels = [Some(number), routed.get(5..), routed.get(9..).filter(|label| label.len() == 22)];
    let fits = |label: &&[u8]| {
        let nine = label.get(5) == Some(&b'9');
        matches!(label.len(), 22 | 26) | (nine && label.len() == 30 && label.starts_with(b"94")) && application(label)
    };
    let mut verdict = Verdict::Other;
    for label in labels.into_iter().flatten().filter(|label| fits(label) && application(label)) {
        match last(true, label, 0, mod10_right) {
            Verdict::Fits { checked } => return Verdict::Fits { checked },
            wrong => verdict = wrong,
        }
    }
    verdict
}

/// `92` before a mailer of nine digits, `93` before one of six, `95` before either.
fn commercial(label: &[u8]) -> bool {
    let nine = label.get(5) == Some(&b'9');
    matches!((&label[..2], nine), (b"92", true) | (b"93", false) | (b"95", _))
}

/// Delivery confirmation: `91`, which may be left out and still counts, and twenty digits; `420` and a ZIP may go before.
fn legacy(number: &[u8]) -> Verdict {
    if !numeric(number) {
        return Verdict::Other;
    }
    let routed = number.strip_prefix(b"420").unwrap_or_default();
    let labels = [Some(number), routed.get(5..), routed.get(9..)];
    let mut verdict = Verdict::Other;
    for label in labels.into_iter().flatten() {
        let label = match label.len() {
            20 => [b"91", label].concat(),
            22 if label.starts_with(b"91") => label.to_vec(),
            _ => continue,
        };
        match last(true, &label, 0, mod10_right) {
            Verdict::Fits { checked } => return Verdict::Fits { checked },
            wrong => verdict = wrong,
        }
    }
    verdict
}

/// Two letters of the region and ten to 39 letters and digits with a digit among them.
fn dhl_ecommerce(number: &[u8]) -> Verdict {
    const REGIONS: [&[u8]; 10] = [b"GM", b"LX", b"RX", b"UV", b"CN", b"SG", b"TH", b"IN", b"HK", b"MY"];
    let Some((region, rest)) = number.split_at_checked(2) else { return Verdict::Other };
    free(
        REGIONS.contains(&region)
            && (10..=39).contains(&rest.len())
            && rest.iter().any(u8::is_ascii_digit)
            && rest.iter().all(u8::is_ascii_alphanumeric),
    )
}

/// ISO 3166-1 alpha-2, two letters each.
const COUNTRIES: &[u8] = b"ADAEAFAGAIALAMAOARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

fn is_country(letters: &[u8]) -> bool {
    COUNTRIES.chunks_exact(2).any(|country| country == letters)
}
