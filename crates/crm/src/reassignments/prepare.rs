//! Choosing and looking through what is to be handed over.

use super::details::Details;
use super::http::ReassignmentInput;
use super::model::{Reassignment, Row};
use super::sql;
use crate::crm::OrgKeys;
use crate::customers::{Customer, StoredCustomer, sql as customers};
use crate::{Crm, CrmError};
use custos_http::{FieldProblem, reason};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Permit, Role, Scope, Standing, actions};
use custos_values::{CustomerId, OrgId, ReassignmentId, UserId};
use std::collections::BTreeSet;

/// Most customers of one reassignment.
pub(super) const MOST: usize = 10_000;
/// Customers looked up at once.
const AT_ONCE: usize = 512;

/// What was prepared, and what was left out of it.
pub(super) struct Prepared {
    pub(super) row: Row,
    /// Chosen, but not the caller's to hand over.
    pub(super) refused: u64,
    /// With the colleague already.
    pub(super) unchanged: u64,
    /// Handed over, but labelled above what the colleague is cleared for.
    pub(super) beyond_clearance: u64,
}

impl Crm {
    /// Writes down which customers are to go to whom. Nothing changes yet.
    pub(super) async fn prepare_reassignment(
        &self,
        caller: &Caller,
        input: &ReassignmentInput,
    ) -> Result<Prepared, CrmError> {
        let owner = caller.user_id().ok_or(CrmError::NotFound)?;
        let org = caller.org();
        let id = ReassignmentId::new(self.store.clock(), self.store.random());
        let facts = Facts::owned(org, *id.as_bytes(), 0, Some(owner), None);
        let permit: Permit<actions::Create, Reassignment> = self.policy.permit(caller, &facts)?;
        let reason = reason("reason", &input.reason, crate::REASON)?;
        let taker = self.taker(org, input.to_id)?;
        let scope = self.policy.scope::<actions::Assign, Customer>(caller)?;
        let keys = self.keys(org).await?;
        let (chosen, ids) = self.chosen(&scope, &keys, input).await?;
        if ids.len() > MOST {
            let problem = FieldProblem::new("customers", "reassignment.too_many");
            return Err(CrmError::Invalid(vec![problem.with("max", MOST)]));
        }
        let mut items = Vec::new();
        let (mut unchanged, mut beyond_clearance) = (0, 0);
        let mut tx = self.store.read().await?;
        for some in ids.chunks(AT_ONCE) {
            for stored in customers::find_batch(&mut tx, &keys, caller, some).await? {
                let mine = scope.admit(&stored.facts).is_some();
                if stored.facts.owner == Some(input.to_id) {
                    unchanged += u64::from(mine);
                } else if mine {
                    beyond_clearance += u64::from(!covers(&taker, &stored));
                    items.push((stored.id(), stored.facts.owner));
                }
            }
        }
        drop(tx);
        if items.is_empty() {
            let problem = FieldProblem::new("customers", "reassignment.nothing");
            return Err(CrmError::Invalid(vec![problem]));
        }
        let total = items.len() as u64;
        let details = Details {
            to: input.to_id,
            reason: reason.to_owned(),
            items,
        };
        let sealed = details.seal(&keys, id, self.store.random())?;
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        sql::insert(&mut tx, &permit, (owner, input.to_id), total, now, sealed).await?;
        let event = Event::of(&permit)
            .with("customers", Detail::count(total))
            .with("new_owner", Detail::id(*input.to_id.as_bytes()));
        tx.finish(event).await?;
        Ok(Prepared {
            row: sql::find(&mut self.store.read().await?, caller, id).await?,
            refused: chosen.saturating_sub(total + unchanged),
            unchanged,
            beyond_clearance,
        })
    }

    /// Somebody who may have customers: active, and selling.
    pub(super) fn taker(&self, org: OrgId, user: UserId) -> Result<Standing, CrmError> {
        let sells = |standing: &Standing| {
            let roles = standing.profile.roles;
            roles.contains(Role::Sales) || roles.contains(Role::SalesLead)
        };
        let standing = self.people.standing(org, user).filter(sells);
        standing.ok_or_else(|| {
            CrmError::Invalid(vec![FieldProblem::new("to_id", "reassignment.taker")])
        })
    }

    /// How many customers were chosen that the caller sees, and the ids of those they may hand over.
    async fn chosen(
        &self,
        scope: &Scope<actions::Assign, Customer>,
        keys: &OrgKeys,
        input: &ReassignmentInput,
    ) -> Result<(u64, Vec<[u8; 16]>), CrmError> {
        let given: BTreeSet<CustomerId> = input.customers.iter().flatten().copied().collect();
        match (&input.filter, given.is_empty()) {
            (None, false) => {
                let ids = given.into_iter().map(|id| *id.as_bytes());
                let ids: Vec<_> = ids.collect();
                Ok((ids.len() as u64, ids))
            }
            (Some(filter), true) => {
                let seen = self
                    .policy
                    .scope::<actions::List, Customer>(scope.caller())?;
                let seen = self.filtered_ids(&seen, keys, filter).await?;
                let ids = self.filtered_ids(scope, keys, filter).await?;
                Ok((seen.len() as u64, ids))
            }
            _ => {
                let problem = FieldProblem::new("customers", "reassignment.nothing");
                Err(CrmError::Invalid(vec![problem]))
            }
        }
    }

    /// One of the caller's, for an action.
    pub(super) async fn reassignment_for<A: Action>(
        &self,
        caller: &Caller,
        id: ReassignmentId,
    ) -> Result<(Row, Permit<A, Reassignment>), CrmError> {
        let row = sql::find(&mut self.store.read().await?, caller, id).await?;
        let permit = self.policy.permit(caller, &row.facts)?;
        Ok((row, permit))
    }

    pub(super) async fn reassignment_details<A: Action>(
        &self,
        permit: &Permit<A, Reassignment>,
    ) -> Result<Details, CrmError> {
        let sealed = sql::details(&mut self.store.read().await?, permit).await?;
        let keys = self.keys(permit.org()).await?;
        let id = ReassignmentId::from_bytes(*permit.record());
        Ok(Details::open(&keys, id, &sealed)?)
    }
}

fn covers(taker: &Standing, stored: &StoredCustomer) -> bool {
    taker.profile.clearance.dominates(stored.access.label)
}
