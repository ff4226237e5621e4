//! Feishu: the open platform's pages on web login, `authen/v2/oauth/token`, `authen/v1/user_info`, and contacts.

use super::{ScanError, ScanProvider, accepted, departments, encoded, required, text};
use crate::{ClaimedAssurance, ExternalIdentity};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_kernel::crypto::sha256;
use custos_values::Timestamp;
use http::Method;
use serde_json::{Value, json};

const PAGE: &str = "https://accounts.feishu.cn/open-apis/authen/v1/authorize";
const API: &str = "https://open.feishu.cn";
/// The token of the application is not valid, or has ended.
const EXPIRED: [i64; 2] = [99_991_663, 99_991_661];

pub(super) fn authorize_url(
    app: &ScanProvider<'_>,
    redirect_uri: &str,
    state: &str,
    verifier: &str,
) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
    format!(
        "{}?response_type=code&client_id={}&redirect_uri={}&state={}&code_challenge={challenge}&code_challenge_method=S256",
        app.page(PAGE),
        encoded(&app.config.client_id),
        encoded(redirect_uri),
        encoded(state)
    )
}

pub(super) fn new_token(app: &ScanProvider<'_>) -> Result<(String, i64), ScanError> {
    let body = json!({ "app_id": app.config.client_id, "app_secret": app.secret });
    let url = app.api(API, "/open-apis/auth/v3/tenant_access_token/internal");
    let answer = accepted(app.json(Method::POST, &url, &[], Some(&body))?, "code")?;
    let seconds = answer.get("expire").and_then(Value::as_i64);
    Ok((
        required(&answer, "tenant_access_token")?,
        seconds.unwrap_or(7200),
    ))
}

pub(super) fn identify(
    app: &ScanProvider<'_>,
    code: &str,
    redirect_uri: &str,
    verifier: &str,
    now: Timestamp,
) -> Result<ExternalIdentity, ScanError> {
    let body = json!({
        "grant_type": "authorization_code", "client_id": app.config.client_id,
        "client_secret": app.secret, "code": code, "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    });
    let url = app.api(API, "/open-apis/authen/v2/oauth/token");
    let granted = accepted(app.json(Method::POST, &url, &[], Some(&body))?, "code")?;
    let bearer = format!("Bearer {}", required(&granted, "access_token")?);
    let url = app.api(API, "/open-apis/authen/v1/user_info");
    let headers = [("authorization", bearer.as_str())];
    let me = accepted(app.json(Method::GET, &url, &headers, None)?, "code")?;
    let me = me.get("data").cloned().unwrap_or_default();
    // The id within the application: the only one told without further permissions, and never given to another.
    let id = required(&me, "open_id")?;
    let found = app.with_token(now, &EXPIRED, |token| {
        let path = format!(
            "/open-apis/contact/v3/users/{}?user_id_type=open_id&department_id_type=open_department_id",
            encoded(&id)
        );
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        accepted(app.json(Method::GET, &app.api(API, &path), &headers, None)?, "code")
    })?;
    let member = found.pointer("/data/user").ok_or(ScanError::NotMember)?;
    let is = |name: &str| {
        member
            .pointer(&format!("/status/{name}"))
            .and_then(Value::as_bool)
            == Some(true)
    };
    let same = text(member, "open_id").is_some_and(|other| other == id);
    let left = ["is_resigned", "is_frozen", "is_exited", "is_unjoin"];
    if !same || left.into_iter().any(is) {
        return Err(ScanError::NotMember);
    }
    let login = text(&me, "user_id").or_else(|| text(member, "user_id"));
    Ok(ExternalIdentity {
        subject: id,
        login,
        name: text(&me, "name"),
        mail: text(&me, "enterprise_email").or_else(|| text(&me, "email")),
        groups: departments(member.get("department_ids")),
        assurance: ClaimedAssurance::Single,
        session_index: None,
    })
}
