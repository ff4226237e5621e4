//! Signing in at a SAML provider.
//!
//! The provider's page posts its answer to this server from another site, so the browser sends none of our cookies with
//! it (they are `SameSite=Strict`), and whoever made that post could be anybody. It is therefore looked at by nobody: the
//! answer to it is a page of ours that keeps it in the browser and goes where all providers lead back to; that page hands
//! it in from this site, with the cookie of the attempt, as others do with a code. Only an answer to the very request of
//! that attempt is accepted, once.

use super::config::parsed;
use super::model::{Provider, ProviderKind};
use super::protocol::ProtocolError;
use crate::address::PublicAddress;
use crate::error::IdentityError;
use crate::identity::Identity;
use custos_federation::{ClaimedAssurance, ExternalIdentity};
use custos_http::{BASE_PATH, FieldProblem, Problem};
use custos_kernel::policy::Origin;
use custos_saml::{Accepted, Expected, IdentityProvider, ServiceProvider, SignInRequest, accept};
use custos_values::{OrgId, Random, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where answers are posted to, below the API's base path.
pub(super) const CONSUMER_PATH: &str = "/session/saml/answer";
/// A name that is another one at every sign-in (Core, 8.3.8): nobody can be found by it.
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// What a SAML provider needs to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SamlConfig {
    /// The provider's metadata document.
    metadata: String,
    /// The attribute with what the provider calls a person; without it, the NameID.
    #[serde(default)]
    subject_attribute: Option<String>,
    #[serde(default)]
    login_attribute: Option<String>,
    #[serde(default)]
    name_attribute: Option<String>,
    #[serde(default)]
    mail_attribute: Option<String>,
    /// The attribute with the groups; without it, groups are not told at all.
    #[serde(default)]
    groups_attribute: Option<String>,
    /// The classes of authentication that stand for two factors.
    #[serde(default)]
    two_factor_classes: Vec<String>,
}

/// What is wrong with a configuration.
pub(super) fn problems(config: &Value) -> Vec<FieldProblem> {
    let Ok(config) = serde_json::from_value::<SamlConfig>(config.clone()) else {
        return vec![FieldProblem::new("config", "provider.config.invalid")];
    };
    let mut problems = Vec::new();
    // Whether it is out of date is a matter of the moment of signing in.
    if IdentityProvider::from_metadata(&config.metadata, Timestamp::MIN).is_err() {
        let problem = FieldProblem::new("config.metadata", "provider.config.metadata");
        problems.push(problem);
    }
    problems
}

/// This server as SAML knows it. Answers must be for this address.
fn service(address: &PublicAddress) -> ServiceProvider {
    let base = format!("{}{BASE_PATH}", address.as_str());
    ServiceProvider {
        entity_id: format!("{base}/session/saml"),
        consumer_url: format!("{base}{CONSUMER_PATH}"),
    }
}

impl SamlConfig {
    /// The provider as it describes itself, now.
    fn provider(&self, now: Timestamp) -> Result<IdentityProvider, ProtocolError> {
        IdentityProvider::from_metadata(&self.metadata, now)
            .map_err(|_| ProtocolError::Invalid("metadata".to_owned()))
    }

    /// `None` if the provider does not say who it is.
    fn identity(&self, accepted: &Accepted) -> Option<ExternalIdentity> {
        let values = |name: &Option<String>| {
            let name = name.as_deref()?;
            Some(accepted.values(name).to_vec())
        };
        let first = |name: &Option<String>| values(name)?.first().cloned();
        let subject = match &self.subject_attribute {
            Some(_) => first(&self.subject_attribute)?,
            None if accepted.name_id.format.as_deref() == Some(TRANSIENT) => return None,
            None => accepted.name_id.value.clone(),
        };
        let class = accepted.context_class.as_deref();
        Some(ExternalIdentity {
            subject,
            login: first(&self.login_attribute),
            name: first(&self.name_attribute),
            mail: first(&self.mail_attribute),
            groups: values(&self.groups_attribute),
            assurance: ClaimedAssurance::of(&[], class, &self.two_factor_classes),
            session_index: accepted.session_index.clone(),
        })
    }
}

/// What has to be remembered of a request.
#[derive(Serialize, Deserialize)]
struct Remembered {
    request_id: String,
}

/// Our metadata for a provider, enabled or not: it is needed to set the other side up.
///
/// # Errors
/// 404 unless it is a SAML provider.
pub(super) fn metadata(
    provider: &Provider,
    address: &PublicAddress,
) -> Result<String, IdentityError> {
    if provider.kind != ProviderKind::Saml {
        return Err(Problem::not_found().into());
    }
    Ok(service(address).metadata())
}

/// Whether a provider can be used now: its metadata may say that they are out of date.
pub(super) fn probe(
    provider: &Provider,
    now: Timestamp,
) -> Result<Result<(), ProtocolError>, IdentityError> {
    let config: SamlConfig = parsed(provider)?;
    Ok(config.provider(now).map(|_| ()))
}

/// Where to send the browser, and what to remember.
pub(super) fn begin(
    provider: &Provider,
    address: &PublicAddress,
    state: &str,
    now: Timestamp,
    random: &dyn Random,
) -> Result<Result<(String, Value), ProtocolError>, IdentityError> {
    let config: SamlConfig = parsed(provider)?;
    let described = match config.provider(now) {
        Ok(described) => described,
        Err(error) => return Ok(Err(error)),
    };
    let request = SignInRequest::new(&service(address), &described, state, false, now, random);
    let remembered = Remembered {
        request_id: request.id().to_owned(),
    };
    let remembered = serde_json::to_value(remembered).map_err(Problem::internal)?;
    Ok(Ok((request.url().to_owned(), remembered)))
}

impl Identity {
    /// Who a response says it is. Its assertion is used up.
    pub(super) async fn finish_saml(
        &self,
        org: OrgId,
        provider: &Provider,
        remembered: Value,
        response: &str,
        origin: &Origin,
    ) -> Result<Result<ExternalIdentity, ProtocolError>, IdentityError> {
        let invalid = |reason: &str| Ok(Err(ProtocolError::Invalid(reason.to_owned())));
        let config: SamlConfig = parsed(provider)?;
        let remembered: Remembered =
            serde_json::from_value(remembered).map_err(Problem::internal)?;
        let now = self.store().clock().now();
        let described = match config.provider(now) {
            Ok(described) => described,
            Err(error) => return Ok(Err(error)),
        };
        let expected = Expected {
            service: &service(&self.address()),
            provider: &described,
            request_id: &remembered.request_id,
            now,
        };
        let accepted = match accept(response, &expected) {
            Ok(accepted) => accepted,
            Err(refusal) => return invalid(refusal.name()),
        };
        let name = accepted.assertion_id.as_bytes();
        let until = accepted.replayable_until;
        let first = self
            .use_once(org, provider.id, "assertion", name, until, origin.clone())
            .await?;
        if !first {
            return invalid("replayed");
        }
        match config.identity(&accepted) {
            Some(who) => Ok(Ok(who)),
            None => invalid("subject"),
        }
    }
}
