//! The page of a sealed server: a form without script, since the web page and its words are data of an open server. Its style
//! comes with it: after the last share there is nobody left to ask for one.

use crate::words::{self, Language, Message};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use custos_kernel::crypto::sha256;
use std::sync::LazyLock;

const STYLE: &str = include_str!("unseal.css");

/// Nothing from anywhere else, this style alone, and forms to here only.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = BASE64.encode(sha256(STYLE.as_bytes()));
    let text = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::try_from(text).unwrap_or_else(|_| unreachable!("letters, digits and signs"))
});

/// Says what the page may load.
pub(super) async fn policy(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
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
    // Opened, it is not sealed any more, and what was needed is not needed.
    let about = match outcome {
        Some("opened") => format!("<h1>{}</h1>", say("unseal-done")),
        _ => format!(r#"<h1>{title}</h1><p>{text}</p><p class="count">{count}</p>"#),
    };
    Html(format!(
        r#"<!doctype html><html lang="{tag}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{STYLE}</style></head><body><main>{about}{told}{form}</main></body></html>"#
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
