//! Messages on the wire.

use super::State as MessageState;
use super::operations::Listed;
use crate::error::OutboxError;
use crate::outbox::Outbox;
use crate::resources::MessageResource;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, Operation, Page, PageQuery, PathId, Problem, QueryParams};
use custos_kernel::policy::actions;
use custos_values::{MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A mail or text message. What it says is not shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OutboxMessage)]
pub(super) struct Message {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: MessageId,
    /// `mail` or `sms`.
    channel: String,
    /// What kind of message it is, such as `invitation`.
    template: String,
    /// To whom, with the middle hidden.
    recipient: String,
    /// `queued`, `sending`, `sent`, `failed` or `dropped`.
    state: &'static str,
    /// Attempts begun.
    attempts: i64,
    /// When the next attempt is due; null when there will be none.
    #[schema(value_type = Option<String>, format = "date-time")]
    next_attempt_at: Option<Timestamp>,
    /// Why the last attempt did not succeed, a code.
    error: Option<String>,
    /// Whether it can be tried again.
    retryable: bool,
    /// When it was queued.
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    /// When it was sent.
    #[schema(value_type = Option<String>, format = "date-time")]
    sent_at: Option<Timestamp>,
}

impl From<Listed> for Message {
    fn from(Listed { row, recipient }: Listed) -> Self {
        Self {
            id: row.id,
            channel: row.channel,
            template: row.template,
            recipient,
            state: row.state.name(),
            attempts: row.attempts,
            next_attempt_at: (row.state == MessageState::Queued).then_some(row.next_at),
            error: row.error,
            retryable: row.kept && matches!(row.state, MessageState::Failed | MessageState::Queued),
            created_at: row.created_at,
            sent_at: row.sent_at,
        }
    }
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only those in this state: `queued`, `sending`, `sent`, `failed` or `dropped`.
    state: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Outbox>>> {
    vec![
        Operation::new(
            Method::GET,
            "/outbox/messages",
            "outbox_message_list",
            Access::to::<actions::List, MessageResource>(),
            list,
        )
        .query::<PageQuery>()
        .query::<Filter>()
        .answers_page::<Message>(),
        Operation::new(
            Method::POST,
            "/outbox/messages/{id}/retry",
            "outbox_message_retry",
            Access::to::<actions::Update, MessageResource>(),
            retry,
        )
        .answers_nothing(204),
        Operation::new(
            Method::DELETE,
            "/outbox/messages/{id}",
            "outbox_message_delete",
            Access::to::<actions::Delete, MessageResource>(),
            remove,
        )
        .answers_nothing(204),
    ]
}

async fn list(
    State(outbox): State<Arc<Outbox>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<PageQuery>,
    QueryParams(filter): QueryParams<Filter>,
) -> Result<axum::Json<Page<Message>>, OutboxError> {
    let bad_cursor = |_| Problem::bad_request("request.cursor_invalid");
    let before = query
        .cursor
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(bad_cursor)?;
    let wanted = match filter.state.as_deref() {
        None | Some("") => None,
        Some(name) => Some(
            MessageState::from_name(name)
                .ok_or_else(|| Problem::bad_request("request.query_malformed"))?,
        ),
    };
    let limit = query.limit();
    let (mut listed, total) = outbox.messages(&caller, before, wanted, limit + 1).await?;
    let more = listed.len() > limit;
    listed.truncate(limit);
    let next_cursor = listed
        .last()
        .filter(|_| more)
        .map(|last| last.row.id.to_string());
    Ok(axum::Json(Page {
        items: listed.into_iter().map(Message::from).collect(),
        next_cursor,
        total: Some(total),
    }))
}

async fn retry(
    State(outbox): State<Arc<Outbox>>,
    Api(caller): Api,
    PathId(id): PathId<MessageId>,
) -> Result<StatusCode, OutboxError> {
    outbox.retry(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(outbox): State<Arc<Outbox>>,
    Api(caller): Api,
    PathId(id): PathId<MessageId>,
) -> Result<StatusCode, OutboxError> {
    outbox.remove(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
