//! What a factor is made of.

use crate::schema::FactorKind;
use custos_values::{FactorId, Timestamp, UserId};

/// The purpose under which a factor's name is sealed.
pub(super) const SEALED_NAME: &str = "factor.name";
/// The purpose under which a factor's secret, or public key, is sealed.
pub(super) const SEALED_SECRET: &str = "factor.secret";
/// Most factors of an account.
pub(super) const MAX_FACTORS: usize = 10;
/// Longest name, in characters.
const MAX_NAME: usize = 60;

/// A factor as stored.
pub(crate) struct Factor {
    pub(crate) id: FactorId,
    pub(crate) user: UserId,
    pub(crate) kind: FactorKind,
    pub(super) name: Option<Vec<u8>>,
    /// The secret of an app, or what is known of a passkey; sealed.
    pub(super) secret: Vec<u8>,
    /// The last step of an app that was accepted, or the signature counter of a passkey.
    pub(crate) counter: i64,
    pub(super) created_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
}

/// A name as it is stored: without surrounding blanks; none if nothing is left.
///
/// # Errors
/// The code `factor.name.invalid`.
pub(super) fn check_name(text: &str) -> Result<Option<String>, &'static str> {
    let name = text.trim();
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err("factor.name.invalid");
    }
    Ok((!name.is_empty()).then(|| name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(check_name(" 手机 "), Ok(Some("手机".to_owned())));
        assert_eq!(check_name("  "), Ok(None));
        assert_eq!(check_name(&"长".repeat(60)), Ok(Some("长".repeat(60))));
        for bad in [&"x".repeat(61), "a\u{0}b", "a\nb"] {
            assert_eq!(check_name(bad), Err("factor.name.invalid"), "{bad:?}");
        }
    }
}
