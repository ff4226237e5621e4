//! Making, changing and removing records.

use super::following::{Also, Following};
use super::kinds::kind;
use super::model::{StoredRecord, keyed, row_of};
use super::record::Record;
use super::references;
use super::settle::{Settling, Values, keep_states, problem};
use super::{Belonging, Object, OnCustomer, index, numbers, sql};
use crate::crm::OrgKeys;
use crate::customers::{self, Customer, Inputs, OpenedFields, StoredCustomer, seal_field};
use crate::sharing::Access;
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{Disclosures, RecordKey, WrappedKey};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::{SealedFields, WriteTx};
use custos_values::{CustomerId, DepartmentId, RecordId, Timestamp, UserId};

/// What came of a request to make a record.
pub(crate) enum Creation {
    /// It was made; the record, unless its maker may not see it.
    New(Option<Box<Record>>),
    /// The same request made it before.
    Earlier(RecordId),
}

/// A record as a transaction leaves it, and what is to be in the log.
pub(crate) struct Written<R: Object> {
    pub(crate) stored: StoredRecord<R>,
    pub(crate) event: Event,
    pub(crate) also: Vec<Also>,
}

/// What a client asks for.
pub(crate) struct Asked<'a> {
    pub(crate) fields: &'a Inputs,
    pub(crate) owner: Option<UserId>,
}

impl Crm {
    /// Makes a record from what a client sent.
    pub(crate) async fn create_record<R: Object>(
        &self,
        caller: &Caller,
        asked: &Asked<'_>,
        idempotency_key: Option<&str>,
    ) -> Result<Creation, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let mut tx = self.store.write(caller).await?;
        let id = RecordId::new(self.store.clock(), self.store.random());
        let written = match self
            .insert_asked::<R>(&mut tx, caller, &keys, id, asked, idempotency_key)
            .await?
        {
            Ok(made) => made,
            Err(earlier) => return Ok(Creation::Earlier(earlier)),
        };
        let shown = self.finish_record(tx, caller, &keys, written).await?;
        Ok(Creation::New(shown.map(Box::new)))
    }

    /// Inserts a record within a transaction, which the caller finishes with the events; or says which one the same
    /// request made before.
    pub(crate) async fn insert_asked<R: Object>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        keys: &OrgKeys,
        id: RecordId,
        asked: &Asked<'_>,
        idempotency_key: Option<&str>,
    ) -> Result<Result<Written<R>, RecordId>, CrmError> {
        let place = match R::SPEC.belonging {
            Belonging::Owned => {
                let owner = asked.owner.or_else(|| caller.user_id());
                (owner, self.department_for(caller.org(), owner)?)
            }
            Belonging::Catalogue => (None, None),
        };
        let mut access = Access::made_by(caller, place.0, place.1);
        let on = self.customer_of::<R>(tx, caller, keys, asked).await?;
        if let Some(customer) = &on {
            // What is said about a customer is at least as confidential as the customer.
            access.label = access.label.join(customer.access.label);
        }
        let facts = access.facts::<R>(caller.org(), *id.as_bytes(), 0);
        let permit: Permit<actions::Create, R> = self.policy.permit(caller, &facts)?;
        let inputs = asked.fields;
        let checked = self.checked(caller, &facts, R::SPEC.fields, inputs, true)?;
        if let Some((user, key)) = caller.user_id().zip(idempotency_key) {
            if let Some(existing) = customers::sql::idempotent(tx, user, key).await? {
                return Ok(Err(RecordId::from_bytes(*existing.as_bytes())));
            }
            customers::sql::remember(tx, &permit, user, key, self.store.clock().now()).await?;
        }
        self.keep_owner(tx, place.0).await?;
        let mut after: Values = checked
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        references::check::<R>(self, caller, tx, None, &after).await?;
        keep_states::<R>(None, &mut after)?;
        let mut settling = Settling {
            caller,
            tx,
            before: None,
            after: &mut after,
        };
        R::settle(self, &mut settling).await?;
        let now = self.store.clock().now();
        if let Some(number) = numbers::next(tx, &permit, now.utc_date()).await? {
            after.insert(numbers::FIELD, number);
        }
        let on = on.map(|stored| (stored.id(), stored.key));
        let (stored, event) = self
            .insert_record(tx, keys, &permit, access, (on, now), &after)
            .await?;
        let also = self.also::<R>(tx, caller, [None, Some(&after)]).await?;
        Ok(Ok(Written {
            stored,
            event,
            also,
        }))
    }

    /// What follows on other records from a change of one.
    async fn also<R: Object>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        [before, after]: [Option<&Values>; 2],
    ) -> Result<Vec<Also>, CrmError> {
        let mut following = Following {
            org: caller.org(),
            tx,
            before,
            after,
        };
        R::follow_up(self, &mut following).await
    }

    /// Inserts a record as it is to be, made at a time.
    pub(crate) async fn insert_record<R: Object>(
        &self,
        tx: &mut WriteTx<'_>,
        keys: &OrgKeys,
        permit: &Permit<actions::Create, R>,
        mut access: Access,
        (on, now): (Option<(CustomerId, WrappedKey)>, Timestamp),
        values: &Values,
    ) -> Result<(StoredRecord<R>, Event), CrmError> {
        let random = self.store.random();
        let row = *permit.record();
        let customer = on.as_ref().map(|(id, _)| *id);
        let (key, wrapped) = match on {
            Some((id, wrapped)) => (keys.tenant.open_record_key(id, &wrapped)?, wrapped),
            None => keys.tenant.new_record_key(keyed(row, None), random)?,
        };
        let mut sealed = SealedFields::new();
        for (name, text) in values {
            set_field::<R>(self, &mut sealed, &key, &row, name, text);
            access = access.with_attribute(name, text);
        }
        let kept = access.seal::<R>(keys, &row, random);
        let new = sql::New {
            customer,
            access: &kept,
            key: &wrapped,
            fields: &sealed,
        };
        sql::insert(tx, permit, now, &new).await?;
        sql::replace_links(tx, permit, &references::links::<R>(values), true).await?;
        drop(kept);
        let mut event = Event::of(permit).with("fields", Detail::names(values.keys().copied()));
        if let Some(customer) = customer {
            event = event.with("customer", Detail::id(*customer.as_bytes()));
        }
        let stored = StoredRecord {
            facts: access.facts(permit.org(), row, 1),
            access,
            revision: 1,
            customer,
            created_at: now,
            updated_at: now,
            key: wrapped,
            fields: sealed,
        };
        Ok((stored, event))
    }

    /// The customer a new record is to hang on, if it is to.
    async fn customer_of<R: Object>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        keys: &OrgKeys,
        asked: &Asked<'_>,
    ) -> Result<Option<StoredCustomer>, CrmError> {
        if R::SPEC.customer == OnCustomer::No {
            return Ok(None);
        }
        let named = match asked.fields.get(references::CUSTOMER_KIND) {
            Some(crate::fields::FieldInput::Text(text)) => text.trim().parse::<CustomerId>(),
            _ => return Err(problem(references::CUSTOMER_KIND, "field.required").into()),
        };
        let unknown = || CrmError::from(problem(references::CUSTOMER_KIND, "reference.unknown"));
        let id = named.map_err(|_| unknown())?;
        // Its label is that of the record too: whoever raises it waits, and finds the record.
        let stored = match customers::sql::keep(tx, keys, caller, id).await {
            Err(CrmError::NotFound) => return Err(unknown()),
            found => found?,
        };
        let read = self
            .policy
            .permit::<actions::Read, Customer>(caller, &stored.facts);
        read.map_err(|_| unknown())?;
        Ok(Some(stored))
    }

    /// Changes fields, and the owner if one is given.
    pub(crate) async fn update_record<R: Object>(
        &self,
        caller: &Caller,
        id: RecordId,
        version: i64,
        asked: &Asked<'_>,
    ) -> Result<Option<Record>, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let mut tx = self.store.write(caller).await?;
        let stored = sql::find::<R>(&mut tx, &keys, caller, id).await?;
        let permit: Permit<actions::Update, R> = self.policy.permit(caller, &stored.facts)?;
        if stored.facts.version != version {
            return Err(CrmError::Stale);
        }
        let changes = self.checked(caller, &stored.facts, R::SPEC.fields, asked.fields, false)?;
        let mut event = Event::of(&permit);
        let mut access = stored.access.clone();
        if let Some(owner) = asked
            .owner
            .filter(|owner| Some(*owner) != stored.facts.owner)
        {
            let placed = self
                .give_away(&mut tx, caller, &stored, owner, event)
                .await?;
            (access, event) = (access.placed(placed.0), placed.1);
        }
        let written = self
            .change_record(
                &mut tx, caller, &keys, &permit, stored, access, changes, event,
            )
            .await?;
        self.finish_record(tx, caller, &keys, written).await
    }

    /// Decides on giving a record away, which is an action of its own.
    async fn give_away<R: Object>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        stored: &StoredRecord<R>,
        owner: UserId,
        event: Event,
    ) -> Result<((Option<UserId>, Option<DepartmentId>), Event), CrmError> {
        if R::SPEC.belonging == Belonging::Catalogue {
            return Err(custos_http::FieldProblem::new("owner_id", "owner.none").into());
        }
        let _: Permit<actions::Assign, R> = self.policy.permit(caller, &stored.facts)?;
        let place = (Some(owner), self.department_for(caller.org(), Some(owner))?);
        self.keep_owner(tx, Some(owner)).await?;
        let mut event = event.with("new_owner", Detail::id(*owner.as_bytes()));
        if let Some(old) = stored.facts.owner {
            event = event.with("old_owner", Detail::id(*old.as_bytes()));
        }
        Ok((place, event))
    }

    /// Writes changed fields within a transaction and notes them in the event.
    #[expect(
        clippy::too_many_arguments,
        reason = "one call site's locals; a struct for it would only rename them"
    )]
    pub(crate) async fn change_record<R: Object>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        keys: &OrgKeys,
        permit: &Permit<actions::Update, R>,
        stored: StoredRecord<R>,
        access: Access,
        changes: Vec<(&'static str, String)>,
        event: Event,
    ) -> Result<Written<R>, CrmError> {
        let before = values(&stored.open(keys, permit)?);
        let mut after = before.clone();
        for (name, text) in changes {
            let fixed = R::SPEC.fields.get(name).is_some_and(|spec| spec.fixed);
            if fixed && before.get(name) != Some(&text) {
                return Err(problem(name, "field.fixed").into());
            }
            if text.is_empty() {
                after.remove(name);
            } else {
                after.insert(name, text);
            }
        }
        references::check::<R>(self, caller, tx, Some(&before), &after).await?;
        keep_states::<R>(Some(&before), &mut after)?;
        let mut settling = Settling {
            caller,
            tx,
            before: Some(&before),
            after: &mut after,
        };
        R::settle(self, &mut settling).await?;
        let (stored, event) = self
            .write_values(tx, keys, permit, stored, access, [&before, &after], event)
            .await?;
        let changed = [Some(&before), Some(&after)];
        let also = self.also::<R>(tx, caller, changed).await?;
        Ok(Written {
            stored,
            event,
            also,
        })
    }

    /// Writes what a record will be in place of what it was, and notes what differs in the event.
    #[expect(
        clippy::too_many_arguments,
        reason = "its callers' locals; a struct for it would only rename them"
    )]
    pub(crate) async fn write_values<R: Object>(
        &self,
        tx: &mut WriteTx<'_>,
        keys: &OrgKeys,
        permit: &Permit<actions::Update, R>,
        stored: StoredRecord<R>,
        mut access: Access,
        [before, after]: [&Values; 2],
        mut event: Event,
    ) -> Result<(StoredRecord<R>, Event), CrmError> {
        let key = stored.open_key(keys)?;
        let row = stored.facts.id;
        let mut sealed = stored.fields.clone();
        let mut changed = Vec::new();
        for spec in R::SPEC.fields.fields {
            let text = |values: &Values| values.get(spec.name).cloned().unwrap_or_default();
            let (old, new) = (text(before), text(after));
            if old == new {
                continue;
            }
            event = event.with_change(
                spec.name,
                keys.record_value(keyed(row, stored.customer).as_bytes(), spec.name, &old),
                keys.record_value(keyed(row, stored.customer).as_bytes(), spec.name, &new),
            );
            changed.push(spec.name);
            access = access.with_attribute(spec.name, &new);
            if new.is_empty() {
                sealed.remove(spec.name);
            } else {
                set_field::<R>(self, &mut sealed, &key, &row, spec.name, &new);
            }
        }
        let now = self.store.clock().now();
        let kept = access.seal::<R>(keys, &row, self.store.random());
        sql::update(tx, permit, &kept, now, &sealed).await?;
        drop(kept);
        let links = references::links::<R>(after);
        if links != references::links::<R>(before) {
            sql::replace_links(tx, permit, &links, false).await?;
        }
        let facts = access.facts(stored.facts.org, row, stored.facts.version + 1);
        let stored = StoredRecord {
            facts,
            access,
            revision: stored.revision + 1,
            updated_at: now,
            fields: sealed,
            ..stored
        };
        Ok((stored, event.with("fields", Detail::names(changed))))
    }

    /// Removes a record to which nothing refers.
    pub(crate) async fn delete_record<R: Object>(
        &self,
        caller: &Caller,
        id: RecordId,
        version: i64,
    ) -> Result<(), CrmError> {
        let keys = self.keys(caller.org()).await?;
        let mut tx = self.store.write(caller).await?;
        let stored = sql::find::<R>(&mut tx, &keys, caller, id).await?;
        let permit: Permit<actions::Delete, R> = self.policy.permit(caller, &stored.facts)?;
        if stored.facts.version != version {
            return Err(CrmError::Stale);
        }
        self.refuse_if_referred_to(&mut tx, &permit).await?;
        crate::timeline::sql::delete_all(&mut tx, &permit).await?;
        let was = values(&stored.open(&keys, &permit)?);
        sql::delete(&mut tx, &permit).await?;
        let also = self.also::<R>(&mut tx, caller, [Some(&was), None]).await?;
        let mut events = vec![Event::of(&permit)];
        let others = apart(also, &mut events);
        tx.finish_all(events).await?;
        self.take_in_others(caller, others).await?;
        index::forget::<R>(self, caller.org(), id.as_bytes());
        Ok(())
    }

    /// Nothing is removed that others refer to: they would be orphans.
    pub(crate) async fn refuse_if_referred_to<R: custos_kernel::policy::Resource>(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<actions::Delete, R>,
    ) -> Result<(), CrmError> {
        let referring = sql::count_referring(tx, permit).await?;
        if referring == 0 {
            return Ok(());
        }
        let refused = Problem::new(http::StatusCode::CONFLICT, "record.referenced");
        Err(refused.with("count", referring).into())
    }

    /// Commits a change whose answer is the changed record, and brings the index up to it. Nothing is shown to somebody
    /// who may not see it any more.
    pub(crate) async fn finish_record<R: Object>(
        &self,
        tx: WriteTx<'_>,
        caller: &Caller,
        keys: &OrgKeys,
        written: Written<R>,
    ) -> Result<Option<Record>, CrmError> {
        let Written {
            stored,
            event,
            also,
        } = written;
        let mut disclosures = Disclosures::new();
        let shown = match self
            .policy
            .permit::<actions::Read, R>(caller, &stored.facts)
        {
            Ok(permit) => {
                let opened = stored.open(keys, &permit)?;
                Some(self.show_record(caller, &stored, opened, &mut disclosures))
            }
            Err(_) => None,
        };
        let mut events = vec![event.disclosing(disclosures)];
        let others = apart(also, &mut events);
        tx.finish_all(events).await?;
        index::take_in(self, &stored).await?;
        self.take_in_others(caller, others).await?;
        Ok(shown)
    }

    /// Brings the index up to records that were changed along with another.
    pub(crate) async fn take_in_others(
        &self,
        caller: &Caller,
        others: Vec<(&'static str, RecordId)>,
    ) -> Result<(), CrmError> {
        for (name, id) in others {
            if let Some(kind) = kind(name) {
                kind.follow(self, caller.org(), *id.as_bytes()).await?;
            }
        }
        Ok(())
    }
}

/// Puts the events of what followed to the others; the records remain.
pub(crate) fn apart(also: Vec<Also>, events: &mut Vec<Event>) -> Vec<(&'static str, RecordId)> {
    let one = |also: Also| {
        events.push(also.event);
        (also.kind, also.id)
    };
    also.into_iter().map(one).collect()
}

/// Opened fields as texts by name.
pub(crate) fn values(opened: &OpenedFields) -> Values {
    let texts = opened.iter();
    texts
        .map(|(spec, plain)| (spec.name, plain.expose_for_processing().clone()))
        .collect()
}

fn set_field<R: Object>(
    crm: &Crm,
    sealed: &mut SealedFields,
    key: &RecordKey,
    row: &[u8; 16],
    name: &str,
    text: &str,
) {
    // Every name comes from the registry.
    let Some(spec) = R::SPEC.fields.get(name) else {
        return;
    };
    let bytes = seal_field(
        key,
        R::SPEC.fields,
        row_of::<R>(row, row),
        spec,
        text,
        crm.store.random(),
    );
    sealed.set(spec.name, bytes);
}
