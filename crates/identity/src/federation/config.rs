//! What a provider needs to be told, by kind.

use super::model::ProviderKind;
use crate::error::IdentityError;
use custos_http::FieldProblem;
use serde_json::Value;

/// Longest configuration as JSON, in bytes: a SAML provider's metadata are the largest.
const MAX_CONFIG: usize = 64 * 1024;

/// Checks a configuration.
///
/// # Errors
/// 422 naming the members.
pub(super) fn check(kind: ProviderKind, config: &Value, secret: bool) -> Result<(), IdentityError> {
    let long = serde_json::to_vec(config).is_ok_and(|text| text.len() > MAX_CONFIG);
    if long || !config.is_object() {
        return Err(IdentityError::invalid_field(
            "config",
            "provider.config.invalid",
        ));
    }
    let problems: Vec<FieldProblem> = match kind {
        ProviderKind::Oidc
        | ProviderKind::Wecom
        | ProviderKind::Dingtalk
        | ProviderKind::Feishu
        | ProviderKind::Saml
        | ProviderKind::Ldap => Vec::new(),
    };
    let _ = secret;
    if problems.is_empty() {
        Ok(())
    } else {
        Err(IdentityError::invalid(problems))
    }
}
