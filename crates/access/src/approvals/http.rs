//! Requests for approval on the wire.

use super::delegation::Delegation;
use super::describe::Change;
use super::model::State as RequestState;
use super::rules_http::StepBody;
use super::view::{View, Which};
use crate::{Access as Shared, AccessError, ApprovalResource};
use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{
    Access, Api, JsonBody, Operation, Page, PageQuery, PathId, Problem, QueryParams,
};
use custos_kernel::policy::actions;
use custos_values::{ApprovalId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalPerson)]
pub(super) struct Named {
    /// The account.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The display name.
    name: String,
}

/// A decision.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalVote)]
struct VoteBody {
    /// Who decided.
    by: Named,
    /// For whom, if not for themselves.
    seat: Option<Named>,
    /// In which step, from 0.
    step: usize,
    /// Whether they approved.
    approves: bool,
    /// What they noted.
    note: String,
    /// When.
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
}

/// That somebody handed a request on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalTransfer)]
struct TransferBody {
    /// Who could have decided.
    by: Named,
    /// Who decides in their place.
    to: Named,
    /// In which step, from 0.
    step: usize,
    /// Why.
    note: String,
    /// When.
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
}

/// To whom a request is to be handed on, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalTransferRequest)]
struct TransferInput {
    /// Who is to decide instead: one of the request's `successors`.
    #[schema(value_type = String, format = "uuid")]
    to_id: UserId,
    /// Why, 2 to 500 characters.
    note: String,
}

/// A request for approval.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Approval)]
struct ApprovalBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: ApprovalId,
    /// The operation that is to be carried out.
    operation: String,
    /// `open`, `approved`, `refused`, `withdrawn`, `expired`, `executing`, `executed` or `failed`.
    state: &'static str,
    /// Who asked.
    requester: Named,
    /// Why.
    reason: String,
    /// How many records it touches, if that can be told.
    records: Option<u64>,
    /// What would be changed or given away.
    changes: Vec<Change>,
    /// Whose approval it needs, one step after the other.
    steps: Vec<StepBody>,
    /// The step it waits in, from 0.
    step: usize,
    /// The decisions so far.
    votes: Vec<VoteBody>,
    /// When it was asked for.
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    /// Until when it may be decided and carried out.
    #[schema(value_type = String, format = "date-time")]
    expires_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = "date-time")]
    ended_at: Option<Timestamp>,
    /// Who handed it on, and to whom.
    transfers: Vec<TransferBody>,
    /// To whom the caller could hand it on.
    successors: Vec<Named>,
    /// What the caller can do: `decide`, `transfer`, `withdraw`, `execute`.
    actions: Vec<&'static str>,
    /// What to send, with `X-Approval`, to carry it out; only for who asked, once it is approved.
    replay: Option<Replay>,
}

/// A request to be sent as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalReplay)]
struct Replay {
    /// The method.
    method: String,
    /// Path and query below the API's base path.
    target: String,
    /// `If-Match`.
    if_match: Option<String>,
    /// `Content-Type`.
    content_type: Option<String>,
    /// `Idempotency-Key`.
    idempotency_key: Option<String>,
    /// The body.
    body: String,
}

/// How many requests wait for the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalCounts)]
struct Counts {
    /// To be decided.
    to_decide: usize,
    /// Their own, approved and not carried out.
    ready: usize,
}

/// A decision to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalDecision)]
struct DecisionBody {
    /// Whether to approve.
    approve: bool,
    /// A note, at most 500 characters; at least 2 for who refuses.
    #[serde(default)]
    note: String,
}

/// Who decides in one's place, and when.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalDelegation)]
struct DelegationBody {
    /// Who decides.
    #[schema(value_type = String, format = "uuid")]
    delegate_id: UserId,
    /// From when.
    #[schema(value_type = String, format = "date-time")]
    from: Timestamp,
    /// Until when, at most 90 days later.
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// The caller's delegation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalDelegationState)]
struct OwnDelegation {
    /// Null if there is none.
    delegation: Option<DelegationBody>,
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// `mine`, `to_decide` or `history`.
    view: String,
}

pub(super) fn operations() -> Vec<Operation<Arc<Shared>>> {
    let list_access = Access::to::<actions::List, ApprovalResource>();
    let assign = Access::to::<actions::Assign, ApprovalResource>();
    const DELEGATION: &str = "/approvals/delegation";
    vec![
        Operation::new(
            Method::GET,
            "/approvals",
            "approval_list",
            list_access,
            list,
        )
        .query::<PageQuery>()
        .query::<Filter>()
        .answers_page::<ApprovalBody>(),
        Operation::new(
            Method::GET,
            "/approvals/counts",
            "approval_counts",
            list_access,
            counts,
        )
        .answers::<Counts>(200),
        Operation::new(
            Method::GET,
            "/approvals/{id}",
            "approval_read",
            list_access,
            read,
        )
        .answers::<ApprovalBody>(200),
        Operation::new(
            Method::POST,
            "/approvals/{id}/decision",
            "approval_decide",
            Access::to::<actions::Grant, ApprovalResource>(),
            decide,
        )
        .body::<DecisionBody>()
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/approvals/{id}/transfer",
            "approval_transfer",
            Access::to::<actions::Grant, ApprovalResource>(),
            transfer,
        )
        .body::<TransferInput>()
        .answers_nothing(204),
        Operation::new(
            Method::DELETE,
            "/approvals/{id}",
            "approval_withdraw",
            Access::to::<actions::Delete, ApprovalResource>(),
            withdraw,
        )
        .answers_nothing(204),
        Operation::new(
            Method::GET,
            DELEGATION,
            "approval_delegation_read",
            assign,
            own_delegation,
        )
        .answers::<OwnDelegation>(200),
        Operation::new(
            Method::PUT,
            DELEGATION,
            "approval_delegation_update",
            assign,
            delegate,
        )
        .body::<DelegationBody>()
        .answers_nothing(204),
        Operation::new(
            Method::DELETE,
            DELEGATION,
            "approval_delegation_delete",
            assign,
            end_delegation,
        )
        .answers_nothing(204),
    ]
}

fn wire(view: View, names: &BTreeMap<UserId, String>) -> ApprovalBody {
    let named = |id: UserId| Named {
        id,
        name: names.get(&id).cloned().unwrap_or_default(),
    };
    let state = view.state();
    let open = matches!(state, RequestState::Open | RequestState::Approved);
    let ready = view.own && state == RequestState::Approved;
    let actions = [
        view.decidable.then_some("decide"),
        (!view.successors.is_empty()).then_some("transfer"),
        (view.own && open).then_some("withdraw"),
        ready.then_some("execute"),
    ];
    let request = view.request;
    ApprovalBody {
        id: view.row.id,
        state: state.name(),
        requester: named(request.requester),
        reason: request.reason,
        records: request.described.measure.records,
        changes: request.described.changes,
        steps: request.steps.iter().map(StepBody::from).collect(),
        step: view.step,
        votes: view
            .ballots
            .into_iter()
            .map(|ballot| VoteBody {
                by: named(ballot.voter),
                seat: (ballot.seat != ballot.voter).then(|| named(ballot.seat)),
                step: ballot.step,
                approves: ballot.approves,
                note: ballot.note,
                at: ballot.at,
            })
            .collect(),
        transfers: view
            .transfers
            .into_iter()
            .map(|transfer| TransferBody {
                by: named(transfer.from),
                to: named(transfer.to),
                step: transfer.step,
                note: transfer.note,
                at: transfer.at,
            })
            .collect(),
        successors: view.successors.into_iter().map(named).collect(),
        created_at: request.created_at,
        expires_at: view.row.expires_at,
        ended_at: view.row.ended_at,
        actions: actions.into_iter().flatten().collect(),
        operation: request.operation,
        replay: ready.then_some(Replay {
            method: request.method,
            target: request.target,
            if_match: request.if_match,
            content_type: request.content_type,
            idempotency_key: request.idempotency_key,
            body: request.body,
        }),
    }
}

async fn list(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<PageQuery>,
    QueryParams(filter): QueryParams<Filter>,
) -> Result<Json<Page<ApprovalBody>>, AccessError> {
    let bad_cursor = |_| Problem::bad_request("request.cursor_invalid");
    let before = query
        .cursor
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(bad_cursor)?;
    let which = match filter.view.as_str() {
        "mine" => Which::Mine,
        "to_decide" => Which::ToDecide,
        "history" => Which::History,
        _ => return Err(Problem::bad_request("request.query_malformed").into()),
    };
    let limit = query.limit();
    let mut views = access.approvals(&caller, which, before, limit + 1).await?;
    let more = views.len() > limit;
    views.truncate(limit);
    let next_cursor = views
        .last()
        .filter(|_| more)
        .map(|it| it.row.id.to_string());
    let names = access.names(&caller).await?;
    let listed = |view| {
        let mut body = wire(view, &names);
        // Names of customers are for who looks at one request.
        for change in &mut body.changes {
            change.customer = None;
        }
        ApprovalBody {
            replay: None,
            ..body
        }
    };
    Ok(Json(Page {
        items: views.into_iter().map(listed).collect(),
        next_cursor,
        total: None,
    }))
}

async fn counts(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
) -> Result<Json<Counts>, AccessError> {
    let (to_decide, ready) = access.approval_counts(&caller).await?;
    Ok(Json(Counts { to_decide, ready }))
}

async fn read(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ApprovalId>,
) -> Result<Json<ApprovalBody>, AccessError> {
    let view = access.approval(&caller, id).await?;
    let names = access.names(&caller).await?;
    Ok(Json(wire(view, &names)))
}

async fn decide(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ApprovalId>,
    JsonBody(body): JsonBody<DecisionBody>,
) -> Result<StatusCode, AccessError> {
    access.decide(&caller, id, body.approve, &body.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn transfer(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ApprovalId>,
    JsonBody(body): JsonBody<TransferInput>,
) -> Result<StatusCode, AccessError> {
    access.transfer(&caller, id, body.to_id, &body.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn withdraw(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    PathId(id): PathId<ApprovalId>,
) -> Result<StatusCode, AccessError> {
    access.withdraw(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn own_delegation(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
) -> Result<Json<OwnDelegation>, AccessError> {
    let own = access.own_delegation(&caller).await?;
    let delegation = own.map(|it| DelegationBody {
        delegate_id: it.delegate,
        from: it.from,
        until: it.until,
    });
    Ok(Json(OwnDelegation { delegation }))
}

async fn delegate(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<DelegationBody>,
) -> Result<StatusCode, AccessError> {
    let delegation = Delegation {
        delegate: body.delegate_id,
        from: body.from,
        until: body.until,
    };
    access.delegate(&caller, delegation).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end_delegation(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
) -> Result<StatusCode, AccessError> {
    access.end_delegation(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
