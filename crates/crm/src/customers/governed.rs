//! Customers as something rules of an organisation may be about.

use super::model::Customer;
use super::sql;
use crate::fields::CUSTOMER;
use crate::{Crm, CrmError};
use custos_access::configuration::{Governed, Past, Supposed};
use custos_kernel::policy::{
    Explanation, Facts, FieldRule, Marking, Policy, Relation, Resource, Share, ShareGrant, Subject,
};
use custos_store::StoreError;
use custos_values::{CustomRoleId, DepartmentId, OrgId, UserId};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

impl Governed for Crm {
    fn name(&self) -> &'static str {
        Customer::TYPE
    }

    fn fields(&self) -> Vec<FieldRule> {
        CUSTOMER.fields.iter().map(|spec| spec.rule()).collect()
    }

    fn explain(
        &self,
        policy: &Policy,
        subject: &Subject,
        (action, field): (&'static str, Option<FieldRule>),
        record: &Supposed,
        roles: &BTreeSet<CustomRoleId>,
    ) -> Explanation {
        policy.explain(subject, action, &supposed(subject, record), field, roles)
    }

    fn judge<'a>(
        &'a self,
        org: OrgId,
        policies: [&'a Policy; 2],
        asked: &'a [Past],
    ) -> BoxFuture<'a, Result<Vec<[bool; 2]>, StoreError>> {
        async move {
            let facts = self
                .facts_of(org, asked)
                .await
                .map_err(|error| match error {
                    CrmError::Store(error) => error,
                    other => StoreError::Corrupt(other.to_string()),
                })?;
            let now = self.store.clock().now();
            let mut verdicts = Vec::with_capacity(asked.len());
            for (nth, past) in asked.iter().enumerate() {
                // A draft may be tried on many thousands: others get a turn.
                if nth % 256 == 255 {
                    tokio::task::yield_now().await;
                }
                let Some(facts) = facts.get(&past.record) else {
                    verdicts.push([false, false]);
                    continue;
                };
                let verdict = |nth: usize| {
                    let standing = past.standings[nth].clone();
                    let subject = Subject::new(org, past.user, standing, past.circumstances, now);
                    policies[nth].allows(&subject, past.action, facts)
                };
                verdicts.push([verdict(0), verdict(1)]);
            }
            Ok(verdicts)
        }
        .boxed()
    }
}

impl Crm {
    async fn facts_of(
        &self,
        org: OrgId,
        asked: &[Past],
    ) -> Result<HashMap<[u8; 16], Facts<Customer>>, CrmError> {
        let ids: BTreeSet<[u8; 16]> = asked.iter().map(|past| past.record).collect();
        let ids: Vec<[u8; 16]> = ids.into_iter().collect();
        let keys = self.keys(org).await?;
        // The decisions are about others; what is read for them is what the index reads of every customer.
        let system = self.index_scope(org)?;
        let mut tx = self.store.read().await?;
        let found = sql::find_batch(&mut tx, &keys, system.caller(), &ids).await?;
        Ok(found
            .into_iter()
            .map(|it| (it.facts.id, it.facts))
            .collect())
    }
}

/// A customer to which somebody stands as supposed.
fn supposed(subject: &Subject, record: &Supposed) -> Facts<Customer> {
    let nobody = UserId::from_bytes([0xff; 16]);
    let nowhere = DepartmentId::from_bytes([0xff; 16]);
    let (owner, department) = match record.relation {
        Relation::Own => (subject.user(), None),
        Relation::Department => (Some(nobody), subject.department()),
        Relation::Below => (Some(nobody), subject.a_department_below()),
        Relation::Elsewhere | Relation::Foreign => (Some(nobody), Some(nowhere)),
    };
    let share = subject.user().filter(|_| record.share != Share::None);
    let shares = share.map(|user| ShareGrant {
        grantee: custos_kernel::policy::Grantee::User(user),
        share: record.share,
        until: None,
    });
    let marking = Marking {
        label: record.label,
        attributes: record.attributes.clone(),
        shares: shares.into_iter().collect(),
    };
    Facts::owned(subject.org(), [0; 16], 1, owner, department).marked(Arc::new(marking))
}
