//! The web page, embedded in the binary.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use custos_http::{CSP_NONCE, Problem, content_security_policy};
use custos_values::Random;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use rust_embed::RustEmbed;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, OnceLock};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

const PAGE: &str = "index.html";
/// Files here have their hash in their name and never change.
const HASHED: &str = "assets/";
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Smaller files are not worth a second form.
const WORTH_PACKING: usize = 1024;

/// The files of the page.
pub(super) struct Assets {
    page: String,
    files: HashMap<String, Asset>,
    random: Arc<dyn Random>,
}

struct Asset {
    kind: HeaderValue,
    tag: HeaderValue,
    body: Bytes,
    packed: OnceLock<Option<Bytes>>,
}

impl Assets {
    pub(super) fn embedded(random: Arc<dyn Random>) -> Arc<Self> {
        let files = Dist::iter()
            // The build leaves notes of its own beside the page.
            .filter(|name| !name.split('/').any(|part| part.starts_with('.')))
            .filter_map(|name| {
                let file = Dist::get(&name)?;
                let kind = HeaderValue::from_str(file.metadata.mimetype()).ok()?;
                let digest = hex::encode(&file.metadata.sha256_hash()[..16]);
                let asset = Asset {
                    kind,
                    tag: HeaderValue::from_str(&format!("\"{digest}\"")).ok()?,
                    body: Bytes::from(file.data.into_owned()),
                    packed: OnceLock::new(),
                };
                Some((name.into_owned(), asset))
            });
        Self::new(files.collect(), random)
    }

    fn new(mut files: HashMap<String, Asset>, random: Arc<dyn Random>) -> Arc<Self> {
        let page = files
            .remove(PAGE)
            .map(|asset| String::from_utf8_lossy(&asset.body).into_owned())
            .unwrap_or_default();
        Arc::new(Self {
            page,
            files,
            random,
        })
    }

    /// Packs every file once, so that no request has to wait for it.
    pub(super) fn pack(&self) {
        for asset in self.files.values() {
            asset.packed();
        }
    }

    fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Problem::new(StatusCode::METHOD_NOT_ALLOWED, "request.method").into_response();
        }
        let name = path.trim_start_matches('/');
        if let Some(asset) = self.files.get(name) {
            return asset.answer(name.starts_with(HASHED), headers);
        }
        // What is under these names is a file or nothing; a page in its place would only confuse.
        let file = name
            .rsplit('/')
            .next()
            .is_some_and(|last| last.contains('.'));
        if name != PAGE
            && (file || name.starts_with(HASHED) || name == "api" || name.starts_with("api/"))
        {
            return Problem::not_found().into_response();
        }
        self.page()
    }

    /// The page, with a nonce of its own.
    fn page(&self) -> Response {
        let mut nonce = [0; 18];
        self.random.fill(&mut nonce);
        let nonce = BASE64.encode(nonce);
        let mut response = self.page.replace(CSP_NONCE, &nonce).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce)) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

impl Asset {
    /// The gzip form, where it is smaller.
    fn packed(&self) -> Option<&Bytes> {
        let pack = || {
            if self.body.len() < WORTH_PACKING {
                return None;
            }
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(7));
            encoder.write_all(&self.body).ok()?;
            let packed = encoder.finish().ok()?;
            (packed.len() < self.body.len() / 10 * 9).then(|| Bytes::from(packed))
        };
        self.packed.get_or_init(pack).as_ref()
    }

    fn answer(&self, forever: bool, asked: &HeaderMap) -> Response {
        let cache = if forever { FOREVER } else { "no-cache" };
        let mut headers: Vec<(HeaderName, HeaderValue)> = vec![
            (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
            (header::ETAG, self.tag.clone()),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ];
        let known = asked
            .get(header::IF_NONE_MATCH)
            .is_some_and(|known| known == self.tag);
        let (status, body) = if known {
            (StatusCode::NOT_MODIFIED, Bytes::new())
        } else {
            headers.push((header::CONTENT_TYPE, self.kind.clone()));
            let packed = accepts_gzip(asked).then(|| self.packed()).flatten();
            if packed.is_some() {
                headers.push((header::CONTENT_ENCODING, HeaderValue::from_static("gzip")));
            }
            (StatusCode::OK, packed.unwrap_or(&self.body).clone())
        };
        let mut response = (status, Body::from(body)).into_response();
        response.headers_mut().extend(headers);
        response
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let Some(accepted) = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    accepted.split(',').any(|coding| {
        let (name, quality) = coding.trim().split_once(';').unwrap_or((coding.trim(), ""));
        name.eq_ignore_ascii_case("gzip") && quality.trim() != "q=0"
    })
}

/// Answers whatever no operation answers.
pub(super) async fn fallback(State(assets): State<Arc<Assets>>, request: Request) -> Response {
    assets.answer(request.method(), request.uri().path(), request.headers())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemRandom;

    fn assets() -> Arc<Assets> {
        let asset = |kind: &'static str, body: String| Asset {
            kind: HeaderValue::from_static(kind),
            tag: HeaderValue::from_static("\"tag\""),
            body: Bytes::from(body),
            packed: OnceLock::new(),
        };
        let page = format!("<meta content=\"{CSP_NONCE}\">");
        let files = HashMap::from([
            (PAGE.to_owned(), asset("text/html", page)),
            (
                "assets/app-1.js".to_owned(),
                asset("text/javascript", "let a;\n".repeat(1000)),
            ),
            (
                "favicon.svg".to_owned(),
                asset("image/svg+xml", "<svg/>".to_owned()),
            ),
        ]);
        Assets::new(files, Arc::new(SystemRandom))
    }

    fn get(assets: &Assets, path: &str, headers: &[(HeaderName, &'static str)]) -> Response {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        assets.answer(&Method::GET, path, &headers)
    }

    fn header(response: &Response, name: HeaderName) -> &str {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn the_page_has_a_new_nonce_each_time() {
        let assets = assets();
        let mut nonces = Vec::new();
        for path in ["/", "/customers", "/customers/1", "/index.html"] {
            let response = get(&assets, path, &[]);
            assert_eq!(header(&response, header::CACHE_CONTROL), "no-store");
            let policy = header(&response, header::CONTENT_SECURITY_POLICY).to_owned();
            let body = axum::body::to_bytes(response.into_body(), 1 << 20)
                .await
                .unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            let nonce = body.split('"').nth(1).unwrap().to_owned();
            assert!(policy.contains(&format!("'nonce-{nonce}'")), "{policy}");
            nonces.push(nonce);
        }
        nonces.sort();
        nonces.dedup();
        assert_eq!(nonces.len(), 4);
    }

    #[test]
    fn hashed_files_are_kept_and_packed() {
        let assets = assets();
        let gzip = [(header::ACCEPT_ENCODING, "br, gzip;q=0.8")];
        let response = get(&assets, "/assets/app-1.js", &gzip);
        assert_eq!(header(&response, header::CONTENT_ENCODING), "gzip");
        assert_eq!(header(&response, header::CACHE_CONTROL), FOREVER);
        let plain = get(
            &assets,
            "/assets/app-1.js",
            &[(header::ACCEPT_ENCODING, "gzip;q=0")],
        );
        assert_eq!(header(&plain, header::CONTENT_ENCODING), "");
        let icon = get(&assets, "/favicon.svg", &gzip);
        assert_eq!(header(&icon, header::CACHE_CONTROL), "no-cache");
        assert_eq!(header(&icon, header::CONTENT_ENCODING), "");
        let known = get(
            &assets,
            "/favicon.svg",
            &[(header::IF_NONE_MATCH, "\"tag\"")],
        );
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn what_is_not_there_is_not_a_page() {
        let assets = assets();
        for path in [
            "/assets/gone.js",
            "/assets/gone",
            "/robots.txt",
            "/api",
            "/api/v9/x",
            "/.custos-sources",
        ] {
            assert_eq!(
                get(&assets, path, &[]).status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        let put = assets.answer(&Method::PUT, "/customers", &HeaderMap::new());
        assert_eq!(put.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
