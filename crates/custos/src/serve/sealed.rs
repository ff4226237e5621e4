//! The sealed start: the root key is with people, and until enough of them came the server has nothing but the sockets.
//!
//! What is answered meanwhile opens nothing: a page to give a share, the health checks, and nothing else. A wrong share is
//! noticed by its checksum, one of another key by its set; which of several right-looking ones is wrong only the keyring tells,
//! and then all are asked for again.

use super::certificate::Certificate;
use super::connection::Server;
use super::data_folder::Places;
use super::socket::Sockets;
use super::unseal_page;
use crate::cli::Failure;
use crate::config::Settings;
use crate::keys;
use crate::system::SystemClock;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use custos_http::secure_headers;
use custos_kernel::crypto::{Home, HomeSecret, KeyFile, Share};
use custos_values::Random;
use parking_lot::Mutex;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How long the last answer may take to leave.
const GRACE: Duration = Duration::from_secs(2);
/// A share has about a hundred characters.
const LONGEST: usize = 4096;

struct Waiting {
    file: KeyFile,
    threshold: u8,
    set: String,
    given: Mutex<Vec<Share>>,
    enough: Notify,
    random: Arc<dyn Random>,
}

/// What became of a share.
enum Outcome {
    Taken,
    Known,
    Refused,
    Opened,
    /// There are enough, and they do not open the keyring.
    Wrong,
}

impl Outcome {
    fn code(&self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Known => "known",
            Self::Refused => "refused",
            Self::Opened => "opened",
            Self::Wrong => "wrong",
        }
    }
}

/// The shares of the root key, if it is with people: waits until enough were given. Nothing if its home is another.
///
/// # Errors
/// [`Failure`] when the key file cannot be read or nothing be listened on.
pub(super) async fn shares(
    settings: &Settings,
    random: Arc<dyn Random>,
) -> Result<Vec<Share>, Failure> {
    let path = Places(&settings.data).root_key();
    if !path.exists() {
        return Ok(Vec::new());
    }
    let file = keys::read(&path)?;
    let Home::Shares { threshold, set, .. } = file.home().clone() else {
        return Ok(Vec::new());
    };
    let waiting = Arc::new(Waiting {
        threshold,
        set,
        given: Mutex::default(),
        enough: Notify::new(),
        random,
        file,
    });
    let certificate = Certificate::load(settings, &SystemClock)?;
    let (_sender, tls) = watch::channel(certificate.server_config(&settings.tls)?);
    let sockets = Sockets::bind(&settings.listen).await?;
    tracing::warn!(
        url = sockets.url,
        needed = threshold,
        "sealed: waiting for shares of the root key"
    );
    let server = Server::new(router(&waiting), tls, settings.limits);
    let stop = {
        let waiting = Arc::clone(&waiting);
        async move { waiting.enough.notified().await }
    };
    server.run(sockets.listeners, stop, GRACE).await;
    let shares = std::mem::take(&mut *waiting.given.lock());
    tracing::info!("unsealed");
    Ok(shares)
}

fn router(waiting: &Arc<Waiting>) -> Router {
    Router::new()
        .route("/healthz", get(async || "sealed\n"))
        .route(
            "/readyz",
            get(async || (StatusCode::SERVICE_UNAVAILABLE, "sealed\n")),
        )
        .route("/unseal", post(give))
        .route("/api/v1/unseal", post(give))
        .fallback(page)
        .with_state(Arc::clone(waiting))
        .layer(DefaultBodyLimit::max(LONGEST))
        .layer(axum::middleware::from_fn(secure_headers))
        .layer(axum::middleware::map_response(unseal_page::policy))
}

impl Waiting {
    fn take(&self, text: &str) -> Outcome {
        let Some(share) = Share::parse(text).filter(|share| share.set() == self.set) else {
            return Outcome::Refused;
        };
        let mut given = self.given.lock();
        if given.iter().any(|known| known.number() == share.number()) {
            return Outcome::Known;
        }
        given.push(share);
        if given.len() < usize::from(self.threshold) {
            return Outcome::Taken;
        }
        let opened = self
            .file
            .open_root(HomeSecret::Shares(&given))
            .and_then(|root| self.file.open_keyring(&root, &*self.random));
        match opened {
            Ok(_) => {
                self.enough.notify_one();
                Outcome::Opened
            }
            Err(_) => {
                given.clear();
                Outcome::Wrong
            }
        }
    }

    fn counts(&self) -> (usize, usize) {
        (self.given.lock().len(), usize::from(self.threshold))
    }
}

async fn page(
    State(waiting): State<Arc<Waiting>>,
    uri: axum::http::Uri,
    headers: HeaderMap,
) -> Response {
    let (given, needed) = waiting.counts();
    if uri.path().starts_with("/api/") {
        let body = json!({ "type": "about:blank", "status": 503, "code": "sealed", "params": { "given": given, "needed": needed } });
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        return (StatusCode::SERVICE_UNAVAILABLE, kind, body.to_string()).into_response();
    }
    unseal_page::render(&headers, given, needed, None)
}

async fn give(State(waiting): State<Arc<Waiting>>, headers: HeaderMap, body: String) -> Response {
    let json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let text = zeroize::Zeroizing::new(match json {
        true => serde_json::from_str::<serde_json::Value>(&body)
            .ok()
            .and_then(|body| body["share"].as_str().map(str::to_owned))
            .unwrap_or_default(),
        false => unseal_page::share_of_form(&body),
    });
    drop(zeroize::Zeroizing::new(body));
    let outcome = waiting.take(&text);
    let (given, needed) = waiting.counts();
    if json {
        let body = json!({ "outcome": outcome.code(), "given": given, "needed": needed });
        return axum::Json(body).into_response();
    }
    unseal_page::render(&headers, given, needed, Some(outcome.code()))
}
