//! Unused permissions on the wire.

use super::compare::{Comparison, PersonUse, RoleUse};
use super::own::OwnRoleUse;
use crate::{Access as Shared, AccessError, PermissionUsageResource};
use axum::Json;
use axum::extract::State;
use axum::http::Method;
use custos_http::{Access, Api, FieldProblem, Operation, Problem, QueryParams};
use custos_kernel::policy::{Role, RoleSet, actions};
use custos_values::{CustomRoleId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Days looked at unless asked otherwise, fewest and most.
const DAYS: (i64, i64, i64) = (90, 7, 366);

/// A role with what it grants.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RoleUsage)]
struct RoleBody {
    /// The role.
    role: &'static str,
    /// How many active people hold it.
    people: usize,
    /// How many permissions it grants, apart from those every role does.
    granted: usize,
    /// Those of them that nobody who holds it used.
    unused: Vec<String>,
}

/// A role of the organisation's own with what it grants.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnRoleUsage)]
struct OwnRoleBody {
    /// The role.
    #[schema(value_type = String, format = "uuid")]
    id: CustomRoleId,
    /// Its name.
    name: String,
    /// How many active people hold it.
    people: usize,
    /// How many permissions it grants, apart from those every role does.
    granted: usize,
    /// Those of them that nobody who holds it used.
    unused: Vec<String>,
}

/// A person with what their roles grant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonUsage)]
struct PersonBody {
    /// The account.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The display name.
    name: String,
    /// The roles held.
    roles: Vec<&'static str>,
    /// The names of the organisation's own roles held.
    own_roles: Vec<String>,
    /// How many permissions they are granted, apart from those every role grants.
    granted: usize,
    /// Those of them that they did not use.
    unused: Vec<String>,
    /// When they last did anything, to the hour.
    #[schema(value_type = Option<String>, format = "date-time")]
    last_used_at: Option<Timestamp>,
    /// Whether the account is younger than the time looked at.
    new: bool,
    /// The roles that would have done.
    proposal: Option<Vec<&'static str>>,
}

/// What is granted and was not used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PermissionUsage)]
struct Body {
    /// Since when it was looked at.
    #[schema(value_type = String, format = "date-time")]
    from: Timestamp,
    /// When the first entry of the log was made: what was before, it does not tell.
    #[schema(value_type = Option<String>, format = "date-time")]
    log_since: Option<Timestamp>,
    /// By role.
    roles: Vec<RoleBody>,
    /// By role of the organisation's own.
    own_roles: Vec<OwnRoleBody>,
    /// By person.
    people: Vec<PersonBody>,
}

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Span {
    /// Days, 7 to 366; 90 if not given.
    days: Option<i64>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Shared>>> {
    vec![
        Operation::new(
            Method::GET,
            "/permissions/usage",
            "permission_usage",
            Access::to::<actions::List, PermissionUsageResource>(),
            usage,
        )
        .query::<Span>()
        .answers::<Body>(200),
    ]
}

fn names(roles: RoleSet) -> Vec<&'static str> {
    roles.iter().map(Role::name).collect()
}

impl From<RoleUse> for RoleBody {
    fn from(of: RoleUse) -> Self {
        Self {
            role: of.role.name(),
            people: of.people,
            granted: of.granted,
            unused: of.unused,
        }
    }
}

impl From<OwnRoleUse> for OwnRoleBody {
    fn from(of: OwnRoleUse) -> Self {
        Self {
            id: of.id,
            name: of.name,
            people: of.people,
            granted: of.granted,
            unused: of.unused,
        }
    }
}

impl From<PersonUse> for PersonBody {
    fn from(of: PersonUse) -> Self {
        Self {
            id: of.user,
            name: of.name,
            roles: names(of.roles),
            own_roles: of.own_roles,
            granted: of.granted,
            unused: of.unused,
            last_used_at: of.last,
            new: of.new,
            proposal: of.proposal.map(names),
        }
    }
}

async fn usage(
    State(access): State<Arc<Shared>>,
    Api(caller): Api,
    QueryParams(span): QueryParams<Span>,
) -> Result<Json<Body>, AccessError> {
    let days = span.days.unwrap_or(DAYS.0);
    if !(DAYS.1..=DAYS.2).contains(&days) {
        let problem = FieldProblem::new("days", "permission_usage.days");
        let problem = problem.with("min", DAYS.1).with("max", DAYS.2);
        return Err(Problem::invalid(vec![problem]).into());
    }
    let Comparison {
        from,
        since,
        roles,
        own_roles,
        people,
    } = access.compare_use(&caller, days).await?;
    Ok(Json(Body {
        from,
        log_since: since,
        roles: roles.into_iter().map(Into::into).collect(),
        own_roles: own_roles.into_iter().map(Into::into).collect(),
        people: people.into_iter().map(Into::into).collect(),
    }))
}
