//! What a person may prove next, after the first factor.

use crate::accounts::sql;
use crate::contact::Kind;
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
    /// A code sent to an address.
    Code(Kind),
    /// A recovery code.
    Recovery,
    /// Setting an authenticator app up.
    EnrolTotp,
}

impl From<FactorKind> for Method {
    fn from(kind: FactorKind) -> Self {
        match kind {
            FactorKind::Totp => Self::Totp,
            FactorKind::Passkey => Self::Passkey,
        }
    }
}

/// What is possible, the usual first. There is always something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Next(Vec<Method>);

impl Next {
    /// For an account with these factors, or codes in their place, and so many recovery codes. Whoever has one of them
    /// cannot set another one up instead: a password alone would do for that. `new` is who never signed in.
    fn of(proofs: Vec<Method>, recovery_codes: u64, new: bool) -> Self {
        let mut methods = proofs;
        let none_of_their_own = methods.iter().all(|way| matches!(way, Method::Code(_)));
        if !methods.is_empty() && recovery_codes > 0 {
            methods.push(Method::Recovery);
        }
        if methods.is_empty() || (none_of_their_own && new) {
            methods.push(Method::EnrolTotp);
        }
        Self(methods)
    }

    /// All of them.
    pub(crate) fn methods(&self) -> &[Method] {
        &self.0
    }
}

impl Identity {
    /// By what an account can prove again and again who it is: its own factors, or codes where it has none.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn proofs_of(
        &self,
        org: OrgId,
        user: UserId,
    ) -> Result<Vec<Method>, IdentityError> {
        let mut tx = self.store().read().await?;
        let factors = factors::of_user(&mut tx, org, user).await?;
        drop(tx);
        if factors.is_empty() {
            let kinds = self.code_kinds(org, user).await?;
            return Ok(kinds.into_iter().map(Method::Code).collect());
        }
        let kinds: BTreeSet<FactorKind> = factors.iter().map(|factor| factor.kind).collect();
        Ok(kinds.into_iter().map(Method::from).collect())
    }

    /// What an account may prove after its first factor. To be asked only once that was right.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn next_of(&self, org: OrgId, user: UserId) -> Result<Next, IdentityError> {
        let proofs = self.proofs_of(org, user).await?;
        let mut tx = self.store().read().await?;
        let recovery_codes = sql::recovery_codes_left(&mut tx, org, user).await?;
        let new = !sql::signed_in_before(&mut tx, org, user).await?;
        Ok(Next::of(proofs, recovery_codes, new))
    }
}

#[cfg(test)]
mod tests {
    use super::Method::{Code, EnrolTotp, Passkey, Recovery, Totp};
    use super::*;

    #[test]
    fn whoever_has_a_factor_proves_one_and_nobody_else_does() {
        let of = |proofs: &[Method], codes| {
            let all = [true, false].map(|new| Next::of(proofs.to_vec(), codes, new).0);
            assert_eq!(all[0], all[1]);
            all[0].clone()
        };
        assert_eq!(of(&[], 0), [EnrolTotp]);
        assert_eq!(of(&[], 9), [EnrolTotp]);
        assert_eq!(of(&[Totp], 0), [Totp]);
        assert_eq!(of(&[Totp], 1), [Totp, Recovery]);
        assert_eq!(of(&[Totp, Passkey], 1), [Totp, Passkey, Recovery]);
        assert_eq!(of(&[Passkey], 1), [Passkey, Recovery]);
    }

    #[test]
    fn whoever_is_sent_codes_sets_an_app_up_at_the_first_sign_in_only() {
        let mail = Code(Kind::Mail);
        let of = |codes, new| Next::of(vec![mail], codes, new).0;
        assert_eq!(of(0, true), [mail, EnrolTotp]);
        assert_eq!(of(0, false), [mail]);
        assert_eq!(of(3, false), [mail, Recovery]);
    }
}
