//! Beginning emergency access.

use super::events::BEGIN;
use super::model::{Grant, Reach};
use super::sql;
use crate::people::News;
use crate::{Access, AccessError, BreakGlassResource};
use custos_http::{Problem, reason};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, LONGEST_EMERGENCY_MS, Permit, Role, actions};
use custos_outbox::Template;
use custos_store::{StoreError, WriteTx};
use custos_values::{DepartmentId, EmergencyId, OrgId, UserId};

/// Shortest and longest reason, in characters.
const REASON: std::ops::RangeInclusive<usize> = 4..=500;
const MINUTE_MS: i64 = 60_000;

/// What is asked for.
pub(super) struct Wanted {
    /// A customer's name, number or id; or else a department.
    pub(super) customer: Option<String>,
    pub(super) department: Option<DepartmentId>,
    pub(super) reason: String,
    pub(super) minutes: i64,
}

pub(super) fn facts(org: OrgId, id: EmergencyId, user: UserId) -> Facts<BreakGlassResource> {
    Facts::owned(org, *id.as_bytes(), 0, Some(user), None)
}

/// Whether a person is one of those who are told, and who review.
pub(super) fn watches(someone: &crate::Someone) -> bool {
    let roles = someone.roles;
    let watching = roles.contains(Role::SecurityAdmin) || roles.contains(Role::AuditAdmin);
    watching && someone.active && !someone.service
}

impl Access {
    /// Begins emergency access of the caller's, and tells those who watch over it.
    ///
    /// # Errors
    /// Refused; 422 naming `reason`, `minutes`, `customer` or `department_id`; 409 `break_glass.active`.
    pub(super) async fn begin_emergency(
        &self,
        caller: &Caller,
        wanted: Wanted,
    ) -> Result<EmergencyId, AccessError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let (org, store) = (caller.org(), self.store());
        let id = EmergencyId::new(store.clock(), store.random());
        let permit: Permit<actions::Create, _> =
            self.policy().permit(caller, &facts(org, id, user))?;
        let reason = reason("reason", &wanted.reason, REASON)?.to_owned();
        let span = wanted.minutes.saturating_mul(MINUTE_MS);
        if !(MINUTE_MS..=LONGEST_EMERGENCY_MS).contains(&span) {
            return Err(AccessError::invalid("minutes", "break_glass.minutes"));
        }
        let reach = match self.reach_of(org, &wanted).await {
            Ok(reach) => reach,
            Err(error) => {
                // The answer tells whether there is such a customer: whoever tries names out is seen to.
                let tried = Event::own::<BreakGlassResource>(caller, &BEGIN, None).failed();
                self.sink().record_durably(tried).await?;
                return Err(error);
            }
        };
        let people = self.people().all(org).await?;
        let name = people.get(&user).map(|it| it.name.clone());
        let key = store.keys().get(store, org).await?;
        let now = store.clock().now();
        let grant = Grant {
            user,
            reach,
            reason: reason.clone(),
            begun_at: now,
            until: now.plus_millis(span),
        };
        let sealed = grant.seal(&key, id, store.random());

        let mut tx = store.write(caller).await?;
        let mut events = Vec::new();
        if let Some(before) = sql::active_of(&mut tx, user).await? {
            if now < before.until {
                return Err(AccessError::conflict("break_glass.active"));
            }
            events.extend(self.end_within(&mut tx, org, &before, now).await?);
        }
        match sql::insert(&mut tx, &permit, user, sealed, grant.until).await {
            Err(StoreError::Duplicate) => return Err(AccessError::conflict("break_glass.active")),
            other => other?,
        }
        let reason = key.seal_reason(Some(id.as_bytes()), &reason, store.random());
        let (kind, reached) = match reach {
            Reach::Customer(id) => ("customer", *id.as_bytes()),
            Reach::Department(id) => ("department", *id.as_bytes()),
        };
        let event = Event::own::<BreakGlassResource>(caller, &BEGIN, Some(*id.as_bytes()))
            .with(kind, Detail::id(reached))
            .with("minutes", Detail::count(wanted.minutes.unsigned_abs()))
            .with("reason", Detail::sealed(reason));
        events.push(event);
        let watching = people
            .iter()
            .filter(|(id, someone)| **id != user && watches(someone));
        let params = vec![
            ("requester", name.unwrap_or_default()),
            ("minutes", wanted.minutes.to_string()),
            ("link", "/emergency".to_owned()),
        ];
        for (watcher, _) in watching {
            events.extend(
                self.alarm(&mut tx, caller, *watcher, params.clone())
                    .await?,
            );
        }
        tx.finish_all(events).await?;
        self.emergencies().changed(org);
        tracing::warn!(%id, "emergency access began");
        Ok(id)
    }

    async fn alarm(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        watcher: UserId,
        params: Vec<(&'static str, String)>,
    ) -> Result<Option<Event>, AccessError> {
        let news = News {
            template: Template::EmergencyBegun,
            params,
        };
        let origin = caller.origin();
        let told = self.people().tell(tx, caller.org(), watcher, origin, news);
        Ok(told.await?)
    }

    async fn reach_of(&self, org: OrgId, wanted: &Wanted) -> Result<Reach, AccessError> {
        let named = wanted.customer.as_deref().map(str::trim);
        match (named.filter(|text| !text.is_empty()), wanted.department) {
            (Some(text), None) => {
                let found = self.customers_named(org, text).await?;
                match found.as_slice() {
                    [] => Err(AccessError::invalid(
                        "customer",
                        "break_glass.customer.unknown",
                    )),
                    [one] => Ok(Reach::Customer(*one)),
                    _ => Err(AccessError::invalid(
                        "customer",
                        "break_glass.customer.several",
                    )),
                }
            }
            (None, Some(department)) => {
                let known = self.people().departments(org).await?;
                if !known.contains_key(&department) {
                    return Err(AccessError::invalid(
                        "department_id",
                        "break_glass.department",
                    ));
                }
                Ok(Reach::Department(department))
            }
            _ => Err(AccessError::invalid("customer", "break_glass.reach")),
        }
    }
}
