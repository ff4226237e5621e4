//! What has to be answered once, within five minutes; see [`super`].

use super::use_challenge;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::FactorResource;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::crypto::{TenantKey, sha256};
use custos_kernel::policy::{Facts, Origin, actions};
use custos_store::WriteTx;
use custos_values::{OrgId, Random, SessionId, Timestamp, UserId};

/// How long a challenge may be answered, in milliseconds.
const LIFE_MS: i64 = 5 * 60_000;
/// Longest sealed challenge looked at, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// What a challenge is for. One for another purpose does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Signing in without a password.
    SignIn,
    /// The second factor of a sign-in.
    SecondFactor,
    /// Proving a factor again.
    StepUp,
    /// Adding a passkey.
    Passkey,
    /// Adding an authenticator app.
    Totp,
}

impl Purpose {
    fn sealed_as(self) -> &'static str {
        match self {
            Self::SignIn => "challenge.sign_in",
            Self::SecondFactor => "challenge.second_factor",
            Self::StepUp => "challenge.step_up",
            Self::Passkey => "challenge.passkey",
            Self::Totp => "challenge.totp",
        }
    }
}

/// A challenge that was handed back in time.
pub(crate) struct Challenge {
    /// What was kept in it.
    pub(crate) content: Vec<u8>,
    id: [u8; 16],
    expires_at: Timestamp,
}

/// It is unknown, over, used, or for something else: all the same to who asks.
pub(crate) fn invalid() -> IdentityError {
    Problem::new(StatusCode::UNAUTHORIZED, "session.challenge.invalid").into()
}

fn row(session: Option<SessionId>) -> [u8; 16] {
    session.map_or([0; 16], |id| *id.as_bytes())
}

impl Challenge {
    /// Gives a challenge out for a purpose and, if there is one yet, a session.
    pub(crate) fn seal(
        key: &TenantKey,
        purpose: Purpose,
        session: Option<SessionId>,
        content: &[u8],
        now: Timestamp,
        random: &dyn Random,
    ) -> String {
        let expires_at = now.plus_millis(LIFE_MS).millis();
        let plain = [&expires_at.to_be_bytes()[..], content].concat();
        hex::encode(key.seal_secret(purpose.sealed_as(), &row(session), &plain, random))
    }

    /// Takes one back.
    ///
    /// # Errors
    /// 401 `session.challenge.invalid`.
    pub(crate) fn open(
        key: &TenantKey,
        purpose: Purpose,
        session: Option<SessionId>,
        sealed: &str,
        now: Timestamp,
    ) -> Result<Self, IdentityError> {
        if sealed.len() > MAX_BYTES * 2 {
            return Err(invalid());
        }
        let bytes = hex::decode(sealed).map_err(|_| invalid())?;
        let plain = key
            .open_secret(purpose.sealed_as(), &row(session), &bytes)
            .map_err(|_| invalid())?;
        let (expires_at, content) = plain.split_first_chunk::<8>().ok_or_else(invalid)?;
        let expires_at = Timestamp::from_millis(i64::from_be_bytes(*expires_at));
        if now >= expires_at {
            return Err(invalid());
        }
        let digest = sha256(&bytes);
        Ok(Self {
            content: content.to_vec(),
            id: std::array::from_fn(|at| digest[at]),
            expires_at,
        })
    }
}

impl Identity {
    /// Uses a challenge up within the transaction of what it was for.
    ///
    /// # Errors
    /// 401 `session.challenge.invalid` when it was used before.
    pub(crate) async fn use_up(
        &self,
        tx: &mut WriteTx<'_>,
        challenge: &Challenge,
        org: OrgId,
        user: UserId,
        origin: &Origin,
    ) -> Result<(), IdentityError> {
        let keeper = Self::keeper(org, origin.clone());
        let facts = Facts::<FactorResource>::owned(org, challenge.id, 0, Some(user), None);
        let permit = self
            .policy()
            .permit::<actions::Create, _>(&keeper, &facts)?;
        let now = self.store().clock().now();
        if use_challenge(tx, &permit, challenge.expires_at, now).await? {
            Ok(())
        } else {
            Err(invalid())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use custos_kernel::crypto::{Keyring, Suite};

    struct Fixed(u8);
    impl Random for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    fn key(n: u8) -> TenantKey {
        let org = OrgId::from_bytes([n; 16]);
        let keyring = Keyring::generate(&Fixed(1));
        let made = keyring.first_tenant_key(org, Suite::Aes, &Fixed(n));
        made.unwrap().0
    }

    #[test]
    fn opens_for_its_purpose_session_organisation_and_time_only() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let session = Some(SessionId::from_bytes([5; 16]));
        let sealed = Challenge::seal(&key(1), Purpose::StepUp, session, b"x", now, &Fixed(9));
        let open = |n, purpose, session, text: &str, at| {
            Challenge::open(&key(n), purpose, session, text, at).map(|c| c.content)
        };
        let last = now.plus_millis(LIFE_MS - 1);
        assert_eq!(
            open(1, Purpose::StepUp, session, &sealed, last).ok(),
            Some(b"x".to_vec())
        );
        let over = now.plus_millis(LIFE_MS);
        assert!(open(1, Purpose::StepUp, session, &sealed, over).is_err());
        assert!(open(2, Purpose::StepUp, session, &sealed, now).is_err());
        assert!(open(1, Purpose::SignIn, session, &sealed, now).is_err());
        assert!(open(1, Purpose::StepUp, None, &sealed, now).is_err());
        for at in 0..sealed.len() {
            let mut forged = sealed.clone().into_bytes();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(open(1, Purpose::StepUp, session, &forged, now).is_err());
        }
    }
}
