//! Text messages through the HTTP interfaces of two providers. Both take the id of a template they approved and its
//! parameters; the words are theirs.

mod aliyun;
mod client;
mod endpoint;
mod tencent;
#[cfg(test)]
mod tests;

pub use client::{HttpAnswer, HttpFailure, HttpPost, HttpRequest, HttpsClient};
pub(crate) use endpoint::Endpoint;

use crate::delivery::Failure;
use crate::settings::{Sms, SmsProvider};
use custos_values::Timestamp;

/// What a provider is asked to send.
pub(crate) struct TextMessage<'a> {
    /// E.164, `+8613812345678`.
    pub(crate) number: &'a str,
    /// The provider's template.
    pub(crate) template: &'a str,
    /// Names and values of its parameters, in its order.
    pub(crate) params: Vec<(&'a str, &'a str)>,
    /// Our id of the message, for the provider's records.
    pub(crate) id: String,
    /// Unique to this attempt.
    pub(crate) nonce: String,
    pub(crate) now: Timestamp,
}

/// Hands a message to the provider.
pub(crate) fn send(
    http: &dyn HttpPost,
    sms: &Sms,
    message: &TextMessage<'_>,
) -> Result<(), Failure> {
    let endpoint = Endpoint::parse(&sms.endpoint).ok_or(Failure::NotConfigured)?;
    let request = match sms.provider {
        SmsProvider::Aliyun => aliyun::request(&endpoint, sms, message),
        SmsProvider::Tencent => tencent::request(&endpoint, sms, message),
    };
    let answer = http.post(&request).map_err(|failure| match failure {
        HttpFailure::TimedOut => Failure::TimedOut,
        HttpFailure::Tls => Failure::Tls,
        HttpFailure::Unreachable => Failure::Unreachable,
    })?;
    let said: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let code = match sms.provider {
        SmsProvider::Aliyun => aliyun::refusal(&said),
        SmsProvider::Tencent => tencent::refusal(&said),
    };
    match code {
        None if answer.status == 200 => Ok(()),
        None => Err(Failure::ProviderBusy),
        Some(code) if is_passing(&code) || answer.status >= 500 => Err(Failure::ProviderBusy),
        Some(code) if is_about_the_key(&code) => Err(Failure::Credentials),
        Some(_) => Err(Failure::ProviderRefused),
    }
}

/// Refusals that pass by themselves, by the beginning of the provider's code.
fn is_passing(code: &str) -> bool {
    [
        "Throttling",
        "isv.BUSINESS_LIMIT_CONTROL",
        "isp.",
        "ServiceUnavailable",
        "InternalError",
        "RequestLimitExceeded",
        "LimitExceeded",
        "unreadable",
    ]
    .iter()
    .any(|known| code.starts_with(known))
}

/// Refusals of the access key or the signature.
fn is_about_the_key(code: &str) -> bool {
    [
        "AuthFailure",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "Forbidden",
        "UnauthorizedOperation",
    ]
    .iter()
    .any(|known| code.starts_with(known))
}
