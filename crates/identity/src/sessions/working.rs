//! The label a session works at: what it reads lies below it, what it writes above.

use super::sql;
use crate::error::IdentityError;
use crate::events::WORK_AT;
use crate::identity::Identity;
use crate::resources::SessionResource;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_access::Configuration;
use custos_access::configuration::{Compartment, LabelBody};
use custos_http::{Access, Api, FieldProblem, JsonBody, Operation, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, SessionRefusal, actions};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// At which labels the person may work.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionLabel)]
pub(super) struct SessionLabel {
    /// The highest.
    clearance: LabelBody,
    /// The one this session works at.
    working: LabelBody,
    /// The names of the compartments in the clearance.
    compartments: Vec<Compartment>,
}

impl SessionLabel {
    pub(super) fn of(caller: &Caller, configuration: &Configuration) -> Self {
        let profile = caller.profile();
        let named = configuration.rules.compartments.iter();
        let cleared = profile.clearance.compartments;
        let named = named.filter(|it| cleared.iter().any(|bit| bit == it.bit));
        Self {
            clearance: profile.clearance.into(),
            working: profile.working.meet(profile.clearance).into(),
            compartments: named.cloned().collect(),
        }
    }
}

pub(super) fn operations() -> Vec<Operation<Arc<Identity>>> {
    vec![
        Operation::new(
            Method::PUT,
            "/session/working-label",
            "session_working_label",
            Access::Own,
            work_at,
        )
        .body::<LabelBody>()
        .answers_nothing(204),
    ]
}

async fn work_at(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<LabelBody>,
) -> Result<StatusCode, IdentityError> {
    identity.work_at(&caller, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Identity {
    /// Chooses the label the caller's session works at.
    async fn work_at(&self, caller: &Caller, body: &LabelBody) -> Result<(), IdentityError> {
        let (Some(session), Some(user)) = (caller.session_id(), caller.user_id()) else {
            return Err(SessionRefusal::Unknown.into());
        };
        let label = body.label();
        if !caller.profile().clearance.dominates(label) {
            let beyond = FieldProblem::new("level", "label.beyond_clearance");
            return Err(Problem::invalid(vec![beyond]).into());
        }
        let facts = Facts::owned(caller.org(), *session.as_bytes(), 0, Some(user), None);
        let keeper = Self::keeper(caller.org(), caller.origin().clone());
        let permit: Permit<actions::Update, SessionResource> =
            self.policy().permit(&keeper, &facts)?;
        let mut tx = self.store().write(caller).await?;
        if !sql::work_at(&mut tx, &permit, label).await? {
            return Err(SessionRefusal::Unknown.into());
        }
        let event = Event::own::<SessionResource>(caller, &WORK_AT, Some(*session.as_bytes()))
            .with("to", Detail::code(label.level.name()))
            .with(
                "compartments",
                Detail::count(label.compartments.iter().count() as u64),
            );
        tx.finish(event).await?;
        self.sessions().forget(|kept| kept.id == session);
        Ok(())
    }

    /// Forgets what is kept of an organisation, for something of it was changed elsewhere in this process.
    pub fn forget_directory(&self, org: custos_values::OrgId) {
        self.directories().changed(org);
    }
}
