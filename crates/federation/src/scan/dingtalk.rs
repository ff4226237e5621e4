//! DingTalk: the open platform's pages on web login, `userAccessToken`, `users/me`, and the staff directory.

use super::{ScanError, ScanProvider, accepted, departments, encoded, required, text};
use crate::{ClaimedAssurance, ExternalIdentity};
use custos_values::Timestamp;
use http::Method;
use serde_json::{Value, json};

const PAGE: &str = "https://login.dingtalk.com/oauth2/auth";
const API: &str = "https://api.dingtalk.com";
/// The older interface, which has the staff directory.
const DIRECTORY: &str = "https://oapi.dingtalk.com";
/// 40014: the token is not valid; 42001: it has ended; 88: the same, of the gateway.
const EXPIRED: [i64; 3] = [40014, 42001, 88];
/// The person is not in the organisation.
const UNKNOWN: [i64; 2] = [60121, 33012];

pub(super) fn authorize_url(app: &ScanProvider<'_>, redirect_uri: &str, state: &str) -> String {
    format!(
        "{}?response_type=code&client_id={}&scope=openid&prompt=consent&redirect_uri={}&state={}",
        app.page(PAGE),
        encoded(&app.config.client_id),
        encoded(redirect_uri),
        encoded(state)
    )
}

/// The newer interface has no number of what went wrong, but a `code` in words where there is one.
fn answered(answer: Value) -> Result<Value, ScanError> {
    if answer.get("code").is_some_and(Value::is_string) {
        Err(ScanError::Refused(400))
    } else {
        Ok(answer)
    }
}

pub(super) fn new_token(app: &ScanProvider<'_>) -> Result<(String, i64), ScanError> {
    let body = json!({ "appKey": app.config.client_id, "appSecret": app.secret });
    let url = app.api(API, "/v1.0/oauth2/accessToken");
    let answer = answered(app.json(Method::POST, &url, &[], Some(&body))?)?;
    let seconds = answer.get("expireIn").and_then(Value::as_i64);
    Ok((required(&answer, "accessToken")?, seconds.unwrap_or(7200)))
}

fn directory(
    app: &ScanProvider<'_>,
    now: Timestamp,
    path: &str,
    body: &Value,
) -> Result<Value, ScanError> {
    let answer = app.with_token(now, &EXPIRED, |token| {
        let query = format!("{path}?access_token={}", encoded(token));
        let answer = app.json(Method::POST, &app.api(DIRECTORY, &query), &[], Some(body))?;
        accepted(answer, "errcode")
    });
    match answer {
        Ok(answer) => Ok(answer.get("result").cloned().unwrap_or_default()),
        Err(ScanError::Refused(number)) if UNKNOWN.contains(&number) => Err(ScanError::NotMember),
        Err(error) => Err(error),
    }
}

pub(super) fn identify(
    app: &ScanProvider<'_>,
    code: &str,
    now: Timestamp,
) -> Result<ExternalIdentity, ScanError> {
    let body = json!({
        "clientId": app.config.client_id, "clientSecret": app.secret,
        "code": code, "grantType": "authorization_code",
    });
    let url = app.api(API, "/v1.0/oauth2/userAccessToken");
    let granted = answered(app.json(Method::POST, &url, &[], Some(&body))?)?;
    let token = required(&granted, "accessToken")?;
    let url = app.api(API, "/v1.0/contact/users/me");
    let headers = [("x-acs-dingtalk-access-token", token.as_str())];
    let me = answered(app.json(Method::GET, &url, &headers, None)?)?;
    let union = required(&me, "unionId")?;
    let found = directory(
        app,
        now,
        "/topapi/user/getbyunionid",
        &json!({ "unionid": union }),
    )?;
    // 0 is a member, 1 a contact outside the organisation.
    if found
        .get("contact_type")
        .and_then(Value::as_i64)
        .unwrap_or(0)
        != 0
    {
        return Err(ScanError::NotMember);
    }
    let user = text(&found, "userid").ok_or(ScanError::NotMember)?;
    let member = directory(app, now, "/topapi/v2/user/get", &json!({ "userid": user }))?;
    let same = text(&member, "unionid").is_some_and(|other| other == union);
    let active = member.get("active").and_then(Value::as_bool);
    if !same || active == Some(false) {
        return Err(ScanError::NotMember);
    }
    // An organisation may give somebody's `userid` to the next one; `unionid` stays with the person.
    Ok(ExternalIdentity {
        subject: union,
        login: Some(user),
        name: text(&member, "name").or_else(|| text(&me, "nick")),
        mail: text(&member, "org_email").or_else(|| text(&member, "email")),
        groups: departments(member.get("dept_id_list")),
        assurance: ClaimedAssurance::Single,
        session_index: None,
    })
}
