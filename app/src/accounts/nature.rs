//! What an entry is, from the bank's code: card, transfer, direct debit. Decides its icon and its word.

/// The kinds of entry that customers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// A card at a till or a shop.
    Card,
    /// Cash from a machine or a counter.
    Cash,
    /// A transfer that came in.
    TransferIn,
    /// A transfer that went out.
    TransferOut,
    /// A transfer that repeats by itself.
    StandingOrder,
    /// Collected by somebody with a mandate.
    DirectDebit,
    /// Wages.
    Salary,
    /// The bank's own charge.
    Fee,
    /// Interest.
    Interest,
    /// A cheque.
    Cheque,
    /// Something else.
    Other,
}

impl Nature {
    /// From ISO 20022's `domain/family/subfamily` (external bank transaction codes) or SWIFT's type, with a German GVC
    /// behind a `+` (`NTRF+166`); by the sign where the code says nothing.
    #[must_use]
    pub fn of(code: Option<&str>, amount: i64) -> Self {
        let transfer = if amount < 0 { Self::TransferOut } else { Self::TransferIn };
        let Some(code) = code else { return transfer };
        let parts: Vec<&str> = code.split('/').collect();
        match parts.as_slice() {
            [_, _, "SALA"] => Self::Salary,
            [_, _, "STDO"] => Self::StandingOrder,
            [_, _, "CWDL" | "XBCW"] => Self::Cash,
            [_, _, "CHRG" | "COMM" | "FEES"] => Self::Fee,
            [_, _, "INTR" | "DINT" | "CINT"] => Self::Interest,
            ["PMNT", "CCRD" | "MCRD", ..] => Self::Card,
            ["PMNT", "RDDT" | "IDDT", ..] => Self::DirectDebit,
            ["PMNT", "RCHQ" | "ICHQ", ..] => Self::Cheque,
            ["PMNT", "CNTR", ..] => Self::Cash,
            [swift] => Self::of_swift(swift).unwrap_or(transfer),
            ["PMNT", ..] => transfer,
            _ => Self::Other,
        }
    }

    fn of_swift(code: &str) -> Option<Self> {
        let (kind, gvc) = code.split_once('+').unwrap_or((code, ""));
        Some(match (gvc, kind) {
            ("153" | "053" | "156", _) => Self::Salary,
            ("152" | "052" | "117" | "008", _) => Self::StandingOrder,
            ("104" | "105" | "107" | "005" | "004" | "171" | "174" | "196", _) | (_, "NDDT" | "NCOL") => {
                Self::DirectDebit
            }
            ("106" | "006", _) => Self::Card,
            ("083" | "084" | "082", _) => Self::Cash,
            ("808" | "807" | "805", _) | (_, "NCHG" | "NCOM") => Self::Fee,
            ("814" | "815", _) | (_, "NINT") => Self::Interest,
            (_, "NCHK") => Self::Cheque,
            (_, "NSTO") => Self::StandingOrder,
            _ => return None,
        })
    }

    /// Its icon in the sprite.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Card => "receipt",
            Self::Cash => "banknote",
            Self::TransferIn => "arrow-down-left",
            Self::TransferOut => "arrow-right",
            Self::StandingOrder => "rotate-cw",
            Self::DirectDebit => "zap",
            Self::Salary => "briefcase",
            Self::Fee | Self::Interest => "landmark",
            Self::Cheque => "file-text",
            Self::Other => "ellipsis",
        }
    }

    /// The key of its word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Card => "nature-card",
            Self::Cash => "nature-cash",
            Self::TransferIn => "nature-transfer-in",
            Self::TransferOut => "nature-transfer-out",
            Self::StandingOrder => "nature-standing-order",
            Self::DirectDebit => "nature-direct-debit",
            Self::Salary => "nature-salary",
            Self::Fee => "nature-fee",
            Self::Interest => "nature-interest",
            Self::Cheque => "nature-cheque",
            Self::Other => "nature-other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Nature;

    #[test]
    fn the_banks_code_says_what_an_entry_is() {
        assert_eq!(Nature::of(Some("PMNT/RCDT/ESCT"), 1), Nature::TransferIn);
        assert_eq!(Nature::of(Some("PMNT/RCDT/SALA"), 1), Nature::Salary);
        assert_eq!(Nature::of(Some("PMNT/CCRD/POSD"), -1), Nature::Card);
        assert_eq!(Nature::of(Some("PMNT/RDDT/ESDD"), -1), Nature::DirectDebit);
        assert_eq!(Nature::of(Some("NTRF+105"), -1), Nature::DirectDebit);
        assert_eq!(Nature::of(Some("NMSC"), -1), Nature::TransferOut);
        assert_eq!(Nature::of(None, 1), Nature::TransferIn);
    }
}
