//! What a person may prove next, after the first factor.

use crate::accounts::sql;
use crate::error::IdentityError;
use crate::factors;
use crate::identity::Identity;
use crate::schema::FactorKind;
use custos_values::{OrgId, UserId};
use std::collections::BTreeSet;

/// A way to complete a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// A code of an authenticator app.
    Totp,
    /// A passkey.
    Passkey,
    /// A recovery code.
    Recovery,
    /// Setting an authenticator app up.
    EnrolTotp,
}

/// What is possible, the usual first. There is always something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Next(Vec<Method>);

impl Next {
    /// For an account with these kinds of factors and so many recovery codes. Whoever has a factor cannot set another
    /// one up instead: a password alone would do for that.
    fn of(kinds: &BTreeSet<FactorKind>, recovery_codes: u64) -> Self {
        let mut methods: Vec<Method> = kinds
            .iter()
            .map(|kind| match kind {
                FactorKind::Totp => Method::Totp,
                FactorKind::Passkey => Method::Passkey,
            })
            .collect();
        if methods.is_empty() {
            methods.push(Method::EnrolTotp);
        } else if recovery_codes > 0 {
            methods.push(Method::Recovery);
        }
        Self(methods)
    }

    /// All of them.
    pub(crate) fn methods(&self) -> &[Method] {
        &self.0
    }
}

impl Identity {
    /// What an account may prove after its first factor. To be asked only once that was right.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn next_of(&self, org: OrgId, user: UserId) -> Result<Next, IdentityError> {
        let mut tx = self.store().read().await?;
        let factors = factors::of_user(&mut tx, org, user).await?;
        let kinds = factors.iter().map(|factor| factor.kind).collect();
        let recovery_codes = sql::recovery_codes_left(&mut tx, org, user).await?;
        Ok(Next::of(&kinds, recovery_codes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_factor_proves_one_and_nobody_else_does() {
        use FactorKind::{Passkey, Totp};
        let of = |kinds: &[FactorKind], codes| Next::of(&kinds.iter().copied().collect(), codes).0;
        assert_eq!(of(&[], 0), [Method::EnrolTotp]);
        assert_eq!(of(&[], 9), [Method::EnrolTotp]);
        assert_eq!(of(&[Totp], 0), [Method::Totp]);
        assert_eq!(of(&[Totp], 1), [Method::Totp, Method::Recovery]);
        assert_eq!(
            of(&[Passkey, Totp], 1),
            [Method::Totp, Method::Passkey, Method::Recovery]
        );
        assert_eq!(of(&[Passkey], 1), [Method::Passkey, Method::Recovery]);
    }
}
