//! Where a parcel stands.

super::words! {
    /// Where a parcel stands. The texts call it `parcel-status-…`.
    ParcelStatus {
        /// The sender has told us of the parcel; we do not have it yet.
        Announced = "announced",
        /// We have the parcel: collected, posted or handed in.
        PickedUp = "picked_up",
        /// On its way between two places of the carrier.
        InTransit = "in_transit",
        /// Arrived in, sorted in or kept at a place of the carrier, as planned.
        AtDepot = "at_depot",
        /// Presented to customs, or waiting for them.
        Customs = "customs",
        /// On the van to the recipient.
        OutForDelivery = "out_for_delivery",
        /// Waits at a counter, shop or locker.
        ReadyForPickup = "ready_for_pickup",
        /// Somebody came and could not deliver.
        Attempted = "attempted",
        /// Handed over, or put where it was agreed.
        Delivered = "delivered",
        /// Does not move; the reason says why.
        Held = "held",
        /// Goes back to the sender.
        Returning = "returning",
        /// Back with the sender.
        Returned = "returned",
        /// The shipment is not made.
        Cancelled = "cancelled",
        /// Damaged, and so not delivered for now.
        Damaged = "damaged",
        /// Cannot be found, or was destroyed or stolen.
        Lost = "lost",
        /// Something was told that has no place among these; the carrier’s own words stand beside it.
        Unknown = "unknown",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that writes the enum knows no default")]
impl Default for ParcelStatus {
    fn default() -> Self {
        Self::Unknown
    }
}

impl ParcelStatus {
    /// Nothing is to be expected after it, unless the carrier corrects itself. A return may still follow a delivery.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Returned | Self::Cancelled | Self::Lost)
    }

    /// Something is wrong, and somebody has to do something or to wait.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Attempted | Self::Held | Self::Returning | Self::Damaged | Self::Lost)
    }
}
