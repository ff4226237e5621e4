//! What a provider needs to be told, by kind.

use super::model::{Provider, ProviderKind};
use crate::error::IdentityError;
use custos_federation::LdapConfig;
use custos_federation::oidc::{OidcConfig, OidcConfigError};
use custos_federation::scan::{ScanConfig, ScanKind};
use custos_http::{FieldProblem, Problem};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Longest configuration as JSON, in bytes: a SAML provider's metadata are the largest.
const MAX_CONFIG: usize = 64 * 1024;

/// Checks a configuration.
///
/// # Errors
/// 422 naming the members.
pub(super) fn check(kind: ProviderKind, config: &Value) -> Result<(), IdentityError> {
    let long = serde_json::to_vec(config).is_ok_and(|text| text.len() > MAX_CONFIG);
    if long || !config.is_object() {
        return Err(IdentityError::invalid_field(
            "config",
            "provider.config.invalid",
        ));
    }
    let problems = match kind {
        ProviderKind::Oidc => oidc(config),
        ProviderKind::Wecom => scan(ScanKind::Wecom, config),
        ProviderKind::Dingtalk => scan(ScanKind::Dingtalk, config),
        ProviderKind::Feishu => scan(ScanKind::Feishu, config),
        ProviderKind::Saml => super::saml::problems(config),
        ProviderKind::Ldap => ldap(config),
    };
    if problems.is_empty() {
        Ok(())
    } else {
        Err(IdentityError::invalid(problems))
    }
}

/// The addresses the secret is sent to.
pub(super) fn asked_at(config: &Value) -> [Option<&Value>; 3] {
    ["issuer", "api_url", "url"].map(|member| config.get(member))
}

/// The configuration of a provider as its protocol reads it.
pub(super) fn parsed<T: DeserializeOwned>(provider: &Provider) -> Result<T, IdentityError> {
    serde_json::from_value(provider.config.clone()).map_err(|error| Problem::internal(error).into())
}

fn ldap(config: &Value) -> Vec<FieldProblem> {
    let Ok(config) = serde_json::from_value::<LdapConfig>(config.clone()) else {
        return vec![FieldProblem::new("config", "provider.config.invalid")];
    };
    let problems = config.problems().into_iter();
    problems
        .map(|member| FieldProblem::new(format!("config.{member}"), "provider.config.invalid"))
        .collect()
}

fn scan(kind: ScanKind, config: &Value) -> Vec<FieldProblem> {
    let Ok(config) = serde_json::from_value::<ScanConfig>(config.clone()) else {
        return vec![FieldProblem::new("config", "provider.config.invalid")];
    };
    let fault = config.fault(kind);
    fault
        .map(|field| FieldProblem::new(format!("config.{field}"), "provider.config.invalid"))
        .into_iter()
        .collect()
}

fn oidc(config: &Value) -> Vec<FieldProblem> {
    let invalid = |field: &str, code: &'static str| vec![FieldProblem::new(field, code)];
    let Ok(config) = serde_json::from_value::<OidcConfig>(config.clone()) else {
        return invalid("config", "provider.config.invalid");
    };
    match config.check() {
        Ok(()) => Vec::new(),
        Err(OidcConfigError::Issuer) => invalid("config.issuer", "provider.config.url"),
        Err(OidcConfigError::ClientId) => invalid("config.client_id", "text.empty"),
        Err(OidcConfigError::Name) => invalid("config.scopes", "provider.config.invalid"),
    }
}
