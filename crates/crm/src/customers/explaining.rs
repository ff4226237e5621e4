//! Why somebody may, or may not, do something with a customer.

use super::model::Customer;
use super::sql;
use crate::fields::CUSTOMER;
use crate::{Crm, CrmError};
use custos_http::FieldProblem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Caller, Circumstances, Explanation, Facts, FieldRule, Marking, Subject, actions,
};
use custos_values::{CustomerId, UserId};
use std::sync::Arc;

custos_kernel::events! {
    /// Somebody asked what they themselves may do with a customer.
    EXPLAIN_OWN = "customer.explain_own", Part;
}

/// What can be asked about.
const ASKABLE: [&str; 9] = [
    "read",
    "update",
    "reveal",
    "delete",
    "assign",
    "share",
    "classify",
    "declassify",
    "export",
];
/// What can be asked about a field.
const OF_FIELDS: [&str; 3] = ["field_read", "field_write", "field_clear"];

/// A question.
pub(super) struct Asking {
    pub(super) action: &'static str,
    pub(super) field: Option<FieldRule>,
}

impl Asking {
    /// Reads a question from the wire.
    pub(super) fn read(action: &str, field: Option<&str>) -> Result<Self, CrmError> {
        let problem = |field: &'static str, code: &'static str| {
            CrmError::Invalid(vec![FieldProblem::new(field, code)])
        };
        let known = match field {
            None => &ASKABLE[..],
            Some(_) => &OF_FIELDS[..],
        };
        let action = known.iter().find(|known| **known == action);
        let spec = field.map(|name| {
            CUSTOMER
                .get(name)
                .ok_or_else(|| problem("field", "field.unknown"))
        });
        Ok(Self {
            action: action.ok_or_else(|| problem("action", "explanation.action"))?,
            field: spec.transpose()?.map(|spec| spec.rule()),
        })
    }
}

impl Crm {
    /// What the caller may do with a customer, and why. Of one they may not see the answer is that for a customer of
    /// somebody they have nothing to do with, whether or not there is one: it must not tell.
    pub(super) async fn explain_own(
        &self,
        caller: &Caller,
        id: CustomerId,
        asking: &Asking,
    ) -> Result<Explanation, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let found = sql::find(&mut self.store.read().await?, &keys, caller, id).await;
        let nobodys = || {
            Facts::<Customer>::owned(caller.org(), *id.as_bytes(), 0, None, None)
                .marked(Arc::new(Marking::default()))
        };
        let facts = match found {
            Ok(stored) => {
                let seen = self
                    .policy
                    .permit::<actions::Read, _>(caller, &stored.facts);
                match seen {
                    Ok(_) => stored.facts,
                    Err(denied) if denied.visible => stored.facts,
                    Err(_) => nobodys(),
                }
            }
            Err(CrmError::NotFound) => nobodys(),
            Err(error) => return Err(error),
        };
        let event = Event::own::<Customer>(caller, &EXPLAIN_OWN, Some(*id.as_bytes()));
        self.record_read(event.with("action", Detail::code(asking.action)))
            .await?;
        Ok(self.policy.explain(
            &Subject::of(caller),
            asking.action,
            &facts,
            asking.field,
            &self.people.configuration(caller.org()).role_ids(),
        ))
    }

    /// What somebody may do with a customer, and why, for those who answer for it.
    pub(super) async fn explain_of(
        &self,
        caller: &Caller,
        id: CustomerId,
        user: UserId,
        asking: &Asking,
    ) -> Result<Explanation, CrmError> {
        let (stored, permit) = self.permitted_to::<actions::Explain>(caller, id).await?;
        let org = caller.org();
        let unknown = || CrmError::Invalid(vec![FieldProblem::new("user_id", "user.unknown")]);
        let standing = self.people.standing(org, user).ok_or_else(unknown)?;
        let now = self.store.clock().now();
        let subject = Subject::new(org, user, standing, Circumstances::ORDINARY, now);
        let event = Event::of(&permit)
            .with("user", Detail::id(*user.as_bytes()))
            .with("action", Detail::code(asking.action));
        self.record_read(event).await?;
        Ok(self.policy.explain(
            &subject,
            asking.action,
            &stored.facts,
            asking.field,
            &self.people.configuration(caller.org()).role_ids(),
        ))
    }
}
