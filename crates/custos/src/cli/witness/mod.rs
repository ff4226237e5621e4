//! `custos witness`: a witness of audit logs, on a machine of somebody else (C2SP tlog-witness).

mod state;

use super::arguments::WitnessArguments;
use super::{Console, Failure};
use crate::serve::{KeyPairFiles, Sockets, serve_apart, stop_signal};
use crate::system::{SystemClock, SystemRandom, protect_process};
use crate::words::Message;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use custos_kernel::audit::{CheckpointVerifier, MAX_SUBMISSION, WitnessRefusal};
use custos_values::Clock;
use futures::future::join_all;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use state::WitnessState;
use std::path::Path;
use std::sync::Arc;

pub(super) fn run(arguments: &WitnessArguments, console: &Console) -> Result<u8, Failure> {
    protect_process();
    let logs = arguments.log.iter().map(|log| log_key(log));
    let logs = logs.collect::<Result<Vec<_>, _>>()?;
    if logs.is_empty() {
        return Err(Message::new("witness-no-log").into());
    }
    let state = WitnessState::open(&arguments.state, &arguments.name, logs, &SystemRandom)?;
    let state = Arc::new(state);
    super::runtime()?.block_on(async {
        let stop = stop_signal()?;
        let sockets = Sockets::bind(&arguments.listen).await?;
        let files = arguments.tls_cert.clone().zip(arguments.tls_key.clone());
        let files = files.map(|(certificate, key)| KeyPairFiles { certificate, key });
        let url = match files {
            Some(_) => sockets.url.clone(),
            None => sockets.url.replacen("https://", "http://", 1),
        };
        let told = json!({ "url": url, "witness_key": state.witness_key() });
        console.answer(&told, || {
            let ready = Message::new("witness-ready").with("url", &url);
            let key = Message::new("witness-key").with("key", state.witness_key());
            [ready, key].map(|line| console.words(&line)).join("\n")
        });
        let router = router(&state);
        if let Some(files) = files {
            return serve_apart(router, sockets.listeners, files, stop)
                .await
                .map(|()| 0);
        }
        let serving = sockets.listeners.into_iter().map(|listener| {
            let router = router.clone();
            async move { axum::serve(listener, router).await }
        });
        tokio::select! {
            () = stop => Ok(0),
            ended = join_all(serving) => match ended.into_iter().find_map(Result::err) {
                Some(error) => Err(Failure::internal(&error)),
                None => Ok(0),
            },
        }
    })
}

fn log_key(text: &str) -> Result<CheckpointVerifier, Failure> {
    let path = Path::new(text);
    let text = match path.is_file() {
        true => std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?,
        false => text.to_owned(),
    };
    CheckpointVerifier::parse(text.trim()).map_err(|error| {
        Message::new("verify-key-malformed")
            .with("reason", error)
            .into()
    })
}

fn router(state: &Arc<WitnessState>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(axum::extract::DefaultBodyLimit::max(MAX_SUBMISSION))
        .with_state(Arc::clone(state))
}

async fn add_checkpoint(State(state): State<Arc<WitnessState>>, body: String) -> Response {
    let seconds = u64::try_from(SystemClock.now().millis() / 1000).unwrap_or(0);
    let work = tokio::task::spawn_blocking(move || state.add_checkpoint(&body, seconds));
    let (status, kind, text) = match work.await {
        Ok(Ok(Ok(line))) => (200, "text/plain; charset=utf-8", line),
        Ok(Ok(Err(refusal))) => {
            tracing::warn!(%refusal, "a checkpoint was refused");
            let kind = match refusal {
                WitnessRefusal::OtherSize { .. } | WitnessRefusal::Forked { .. } => {
                    "text/x.tlog.size"
                }
                _ => "text/plain; charset=utf-8",
            };
            (refusal.status(), kind, refusal.body())
        }
        // What cannot be remembered must not be signed.
        Ok(Err(_)) | Err(_) => (500, "text/plain; charset=utf-8", String::new()),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, text).into_response();
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
