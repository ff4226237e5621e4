//! What an address is made of.

use super::sql::{self, ContactRow};
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_outbox::Recipient;
use custos_store::{StoreError, WriteTx};
use custos_values::{Email, FieldError, Phone, Random, UserId};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What kind of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContactKind)]
pub(crate) enum Kind {
    /// A mail address.
    Mail,
    /// A mobile number.
    Mobile,
}

impl Kind {
    /// The name in the table, on the wire and in the log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Mobile => "mobile",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Mail, Self::Mobile]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// Reads an address of this kind.
    ///
    /// # Errors
    /// A code of `Email::parse` or `Phone::parse`, or `phone.not_mobile`.
    pub(crate) fn parse(self, text: &str) -> Result<Recipient, FieldError> {
        match self {
            Self::Mail => Ok(Recipient::Mail(Email::parse(text)?.value)),
            Self::Mobile => {
                let number = Phone::parse(text)?.value;
                if number.is_chinese_mobile() {
                    Ok(Recipient::Mobile(number))
                } else {
                    Err(FieldError::new("phone.not_mobile"))
                }
            }
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Mail => "contact.mail",
            Self::Mobile => "contact.mobile",
        }
    }
}

/// An address as it is stored.
pub(crate) fn seal_contact(
    key: &TenantKey,
    user: UserId,
    recipient: &Recipient,
    random: &dyn Random,
) -> Vec<u8> {
    let (kind, text) = match recipient {
        Recipient::Mail(address) => (Kind::Mail, address.as_str()),
        Recipient::Mobile(number) => (Kind::Mobile, number.number()),
    };
    key.seal_secret(kind.purpose(), user.as_bytes(), text.as_bytes(), random)
}

/// The text of a stored address.
pub(super) fn open_contact(
    key: &TenantKey,
    user: UserId,
    kind: Kind,
    sealed: &[u8],
) -> Result<String, CryptoError> {
    let bytes = key.open_secret(kind.purpose(), user.as_bytes(), sealed)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| CryptoError::Malformed)
}

/// A stored address to send to.
pub(crate) fn recipient(
    key: &TenantKey,
    user: UserId,
    kind: Kind,
    sealed: &[u8],
) -> Result<Recipient, CryptoError> {
    let text = open_contact(key, user, kind, sealed)?;
    kind.parse(&text).map_err(|_| CryptoError::Malformed)
}

/// The proven mail address among what an account has.
pub(crate) fn proven_mail(
    key: &TenantKey,
    user: UserId,
    rows: &[ContactRow],
) -> Result<Option<Recipient>, CryptoError> {
    rows.iter()
        .find(|row| row.kind == Kind::Mail && row.verified)
        .map(|row| recipient(key, user, Kind::Mail, &row.value))
        .transpose()
}

/// The proven addresses of an account, to be compared: two accounts with one address are of one person.
pub(crate) async fn proven_addresses(
    tx: &mut WriteTx<'_>,
    key: &TenantKey,
    user: UserId,
) -> Result<BTreeSet<String>, StoreError> {
    let rows = sql::of_user_within(tx, user).await?;
    let mut found = BTreeSet::new();
    for row in rows.iter().filter(|row| row.verified) {
        found.insert(open_contact(key, user, row.kind, &row.value)?.to_lowercase());
    }
    Ok(found)
}
