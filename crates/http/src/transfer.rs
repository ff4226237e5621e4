//! Answers that take a while to leave. Who is shut out meanwhile gets no more of them.
//!
//! A request is decided when it comes. A download goes on for minutes after that, and whoever takes a customer list along
//! on their last day starts it early. So while an answer of unknown length leaves, the gatekeeper is asked every second
//! whether the caller may still be served; if not, the transfer is cut off, which every client sees as an error.

use crate::guard::Gatekeeper;
use axum::body::{Body, BodyDataStream, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use custos_kernel::policy::Caller;
use futures::{StreamExt, stream};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Longest time that goes by between two questions, while anything leaves.
const INTERVAL: Duration = Duration::from_secs(1);

/// An answer under way.
struct Transfer {
    rest: BodyDataStream,
    gatekeeper: Arc<dyn Gatekeeper>,
    caller: Caller,
    asked: Instant,
}

/// Lets an answer go on only as long as its caller may be served.
pub(crate) fn watched(
    response: Response,
    gatekeeper: Arc<dyn Gatekeeper>,
    caller: Caller,
) -> Response {
    // What is there as a whole leaves as a whole.
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| {
        let transfer = Transfer {
            rest: body.into_data_stream(),
            gatekeeper,
            caller,
            asked: Instant::now(),
        };
        Body::from_stream(stream::unfold(Some(transfer), next))
    })
}

async fn next(transfer: Option<Transfer>) -> Option<(io::Result<Bytes>, Option<Transfer>)> {
    let mut transfer = transfer?;
    let piece = transfer.rest.next().await?;
    // Asked after the piece is there: it may have been waited for.
    if transfer.asked.elapsed() >= INTERVAL {
        if !transfer.gatekeeper.still_serves(&transfer.caller).await {
            let cut = io::Error::new(io::ErrorKind::PermissionDenied, "the caller is shut out");
            return Some((Err(cut), None));
        }
        transfer.asked = Instant::now();
    }
    Some((piece.map_err(io::Error::other), Some(transfer)))
}
