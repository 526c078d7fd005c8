//! Why a parcel stands where it stands, and who causes it.

super::words! {
    /// Why a parcel stands where it stands. The customer's sentence for each is in the texts, `parcel-reason-…`.
    ParcelReason {
        /// The label could not be read, so we are checking the parcel by hand.
        LabelUnreadable = "label_unreadable",
        /// The parcel went the wrong way and is being sent on.
        Missorted = "missorted",
        /// There are more parcels than usual, so this one needs longer.
        Capacity = "capacity",
        /// A vehicle broke down. The parcel travels with the next one.
        VehicleBreakdown = "vehicle_breakdown",
        /// The parcel missed its connection and travels with the next one.
        MissedConnection = "missed_connection",
        /// A fault in our systems holds the parcel up.
        TechnicalFault = "technical_fault",
        /// The packaging was damaged and has been renewed.
        Repackaging = "repackaging",
        /// The parcel was damaged on the way.
        DamagedInTransit = "damaged_in_transit",
        /// We cannot find the parcel and are looking for it.
        Missing = "missing",
        /// The parcel was stolen. We have reported it.
        Stolen = "stolen",
        /// An accident on the way holds the parcel up.
        Accident = "accident",
        /// We did not reach this address today and come on the next working day.
        NotAttempted = "not_attempted",
        /// The address on the parcel is not complete.
        InsufficientAddress = "insufficient_address",
        /// The address on the parcel is wrong.
        WrongAddress = "wrong_address",
        /// The packaging does not protect the contents well enough.
        InsufficientPackaging = "insufficient_packaging",
        /// The parcel is larger or heavier than announced.
        Oversize = "oversize",
        /// The contents may not be sent this way.
        ProhibitedContents = "prohibited_contents",
        /// The sender has announced the parcel and not handed it over yet.
        NotHandedOver = "not_handed_over",
        /// The sender has cancelled the shipment.
        CancelledBySender = "cancelled_by_sender",
        /// The sender has called the parcel back.
        RecalledBySender = "recalled_by_sender",
        /// The postage is not paid in full.
        PostageDue = "postage_due",
        /// Nobody was there to take the parcel.
        RecipientAbsent = "recipient_absent",
        /// The parcel was refused at the door.
        Refused = "refused",
        /// The name is not known at this address.
        RecipientUnknown = "recipient_unknown",
        /// The recipient has moved.
        RecipientMoved = "recipient_moved",
        /// The business was closed.
        BusinessClosed = "business_closed",
        /// We could not get to the door.
        NoAccess = "no_access",
        /// It was not safe to deliver, for instance because of a dog.
        UnsafeToDeliver = "unsafe_to_deliver",
        /// The identity document or signature that this parcel needs was missing.
        IdentificationMissing = "identification_missing",
        /// An amount is to be paid before the parcel is handed over.
        PaymentDue = "payment_due",
        /// Another day or time was asked for.
        DeliveryRescheduled = "delivery_rescheduled",
        /// The parcel was asked to go to another address.
        Redirected = "redirected",
        /// The parcel is kept for you, as asked.
        HoldRequested = "hold_requested",
        /// The parcel was not collected in time.
        NotCollected = "not_collected",
        /// The letter box or locker was full or too small.
        MailboxFull = "mailbox_full",
        /// Customs are checking the parcel.
        CustomsInspection = "customs_inspection",
        /// Customs need a document that is missing.
        CustomsDocuments = "customs_documents",
        /// Duty or tax is to be paid.
        CustomsDuty = "customs_duty",
        /// Customs do not let the parcel in.
        CustomsRefused = "customs_refused",
        /// Customs have kept the parcel.
        CustomsSeized = "customs_seized",
        /// The parcel is held for a security check.
        SecurityCheck = "security_check",
        /// The weather holds the parcel up.
        Weather = "weather",
        /// A natural disaster holds the parcel up.
        NaturalDisaster = "natural_disaster",
        /// A strike holds the parcel up.
        Strike = "strike",
        /// A closed road holds the parcel up.
        RoadClosed = "road_closed",
        /// There is no delivery on this public holiday.
        PublicHoliday = "public_holiday",
        /// Something that nobody can help holds the parcel up.
        ForceMajeure = "force_majeure",
        /// Delivery to this area is stopped for now.
        ServiceSuspended = "service_suspended",
        /// The carrier names no reason that we know.
        Other = "other",
    }
}

/// Who causes it: what a customer is told to do follows from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The carrier.
    Carrier,
    /// The sender.
    Sender,
    /// The recipient, or the place where they live.
    Recipient,
    /// Customs or another authority.
    Customs,
    /// Weather, strike, and what nobody can help.
    Outside,
    /// Not known.
    Unknown,
}

impl ParcelReason {
    /// Who causes it.
    #[must_use]
    pub const fn cause(self) -> Cause {
        match self {
            Self::LabelUnreadable
            | Self::Missorted
            | Self::Capacity
            | Self::VehicleBreakdown
            | Self::MissedConnection
            | Self::TechnicalFault
            | Self::Repackaging
            | Self::DamagedInTransit
            | Self::Missing
            | Self::Stolen
            | Self::Accident
            | Self::NotAttempted => Cause::Carrier,
            Self::InsufficientAddress
            | Self::WrongAddress
            | Self::InsufficientPackaging
            | Self::Oversize
            | Self::ProhibitedContents
            | Self::NotHandedOver
            | Self::CancelledBySender
            | Self::RecalledBySender
            | Self::PostageDue => Cause::Sender,
            Self::RecipientAbsent
            | Self::Refused
            | Self::RecipientUnknown
            | Self::RecipientMoved
            | Self::BusinessClosed
            | Self::NoAccess
            | Self::UnsafeToDeliver
            | Self::IdentificationMissing
            | Self::PaymentDue
            | Self::DeliveryRescheduled
            | Self::Redirected
            | Self::HoldRequested
            | Self::NotCollected
            | Self::MailboxFull => Cause::Recipient,
            Self::CustomsInspection
            | Self::CustomsDocuments
            | Self::CustomsDuty
            | Self::CustomsRefused
            | Self::CustomsSeized
            | Self::SecurityCheck => Cause::Customs,
            Self::Weather
            | Self::NaturalDisaster
            | Self::Strike
            | Self::RoadClosed
            | Self::PublicHoliday
            | Self::ForceMajeure
            | Self::ServiceSuspended => Cause::Outside,
            Self::Other => Cause::Unknown,
        }
    }
}
