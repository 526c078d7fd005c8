//! What a parcel is made of, for feed, store and screens: a window of time, a role, a wish.

use guichet_types::{Money, ParcelReason, Timestamp};
use serde::{Deserialize, Serialize};

/// When a parcel is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// From; none where only the end is told.
    pub from: Option<Timestamp>,
    /// To.
    pub to: Timestamp,
    /// Minutes east of UTC where the parcel goes.
    pub offset: i32,
    /// Days, not times.
    pub whole_day: bool,
    /// Why it is not the window that was told before.
    pub reason: Option<ParcelReason>,
}

impl Span {
    /// The same time, whatever the reason.
    #[must_use]
    pub fn same_time(&self, other: &Self) -> bool {
        (self.from, self.to, self.whole_day) == (other.from, other.to, other.whole_day)
    }
}

/// What somebody is to a parcel. The first that holds counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It comes to them: they may tell the carrier what to do with it.
    Recipient,
    /// It comes from them.
    Sender,
    /// They know its number and postcode.
    Shared,
}

impl Role {
    /// The database's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Sender => "sender",
            Self::Shared => "shared",
        }
    }

    /// From the database's word.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "recipient" => Self::Recipient,
            "sender" => Self::Sender,
            _ => Self::Shared,
        }
    }
}

/// What is told of the parcel itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Measures {
    /// What it weighs, in grams.
    pub grams: Option<i64>,
    /// Length, width and height in millimetres.
    pub size: Option<[i64; 3]>,
    /// Up to what it is insured.
    pub insured: Option<Money>,
}

/// What a customer can want to be told of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The van is three stops away.
    Near,
    /// It is expected at another time.
    Moved,
    /// It is there.
    Delivered,
}

impl About {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Near, Self::Moved, Self::Delivered];

    /// The word of the form and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Moved => "moved",
            Self::Delivered => "delivered",
        }
    }

    /// From that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|about| about.as_str() == name)
    }
}

/// What a recipient can ask of the carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// As planned.
    Hand,
    /// To somebody next door.
    Neighbour,
    /// Somewhere about the house.
    SafePlace,
    /// To a shop or a locker.
    PickupPoint,
    /// On another day.
    AnotherDay,
}

impl Wish {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 5] = [Self::Hand, Self::Neighbour, Self::SafePlace, Self::PickupPoint, Self::AnotherDay];

    /// The word of the form, the database and the message to the carrier.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Neighbour => "neighbour",
            Self::SafePlace => "safe_place",
            Self::PickupPoint => "pickup_point",
            Self::AnotherDay => "another_day",
        }
    }

    /// From that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.as_str() == name)
    }

    /// Says nothing without words of the customer's.
    #[must_use]
    pub const fn needs_words(self) -> bool {
        matches!(self, Self::Neighbour | Self::SafePlace | Self::PickupPoint)
    }
}
