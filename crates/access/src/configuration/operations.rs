//! Reading and setting what an organisation allows by itself.

use super::catalogue::ObjectItem;
use super::in_force::{Sealed, open};
use super::model::{People, Rules};
use super::noting::{changed, noting};
use super::sql::{self, Kind, SEALED};
use super::{READ_RULES, check};
use crate::{Access, AccessError, AccessRulesResource};
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Permit, Resource, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::OrgId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// Most bytes of a document.
const LARGEST: usize = 4 << 20;

impl Access {
    /// The kinds of record that rules may be about.
    pub(crate) fn objects(&self) -> Vec<ObjectItem> {
        let governed = self.governed();
        governed
            .iter()
            .map(|it| ObjectItem::of(&**it, self.policy()))
            .collect()
    }

    /// A document as stored, and its version.
    pub(crate) async fn document<T: DeserializeOwned + Default>(
        &self,
        org: OrgId,
        kind: Kind,
    ) -> Result<(T, i64), AccessError> {
        let key = self.store().keys().get(self.store(), org).await?;
        let stored = sql::document(&mut self.store().read().await?, org, kind).await?;
        Ok(match stored {
            Some((sealed, _)) => open(&key, kind, &sealed)?,
            None => (T::default(), 0),
        })
    }

    /// Puts a document in the place of one of a version, with the entry of what it changes.
    pub(crate) async fn put_document<A: Action, R: Resource, T: Serialize>(
        &self,
        caller: &Caller,
        kind: Kind,
        (document_permit, permit): (&Permit<A, R>, &Permit<A, R>),
        (version, document): (i64, &T),
        noting: impl FnOnce(Event) -> Event,
    ) -> Result<(), AccessError> {
        let org = caller.org();
        let mut tx = self.store().write(caller).await?;
        let made = self
            .replace_document(&mut tx, kind, document_permit, (version, document))
            .await?;
        let event = Event::of(permit).with("generation", Detail::count(made.unsigned_abs()));
        tx.finish(noting(event)).await?;
        self.people().changed(org);
        Ok(())
    }

    /// The same within a transaction, which is to be finished with the entry of what it changes, and that to be told to
    /// [`crate::People::changed`]. Returns the version made, which the entry has to name as its `generation`.
    pub(crate) async fn replace_document<A: Action, R: Resource, T: Serialize>(
        &self,
        tx: &mut WriteTx<'_>,
        kind: Kind,
        permit: &Permit<A, R>,
        (version, document): (i64, &T),
    ) -> Result<i64, AccessError> {
        let store = self.store();
        let key = store.keys().get(store, permit.org()).await?;
        let made = version.saturating_add(1);
        let sealed = Sealed {
            version: made,
            document,
        };
        let text = serde_json::to_vec(&sealed).map_err(Problem::internal)?;
        if text.len() > LARGEST {
            let large = FieldProblem::new("", "access.too_large").with("max", LARGEST >> 20);
            return Err(Problem::invalid(vec![large]).into());
        }
        let sealed = key.seal_secret(SEALED, &kind.id(), &text, store.random());
        let now = store.clock().now();
        if !sql::put(tx, permit, version, sealed, now).await? {
            return Err(StoreError::Stale.into());
        }
        Ok(made)
    }

    /// What is allowed, and its version; leaves an entry.
    pub(super) async fn own_rules(&self, caller: &Caller) -> Result<(Rules, i64), AccessError> {
        let permit = self.rules_permit::<actions::Read>(caller, 0)?;
        let read = self.document(caller.org(), Kind::Rules).await?;
        self.sink().record(Event::of(&permit)).await?;
        Ok(read)
    }

    pub(super) fn rules_permit<A: Action>(
        &self,
        caller: &Caller,
        version: i64,
    ) -> Result<Permit<A, AccessRulesResource>, AccessError> {
        let facts = Facts::shared(caller.org(), Kind::Rules.id(), version);
        Ok(self.policy().permit(caller, &facts)?)
    }

    /// Everything that is wrong with a draft.
    pub(crate) fn problems_of(&self, caller: &Caller, draft: &Rules) -> Vec<FieldProblem> {
        check::problems(draft, caller.org(), self.policy(), &self.objects())
    }

    /// What is wrong with a draft, for whoever may read what is allowed.
    pub(super) async fn check_rules(
        &self,
        caller: &Caller,
        draft: &Rules,
    ) -> Result<Vec<FieldProblem>, AccessError> {
        let _ = self.rules_permit::<actions::Read>(caller, 0)?;
        let event = Event::own::<AccessRulesResource>(caller, &READ_RULES, None);
        self.sink().record(event).await?;
        Ok(self.problems_of(caller, draft))
    }

    /// Sets what is allowed, in place of what a version says.
    ///
    /// # Errors
    /// Refused, 412, or 422 naming what is wrong where.
    pub async fn set_own_rules(
        &self,
        caller: &Caller,
        version: i64,
        rules: &Rules,
    ) -> Result<(), AccessError> {
        let permit = self.rules_permit::<actions::Update>(caller, version)?;
        let problems = self.problems_of(caller, rules);
        if !problems.is_empty() {
            return Err(Problem::invalid(problems).into());
        }
        let (before, stored) = self.document::<Rules>(caller.org(), Kind::Rules).await?;
        if stored != version {
            return Err(StoreError::Stale.into());
        }
        let (people, _) = self.document::<People>(caller.org(), Kind::People).await?;
        self.check_removed(rules, &people)?;
        let mut ids = changed(&before.roles, &rules.roles, |it| *it.id.as_bytes());
        ids.extend(changed(&before.rules, &rules.rules, |it| *it.id.as_bytes()));
        let parts = [
            (before.compartments != rules.compartments).then_some("compartments"),
            (before.field_labels != rules.field_labels).then_some("field_labels"),
        ];
        self.put_document(
            caller,
            Kind::Rules,
            (&permit, &permit),
            (version, rules),
            |event| {
                noting(event, &ids)
                    .with("roles", Detail::count(rules.roles.len() as u64))
                    .with("rules", Detail::count(rules.rules.len() as u64))
                    .with("parts", Detail::names(parts.into_iter().flatten()))
            },
        )
        .await
    }

    /// A role that somebody holds is not taken away with it in passing: that is a change of theirs.
    fn check_removed(&self, rules: &Rules, people: &People) -> Result<(), AccessError> {
        let left: BTreeSet<_> = rules.roles.iter().map(|role| role.id).collect();
        let mut holders = 0;
        for held in people.people.values() {
            holders += usize::from(held.custom_roles.iter().any(|role| !left.contains(role)));
        }
        if holders == 0 {
            return Ok(());
        }
        let held = FieldProblem::new("roles", "access.role.held").with("count", holders);
        Err(Problem::invalid(vec![held]).into())
    }
}
