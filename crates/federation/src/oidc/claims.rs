//! What verified tokens say.

use super::config::OidcConfig;
use crate::{ClaimedAssurance, ExternalIdentity};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Most groups looked at.
const MAX_GROUPS: usize = 1000;

/// The members of a part of a compact JWS (RFC 7515): 0 is the header, 1 the payload. Nothing is verified.
pub(super) fn part(token: &str, index: usize) -> Option<Map<String, Value>> {
    let text = token.split('.').nth(index)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let value = claims.get(name)?.as_str()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// A list of texts; a single text is a list of one.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// The person of verified claims.
pub(super) fn identity(
    config: &OidcConfig,
    claims: &Map<String, Value>,
) -> Option<ExternalIdentity> {
    let amr = claims.get("amr").map(texts).unwrap_or_default();
    let acr = text(claims, "acr");
    Some(ExternalIdentity {
        subject: claims.get(&config.subject_claim)?.as_str()?.to_owned(),
        login: text(claims, &config.login_claim),
        name: text(claims, "name"),
        mail: text(claims, "email"),
        groups: claims.get(&config.groups_claim).map(|groups| {
            let mut groups = texts(groups);
            groups.truncate(MAX_GROUPS);
            groups
        }),
        assurance: ClaimedAssurance::of(&amr, acr.as_deref(), &config.two_factor_classes),
        session_index: text(claims, "sid"),
    })
}
