//! LDAP directories as a source of passwords.

use super::config;
use super::external::Arrived;
use super::model::{Provider, ProviderKind};
use super::protocol::ProtocolError;
use crate::error::IdentityError;
use crate::events::FEDERATE;
use crate::identity::Identity;
use crate::sign_in::Begun;
use axum::http::HeaderMap;
use custos_federation::{ExternalIdentity, LdapAnswer, LdapConfig, LdapError};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::event::Event;
use custos_kernel::policy::Origin;
use custos_values::OrgId;

fn reason(error: LdapError) -> &'static str {
    match error {
        LdapError::Configuration => "configuration",
        LdapError::Unreachable => "unreachable",
        LdapError::ServiceRefused => "service_refused",
        LdapError::Search => "search",
    }
}

impl Identity {
    /// Asks the enabled directories whether a password is right, and signs in whom one vouches for. With no password
    /// (the account's own was compared already, and is not the directory's to see), every directory is asked in vain,
    /// so that it takes as long.
    ///
    /// # Errors
    /// What `sign_in_external` says.
    pub(crate) async fn sign_in_by_directory(
        &self,
        org: OrgId,
        login: &str,
        password: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<Begun>, IdentityError> {
        for provider in self.providers(org).await? {
            if provider.kind != ProviderKind::Ldap || !provider.enabled {
                continue;
            }
            let Some(who) = self
                .ask_directory(org, &provider, login, password, origin)
                .await?
            else {
                continue;
            };
            let none = HeaderMap::new();
            return match self
                .sign_in_external(org, &provider, &who, &none, origin.clone())
                .await?
            {
                Arrived::Begun(begun) => Ok(Some(begun)),
                Arrived::Completed(_) => {
                    Err(Problem::internal("a directory cannot prove two factors").into())
                }
            };
        }
        Ok(None)
    }

    /// Whether the directory lets the service in.
    pub(super) async fn probe_directory(
        &self,
        provider: &Provider,
    ) -> Result<Result<(), ProtocolError>, IdentityError> {
        let config: LdapConfig = config::parsed(provider)?;
        let secret = provider.secret.as_deref().unwrap_or_default();
        let answer = config.check_service(secret).await;
        Ok(answer.map_err(|error| match error {
            LdapError::Unreachable => ProtocolError::Unreachable(reason(error).to_owned()),
            _ => ProtocolError::Invalid(reason(error).to_owned()),
        }))
    }

    /// A directory that gives no answer vouches for nobody; the log says why.
    async fn ask_directory(
        &self,
        org: OrgId,
        provider: &Provider,
        login: &str,
        password: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<ExternalIdentity>, IdentityError> {
        let config: LdapConfig = config::parsed(provider)?;
        let secret = provider.secret.as_deref().unwrap_or_default();
        let reason = match config.check_password(secret, login, password).await {
            Ok(LdapAnswer::Accepted(who)) => return Ok(Some(who)),
            Ok(LdapAnswer::Refused) => return Ok(None),
            Ok(LdapAnswer::Disabled) => "disabled",
            Err(error) => reason(error),
        };
        let origin = origin.clone();
        let event = Event::before_sign_in(org, None, &FEDERATE, Outcome::Failed, origin)
            .with("provider", Detail::id(*provider.id.as_bytes()))
            .with("reason", Detail::code(reason));
        self.sink().record_durably(event).await?;
        Ok(None)
    }
}
