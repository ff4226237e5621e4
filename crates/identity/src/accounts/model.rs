//! What an account is made of.

use crate::schema::FactorKind;
use custos_kernel::crypto::TenantKey;
use custos_kernel::policy::{DataScope, RoleSet};
use custos_values::{DepartmentId, Timestamp, UserId};
use std::collections::BTreeSet;

/// The purpose under which a person's name is sealed.
pub(crate) const SEALED_NAME: &str = "user.name";
/// The purpose under which a login is sealed.
pub(crate) const SEALED_LOGIN: &str = "user.login";

/// Longest login, in characters.
const MAX_LOGIN: usize = 64;

/// A login as it is compared and stored: without surrounding blanks, in lower case.
pub(crate) fn normalised_login(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A login for a new account: 2 to 64 letters (of any script), digits and `.`, `_`, `-`, `@`.
///
/// # Errors
/// The code `user.login.invalid`.
pub(crate) fn check_login(text: &str) -> Result<String, &'static str> {
    let login = normalised_login(text);
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    if (2..=MAX_LOGIN).contains(&login.chars().count()) && login.chars().all(allowed) {
        Ok(login)
    } else {
        Err("user.login.invalid")
    }
}

/// The keyed hash by which a login is found.
pub(crate) fn login_hash(key: &TenantKey, login: &str) -> i64 {
    key.lasting_index("user.login")
        .hash(&normalised_login(login))
}

/// An account to make. It has no roles until the security administrator grants some, and no password: its owner comes
/// in by a one-time link.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The display name.
    pub name: String,
    /// The login name.
    pub login: String,
    /// The department.
    pub department: Option<DepartmentId>,
    /// Which customers the roles, once granted, reach.
    pub data_scope: DataScope,
}

/// A change of an account; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    /// The display name.
    pub name: Option<String>,
    /// The department; `Some(None)` takes the person out of theirs.
    pub department: Option<Option<DepartmentId>>,
    /// Whether the account may be used.
    pub active: Option<bool>,
}

/// An account as administrators see it.
#[derive(Clone)]
pub struct AccountView {
    /// The account's id.
    pub id: UserId,
    /// The display name.
    pub name: String,
    /// The login name.
    pub login: String,
    /// The roles held.
    pub roles: RoleSet,
    /// Which customers the roles reach.
    pub data_scope: DataScope,
    /// The department.
    pub department: Option<DepartmentId>,
    /// Whether the account may be used.
    pub active: bool,
    /// Which kinds of factors it has.
    pub factors: BTreeSet<FactorKind>,
    /// Whether it is the account of a program.
    pub service: bool,
    /// When the account last signed in completely.
    pub last_sign_in_at: Option<Timestamp>,
    /// The row's version.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn logins() {
        assert_eq!(check_login(" Wang.Fang "), Ok("wang.fang".to_owned()));
        assert_eq!(check_login("王芳"), Ok("王芳".to_owned()));
        for bad in ["", "a", "a b", "a/b", "a\u{0}b", &"x".repeat(65)] {
            assert_eq!(check_login(bad), Err("user.login.invalid"), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn an_accepted_login_is_its_own_normal_form(text in "\\PC{0,70}") {
            if let Ok(login) = check_login(&text) {
                prop_assert_eq!(check_login(&login), Ok(login.clone()));
            }
        }
    }
}
