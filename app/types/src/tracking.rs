//! Tracking numbers as people type them: which carriers a number can be of, and whether its check digit holds.
//!
//! Several carriers use the same shapes, so the answer is a list of candidates, never one carrier. A number that has a known
//! shape and only a wrong check digit is told apart from one that nobody uses: that is the number somebody mistyped.

mod rules;
mod shape;
mod sscc;

pub use sscc::Sscc;

use std::{fmt, str::FromStr};

/// More characters than any tracking number has.
const MAX: usize = 40;

/// Who may have given out a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// A postal operator; which one is told by the country of the number.
    Post,
    /// Royal Mail and Parcelforce.
    RoyalMail,
    /// United States Postal Service.
    Usps,
    /// Canada Post.
    CanadaPost,
    /// UPS.
    Ups,
    /// FedEx.
    FedEx,
    /// DHL Express.
    DhlExpress,
    /// DHL eCommerce.
    DhlEcommerce,
    /// DPD.
    Dpd,
    /// Amazon Logistics.
    Amazon,
    /// OnTrac, which was LaserShip too.
    OnTrac,
    /// Anybody who numbers logistic units after GS1.
    Gs1,
}

impl Carrier {
    /// A word that does not change.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::RoyalMail => "royal_mail",
            Self::Usps => "usps",
            Self::CanadaPost => "canada_post",
            Self::Ups => "ups",
            Self::FedEx => "fedex",
            Self::DhlExpress => "dhl_express",
            Self::DhlEcommerce => "dhl_ecommerce",
            Self::Dpd => "dpd",
            Self::Amazon => "amazon",
            Self::OnTrac => "ontrac",
            Self::Gs1 => "gs1",
        }
    }

    /// The name as the carrier writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "Post",
            Self::RoyalMail => "Royal Mail",
            Self::Usps => "USPS",
            Self::CanadaPost => "Canada Post",
            Self::Ups => "UPS",
            Self::FedEx => "FedEx",
            Self::DhlExpress => "DHL Express",
            Self::DhlEcommerce => "DHL eCommerce",
            Self::Dpd => "DPD",
            Self::Amazon => "Amazon",
            Self::OnTrac => "OnTrac",
            Self::Gs1 => "GS1",
        }
    }
}

/// The shapes of numbers that are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those that the carriers use; the rules are in `rules`")]
pub enum NumberFormat {
    S10,
    Ups,
    UpsWaybill,
    #[serde(rename = "fedex_12")]
    Fedex12,
    #[serde(rename = "fedex_34")]
    Fedex34,
    #[serde(rename = "fedex_astra_32")]
    FedexAstra32,
    FedexGround,
    #[serde(rename = "fedex_ground_sscc_18")]
    FedexGroundSscc18,
    #[serde(rename = "fedex_ground_96")]
    FedexGround96,
    FedexGroundGsn,
    FedexSmartPost,
    #[serde(rename = "usps_20")]
    Usps20,
    UspsLegacy,
    UspsImpbN,
    UspsImpbC,
    CanadaPost,
    DhlExpress,
    DhlExpressPieceId,
    DhlEcommerce,
    #[serde(rename = "dhl_ecommerce_14")]
    DhlEcommerce14,
    #[serde(rename = "dpd_14")]
    Dpd14,
    #[serde(rename = "dpd_15")]
    Dpd15,
    #[serde(rename = "dpd_28")]
    Dpd28,
    Amazon,
    Ontrac,
    Lasership,
    Sscc,
}

impl NumberFormat {
    /// A word that does not change.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S10 => "s10",
            Self::Ups => "ups",
            Self::UpsWaybill => "ups_waybill",
            Self::Fedex12 => "fedex_12",
            Self::Fedex34 => "fedex_34",
            Self::FedexAstra32 => "fedex_astra_32",
            Self::FedexGround => "fedex_ground",
            Self::FedexGroundSscc18 => "fedex_ground_sscc_18",
            Self::FedexGround96 => "fedex_ground_96",
            Self::FedexGroundGsn => "fedex_ground_gsn",
            Self::FedexSmartPost => "fedex_smart_post",
            Self::Usps20 => "usps_20",
            Self::UspsLegacy => "usps_legacy",
            Self::UspsImpbN => "usps_impb_n",
            Self::UspsImpbC => "usps_impb_c",
            Self::CanadaPost => "canada_post",
            Self::DhlExpress => "dhl_express",
            Self::DhlExpressPieceId => "dhl_express_piece_id",
            Self::DhlEcommerce => "dhl_ecommerce",
            Self::DhlEcommerce14 => "dhl_ecommerce_14",
            Self::Dpd14 => "dpd_14",
            Self::Dpd15 => "dpd_15",
            Self::Dpd28 => "dpd_28",
            Self::Amazon => "amazon",
            Self::Ontrac => "ontrac",
            Self::Lasership => "lasership",
            Self::Sscc => "sscc",
        }
    }
}

/// What a number can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Candidate {
    /// Whose.
    pub carrier: Carrier,
    /// In which shape.
    pub format: NumberFormat,
    /// Whether a check digit vouches for it; some shapes have none.
    pub checked: bool,
}

/// A tracking number that at least one carrier could have given out: capital letters and digits, without spaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TrackingNumber {
    text: String,
    candidates: Vec<Candidate>,
}

/// Why a text is not a tracking number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackingError {
    /// Nothing there.
    Empty,
    /// Something else than letters, digits, spaces and hyphens, or more than forty of them.
    Syntax,
    /// No carrier that is known here has numbers of this shape. It may still be a number of another one.
    UnknownShape,
    /// A postal number that ends in letters which are no country's.
    UnknownCountry,
    /// The shape is right and the check digit is not: something is mistyped.
    CheckDigit {
        /// The shape.
        format: NumberFormat,
        /// What the other characters ask for.
        expected: char,
        /// What stands there.
        found: char,
    },
}

impl fmt::Display for TrackingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no number"),
            Self::Syntax => f.write_str("a tracking number has letters and digits only"),
            Self::UnknownShape => f.write_str("no known carrier has numbers of this form"),
            Self::UnknownCountry => f.write_str("the last two letters are not a country"),
            Self::CheckDigit { expected, found, .. } => {
                write!(f, "the check digit is {found} where it should be {expected}: something is mistyped")
            }
        }
    }
}

impl std::error::Error for TrackingError {}

impl TrackingNumber {
    /// Without spaces, in capital letters: what numbers are compared by. Also for numbers that no rule here knows.
    #[must_use]
    pub fn normalise(text: &str) -> String {
        text.chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{feff}'))
            .map(|c| c.to_ascii_uppercase())
            .collect()
    }

    /// Spaces and hyphens are taken out, small letters made large, and every rule is tried.
    ///
    /// # Errors
    /// When no carrier has such numbers, or the check digit fits none of them.
    pub fn parse(text: &str) -> Result<Self, TrackingError> {
        let text = Self::normalise(text);
        if text.is_empty() {
            return Err(TrackingError::Empty);
        }
        // The parentheses around an application identifier are printed, not scanned.
        let text = text.strip_prefix("(00)").map(str::to_owned).unwrap_or(text);
        if text.len() > MAX || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(TrackingError::Syntax);
        }
        let mut candidates = Vec::new();
        let mut wrong = None;
        for rule in rules::RULES {
            match (rule.test)(text.as_bytes()) {
                rules::Verdict::Other => {}
                rules::Verdict::Fits { checked } => candidates.push(Candidate {
                    carrier: rules::carrier(rule, text.as_bytes()),
                    format: rule.format,
                    checked,
                }),
                rules::Verdict::Country => wrong = wrong.or(Some(TrackingError::UnknownCountry)),
                rules::Verdict::Wrong { expected, found } => {
                    wrong = wrong.or(Some(TrackingError::CheckDigit { format: rule.format, expected, found }));
                }
            }
        }
        // DHL eCommerce's shape is so wide that it says nothing for a number that a narrow rule calls mistyped.
        let loose = candidates.iter().all(|candidate| candidate.format == NumberFormat::DhlEcommerce);
        match wrong {
            Some(error) if loose => Err(error),
            None if candidates.is_empty() => Err(TrackingError::UnknownShape),
            _ => {
                candidates.sort_by_key(|candidate| !candidate.checked);
                Ok(Self { text, candidates })
            }
        }
    }

    /// Capital letters and digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it can be; at least one. Those with a check digit come first.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Of a postal number the country, ISO 3166-1 alpha-2.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        let postal = self.candidates.iter().any(|candidate| candidate.format == NumberFormat::S10);
        postal.then(|| self.text.get(11..)).flatten()
    }

    /// In groups of four, as it is read out.
    #[must_use]
    pub fn grouped(&self) -> String {
        crate::group_in_fours(&self.text)
    }
}

impl FromStr for TrackingNumber {
    type Err = TrackingError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for TrackingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
