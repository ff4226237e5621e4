//! The page of a sealed server: a form without script, since the web page and its words are data of an open server.

use crate::words::{self, Language, Message};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

const STYLE: &str = include_str!("unseal.css");

/// The form's style.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// Nothing from anywhere else, and forms to here only.
pub(super) async fn policy(mut response: Response) -> Response {
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
    );
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn language(headers: &HeaderMap) -> Language {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    wanted
        .split([',', ';'])
        .find_map(|tag| Language::from_tag(tag.trim()))
        .unwrap_or(Language::Chinese)
}

/// The page.
pub(super) fn render(
    headers: &HeaderMap,
    given: usize,
    needed: usize,
    outcome: Option<&'static str>,
) -> Response {
    let language = language(headers);
    let words = words::load(language);
    let say = |id: &str| words.say(&Message::new(id.to_owned()));
    let told = outcome.map_or_else(String::new, |code| {
        let tone = match code {
            "taken" | "opened" => "good",
            _ => "bad",
        };
        let text = say(&format!("unseal-{code}"));
        format!(r#"<p class="{tone}" role="status">{text}</p>"#)
    });
    let count = words.say(
        &Message::new("unseal-count")
            .count("given", given as u64)
            .count("needed", needed as u64),
    );
    let form = match outcome {
        Some("opened") => format!(r#"<p><a href="/">{}</a></p>"#, say("unseal-go-on")),
        _ => format!(
            r#"<form method="post" action="/unseal"><label for="share">{}</label><textarea id="share" name="share" rows="4" autocomplete="off" spellcheck="false" required autofocus></textarea><button type="submit">{}</button></form>"#,
            say("unseal-share"),
            say("unseal-give"),
        ),
    };
    let (tag, title, text) = (language.tag(), say("unseal-title"), say("unseal-text"));
    Html(format!(
        r#"<!doctype html><html lang="{tag}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><link rel="stylesheet" href="/unseal.css"></head><body><main><h1>{title}</h1><p>{text}</p><p class="count">{count}</p>{told}{form}</main></body></html>"#
    ))
    .into_response()
}

/// The share in a form as browsers send it. A share has letters, digits and hyphens; white space is left out of it.
pub(super) fn share_of_form(body: &str) -> String {
    let value = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("share="))
        .unwrap_or_default();
    let mut out = String::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(' '),
            b'%' => {
                let digits: Vec<u8> = bytes.by_ref().take(2).collect();
                let code = std::str::from_utf8(&digits).ok();
                let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
                out.push(code.filter(u8::is_ascii).map_or('?', char::from));
            }
            other => out.push(char::from(other)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_a_form_is_what_was_typed() {
        assert_eq!(share_of_form("share=custos-share-1"), "custos-share-1");
        assert_eq!(share_of_form("a=b&share=x%0D%0Ay+z"), "x\r\ny z");
        assert_eq!(share_of_form("share=%E5%AE%88%"), "????");
        assert_eq!(share_of_form("other=1"), "");
    }
}
