//! The cookies. `__Host-` makes browsers refuse them unless they are secure, host-only and for the whole site.

use axum::http::{HeaderMap, HeaderValue, header};
use custos_kernel::crypto::Token;

/// Carries the session's token.
const SESSION: &str = "__Host-custos";
/// Marks a browser in which somebody signed in before; see [`crate::sign_in`].
const DEVICE: &str = "__Host-custos-device";
/// What a sign-in under way at an identity provider is remembered by.
const ATTEMPT: &str = "__Host-custos-attempt";
/// How long a browser is remembered, in seconds.
pub(crate) const DEVICE_SECONDS: i64 = 180 * 24 * 3600;

fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The session's token, if the request carries one that could be.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<Token> {
    Token::parse(value(headers, SESSION)?)
}

/// Whether the request carries anything as session, good or not.
pub(crate) fn has_session(headers: &HeaderMap) -> bool {
    value(headers, SESSION).is_some()
}

/// The device mark, unchecked.
pub(crate) fn device(headers: &HeaderMap) -> Option<&str> {
    value(headers, DEVICE)
}

fn set(headers: &mut HeaderMap, name: &str, value: &str, more: &str) {
    let line = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{more}");
    // Values are base64url and hexadecimal only.
    if let Ok(line) = HeaderValue::from_str(&line) {
        headers.append(header::SET_COOKIE, line);
    }
}

/// Gives the browser a session's token. The cookie ends with the browser; the server ends the session before.
pub(crate) fn set_session(headers: &mut HeaderMap, token: &Token) {
    set(headers, SESSION, &token.expose(), "");
}

/// Takes it back.
pub(crate) fn clear_session(headers: &mut HeaderMap) {
    set(headers, SESSION, "", "; Max-Age=0");
}

/// Marks the browser.
pub(crate) fn set_device(headers: &mut HeaderMap, mark: &str) {
    set(
        headers,
        DEVICE,
        mark,
        &format!("; Max-Age={DEVICE_SECONDS}"),
    );
}

/// What a sign-in under way is remembered by, unchecked.
pub(crate) fn attempt(headers: &HeaderMap) -> Option<&str> {
    value(headers, ATTEMPT)
}

/// Remembers a sign-in under way. Strict, as the others: the page the provider leads back to asks from this site.
pub(crate) fn set_attempt(headers: &mut HeaderMap, sealed: &str, seconds: i64) {
    set(headers, ATTEMPT, sealed, &format!("; Max-Age={seconds}"));
}

/// Forgets it.
pub(crate) fn clear_attempt(headers: &mut HeaderMap) {
    set(headers, ATTEMPT, "", "; Max-Age=0");
}

/// The session's token as a browser sends it.
pub(crate) fn session_pair(token: &Token) -> String {
    format!("{SESSION}={}", token.expose())
}

/// The device mark as a browser sends it.
pub(crate) fn device_pair(mark: &str) -> String {
    format!("{DEVICE}={mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(line: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_str(line).unwrap());
        headers
    }

    #[test]
    fn finds_its_own_cookie_only() {
        let token = "A".repeat(43);
        let found = |line: &str| session_token(&headers(line)).map(|t| t.expose());
        assert_eq!(
            found(&format!("a=b; __Host-custos={token}")),
            Some(token.clone())
        );
        assert_eq!(found(&format!("__Host-custos-device={token}")), None);
        assert_eq!(
            found(&format!("custos={token}; x__Host-custos={token}")),
            None
        );
        assert_eq!(found("__Host-custos=short"), None);
        assert_eq!(device(&headers("__Host-custos-device=m; b=c")), Some("m"));
    }

    #[test]
    fn attributes() {
        let mut answer = HeaderMap::new();
        clear_session(&mut answer);
        assert_eq!(
            answer[header::SET_COOKIE],
            "__Host-custos=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
        );
    }
}
