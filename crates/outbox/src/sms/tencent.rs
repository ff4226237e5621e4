//! Tencent Cloud: `SendSms` of SMS 2021-01-11, signed by TC3-HMAC-SHA256 ("Signature method v3" of Tencent Cloud API 3.0).

use super::{Endpoint, HttpRequest, TextMessage};
use crate::settings::Sms;
use custos_kernel::crypto::{hmac_sha256, sha256};
use serde_json::{Value, json};

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const SERVICE: &str = "sms";
const ACTION: &str = "SendSms";
const VERSION: &str = "2021-01-11";
const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// What is signed besides the body.
pub(super) struct Signed<'a> {
    pub(super) service: &'a str,
    pub(super) host: &'a str,
    pub(super) action: &'a str,
    /// Seconds since 1970.
    pub(super) timestamp: i64,
    /// The day of it, `2019-02-25`, UTC.
    pub(super) date: &'a str,
}

/// The value of `Authorization` for a POST to `/` with a JSON body.
pub(super) fn authorization(
    key_id: &str,
    key_secret: &str,
    signed: &Signed<'_>,
    body: &str,
) -> String {
    let names = "content-type;host;x-tc-action";
    let canonical = format!(
        "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{}\nx-tc-action:{}\n\n{names}\n{}",
        signed.host,
        signed.action.to_lowercase(),
        hex::encode(sha256(body.as_bytes())),
    );
    let scope = format!("{}/{}/tc3_request", signed.date, signed.service);
    let to_sign = format!(
        "{ALGORITHM}\n{}\n{scope}\n{}",
        signed.timestamp,
        hex::encode(sha256(canonical.as_bytes())),
    );
    let key = hmac_sha256(
        format!("TC3{key_secret}").as_bytes(),
        signed.date.as_bytes(),
    );
    let key = hmac_sha256(&key, signed.service.as_bytes());
    let key = hmac_sha256(&key, b"tc3_request");
    let signature = hex::encode(hmac_sha256(&key, to_sign.as_bytes()));
    format!("{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}")
}

/// The request that sends a message.
pub(super) fn request(endpoint: &Endpoint, sms: &Sms, message: &TextMessage<'_>) -> HttpRequest {
    let params: Vec<&str> = message.params.iter().map(|(_, value)| *value).collect();
    let body = json!({
        "PhoneNumberSet": [message.number],
        "SmsSdkAppId": sms.app_id,
        "SignName": sms.sign_name,
        "TemplateId": message.template,
        "TemplateParamSet": params,
        "SessionContext": message.id,
    })
    .to_string();
    let timestamp = message.now.millis() / 1000;
    let now = message.now.to_string();
    let signed = Signed {
        service: SERVICE,
        host: endpoint.authority(),
        action: ACTION,
        timestamp,
        date: &now[..10],
    };
    let authorization = authorization(&sms.key_id, &sms.key_secret, &signed, &body);
    HttpRequest {
        url: format!("{}/", endpoint.url()),
        headers: vec![
            ("content-type", CONTENT_TYPE.to_owned()),
            ("x-tc-action", ACTION.to_owned()),
            ("x-tc-version", VERSION.to_owned()),
            ("x-tc-timestamp", timestamp.to_string()),
            ("x-tc-region", sms.region.clone()),
            ("authorization", authorization),
        ],
        body,
    }
}

/// The code of a refusal in an answer; none if the message was taken.
pub(super) fn refusal(answer: &Value) -> Option<String> {
    let response = &answer["Response"];
    if let Some(code) = response["Error"]["Code"].as_str() {
        return Some(code.to_owned());
    }
    match response["SendStatusSet"][0]["Code"].as_str() {
        Some("Ok") => None,
        Some(code) => Some(code.to_owned()),
        None => Some("unreadable".to_owned()),
    }
}
