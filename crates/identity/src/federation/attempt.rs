//! A sign-in that is under way at a provider.
//!
//! What this server has to remember of it (nonce, PKCE verifier, where to go afterwards) goes sealed into a cookie of
//! the browser that began, so that beginning costs no row, and an answer that another browser received is worth
//! nothing there (login CSRF). The state in the provider's answer names the attempt; the first answer uses it up.

use super::sql;
use crate::error::IdentityError;
use crate::events::FEDERATE;
use crate::identity::Identity;
use crate::resources::ProviderResource;
use crate::sessions::cookie;
use axum::http::{HeaderMap, StatusCode};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::{Token, constant_time_eq, sha256};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Job, Origin, Permit, actions};
use custos_values::{OrgId, ProviderId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// How long an attempt may take, in milliseconds.
const LIFE_MS: i64 = 10 * 60_000;
/// The purpose under which an attempt is sealed.
const SEALED: &str = "federation.attempt";

/// What is remembered of an attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// At which provider.
    pub(crate) provider: ProviderId,
    /// Where the page goes afterwards: a path of this server.
    pub(crate) return_to: String,
    /// Who, signed in already, connects their account; otherwise somebody signs in.
    pub(crate) link: Option<UserId>,
    /// What the protocol needs to check the answer, such as nonce and PKCE verifier, or the id of a SAML request.
    pub(crate) protocol: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    state: String,
    expires_at: i64,
    attempt: Attempt,
}

/// The attempt is unknown here, over, or somebody else's: all the same to who asks.
pub(crate) fn attempt_invalid() -> IdentityError {
    Problem::new(StatusCode::UNAUTHORIZED, "federation.attempt.invalid").into()
}

/// A path of this server to go to after signing in; anything that is not, and could lead elsewhere, becomes `/`.
///
/// Browsers read `\` as `/` and drop tabs and line ends within an address (URL Standard), so `/\host` and `/\t/host`
/// would leave the site as `//host` does.
pub(crate) fn local_path(text: &str) -> String {
    let plain = text.len() <= 512 && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let local = text.starts_with('/') && !text.starts_with("//");
    if plain && local {
        text.to_owned()
    } else {
        "/".to_owned()
    }
}

impl Identity {
    /// The job that acts for identity providers, on behalf of a request.
    pub(crate) fn federator(org: OrgId, origin: Origin) -> Caller {
        Caller::system(Job::Federation, org).with_origin(origin)
    }

    /// A permit to keep what belongs to a provider.
    pub(crate) fn federation_permit(
        &self,
        org: OrgId,
        provider: ProviderId,
        origin: &Origin,
    ) -> Result<Permit<actions::Update, ProviderResource>, IdentityError> {
        let facts = Facts::shared(org, *provider.as_bytes(), 0);
        let federator = Self::federator(org, origin.clone());
        Ok(self.policy().permit(&federator, &facts)?)
    }

    /// Begins an attempt: puts it into the answer's cookie. `state` names it, and is what the provider has to send back.
    pub(crate) async fn begin_attempt(
        &self,
        org: OrgId,
        state: &Token,
        attempt: Attempt,
        answer: &mut HeaderMap,
    ) -> Result<(), IdentityError> {
        let key = self.store().keys().get(self.store(), org).await?;
        let kept = Kept {
            state: hex::encode(state.hash().0),
            expires_at: self.store().clock().now().plus_millis(LIFE_MS).millis(),
            attempt,
        };
        let text = serde_json::to_vec(&kept).map_err(Problem::internal)?;
        let sealed = key.seal_secret(SEALED, org.as_bytes(), &text, self.store().random());
        cookie::set_attempt(answer, &hex::encode(sealed), LIFE_MS / 1000);
        Ok(())
    }

    /// Uses the browser's attempt up that a provider's answer names. Of many answers at once, one gets it.
    ///
    /// # Errors
    /// 401 `federation.attempt.invalid`.
    pub(crate) async fn take_attempt(
        &self,
        org: OrgId,
        state: &str,
        headers: &HeaderMap,
        origin: Origin,
    ) -> Result<Attempt, IdentityError> {
        let key = self.store().keys().get(self.store(), org).await?;
        let hash = Token::parse(state).ok_or_else(attempt_invalid)?.hash();
        let sealed = cookie::attempt(headers)
            .and_then(|text| hex::decode(text).ok())
            .ok_or_else(attempt_invalid)?;
        let opened = key
            .open_secret(SEALED, org.as_bytes(), &sealed)
            .map_err(|_| attempt_invalid())?;
        let kept: Kept = serde_json::from_slice(&opened).map_err(|_| attempt_invalid())?;
        let expires_at = Timestamp::from_millis(kept.expires_at);
        let same = constant_time_eq(kept.state.as_bytes(), hex::encode(hash.0).as_bytes());
        if !same || self.store().clock().now() >= expires_at {
            return Err(attempt_invalid());
        }
        let provider = kept.attempt.provider;
        if !self
            .use_once(org, provider, "attempt", &hash.0, expires_at, origin)
            .await?
        {
            return Err(attempt_invalid());
        }
        Ok(kept.attempt)
    }

    /// Takes something a provider may say once only, such as the id of an assertion or of a logout token, until when
    /// it would be accepted by its own time. False if it was taken before.
    pub(crate) async fn use_once(
        &self,
        org: OrgId,
        provider: ProviderId,
        what: &'static str,
        name: &[u8],
        until: Timestamp,
        origin: Origin,
    ) -> Result<bool, IdentityError> {
        let permit = self.federation_permit(org, provider, &origin)?;
        let hash = sha256(&[what.as_bytes(), b"\0", name].concat());
        let now = self.store().clock().now();
        let federator = Self::federator(org, origin.clone());
        let mut tx = self.store().write(&federator).await?;
        let first = sql::use_once(&mut tx, &permit, &hash, until, now).await?;
        if first {
            let event = Event::before_sign_in(org, None, &FEDERATE, Outcome::Allowed, origin)
                .with("provider", Detail::id(*provider.as_bytes()))
                .with("used", Detail::code(what));
            tx.finish(event).await?;
        }
        Ok(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_paths_of_this_server() {
        for good in ["/", "/customers", "/customers?q=a%20b", "/a//b", "/@x"] {
            assert_eq!(local_path(good), good);
        }
        for bad in [
            "",
            "customers",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            " /x",
        ] {
            assert_eq!(local_path(bad), "/", "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_returned_never_names_a_host(text in "[/\\\\a-z.:@\\t\\n ?#]{0,12}") {
            let path = local_path(&text);
            prop_assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'));
        }
    }
}
