//! Scan login: WeCom, DingTalk and Feishu behind one interface.
//!
//! All three lead the browser to a page with a code to scan and get it back with a code to exchange. Who stands behind
//! the code is told to this server alone, over TLS, under the application's secret; there is no token that a browser
//! could bring. Only members of the organisation the application belongs to are accepted. Departments count as groups,
//! named by their number.

mod dingtalk;
mod feishu;
mod tokens;
mod wecom;

pub use tokens::AppTokens;

use crate::{ExternalIdentity, Outgoing, OutgoingError, check_url};
use custos_kernel::crypto::sha256;
use custos_values::Timestamp;
use http::{Method, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanKind {
    /// WeCom.
    Wecom,
    /// DingTalk.
    Dingtalk,
    /// Feishu.
    Feishu,
}

/// An application at one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanConfig {
    /// CorpID, AppKey or App ID.
    pub client_id: String,
    /// WeCom's AgentId.
    #[serde(default)]
    pub agent_id: Option<String>,
    /// The page to scan from, where it is not the public service (private deployments).
    #[serde(default)]
    pub authorize_url: Option<String>,
    /// Where the interface is, where it is not the public service.
    #[serde(default)]
    pub api_url: Option<String>,
}

impl ScanConfig {
    /// The member that is not acceptable, if one is not.
    pub fn fault(&self, kind: ScanKind) -> Option<&'static str> {
        let name = |text: &str| {
            (1..=128).contains(&text.len())
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        if !name(&self.client_id) {
            return Some("client_id");
        }
        let agent = self.agent_id.as_deref();
        if kind == ScanKind::Wecom && !agent.is_some_and(name) {
            return Some("agent_id");
        }
        let askable = |url: &Option<String>| {
            url.as_ref().is_none_or(|url| {
                let uri = url.parse::<http::Uri>();
                uri.is_ok_and(|uri| check_url(&uri).is_ok()) && !url.contains(['?', '#'])
            })
        };
        if !askable(&self.authorize_url) {
            return Some("authorize_url");
        }
        (!askable(&self.api_url)).then_some("api_url")
    }
}

/// Why nobody stands behind a code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScanError {
    /// There is no answer, or none the protocol knows.
    #[error("the provider cannot be asked: {0}")]
    Unreachable(String),
    /// The provider refused, with its number of why.
    #[error("the provider refused: {0}")]
    Refused(i64),
    /// There is an answer, but it does not say what it has to.
    #[error("the answer has no {0}")]
    Incomplete(&'static str),
    /// Somebody, but no active member of the organisation.
    #[error("no active member of the organisation")]
    NotMember,
}

impl From<OutgoingError> for ScanError {
    fn from(error: OutgoingError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// An application, ready to be asked.
pub struct ScanProvider<'a> {
    /// Which service.
    pub kind: ScanKind,
    /// What is known of it.
    pub config: &'a ScanConfig,
    /// The application's secret.
    pub secret: &'a str,
    /// Its tokens from before.
    pub tokens: &'a AppTokens,
    /// How it is asked.
    pub outgoing: &'a dyn Outgoing,
}

impl ScanProvider<'_> {
    /// Where to send the browser; `state` comes back with the code. `verifier` has to be remembered until then: where
    /// the service knows PKCE (RFC 7636), a code is worth nothing without it.
    pub fn authorize_url(&self, redirect_uri: &str, state: &str, verifier: &str) -> String {
        match self.kind {
            ScanKind::Wecom => wecom::authorize_url(self, redirect_uri, state),
            ScanKind::Dingtalk => dingtalk::authorize_url(self, redirect_uri, state),
            ScanKind::Feishu => feishu::authorize_url(self, redirect_uri, state, verifier),
        }
    }

    /// Who stands behind a code.
    ///
    /// # Errors
    /// See [`ScanError`].
    pub fn identify(
        &self,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
        now: Timestamp,
    ) -> Result<ExternalIdentity, ScanError> {
        match self.kind {
            ScanKind::Wecom => wecom::identify(self, code, now),
            ScanKind::Dingtalk => dingtalk::identify(self, code, now),
            ScanKind::Feishu => feishu::identify(self, code, redirect_uri, verifier, now),
        }
    }

    /// Whether the application's id and secret are accepted.
    ///
    /// # Errors
    /// See [`ScanError`].
    pub fn probe(&self, now: Timestamp) -> Result<(), ScanError> {
        self.tokens.forget(&self.token_name());
        self.app_token(now).map(|_| ())
    }

    /// The address and the secret belong to it: a token is worth the secret, and must not go to an address that the
    /// secret was not meant for, nor outlive it.
    fn token_name(&self) -> String {
        let secret = sha256(self.secret.as_bytes());
        let (kind, address) = (self.kind, self.config.api_url.as_deref());
        format!("{kind:?} {address:?} {} {secret:?}", self.config.client_id)
    }

    fn app_token(&self, now: Timestamp) -> Result<String, ScanError> {
        let name = self.token_name();
        if let Some(token) = self.tokens.get(&name, now) {
            return Ok(token);
        }
        let (token, seconds) = match self.kind {
            ScanKind::Wecom => wecom::new_token(self)?,
            ScanKind::Dingtalk => dingtalk::new_token(self)?,
            ScanKind::Feishu => feishu::new_token(self)?,
        };
        self.tokens.keep(name, &token, seconds, now);
        Ok(token)
    }

    /// Asks with the application's token; once more with a new one if it is not accepted any more.
    fn with_token<T>(
        &self,
        now: Timestamp,
        expired: &[i64],
        ask: impl Fn(&str) -> Result<T, ScanError>,
    ) -> Result<T, ScanError> {
        match ask(&self.app_token(now)?) {
            Err(ScanError::Refused(number)) if expired.contains(&number) => {
                self.tokens.forget(&self.token_name());
                ask(&self.app_token(now)?)
            }
            other => other,
        }
    }

    fn api(&self, public: &str, path: &str) -> String {
        let base = self.config.api_url.as_deref().unwrap_or(public);
        format!("{}{path}", base.trim_end_matches('/'))
    }

    fn page(&self, public: &str) -> String {
        self.config
            .authorize_url
            .clone()
            .unwrap_or_else(|| public.to_owned())
    }

    /// Sends a request and reads JSON, whatever the status: these services tell what went wrong in the body.
    fn json(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, ScanError> {
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header("accept", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let bytes = match body {
            Some(body) => {
                request = request.header("content-type", "application/json; charset=utf-8");
                body.to_string().into_bytes()
            }
            None => Vec::new(),
        };
        let unreadable = |error: &dyn std::fmt::Display| ScanError::Unreachable(error.to_string());
        let request = request.body(bytes).map_err(|error| unreadable(&error))?;
        let answer = self.outgoing.send(request)?;
        serde_json::from_slice(answer.body()).map_err(|error| unreadable(&error))
    }
}

/// RFC 3986, section 2.1: all but unreserved characters.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// The answer, unless its number of what went wrong is not 0. Without such a number it is an answer of another kind.
fn accepted(answer: Value, member: &str) -> Result<Value, ScanError> {
    match answer.get(member).and_then(Value::as_i64) {
        Some(0) => Ok(answer),
        Some(number) => Err(ScanError::Refused(number)),
        None => Err(ScanError::Incomplete("result")),
    }
}

fn text(value: &Value, member: &str) -> Option<String> {
    let text = value.get(member)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn required(value: &Value, member: &'static str) -> Result<String, ScanError> {
    text(value, member).ok_or(ScanError::Incomplete(member))
}

/// Departments, given as numbers or texts.
fn departments(value: Option<&Value>) -> Option<Vec<String>> {
    let items = value?.as_array()?;
    let name = |item: &Value| match item {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    Some(items.iter().filter_map(name).take(1000).collect())
}
