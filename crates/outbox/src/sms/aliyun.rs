//! Alibaba Cloud: `SendSms` of Dysmsapi 2017-05-25, signed by ACS3-HMAC-SHA256 ("V3 request structure and signature" of
//! Alibaba Cloud SDK).

use super::{Endpoint, HttpRequest, TextMessage};
use crate::settings::Sms;
use custos_kernel::crypto::{hmac_sha256, sha256};
use serde_json::{Map, Value};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";
const ACTION: &str = "SendSms";
const VERSION: &str = "2017-05-25";

/// RFC 3986 percent-encoding of everything but unreserved characters.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The value of `Authorization` for a POST to `/`. `headers` are those signed, in lower case and sorted.
pub(super) fn authorization(
    key_id: &str,
    key_secret: &str,
    query: &str,
    headers: &[(&'static str, String)],
    body_hash: &str,
) -> String {
    let canonical: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{}\n", value.trim()))
        .collect();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let request = format!("POST\n/\n{query}\n{canonical}\n{names}\n{body_hash}");
    let to_sign = format!("{ALGORITHM}\n{}", hex::encode(sha256(request.as_bytes())));
    let signature = hex::encode(hmac_sha256(key_secret.as_bytes(), to_sign.as_bytes()));
    format!("{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}")
}

/// The request that sends a message. Its parameters are in the query, where this interface has them.
pub(super) fn request(endpoint: &Endpoint, sms: &Sms, message: &TextMessage<'_>) -> HttpRequest {
    let params: Map<String, Value> = message
        .params
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect();
    // Numbers of the mainland are written without a country.
    let number = message.number.strip_prefix("+86").unwrap_or(message.number);
    let mut query = [
        ("OutId", message.id.as_str()),
        ("PhoneNumbers", number),
        ("SignName", &sms.sign_name),
        ("TemplateCode", message.template),
        ("TemplateParam", &Value::Object(params).to_string()),
    ]
    .map(|(name, value)| format!("{name}={}", encoded(value)));
    query.sort();
    let query = query.join("&");
    let now = message.now.to_string();
    let body_hash = hex::encode(sha256(b""));
    let headers = [
        ("host", endpoint.authority().to_owned()),
        ("x-acs-action", ACTION.to_owned()),
        ("x-acs-content-sha256", body_hash.clone()),
        ("x-acs-date", format!("{}Z", &now[..19])),
        ("x-acs-signature-nonce", message.nonce.clone()),
        ("x-acs-version", VERSION.to_owned()),
    ];
    let authorization = authorization(&sms.key_id, &sms.key_secret, &query, &headers, &body_hash);
    let mut headers: Vec<_> = headers
        .into_iter()
        .filter(|(name, _)| *name != "host")
        .collect();
    headers.push(("authorization", authorization));
    HttpRequest {
        url: format!("{}/?{query}", endpoint.url()),
        headers,
        body: String::new(),
    }
}

/// The code of a refusal in an answer; none if the message was taken.
pub(super) fn refusal(answer: &Value) -> Option<String> {
    match answer["Code"].as_str() {
        Some("OK") => None,
        Some(code) => Some(code.to_owned()),
        None => Some("unreadable".to_owned()),
    }
}
