//! Profiles: how strictly customers prove who they are, and for how long that holds.
//!
//! A profile is a row of figures with a reason for each, so that an institution chooses a law and not a dozen numbers.

use serde::Deserialize;

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Payment accounts: Regulation (EU) 2018/389.
    BankPsd2,
    /// Policies and claims.
    Insurer,
    /// Parcels alone.
    Parcel,
    /// People of the institution.
    Admin,
}

/// What a profile demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Seconds without a human act after which a session ends.
    pub idle_seconds: i64,
    /// Seconds after which it ends in any case.
    pub absolute_seconds: i64,
    /// Nobody comes in with one factor; who has none but a password must add one first.
    pub two_factors: bool,
    /// Days for which a browser can be trusted, so that a password is enough to look at things; nought is never.
    pub trusted_days: i64,
    /// Failures in a row after which a factor is blocked.
    pub failures: u32,
    /// Seconds of the first block; each one after it is twice as long.
    pub block_seconds: i64,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::BankPsd2, Self::Insurer, Self::Parcel, Self::Admin];

    /// What it is called in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BankPsd2 => "bank-psd2",
            Self::Insurer => "insurer",
            Self::Parcel => "parcel",
            Self::Admin => "admin",
        }
    }

    /// Its figures.
    #[must_use]
    pub const fn rules(self) -> Rules {
        const HOUR: i64 = 3_600;
        match self {
            // Art. 4(3)(b): at most five failures; 4(3)(d): five minutes. Art. 10 lets a known browser look without a second
            // factor for up to 180 days; thirty are enough.
            Self::BankPsd2 => Rules {
                idle_seconds: 300,
                absolute_seconds: 12 * HOUR,
                two_factors: true,
                trusted_days: 30,
                failures: 5,
                block_seconds: 900,
            },
            Self::Insurer => Rules {
                idle_seconds: 900,
                absolute_seconds: 12 * HOUR,
                two_factors: false,
                trusted_days: 30,
                failures: 10,
                block_seconds: 900,
            },
            // SP 800-63B-4, AAL1: thirty days; following a parcel is not worth more than that.
            Self::Parcel => Rules {
                idle_seconds: HOUR,
                absolute_seconds: 30 * 24 * HOUR,
                two_factors: false,
                trusted_days: 30,
                failures: 10,
                block_seconds: 900,
            },
            // SP 800-63B-4, AAL3: fifteen minutes and twelve hours.
            Self::Admin => Rules {
                idle_seconds: 900,
                absolute_seconds: 12 * HOUR,
                two_factors: true,
                trusted_days: 0,
                failures: 5,
                block_seconds: 900,
            },
        }
    }
}

impl std::str::FromStr for Profile {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|profile| profile.name() == text).ok_or_else(|| format!("{text} is no profile"))
    }
}
