//! The operations on mass reassignments.

use super::model::{Reassignment, Row, State as Stage};
use super::prepare::Prepared;
use super::sql;
use crate::customers::{ListFilter, Reference};
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, JsonBody, Operation, PathId};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, actions};
use custos_values::{CustomerId, OrgId, ReassignmentId, Timestamp, UserId};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// How many are listed.
const LISTED: i64 = 20;

/// Which customers are to go to whom: those named, or all that a filter lets through.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReassignmentInput {
    /// The customers, if named.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub customers: Option<Vec<CustomerId>>,
    /// The same as in lists, if not.
    #[serde(default)]
    pub filter: Option<ListFilter>,
    /// Who is to have them.
    #[schema(value_type = String, format = "uuid")]
    pub to_id: UserId,
    /// Why, 2 to 200 characters; goes into the audit log.
    pub reason: String,
}

/// A mass reassignment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reassignment)]
pub struct ReassignmentRecord {
    /// The id.
    #[schema(value_type = String, format = "uuid")]
    pub id: ReassignmentId,
    /// Where it is.
    #[schema(inline)]
    pub state: Stage,
    /// Whether it was stopped, by somebody or with its server, and can be let go on.
    pub rests: bool,
    /// Who is to have the customers.
    pub to: Reference,
    /// How many customers it is about.
    pub total: u64,
    /// How many were handed over.
    pub moved: u64,
    /// How many were left where they are: they had changed hands, or were out of reach.
    pub passed: u64,
    /// When it was prepared.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it came to its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// A mass reassignment as it was prepared, and what was left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreparedReassignment {
    /// What would be done.
    pub reassignment: ReassignmentRecord,
    /// Chosen, but not the caller's to hand over.
    pub refused: u64,
    /// With the colleague already.
    pub unchanged: u64,
    /// To be handed over, but labelled above what the colleague is cleared for.
    pub beyond_clearance: u64,
}

/// One's own, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reassignments {
    /// Those that were started.
    pub items: Vec<ReassignmentRecord>,
}

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    let all = "/customers/reassignments";
    let read = Access::to::<actions::Read, Reassignment>();
    let update = Access::to::<actions::Update, Reassignment>();
    vec![
        Operation::new(
            Method::POST,
            all,
            "reassignments_prepare",
            Access::to::<actions::Create, Reassignment>(),
            prepare,
        )
        .body::<ReassignmentInput>()
        .answers::<PreparedReassignment>(201),
        Operation::new(
            Method::GET,
            all,
            "reassignments_list",
            Access::to::<actions::List, Reassignment>(),
            list,
        )
        .answers::<Reassignments>(200),
        Operation::new(
            Method::GET,
            "/customers/reassignments/{id}",
            "reassignments_get",
            read,
            get,
        )
        .answers::<ReassignmentRecord>(200),
        Operation::new(
            Method::POST,
            "/customers/reassignments/{id}/start",
            "reassignments_start",
            Access::to::<actions::Assign, Reassignment>(),
            start,
        )
        .answers::<ReassignmentRecord>(202)
        .approvable(),
        Operation::new(
            Method::POST,
            "/customers/reassignments/{id}/cancel",
            "reassignments_cancel",
            update,
            cancel,
        )
        .answers::<ReassignmentRecord>(202),
        Operation::new(
            Method::POST,
            "/customers/reassignments/{id}/resume",
            "reassignments_resume",
            update,
            resume,
        )
        .answers::<ReassignmentRecord>(202),
    ]
}

impl Crm {
    fn reassignment_record(&self, org: OrgId, row: &Row) -> ReassignmentRecord {
        let to = self.owner_reference(org, Some(row.to));
        ReassignmentRecord {
            id: row.id(),
            state: row.state,
            rests: row.rests(self.store.clock().now()),
            to: to.unwrap_or(Reference {
                id: row.to.to_string(),
                name: None,
            }),
            total: row.total,
            moved: row.moved,
            passed: row.passed,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

type Shown = Result<Json<ReassignmentRecord>, CrmError>;
type Begun = Result<(StatusCode, Json<ReassignmentRecord>), CrmError>;

async fn prepare(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    JsonBody(input): JsonBody<ReassignmentInput>,
) -> Result<(StatusCode, Json<PreparedReassignment>), CrmError> {
    let Prepared {
        row,
        refused,
        unchanged,
        beyond_clearance,
    } = crm.prepare_reassignment(&caller, &input).await?;
    let prepared = PreparedReassignment {
        reassignment: crm.reassignment_record(caller.org(), &row),
        refused,
        unchanged,
        beyond_clearance,
    };
    Ok((StatusCode::CREATED, Json(prepared)))
}

async fn list(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
) -> Result<Json<Reassignments>, CrmError> {
    let scope = crm.policy.scope::<actions::List, Reassignment>(&caller)?;
    let rows = sql::started(&mut crm.store.read().await?, &scope, LISTED).await?;
    let shown = Detail::count(rows.len() as u64);
    crm.record_read(Event::of_scope(&scope).with("shown", shown))
        .await?;
    let items = rows
        .iter()
        .map(|row| crm.reassignment_record(caller.org(), row));
    Ok(Json(Reassignments {
        items: items.collect(),
    }))
}

async fn get(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ReassignmentId>,
) -> Shown {
    let (row, permit) = crm.reassignment_for::<actions::Read>(&caller, id).await?;
    crm.record_read(Event::of(&permit)).await?;
    Ok(Json(crm.reassignment_record(caller.org(), &row)))
}

async fn begun(crm: &Crm, caller: &Caller, id: ReassignmentId) -> Begun {
    let row = sql::find(&mut crm.store.read().await?, caller, id).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(crm.reassignment_record(caller.org(), &row)),
    ))
}

async fn start(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ReassignmentId>,
) -> Begun {
    crm.start_reassignment(&caller, id).await?;
    begun(&crm, &caller, id).await
}

async fn cancel(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ReassignmentId>,
) -> Begun {
    crm.cancel_reassignment(&caller, id).await?;
    begun(&crm, &caller, id).await
}

async fn resume(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<ReassignmentId>,
) -> Begun {
    crm.resume_reassignment(&caller, id).await?;
    begun(&crm, &caller, id).await
}
