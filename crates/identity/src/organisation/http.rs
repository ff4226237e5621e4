//! Departments on the wire.

use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::DepartmentResource;
use axum::extract::State;
use custos_http::{Access, Api, ETag, JsonBody, Operation};
use custos_kernel::event::Event;
use custos_kernel::policy::actions;
use custos_values::DepartmentId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A department.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Department)]
pub(super) struct DepartmentBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: DepartmentId,
    /// Its name.
    name: String,
    /// The department above; none for a topmost one.
    #[schema(value_type = Option<String>, format = "uuid")]
    parent_id: Option<DepartmentId>,
    /// The version to base a change on.
    version: i64,
}

/// All departments.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Departments {
    /// Oldest first.
    items: Vec<DepartmentBody>,
}

/// A department to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDepartment {
    /// Its name, at most 100 characters.
    name: String,
    /// The department above.
    #[schema(value_type = Option<String>, format = "uuid")]
    parent_id: Option<DepartmentId>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    use axum::http::Method;
    vec![
        Operation::new(
            Method::GET,
            "/departments",
            "department_list",
            Access::to::<actions::List, DepartmentResource>(),
            list,
        )
        .answers::<Departments>(200),
        Operation::new(
            Method::POST,
            "/departments",
            "department_create",
            Access::to::<actions::Create, DepartmentResource>(),
            create,
        )
        .body::<NewDepartment>()
        .answers::<DepartmentBody>(201),
    ]
}

async fn list(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<Departments>, IdentityError> {
    let scope = identity
        .policy()
        .scope::<actions::List, DepartmentResource>(&caller)?;
    let directory = identity.directory(caller.org()).await?;
    let items = directory
        .departments()
        .map(|(id, department)| DepartmentBody {
            id,
            name: department.name.clone(),
            parent_id: department.parent,
            version: department.version,
        })
        .collect();
    identity.sink().record(Event::of_scope(&scope)).await?;
    Ok(axum::Json(Departments { items }))
}

async fn create(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<NewDepartment>,
) -> Result<ETag<DepartmentBody>, IdentityError> {
    let id = identity
        .create_department(&caller, &body.name, body.parent_id)
        .await?;
    let department = DepartmentBody {
        id,
        name: body.name.trim().to_owned(),
        parent_id: body.parent_id,
        version: 1,
    };
    Ok(ETag(axum::http::StatusCode::CREATED, 1, department))
}
