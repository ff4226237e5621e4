//! WeCom: the developer center's pages on web login, `gettoken`, `auth/getuserinfo` and `user/get`.

use super::{ScanError, ScanProvider, accepted, departments, encoded, required, text};
use crate::{ClaimedAssurance, ExternalIdentity};
use custos_values::Timestamp;
use http::Method;
use serde_json::Value;

const PAGE: &str = "https://login.work.weixin.qq.com/wwlogin/sso/login";
const API: &str = "https://qyapi.weixin.qq.com";
/// 40014: the token is not valid; 42001: it has ended.
const EXPIRED: [i64; 2] = [40014, 42001];
/// `status` of an active member.
const ACTIVE: i64 = 1;

pub(super) fn authorize_url(app: &ScanProvider<'_>, redirect_uri: &str, state: &str) -> String {
    let agent = app.config.agent_id.as_deref().unwrap_or_default();
    format!(
        "{}?login_type=CorpApp&appid={}&agentid={}&redirect_uri={}&state={}",
        app.page(PAGE),
        encoded(&app.config.client_id),
        encoded(agent),
        encoded(redirect_uri),
        encoded(state)
    )
}

pub(super) fn new_token(app: &ScanProvider<'_>) -> Result<(String, i64), ScanError> {
    let query = format!(
        "/cgi-bin/gettoken?corpid={}&corpsecret={}",
        encoded(&app.config.client_id),
        encoded(app.secret)
    );
    let answer = app.json(Method::GET, &app.api(API, &query), &[], None)?;
    let answer = accepted(answer, "errcode")?;
    let seconds = answer.get("expires_in").and_then(Value::as_i64);
    Ok((required(&answer, "access_token")?, seconds.unwrap_or(7200)))
}

fn get(
    app: &ScanProvider<'_>,
    now: Timestamp,
    path: &str,
    name: &str,
    value: &str,
) -> Result<Value, ScanError> {
    app.with_token(now, &EXPIRED, |token| {
        let query = format!(
            "{path}?access_token={}&{name}={}",
            encoded(token),
            encoded(value)
        );
        let answer = app.json(Method::GET, &app.api(API, &query), &[], None)?;
        accepted(answer, "errcode")
    })
}

pub(super) fn identify(
    app: &ScanProvider<'_>,
    code: &str,
    now: Timestamp,
) -> Result<ExternalIdentity, ScanError> {
    let who = get(app, now, "/cgi-bin/auth/getuserinfo", "code", code)?;
    // Who is no member has an `openid` instead.
    let user = text(&who, "userid").ok_or(ScanError::NotMember)?;
    let member = get(app, now, "/cgi-bin/user/get", "userid", &user)?;
    // WeCom's names of members do not tell capitals from small letters.
    let same = text(&member, "userid").is_some_and(|other| other.eq_ignore_ascii_case(&user));
    let status = member.get("status").and_then(Value::as_i64);
    if !same || status != Some(ACTIVE) {
        return Err(ScanError::NotMember);
    }
    Ok(ExternalIdentity {
        subject: user.to_ascii_lowercase(),
        login: Some(user),
        name: text(&member, "name"),
        mail: text(&member, "biz_mail").or_else(|| text(&member, "email")),
        groups: departments(member.get("department")),
        assurance: ClaimedAssurance::Single,
        session_index: None,
    })
}
