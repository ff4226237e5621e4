//! Why somebody may, or may not, do something with a record.

use super::Labelled;
use crate::customers::Customer;
use crate::records::kind;
use crate::{Crm, CrmError};
use custos_http::FieldProblem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Caller, Circumstances, Explanation, Facts, FieldRule, Marking, Resource, Subject, actions,
};
use custos_values::{RecordId, UserId};
use std::sync::Arc;

/// What can be asked about, as far as the kind has it.
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

/// A question as it is asked.
pub(crate) struct Asked<'a> {
    /// Such as `read`.
    pub(crate) action: &'a str,
    /// The field, if it is about one.
    pub(crate) field: Option<&'a str>,
}

/// A question that can be answered.
struct Asking {
    action: &'static str,
    field: Option<FieldRule>,
}

impl Asking {
    /// Reads a question from the wire.
    fn read<R: Labelled>(action: &str, field: Option<&str>) -> Result<Self, CrmError> {
        let problem = |field: &'static str, code: &'static str| {
            CrmError::Invalid(vec![FieldProblem::new(field, code)])
        };
        let known = match field {
            None => &ASKABLE[..],
            Some(_) => &OF_FIELDS[..],
        };
        let action = known.iter().find(|known| **known == action);
        let action = action.filter(|action| field.is_some() || R::askable(action));
        let spec = field.map(|name| {
            R::FIELDS
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
    /// What the caller may do with a record, and why. Of one they may not see the answer is that for a record of
    /// somebody they have nothing to do with, whether or not there is one: it must not tell.
    pub(crate) async fn explain_own<R: Labelled>(
        &self,
        caller: &Caller,
        id: RecordId,
        asked: &Asked<'_>,
    ) -> Result<Explanation, CrmError> {
        let asking = Asking::read::<R>(asked.action, asked.field)?;
        let keys = self.keys(caller.org()).await?;
        let found = R::find(&mut self.store.read().await?, &keys, caller, id).await;
        let nobodys = || {
            Facts::<R>::owned(caller.org(), *id.as_bytes(), 0, None, None)
                .marked(Arc::new(Marking::default()))
        };
        let facts = match found {
            Ok(held) => {
                let seen = self.policy.permit::<actions::Read, _>(caller, &held.facts);
                match seen {
                    Ok(_) => held.facts,
                    Err(denied) if denied.visible => held.facts,
                    Err(_) => nobodys(),
                }
            }
            Err(CrmError::NotFound) => nobodys(),
            Err(error) => return Err(error),
        };
        let event = Event::own::<R>(caller, R::EXPLAINED_OWN, Some(*id.as_bytes()));
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

    /// What somebody may do with a record, and why, for those who answer for it.
    pub(super) async fn explain_of<R: Labelled>(
        &self,
        caller: &Caller,
        id: RecordId,
        user: UserId,
        asked: &Asked<'_>,
    ) -> Result<Explanation, CrmError> {
        let asking = Asking::read::<R>(asked.action, asked.field)?;
        let (held, permit) = self.held::<actions::Explain, R>(caller, id).await?;
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
            &held.facts,
            asking.field,
            &self.people.configuration(caller.org()).role_ids(),
        ))
    }
}

/// What the caller may do with a record of a kind by its name, and why.
pub(super) async fn explain_own(
    crm: &Crm,
    caller: &Caller,
    (object, id): (&str, RecordId),
    asked: &Asked<'_>,
) -> Result<Explanation, CrmError> {
    if object == Customer::TYPE {
        return crm.explain_own::<Customer>(caller, id, asked).await;
    }
    let unknown = || FieldProblem::new("object", "explanation.about");
    let kind = kind(object).ok_or_else(unknown)?;
    kind.explain_own(crm, caller, id, asked).await
}
