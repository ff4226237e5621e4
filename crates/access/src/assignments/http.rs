//! The operations on who holds what.

use super::people::Holders;
use crate::configuration::{LabelBody, PersonAccess, Team};
use crate::{Access as State_, AccessError, AccessPeopleResource, AccessTeamsResource, Someone};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use custos_http::{
    Access, Api, ETag, FieldProblem, IfMatch, JsonBody, Operation, PathId, Problem, QueryParams,
};
use custos_kernel::policy::{Role, actions};
use custos_values::{CustomRoleId, DepartmentId, TeamId, UserId};
use http::Method;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Something by id and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccessNamed)]
struct NamedBody {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
}

/// What one person holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessPerson)]
struct PersonBody {
    /// The account.
    id: String,
    /// The display name.
    name: String,
    /// The department.
    #[schema(value_type = Option<String>, format = "uuid")]
    department_id: Option<DepartmentId>,
    /// Whether the account may be used.
    active: bool,
    /// The built-in roles.
    roles: Vec<&'static str>,
    /// The organisation's own roles.
    custom_roles: Vec<NamedBody>,
    /// The highest label they may work at.
    clearance: LabelBody,
    /// The teams they are in.
    teams: Vec<NamedBody>,
}

/// People and what they hold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessPeople)]
struct PeopleBody {
    /// A page of them, by name.
    items: Vec<PersonBody>,
    /// Where the next page begins.
    next_cursor: Option<String>,
    /// How many there are.
    total: usize,
    /// The version to base a change on.
    generation: i64,
}

/// Which people.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PeopleQuery {
    /// Part of a name, of a team's or of a role's.
    q: Option<String>,
    /// Items per page, 1 to 200; 50 if not given.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What a person is to hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessPersonInput)]
struct PersonInput {
    /// The organisation's own roles.
    #[schema(value_type = Vec<String>)]
    custom_roles: Vec<CustomRoleId>,
    /// The highest label they may work at.
    clearance: LabelBody,
}

/// A team.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessTeam)]
struct TeamBody {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// Who is in it.
    members: Vec<NamedBody>,
}

/// The teams.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessTeams)]
struct TeamsBody {
    /// The version to base a change on.
    generation: i64,
    /// All of them.
    teams: Vec<TeamBody>,
}

/// The teams by name.
#[derive(Debug, Serialize, ToSchema)]
struct TeamNames {
    /// All of them.
    items: Vec<NamedBody>,
}

/// A team to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessTeamInput)]
struct TeamInput {
    /// Its id, chosen by whoever makes it.
    #[schema(value_type = String, format = "uuid")]
    id: TeamId,
    /// Its name, 1 to 60 characters.
    name: String,
    /// Who is in it.
    #[schema(value_type = Vec<String>)]
    members: Vec<UserId>,
}

/// All teams to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessTeamsInput)]
struct TeamsInput {
    /// All of them.
    teams: Vec<TeamInput>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<State_>>> {
    vec![
        Operation::new(
            Method::GET,
            "/access/people",
            "access_people_list",
            Access::to::<actions::List, AccessPeopleResource>(),
            list,
        )
        .query::<PeopleQuery>()
        .answers::<PeopleBody>(200),
        Operation::new(
            Method::PUT,
            "/access/people/{id}",
            "access_people_update",
            Access::to::<actions::Update, AccessPeopleResource>(),
            update,
        )
        .needs_header("If-Match")
        .body::<PersonInput>()
        .answers_nothing(204)
        .approvable(),
        Operation::new(
            Method::GET,
            "/access/teams",
            "access_teams_list",
            Access::to::<actions::List, AccessTeamsResource>(),
            teams,
        )
        .answers::<TeamsBody>(200),
        Operation::new(
            Method::GET,
            "/teams",
            "team_list",
            Access::to::<actions::Read, AccessTeamsResource>(),
            team_names,
        )
        .answers::<TeamNames>(200),
        Operation::new(
            Method::PUT,
            "/access/teams",
            "access_teams_update",
            Access::to::<actions::Update, AccessTeamsResource>(),
            update_teams,
        )
        .needs_header("If-Match")
        .body::<TeamsInput>()
        .answers_nothing(204),
    ]
}

impl Holders {
    fn person(&self, id: UserId, someone: &Someone) -> PersonBody {
        let named = |role: &CustomRoleId| {
            let mut roles = self.rules.roles.iter();
            let known = roles.find(|it| it.id == *role)?;
            Some(NamedBody {
                id: known.id.to_string(),
                name: known.name.clone(),
            })
        };
        let held = self.people.people.get(&id);
        let roles = held.map(|held| held.custom_roles.iter().filter_map(named).collect());
        let teams = self.people.teams.iter();
        let teams = teams.filter(|team| team.members.contains(&id));
        PersonBody {
            id: id.to_string(),
            name: someone.name.clone(),
            department_id: someone.department,
            active: someone.active,
            roles: someone.roles.iter().map(Role::name).collect(),
            custom_roles: roles.unwrap_or_default(),
            clearance: self.people.clearance_of(id).into(),
            teams: teams
                .map(|team| NamedBody {
                    id: team.id.to_string(),
                    name: team.name.clone(),
                })
                .collect(),
        }
    }
}

async fn list(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<PeopleQuery>,
) -> Result<Json<PeopleBody>, AccessError> {
    let offset = match query.cursor.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => usize::from_str(text).map_err(|_| {
            Problem::invalid(vec![FieldProblem::new("cursor", "list.cursor_malformed")])
        })?,
        None => 0,
    };
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let found = access.holders(&caller).await?;
    let wanted = query.q.unwrap_or_default().trim().to_lowercase();
    let people = found
        .accounts
        .iter()
        .map(|(id, someone)| found.person(*id, someone));
    let mut people: Vec<PersonBody> = people
        .filter(|person| {
            let mut texts = [&person.name]
                .into_iter()
                .chain(person.custom_roles.iter().map(|it| &it.name))
                .chain(person.teams.iter().map(|it| &it.name));
            texts.any(|text| text.to_lowercase().contains(&wanted))
        })
        .collect();
    people.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
    let total = people.len();
    let items: Vec<PersonBody> = people.into_iter().skip(offset).take(limit).collect();
    let next = offset.saturating_add(items.len());
    Ok(Json(PeopleBody {
        next_cursor: (next < total).then(|| next.to_string()),
        items,
        total,
        generation: found.version,
    }))
}

async fn update(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
    PathId(user): PathId<UserId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<PersonInput>,
) -> Result<StatusCode, AccessError> {
    let held = PersonAccess {
        custom_roles: body.custom_roles,
        clearance: body.clearance,
    };
    access.set_person(&caller, version, user, held).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn teams(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
) -> Result<ETag<TeamsBody>, AccessError> {
    let (teams, accounts, generation) = access.teams(&caller).await?;
    let member = |id: &UserId| {
        let someone = accounts.get(id)?;
        Some(NamedBody {
            id: id.to_string(),
            name: someone.name.clone(),
        })
    };
    let teams = teams.into_iter().map(|team| TeamBody {
        id: team.id.to_string(),
        members: team.members.iter().filter_map(member).collect(),
        name: team.name,
    });
    let body = TeamsBody {
        generation,
        teams: teams.collect(),
    };
    Ok(ETag(StatusCode::OK, generation, body))
}

async fn team_names(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
) -> Result<Json<TeamNames>, AccessError> {
    let teams = access.team_names(&caller).await?.into_iter();
    let named = |team: Team| NamedBody {
        id: team.id.to_string(),
        name: team.name,
    };
    Ok(Json(TeamNames {
        items: teams.map(named).collect(),
    }))
}

async fn update_teams(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<TeamsInput>,
) -> Result<StatusCode, AccessError> {
    let teams = body.teams.into_iter().map(|team| Team {
        id: team.id,
        name: team.name,
        members: team.members,
    });
    access.set_teams(&caller, version, teams.collect()).await?;
    Ok(StatusCode::NO_CONTENT)
}
