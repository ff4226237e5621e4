//! A decision about a case there might be, by what is in force and by a draft.

use crate::configuration::{Configuration, Rules, SUPPOSED, Supposed};
use crate::{Access, AccessError, AccessRulesResource, ExplanationBody};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Caller, Circumstances, FieldRule, Label, Policy, Standing, Subject, actions,
};
use custos_values::UserId;
use std::sync::Arc;

/// A case.
pub(super) struct Case {
    pub(super) user: UserId,
    pub(super) object: String,
    pub(super) action: String,
    pub(super) field: Option<String>,
    pub(super) record: Supposed,
    pub(super) circumstances: Circumstances,
    /// The label the person works at; theirs if none.
    pub(super) working: Option<Label>,
}

/// By what is in force, and by the draft if there is one.
pub(super) struct Verdicts {
    pub(super) now: ExplanationBody,
    pub(super) draft: Option<ExplanationBody>,
}

impl Access {
    /// Decides a case.
    ///
    /// # Errors
    /// Refused, or 422 naming what is wrong with the case or the draft.
    pub(super) async fn suppose(
        &self,
        caller: &Caller,
        draft: Option<Rules>,
        case: &Case,
    ) -> Result<Verdicts, AccessError> {
        let org = caller.org();
        let _ = self
            .policy()
            .scope::<actions::Explain, AccessRulesResource>(caller)?;
        let governed = self.governed();
        let governed = governed
            .iter()
            .find(|it| it.name() == case.object)
            .ok_or_else(|| AccessError::invalid("object", "choice.unknown"))?;
        let what = what(case, &governed.fields())?;
        let standings = self.people().standings(org).await?;
        let standing = standings
            .get(&case.user)
            .ok_or_else(|| AccessError::invalid("user_id", "user.unknown"))?;
        let event = Event::own::<AccessRulesResource>(caller, &SUPPOSED, None)
            .with("user", Detail::id(*case.user.as_bytes()))
            .with("action", Detail::code(what.0));
        self.sink().record(event).await?;
        let subject = |standing: &Standing| {
            let mut standing = standing.clone();
            if let Some(working) = case.working {
                Arc::make_mut(&mut standing.profile).working = working;
            }
            let at = self.store().clock().now();
            Subject::new(org, case.user, standing, case.circumstances, at)
        };
        let in_force = self.people().configuration(org).await?;
        let decide = |policy: &Policy, configuration: &Configuration| {
            let roles = configuration.role_ids();
            let explained =
                governed.explain(policy, &subject(standing), what, &case.record, &roles);
            ExplanationBody::of(explained, configuration)
        };
        let now = decide(self.policy(), &in_force);
        let draft = match draft {
            None => None,
            Some(rules) => {
                let problems = self.problems_of(caller, &rules);
                if !problems.is_empty() {
                    return Err(Problem::invalid(problems).into());
                }
                let proposed = self
                    .policy()
                    .proposed(org, &rules.in_force(in_force.versions.0 + 1))
                    .map_err(|problems| Problem::internal(format!("{problems:?}")))?;
                let configuration = Configuration::new((0, 0), rules, Default::default());
                Some(decide(&proposed, &configuration))
            }
        };
        Ok(Verdicts { now, draft })
    }
}

/// The action and field of a case.
fn what(
    case: &Case,
    fields: &[FieldRule],
) -> Result<(&'static str, Option<FieldRule>), AccessError> {
    const OF_FIELDS: [&str; 3] = ["field_read", "field_write", "field_clear"];
    let find = |known: &[&'static str]| {
        let mut known = known.iter();
        known.find(|verb| **verb == case.action).copied()
    };
    let Some(name) = &case.field else {
        let action =
            find(actions::VERBS).ok_or_else(|| AccessError::invalid("action", "choice.unknown"))?;
        return Ok((action, None));
    };
    let action =
        find(&OF_FIELDS).ok_or_else(|| AccessError::invalid("action", "choice.unknown"))?;
    let field = fields.iter().find(|field| field.name == name);
    Ok((
        action,
        Some(*field.ok_or_else(|| AccessError::invalid("field", "choice.unknown"))?),
    ))
}
