//! What SAML needs on the wire besides what all protocols share.

use super::saml::{self, CONSUMER_PATH};
use crate::error::IdentityError;
use crate::identity::Identity;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_http::{Access, Operation, PathId, Problem};
use custos_kernel::crypto::{Token, sha256};
use custos_saml::MAX_RESPONSE_LENGTH;
use custos_values::ProviderId;
use std::sync::{Arc, LazyLock};

const METADATA: &str = "application/samlmetadata+xml";
const FORM: &str = "application/x-www-form-urlencoded";
/// Base64 in a form: every third character could be written in three.
const MAX_FORM: usize = 3 * MAX_RESPONSE_LENGTH + 1024;
/// Keeps the answer for the page of this site and goes there.
const SCRIPT: &str = "const {state,response}=document.body.dataset;\
sessionStorage.setItem('custos.saml',JSON.stringify({state,response}));\
location.replace('/sign-in/callback');";

/// Nothing but that very script.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(sha256(SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
});

pub(super) fn operations() -> Vec<Operation<Arc<Identity>>> {
    vec![
        Operation::new(
            Method::GET,
            "/session/providers/{id}/saml",
            "session_saml_metadata",
            Access::PreAuth,
            metadata,
        )
        .answers_file(METADATA),
        Operation::new(
            Method::POST,
            CONSUMER_PATH,
            "session_saml_receive",
            Access::PreAuth,
            receive,
        )
        .cross_site_post()
        .upload(FORM, MAX_FORM)
        .answers_file("text/html"),
    ]
}

async fn metadata(
    State(identity): State<Arc<Identity>>,
    PathId(id): PathId<ProviderId>,
) -> Result<Response, IdentityError> {
    let organisations = identity.organisations().await?;
    let org = organisations.first().ok_or_else(Problem::not_found)?;
    let provider = identity.provider(*org, id).await?;
    let kind = [(header::CONTENT_TYPE, METADATA)];
    Ok((kind, saml::metadata(&provider, &identity.address())?).into_response())
}

/// Keeps the form's fields in the browser. Both are of a few characters that mean nothing in a page.
async fn receive(headers: HeaderMap, body: Bytes) -> Result<Response, IdentityError> {
    let malformed = || Problem::bad_request("request.malformed");
    let form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM));
    if !form {
        return Err(malformed().into());
    }
    let (mut state, mut response) = (None, None);
    for (name, value) in form_urlencoded::parse(&body) {
        let field = match name.as_ref() {
            "RelayState" => &mut state,
            "SAMLResponse" => &mut response,
            _ => continue,
        };
        if field.replace(value.into_owned()).is_some() {
            return Err(malformed().into());
        }
    }
    let state = state
        .and_then(|text| Token::parse(&text))
        .ok_or_else(malformed)?;
    let mut response = response.ok_or_else(malformed)?;
    response.retain(|c| !c.is_ascii_whitespace());
    let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
    if response.len() > MAX_RESPONSE_LENGTH || !response.bytes().all(base64) {
        return Err(malformed().into());
    }
    let page = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>Custos</title></head>\
         <body data-state=\"{}\" data-response=\"{response}\"><script>{SCRIPT}</script></body></html>",
        state.expose()
    );
    let mut answer = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    let policy = HeaderValue::from_str(&POLICY).map_err(Problem::internal)?;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}
