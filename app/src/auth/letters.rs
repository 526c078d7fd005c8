//! The letters about somebody's own access, in the words of [`crate::mail`].

use crate::{
    house::House,
    mail::{Factor, Occasion, letter},
};
use guichet_platform::{
    identity::{Letters, Notice},
    mail::Rendered,
};
use guichet_types::{Locale, Timestamp};

/// Seconds for which a code that was sent is good.
const CODE_SECONDS: i64 = 600;

/// Writes them for an institution.
#[derive(Clone, Debug)]
pub struct HouseLetters(pub House);

impl Letters for HouseLetters {
    fn language(&self) -> Locale {
        self.0.now().languages.first().copied().unwrap_or_default()
    }

    fn write(&self, notice: &Notice, locale: Locale, at: Timestamp) -> Rendered {
        let until = at.plus_seconds(CODE_SECONDS);
        let factor = |factor| Occasion::FactorChanged { factor, at };
        let device;
        let occasion = match notice {
            Notice::NewDevice { agent, network } => {
                device = format!("{agent}, {network}");
                Occasion::NewDevice { device: &device, at }
            }
            Notice::Blocked => Occasion::Blocked { at },
            Notice::PasswordChanged => factor(Factor::Password),
            Notice::PasskeyAdded { .. } | Notice::PasskeyRemoved { .. } => factor(Factor::Passkey),
            Notice::AuthenticatorAdded | Notice::AuthenticatorRemoved => factor(Factor::Authenticator),
            Notice::CodesRenewed => factor(Factor::RecoveryCodes),
            Notice::RecoveryUsed { left } => Occasion::RecoveryUsed { left: *left, at },
            Notice::Activated => Occasion::Activated { at },
            Notice::ResetCode { code } => Occasion::ResetCode { code, until },
            Notice::ContactCode { code } => Occasion::AddressCode { code, until },
            Notice::ContactChanged => Occasion::AddressChanged { at },
            Notice::ContactTaken => Occasion::AddressTaken,
        };
        letter(&occasion, locale, &self.0.now(), at)
    }
}
