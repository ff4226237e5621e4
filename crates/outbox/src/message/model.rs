//! What a message is made of.

use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_values::{Email, MessageId, Phone, Random};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// What a message says. Its words are `mail-<name>-subject` and `mail-<name>-body` of the locale files; a text message has
/// those the provider approved for the template of the same name in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// The settings work.
    Test,
    /// Somebody got an account, and this is the link to it.
    Invitation,
    /// The link to set a new password.
    Reset,
    /// A code that proves that an address is one's own.
    ContactCode,
    /// A code for signing in.
    SignInCode,
    /// The password was changed.
    PasswordChanged,
    /// A sign-in on a device not seen before.
    NewSignIn,
    /// A factor was added.
    FactorAdded,
    /// A factor was removed.
    FactorRemoved,
    /// The newest checkpoint of the log, to be kept.
    LogCheckpoint,
    /// A witness refuses to sign the log.
    LogRefused,
    /// Somebody asks for approval.
    ApprovalAsked,
    /// A request for approval was decided, or its time passed.
    ApprovalDecided,
    /// Somebody has emergency access.
    EmergencyBegun,
    /// Somebody is asked to review access.
    ReviewAsked,
    /// A review of access ends soon, and somebody has not decided on all of theirs.
    ReviewReminder,
    /// A finding of the audit is theirs to look after.
    FindingAssigned,
}

impl Template {
    /// Every template.
    pub const ALL: [Self; 17] = [
        Self::Test,
        Self::Invitation,
        Self::Reset,
        Self::ContactCode,
        Self::SignInCode,
        Self::PasswordChanged,
        Self::NewSignIn,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::LogCheckpoint,
        Self::LogRefused,
        Self::ApprovalAsked,
        Self::ApprovalDecided,
        Self::EmergencyBegun,
        Self::ReviewAsked,
        Self::ReviewReminder,
        Self::FindingAssigned,
    ];

    /// Those that may also go out as text messages.
    pub const BY_SMS: [Self; 2] = [Self::ContactCode, Self::SignInCode];

    /// The name in the table, on the wire and in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::ContactCode => "contact_code",
            Self::SignInCode => "sign_in_code",
            Self::PasswordChanged => "password_changed",
            Self::NewSignIn => "new_sign_in",
            Self::FactorAdded => "factor_added",
            Self::FactorRemoved => "factor_removed",
            Self::LogCheckpoint => "log_checkpoint",
            Self::LogRefused => "log_refused",
            Self::ApprovalAsked => "approval_asked",
            Self::ApprovalDecided => "approval_decided",
            Self::EmergencyBegun => "emergency_begun",
            Self::ReviewAsked => "review_asked",
            Self::ReviewReminder => "review_reminder",
            Self::FindingAssigned => "finding_assigned",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|template| template.name() == name)
    }
}

/// To whom.
#[derive(Debug, Clone)]
pub enum Recipient {
    /// By mail.
    Mail(Email),
    /// By text message.
    Mobile(Phone),
}

impl Recipient {
    pub(crate) fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Mobile(_) => Channel::Sms,
        }
    }

    /// With the middle hidden.
    pub fn mask(&self) -> String {
        match self {
            Self::Mail(address) => address.mask(),
            Self::Mobile(number) => number.mask(),
        }
    }

    pub(crate) fn address(&self) -> &str {
        match self {
            Self::Mail(address) => address.as_str(),
            Self::Mobile(number) => number.number(),
        }
    }
}

/// A message to be queued.
pub struct Draft {
    /// What it says.
    pub template: Template,
    /// To whom.
    pub recipient: Recipient,
    /// In which language, a BCP 47 tag.
    pub language: String,
    /// What its words are about. The parameter `link` is a path, which gets the address of the server in front.
    pub params: Vec<(&'static str, String)>,
    /// For how long it is worth anything, in milliseconds; after that it is not sent any more.
    pub life_ms: i64,
}

/// By which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Mail,
    Sms,
}

impl Channel {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
        }
    }
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It waits for its next attempt.
    Queued,
    /// A node is at it.
    Sending,
    /// The mail server, or the provider, took it.
    Sent,
    /// It was given up.
    Failed,
    /// It was worth nothing any more before it could be sent.
    Dropped,
}

impl State {
    pub(crate) const ALL: [Self; 5] = [
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Failed,
        Self::Dropped,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The sealed part of a message. No Debug: it holds links and codes.
#[derive(Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) recipient: String,
    pub(crate) language: String,
    pub(crate) params: BTreeMap<String, String>,
}

const SEALED_CONTENT: &str = "message.content";
const SEALED_MASK: &str = "message.mask";

impl Content {
    pub(crate) fn of(draft: &Draft) -> Self {
        Self {
            recipient: draft.recipient.address().to_owned(),
            language: draft.language.clone(),
            params: draft
                .params
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }

    pub(crate) fn seal(&self, key: &TenantKey, id: MessageId, random: &dyn Random) -> Vec<u8> {
        let text = Zeroizing::new(serde_json::to_vec(self).unwrap_or_default());
        key.seal_secret(SEALED_CONTENT, id.as_bytes(), &text, random)
    }

    pub(crate) fn open(key: &TenantKey, id: MessageId, sealed: &[u8]) -> Result<Self, CryptoError> {
        let text = key.open_secret(SEALED_CONTENT, id.as_bytes(), sealed)?;
        serde_json::from_slice(&text).map_err(|_| CryptoError::Malformed)
    }
}

/// Whom it goes to with the middle hidden, which stays.
pub(crate) fn seal_mask(
    key: &TenantKey,
    id: MessageId,
    mask: &str,
    random: &dyn Random,
) -> Vec<u8> {
    key.seal_secret(SEALED_MASK, id.as_bytes(), mask.as_bytes(), random)
}

pub(crate) fn open_mask(
    key: &TenantKey,
    id: MessageId,
    sealed: &[u8],
) -> Result<String, CryptoError> {
    let bytes = key.open_secret(SEALED_MASK, id.as_bytes(), sealed)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| CryptoError::Malformed)
}
