//! One way to all protocols that lead a browser to the provider and back.

use super::model::{Provider, ProviderKind};
use super::saml;
use crate::error::IdentityError;
use crate::events::SIGN_IN;
use crate::identity::Identity;
use axum::http::StatusCode;
use custos_federation::oidc::{OidcConfig, OidcError, OidcProvider, Remembered};
use custos_federation::scan::{ScanConfig, ScanError, ScanKind, ScanProvider};
use custos_federation::{ExternalIdentity, Outgoing};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::Origin;
use custos_values::OrgId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// Longest code, in bytes; a SAML response is longer.
const MAX_CODE: usize = 4096;
/// Numbers from here on cannot be told in an entry.
const MAX_NUMBER: u64 = 1 << 53;
/// How long the code of a scan login is remembered, in milliseconds. The services let one live for five minutes.
const CODE_LIFE_MS: i64 = 24 * 3_600_000;

/// What a provider sent back with the browser.
#[derive(Clone)]
pub(crate) struct ProviderAnswer {
    /// The code to exchange, or the SAML response.
    pub(crate) code: String,
    /// Who answers (RFC 9207).
    pub(crate) issuer: Option<String>,
}

/// Why a provider's word does not count, whatever the protocol.
#[derive(Debug)]
pub(crate) enum ProtocolError {
    /// There is no answer.
    Unreachable(String),
    /// There is one, and it is worth nothing; the code of why is for the log.
    Invalid(String),
    /// The provider refused, with its number of why, for the log.
    Refused(i64),
}

impl From<OidcError> for ProtocolError {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::Unreachable(reason) => Self::Unreachable(reason),
            // What a provider says in words may hold anything.
            OidcError::Refused(reason) => {
                tracing::warn!(%reason, "an identity provider refused");
                Self::Invalid("refused".to_owned())
            }
            OidcError::Invalid(reason) => Self::Invalid(reason.replace(' ', "_")),
        }
    }
}

impl From<ScanError> for ProtocolError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Unreachable(reason) => Self::Unreachable(reason),
            ScanError::Refused(number) => Self::Refused(number),
            ScanError::Incomplete(member) => {
                tracing::warn!(member, "an answer of a scan login is incomplete");
                Self::Invalid("incomplete".to_owned())
            }
            ScanError::NotMember => Self::Invalid("not_member".to_owned()),
        }
    }
}

/// What is remembered of a scan login.
#[derive(Serialize, Deserialize)]
struct Scanned {
    redirect_uri: String,
    verifier: String,
}

fn scan_kind(kind: ProviderKind) -> Option<ScanKind> {
    match kind {
        ProviderKind::Wecom => Some(ScanKind::Wecom),
        ProviderKind::Dingtalk => Some(ScanKind::Dingtalk),
        ProviderKind::Feishu => Some(ScanKind::Feishu),
        ProviderKind::Oidc | ProviderKind::Saml | ProviderKind::Ldap => None,
    }
}

/// The answer to somebody a provider's protocol failed for.
pub(crate) fn protocol_problem(error: &ProtocolError) -> Problem {
    match error {
        ProtocolError::Unreachable(reason) => {
            tracing::warn!(%reason, "an identity provider cannot be reached");
            Problem::new(StatusCode::BAD_GATEWAY, "federation.unreachable")
        }
        ProtocolError::Invalid(_) | ProtocolError::Refused(_) => {
            Problem::new(StatusCode::UNAUTHORIZED, "federation.answer_invalid")
        }
    }
}

fn unsupported() -> IdentityError {
    Problem::new(StatusCode::CONFLICT, "federation.unsupported").into()
}

pub(crate) fn oidc_config(provider: &Provider) -> Result<OidcConfig, IdentityError> {
    serde_json::from_value(provider.config.clone()).map_err(|error| Problem::internal(error).into())
}

impl Identity {
    fn outgoing_or_unreachable(&self) -> Result<Arc<dyn Outgoing>, IdentityError> {
        let none = || Problem::new(StatusCode::BAD_GATEWAY, "federation.unreachable");
        Ok(Arc::clone(self.outgoing().ok_or_else(none)?))
    }

    /// Asks an OpenID provider, where waiting is allowed.
    pub(crate) async fn ask_oidc<T: Send + 'static>(
        &self,
        provider: &Provider,
        ask: impl FnOnce(&OidcProvider<'_>) -> Result<T, OidcError> + Send + 'static,
    ) -> Result<Result<T, ProtocolError>, IdentityError> {
        let config = oidc_config(provider)?;
        let outgoing = self.outgoing_or_unreachable()?;
        let cache = Arc::clone(&self.federation().oidc);
        let secret = provider.secret.clone();
        let asked = tokio::task::spawn_blocking(move || {
            ask(&OidcProvider {
                config: &config,
                secret: secret.as_deref(),
                cache: &cache,
                outgoing: &*outgoing,
            })
        });
        let answer = asked.await.map_err(Problem::internal)?;
        Ok(answer.map_err(ProtocolError::from))
    }

    /// Asks a service of scan login, where waiting is allowed.
    async fn ask_scan<T: Send + 'static>(
        &self,
        provider: &Provider,
        ask: impl FnOnce(&ScanProvider<'_>) -> Result<T, ScanError> + Send + 'static,
    ) -> Result<Result<T, ProtocolError>, IdentityError> {
        let kind = scan_kind(provider.kind).ok_or_else(unsupported)?;
        let config: ScanConfig =
            serde_json::from_value(provider.config.clone()).map_err(Problem::internal)?;
        let outgoing = self.outgoing_or_unreachable()?;
        let tokens = Arc::clone(&self.federation().tokens);
        let secret = provider.secret.clone().unwrap_or_default();
        let asked = tokio::task::spawn_blocking(move || {
            ask(&ScanProvider {
                kind,
                config: &config,
                secret: &secret,
                tokens: &tokens,
                outgoing: &*outgoing,
            })
        });
        let answer = asked.await.map_err(Problem::internal)?;
        Ok(answer.map_err(ProtocolError::from))
    }

    /// Where to send the browser, and what to remember.
    pub(crate) async fn begin_protocol(
        &self,
        provider: &Provider,
        redirect_uri: String,
        state: String,
    ) -> Result<(String, Value), IdentityError> {
        let store = Arc::clone(self.store());
        let begun = match provider.kind {
            ProviderKind::Wecom | ProviderKind::Dingtalk | ProviderKind::Feishu => {
                let remembered = Scanned {
                    redirect_uri: redirect_uri.clone(),
                    verifier: Token::generate(store.random()).expose(),
                };
                let verifier = remembered.verifier.clone();
                let url = self
                    .ask_scan(provider, move |app| {
                        Ok(app.authorize_url(&redirect_uri, &state, &verifier))
                    })
                    .await?
                    .map_err(|error| protocol_problem(&error))?;
                let remembered = serde_json::to_value(remembered).map_err(Problem::internal)?;
                return Ok((url, remembered));
            }
            ProviderKind::Oidc => self
                .ask_oidc(provider, move |oidc| {
                    let now = store.clock().now();
                    oidc.begin(&redirect_uri, &state, store.random(), now)
                })
                .await?
                .map_err(|error| protocol_problem(&error))?,
            ProviderKind::Saml => {
                let now = store.clock().now();
                let begun = saml::begin(provider, &self.address(), &state, now, store.random())?;
                return begun.map_err(|error| protocol_problem(&error).into());
            }
            ProviderKind::Ldap => return Err(unsupported()),
        };
        let (url, remembered) = begun;
        let remembered = serde_json::to_value(remembered).map_err(Problem::internal)?;
        Ok((url, remembered))
    }

    /// Who the provider's answer says it is.
    pub(crate) async fn finish_protocol(
        &self,
        org: OrgId,
        provider: &Provider,
        remembered: Value,
        answer: ProviderAnswer,
        origin: &Origin,
    ) -> Result<ExternalIdentity, IdentityError> {
        let store = Arc::clone(self.store());
        let finished = match provider.kind {
            kind if kind != ProviderKind::Saml && answer.code.len() > MAX_CODE => {
                Err(ProtocolError::Invalid("code".to_owned()))
            }
            ProviderKind::Oidc => {
                let remembered: Remembered =
                    serde_json::from_value(remembered).map_err(Problem::internal)?;
                self.ask_oidc(provider, move |oidc| {
                    let now = store.clock().now();
                    oidc.finish(&remembered, &answer.code, answer.issuer.as_deref(), now)
                })
                .await?
            }
            ProviderKind::Wecom | ProviderKind::Dingtalk | ProviderKind::Feishu => {
                let remembered: Scanned =
                    serde_json::from_value(remembered).map_err(Problem::internal)?;
                let until = store.clock().now().plus_millis(CODE_LIFE_MS);
                let code = answer.code.as_bytes();
                // These services promise that a code counts once. Not all have PKCE, so that it is not left to them.
                if self
                    .use_once(org, provider.id, "code", code, until, origin.clone())
                    .await?
                {
                    self.ask_scan(provider, move |app| {
                        let now = store.clock().now();
                        let Scanned {
                            redirect_uri,
                            verifier,
                        } = &remembered;
                        app.identify(&answer.code, redirect_uri, verifier, now)
                    })
                    .await?
                } else {
                    Err(ProtocolError::Invalid("replayed".to_owned()))
                }
            }
            ProviderKind::Saml => {
                self.finish_saml(org, provider, remembered, &answer.code, origin)
                    .await?
            }
            ProviderKind::Ldap => return Err(unsupported()),
        };
        match finished {
            Ok(who) => Ok(who),
            Err(error) => {
                let reason = match &error {
                    ProtocolError::Unreachable(_) => "unreachable".to_owned(),
                    ProtocolError::Invalid(reason) => reason.clone(),
                    ProtocolError::Refused(_) => "refused".to_owned(),
                };
                let mut event =
                    Event::before_sign_in(org, None, &SIGN_IN, Outcome::Failed, origin.clone())
                        .with("method", Detail::code(provider.kind.name()))
                        .with("provider", Detail::id(*provider.id.as_bytes()))
                        .with("reason", Detail::code(reason));
                // It may be of any length, which a code may not.
                if let ProtocolError::Refused(number) = error {
                    event = event.with("number", Detail::count(number.unsigned_abs() % MAX_NUMBER));
                }
                self.sink().record_durably(event).await?;
                Err(protocol_problem(&error).into())
            }
        }
    }

    /// Whether the provider answers as it is configured: nothing but a code says what is wrong.
    pub(crate) async fn probe_provider(
        &self,
        provider: &Provider,
    ) -> Result<Result<(), ProtocolError>, IdentityError> {
        let store = Arc::clone(self.store());
        match provider.kind {
            ProviderKind::Oidc => {
                self.ask_oidc(provider, move |oidc| oidc.probe(store.clock().now()))
                    .await
            }
            ProviderKind::Wecom | ProviderKind::Dingtalk | ProviderKind::Feishu => {
                self.ask_scan(provider, move |app| app.probe(store.clock().now()))
                    .await
            }
            ProviderKind::Saml => saml::probe(provider, store.clock().now()),
            ProviderKind::Ldap => self.probe_directory(provider).await,
        }
    }
}
