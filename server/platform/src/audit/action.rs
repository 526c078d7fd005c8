//! What can be done. The words are what an entry is known by for ever: they are added to and never changed.

macro_rules! actions {
    ($($(#[$doc:meta])+ $name:ident = $word:literal,)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])+ $name,)+
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word for it, in the database and in what operators read.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// From its word.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($word => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

actions! {
    /// Signed in.
    SessionBegun = "session.begun",
    /// A sign-in was refused.
    SessionRefused = "session.refused",
    /// Signed out, here or elsewhere.
    SessionEnded = "session.ended",
    /// A new password.
    PasswordChanged = "password.changed",
    /// A new passkey or second factor.
    FactorAdded = "factor.added",
    /// One less.
    FactorRemoved = "factor.removed",
    /// Signed in by a recovery code.
    RecoveryUsed = "recovery.used",
    /// Another e-mail address.
    EmailChanged = "email.changed",
    /// The first sign-in was set up with a letter's code.
    ActivationUsed = "activation.used",
    /// Proved once more who they are, for something that needs it.
    StepupPassed = "stepup.passed",
    /// A link that shows something to others.
    ShareMade = "share.made",
    /// Such a link taken back.
    ShareEnded = "share.ended",
    /// A parcel added to the list by hand.
    ParcelFollowed = "parcel.followed",
    /// Such a parcel taken off.
    ParcelUnfollowed = "parcel.unfollowed",
    /// The carrier was asked for something.
    InstructionSent = "instruction.sent",
    /// A notice of loss was sent.
    ClaimReported = "claim.reported",
    /// A message was written.
    MessageSent = "message.sent",
    /// What was lost on the way was sent again.
    MessageResent = "message.resent",
    /// A file was sent.
    FileUploaded = "file.uploaded",
    /// A file that was sent was taken away again.
    FileRemoved = "file.removed",
    /// A file that was sent was read by its owner.
    FileDownloaded = "file.downloaded",
    /// A file was read through the link that the insurer was given.
    FileFetched = "file.fetched",
    /// Statements as a file.
    StatementDownloaded = "statement.downloaded",
    /// A portfolio as a file.
    PortfolioDownloaded = "portfolio.downloaded",
    /// A paper of a policy, a claim or an account.
    PaperDownloaded = "paper.downloaded",
    /// A request to the institution was sent.
    RequestSent = "request.sent",
    /// Everything as one archive.
    DataExported = "data.exported",
    /// Somebody of the institution looked at a customer's data.
    SupportViewed = "support.viewed",
    /// Somebody of the institution began to look at the portal in a customer's place.
    SupportBegun = "support.begun",
    /// And ended it.
    SupportEnded = "support.ended",
    /// Somebody of the institution was given a first access.
    StaffInvited = "staff.invited",
    /// Somebody of the institution may come in no more, or may again.
    StaffSwitched = "staff.switched",
    /// A role was to be changed, for a second person to agree.
    RoleProposed = "role.proposed",
    /// A role was changed.
    RoleChanged = "role.changed",
    /// Such a change was not agreed to.
    RoleDeclined = "role.declined",
    /// A customer was given an activation code.
    CustomerInvited = "customer.invited",
    /// A customer signs in no more.
    CustomerDisabled = "customer.disabled",
    /// A customer signs in again.
    CustomerEnabled = "customer.enabled",
    /// What is kept of a customer was erased.
    DataErased = "data.erased",
    /// The log level was changed while the portal runs.
    LogChanged = "log.changed",
    /// An operator read the log of a customer, or all of it.
    AuditRead = "audit.read",
    /// A document of the back office was refused.
    DocumentRefused = "document.refused",
    /// A document of the back office was read again.
    DocumentReplayed = "document.replayed",
    /// A piece that was kept aside was put right.
    PieceCorrected = "piece.corrected",
    /// A piece that was kept aside was let go.
    PieceDiscarded = "piece.discarded",
    /// A file was read without anything coming of it.
    DocumentRehearsed = "document.rehearsed",
    /// A source was added, told to wait or go on, or given another objective or mapping.
    SourceChanged = "source.changed",
    /// A new secret for a webhook.
    SourceSecretMade = "source.secret_made",
    /// A mapping of tables was written.
    MappingChanged = "mapping.changed",
    /// A new version of the configuration.
    ConfigPublished = "config.published",
    /// What is sealed was sealed with a new key.
    KeyRotated = "key.rotated",
    /// An answer was about to hold somebody else's data.
    IsolationAlarm = "isolation.alarm",
    /// Something was asked for that is not theirs, or is not there.
    AccessRefused = "access.refused",
    /// One thing after another was asked for that is not theirs.
    HarvestAlarm = "harvest.alarm",
    /// A change came from a page that is not ours.
    ForeignPage = "page.foreign",
    /// Guessing was blocked for a while.
    GuessingBlocked = "guessing.blocked",
    /// More was asked for than a person asks for.
    PaceExceeded = "pace.exceeded",
}
