//! Making, changing, removing and revealing customers.

use super::finish::Written;
use super::model::{Customer, NewCustomer, StoredCustomer};
use super::record::CustomerRecord;
use super::seal::{open_fields, seal_field};
use super::sql;
use crate::crm::OrgKeys;
use crate::fields::{CUSTOMER, FieldInput, FieldSet, FieldSpec, check_input, match_key};
use crate::sharing::Access;
use crate::{Crm, CrmError};
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{Disclosures, RecordKey};
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, FieldAccess, Permit, Resource, actions};
use custos_store::{SealedFields, StoreError, WriteTx};
use custos_values::{CustomerId, DepartmentId, FieldError, OrgId, UserId};
use std::collections::BTreeMap;

/// What came of a request to make a customer.
pub(crate) enum Creation {
    /// It was made; the record, unless its maker may not see it.
    New(Option<Box<CustomerRecord>>),
    /// The same request made it before.
    Earlier(CustomerId),
}

/// Fields as a client sends them; null empties a field.
pub(crate) type Inputs = BTreeMap<String, FieldInput>;

impl Crm {
    /// Reads a customer the caller may read.
    pub(crate) async fn readable(
        &self,
        caller: &Caller,
        id: CustomerId,
    ) -> Result<(StoredCustomer, Permit<actions::Read, Customer>), CrmError> {
        self.permitted_to(caller, id).await
    }

    /// Reads a customer for an action, deciding on the action.
    pub(crate) async fn permitted_to<A: Action>(
        &self,
        caller: &Caller,
        id: CustomerId,
    ) -> Result<(StoredCustomer, Permit<A, Customer>), CrmError> {
        let keys = self.keys(caller.org()).await?;
        let stored = sql::find(&mut self.store.read().await?, &keys, caller, id).await?;
        let permit = self.policy.permit(caller, &stored.facts)?;
        Ok((stored, permit))
    }

    /// Makes a customer within a transaction; the caller finishes it with the event of what is returned.
    pub(crate) async fn insert_customer(
        &self,
        tx: &mut WriteTx<'_>,
        keys: &OrgKeys,
        permit: &Permit<actions::Create, Customer>,
        new: &NewCustomer,
    ) -> Result<Written, CrmError> {
        let id = CustomerId::from_bytes(*permit.record());
        let now = self.store.clock().now();
        let (key, wrapped) = keys.tenant.new_record_key(id, self.store.random())?;
        let mut sealed = SealedFields::new();
        let mut hashes = Vec::new();
        for (name, text) in &new.fields {
            let spec = CUSTOMER.get(name).ok_or_else(|| unknown_field(name))?;
            sealed.set(
                spec.name,
                seal_field(
                    &key,
                    CUSTOMER,
                    id.as_bytes(),
                    spec,
                    text,
                    self.store.random(),
                ),
            );
            hashes.extend(blind_hash(keys, spec, text));
        }
        let mut access = new.access.clone();
        for (name, text) in &new.fields {
            access = access.with_attribute(name, text);
        }
        sql::insert(
            tx,
            permit,
            &access.seal::<Customer>(keys, id.as_bytes(), self.store.random()),
            now,
            &wrapped,
            &sealed,
        )
        .await?;
        sql::replace_blind(tx, permit, id.as_bytes(), &hashes, true).await?;
        let names = Detail::names(new.fields.iter().map(|(name, _)| *name));
        Ok(Written {
            stored: StoredCustomer::created(permit, access, now, wrapped, sealed),
            event: Event::of(permit).with("fields", names),
        })
    }

    /// Makes a customer from what a client sent.
    pub(crate) async fn create_customer(
        &self,
        caller: &Caller,
        inputs: &Inputs,
        owner: Option<UserId>,
        idempotency_key: Option<&str>,
        allow_duplicate: bool,
    ) -> Result<Creation, CrmError> {
        let owner = owner.or_else(|| caller.user_id());
        let department = self.department_for(caller.org(), owner)?;
        let id = CustomerId::new(self.store.clock(), self.store.random());
        let access = Access::made_by(caller, owner, department);
        let facts = access.facts(caller.org(), *id.as_bytes(), 0);
        let permit: Permit<actions::Create, Customer> = self.policy.permit(caller, &facts)?;
        let fields = self.checked(caller, &facts, CUSTOMER, inputs, true)?;
        let fields: Vec<_> = fields
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let keys = self.keys(caller.org()).await?;
        let mut tx = self.store.write(caller).await?;
        let remembered = caller.user_id().zip(idempotency_key);
        if let Some((user, key)) = remembered {
            if let Some(existing) = sql::idempotent(&mut tx, user, key).await? {
                return Ok(Creation::Earlier(existing));
            }
            sql::remember(&mut tx, &permit, user, key, self.store.clock().now()).await?;
        }
        if !allow_duplicate {
            let found = self
                .count_duplicates(&mut tx, caller, &keys, &fields)
                .await?;
            if found > 0 {
                let duplicate = Problem::new(http::StatusCode::CONFLICT, "customer.duplicate");
                return Err(duplicate.with("count", found).into());
            }
        }
        self.keep_owner(&mut tx, owner).await?;
        let new = NewCustomer { access, fields };
        let written = self.insert_customer(&mut tx, &keys, &permit, &new).await?;
        let shown = self.finish_and_show(tx, caller, &keys, written).await?;
        Ok(Creation::New(shown.map(Box::new)))
    }

    /// Changes fields, and the owner if one is given.
    pub(crate) async fn update_customer(
        &self,
        caller: &Caller,
        id: CustomerId,
        version: i64,
        inputs: &Inputs,
        owner: Option<UserId>,
    ) -> Result<Option<CustomerRecord>, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let limit = match owner {
            Some(_) => self.handover_limit(caller.org()).await?,
            None => None,
        };
        // Read within the transaction: what was decided on is what is changed, and the writer's pages are at hand.
        let mut tx = self.store.write(caller).await?;
        let stored = sql::find(&mut tx, &keys, caller, id).await?;
        let permit: Permit<actions::Update, Customer> =
            self.policy.permit(caller, &stored.facts)?;
        if stored.facts.version != version {
            return Err(CrmError::Stale);
        }
        let changes = self.checked(caller, &stored.facts, CUSTOMER, inputs, false)?;
        let mut event = Event::of(&permit);
        let mut place = (stored.facts.owner, stored.facts.department);
        let mut access = stored.access.clone();
        if let Some(owner) = owner.filter(|owner| Some(*owner) != place.0) {
            // Giving a record away is an action of its own, decided on the record as it is.
            let giving = self.policy.permit(caller, &stored.facts)?;
            if let Some(giver) = caller.user_id() {
                self.count_given(&mut tx, &giving, giver, limit).await?;
            }
            place = (Some(owner), self.department_for(caller.org(), Some(owner))?);
            access = access.placed(place);
            self.keep_owner(&mut tx, Some(owner)).await?;
            event = event.with("new_owner", Detail::id(*owner.as_bytes()));
            if let Some(old) = stored.facts.owner {
                event = event.with("old_owner", Detail::id(*old.as_bytes()));
            }
        }
        let written = self
            .apply_changes(&mut tx, &keys, &permit, &stored, changes, access, event)
            .await?;
        self.finish_and_show(tx, caller, &keys, written).await
    }

    /// Writes changed fields of a customer within a transaction and notes them in the event.
    #[expect(
        clippy::too_many_arguments,
        reason = "one call site's locals; a struct for it would only rename them"
    )]
    pub(crate) async fn apply_changes<A: Action>(
        &self,
        tx: &mut WriteTx<'_>,
        keys: &OrgKeys,
        permit: &Permit<A, Customer>,
        stored: &StoredCustomer,
        changes: Vec<(&'static str, String)>,
        mut access: Access,
        mut event: Event,
    ) -> Result<Written, CrmError> {
        let id = stored.id();
        let key = keys.tenant.open_record_key(id, &stored.key)?;
        let old = open_fields(
            permit,
            &key,
            CUSTOMER,
            id.as_bytes(),
            &stored.fields,
            |spec| changes.iter().any(|(name, _)| *name == spec.name),
        )?;
        let mut sealed = stored.fields.clone();
        let mut changed = Vec::new();
        let mut found_by_changed = false;
        for (name, text) in changes {
            let spec = CUSTOMER.get(name).ok_or_else(|| unknown_field(name))?;
            let before = old.get(name).unwrap_or_default();
            if before == text {
                continue;
            }
            event = event.with_change(
                spec.name,
                keys.record_value(permit.record(), name, before),
                keys.record_value(permit.record(), name, &text),
            );
            changed.push(spec.name);
            access = access.with_attribute(spec.name, &text);
            found_by_changed |= spec.blind.is_some();
            if text.is_empty() {
                sealed.remove(name);
            } else {
                sealed.set(
                    name,
                    seal_field(
                        &key,
                        CUSTOMER,
                        id.as_bytes(),
                        spec,
                        &text,
                        self.store.random(),
                    ),
                );
            }
        }
        let now = self.store.clock().now();
        let kept = access.seal::<Customer>(keys, id.as_bytes(), self.store.random());
        sql::update(tx, permit, &kept, now, &sealed).await?;
        drop(kept);
        if found_by_changed {
            let fresh = open_fields(permit, &key, CUSTOMER, id.as_bytes(), &sealed, |spec| {
                spec.blind.is_some()
            })?;
            let hashes: Vec<_> = fresh
                .iter()
                .filter_map(|(spec, plain)| blind_hash(keys, spec, plain.expose_for_processing()))
                .collect();
            sql::replace_blind(tx, permit, id.as_bytes(), &hashes, false).await?;
        }
        let Facts { org, version, .. } = stored.facts;
        Ok(Written {
            stored: StoredCustomer {
                facts: access.facts(org, stored.facts.id, version + 1),
                access,
                revision: stored.revision + 1,
                created_at: stored.created_at,
                updated_at: now,
                key: stored.key.clone(),
                fields: sealed,
            },
            event: event.with("fields", Detail::names(changed)),
        })
    }

    /// Removes a customer with its contacts and follow-ups, if no record refers to it.
    pub(crate) async fn delete_customer(
        &self,
        caller: &Caller,
        id: CustomerId,
        version: i64,
    ) -> Result<(), CrmError> {
        let (stored, permit) = self.permitted_to::<actions::Delete>(caller, id).await?;
        if stored.facts.version != version {
            return Err(CrmError::Stale);
        }
        let mut tx = self.store.write(caller).await?;
        self.refuse_if_referred_to(&mut tx, &permit).await?;
        crate::contacts::sql::delete_all(&mut tx, &permit).await?;
        crate::timeline::sql::delete_all(&mut tx, &permit).await?;
        sql::delete(&mut tx, &permit).await?;
        tx.finish(Event::of(&permit)).await?;
        self.unindex(caller.org(), id);
        Ok(())
    }

    /// One masked field in clear, after its entry with the reason is on disk.
    pub(crate) async fn reveal_field(
        &self,
        caller: &Caller,
        id: CustomerId,
        field: &str,
        reason: &str,
    ) -> Result<String, CrmError> {
        let (stored, permit) = self.permitted_to::<actions::Reveal>(caller, id).await?;
        let keys = self.keys(caller.org()).await?;
        let key = keys.tenant.open_record_key(id, &stored.key)?;
        let row = *id.as_bytes();
        let event = Event::of(&permit);
        self.reveal(
            caller,
            &keys,
            &permit,
            &stored,
            Revealed {
                set: CUSTOMER,
                row,
                fields: &stored.fields,
                field,
            },
            &key,
            reason,
            event,
        )
        .await
    }

    /// Opens one masked field of a record below a customer and records it with the sealed reason.
    #[expect(
        clippy::too_many_arguments,
        reason = "shared by customers and contacts, whose locals these are"
    )]
    pub(crate) async fn reveal(
        &self,
        caller: &Caller,
        keys: &OrgKeys,
        permit: &Permit<actions::Reveal, Customer>,
        stored: &StoredCustomer,
        what: Revealed<'_>,
        key: &RecordKey,
        reason: &str,
        event: Event,
    ) -> Result<String, CrmError> {
        let reason = reason.trim();
        let spec = self.revealable(caller, stored, &what, reason)?;
        // The label may be higher by now than when it was asked whether others have to approve.
        let level = self.policy.level_of_field(&stored.facts, spec.name);
        self.policy
            .covers_label::<actions::Reveal, _>(caller, &stored.facts, level)?;
        let opened = open_fields(permit, key, what.set, &what.row, what.fields, |s| {
            s.name == spec.name
        })?;
        let (_, plain) = opened.into_iter().next().ok_or(CrmError::NotFound)?;
        let mut disclosures = Disclosures::new();
        let value = plain.disclose(spec.name, &mut disclosures).into_inner();
        let sealed = keys
            .tenant
            .seal_reason(Some(permit.record()), reason, self.store.random());
        let event = event
            .with("reason", Detail::sealed(sealed))
            .disclosing(disclosures);
        self.sink.record_durably(event).await?;
        Ok(match crate::fields::display(spec, &value) {
            crate::fields::FieldValue::Text(text) => text,
            _ => value,
        })
    }

    /// The field that is to be revealed, if it can be.
    pub(super) fn revealable(
        &self,
        caller: &Caller,
        stored: &StoredCustomer,
        what: &Revealed<'_>,
        reason: &str,
    ) -> Result<&'static FieldSpec, CrmError> {
        custos_http::reason("reason", reason, crate::REASON)?;
        let spec = what.set.get(what.field).filter(|spec| spec.masked);
        let spec = spec.ok_or_else(|| {
            CrmError::Invalid(vec![FieldProblem::new("field", "field.not_masked")])
        })?;
        let hidden =
            self.policy.field_access(caller, &stored.facts, spec.rule()) == FieldAccess::Hidden;
        if hidden || what.fields.get(spec.name).is_none() {
            return Err(CrmError::NotFound);
        }
        Ok(spec)
    }

    /// The department a record belongs to: its owner's.
    pub(crate) fn department_for(
        &self,
        org: OrgId,
        owner: Option<UserId>,
    ) -> Result<Option<DepartmentId>, CrmError> {
        let Some(owner) = owner else { return Ok(None) };
        if self.people.user_name(org, owner).is_none() {
            return Err(CrmError::Invalid(vec![FieldProblem::new(
                "owner_id",
                "user.unknown",
            )]));
        }
        Ok(self.people.department_of(org, owner))
    }

    /// Keeps whoever is to have a record from leaving until the transaction ends.
    ///
    /// # Errors
    /// 422 naming `owner_id` when they have left.
    pub(crate) async fn keep_owner(
        &self,
        tx: &mut WriteTx<'_>,
        owner: Option<UserId>,
    ) -> Result<(), CrmError> {
        match owner {
            Some(owner) if !self.people.stays(tx, owner).await? => {
                let problem = FieldProblem::new("owner_id", "owner.left");
                Err(CrmError::Invalid(vec![problem]))
            }
            _ => Ok(()),
        }
    }

    /// Checks what a client sent against registry and policy; all problems at once.
    pub(crate) fn checked<R: Resource>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
        set: FieldSet,
        inputs: &Inputs,
        new: bool,
    ) -> Result<Vec<(&'static str, String)>, CrmError> {
        let mut problems = Vec::new();
        let mut values = Vec::new();
        for (name, input) in inputs {
            let Some(spec) = set.get(name) else {
                problems.push(FieldProblem::new(format!("fields.{name}"), "field.unknown"));
                continue;
            };
            let writable = self.policy.field_access(caller, facts, spec.rule());
            if spec.computed || writable != FieldAccess::Write {
                problems.push(FieldProblem::new(
                    format!("fields.{name}"),
                    "field.not_writable",
                ));
                continue;
            }
            match check_input(spec, input) {
                Ok(checked) => values.push((spec.name, checked.canonical)),
                Err(error) => problems.push(field_problem(name, &error)),
            }
        }
        if new {
            let missing = set
                .fields
                .iter()
                .filter(|spec| spec.required && !inputs.contains_key(spec.name));
            problems.extend(
                missing.map(|spec| {
                    FieldProblem::new(format!("fields.{}", spec.name), "field.required")
                }),
            );
        }
        if problems.is_empty() {
            Ok(values)
        } else {
            Err(CrmError::Invalid(problems))
        }
    }
}

/// Which field of which row is to be revealed.
pub(crate) struct Revealed<'a> {
    pub(crate) set: FieldSet,
    pub(crate) row: [u8; 16],
    pub(crate) fields: &'a SealedFields,
    pub(crate) field: &'a str,
}

/// A field error as the API answers it.
pub(crate) fn field_problem(name: &str, error: &FieldError) -> FieldProblem {
    let problem = FieldProblem::new(format!("fields.{name}"), error.code);
    error
        .params
        .iter()
        .fold(problem, |problem, (key, value)| problem.with(key, value))
}

/// The blind index entry of a field's value.
pub(crate) fn blind_hash(
    keys: &OrgKeys,
    spec: &FieldSpec,
    canonical: &str,
) -> Option<(&'static str, i64)> {
    let index = spec.blind?;
    Some((index, keys.blind(index, &match_key(spec, canonical)?)?))
}

/// The blind index entries a row with a field's value may have.
pub(crate) fn blind_hashes(
    keys: &OrgKeys,
    spec: &FieldSpec,
    canonical: &str,
) -> Option<(&'static str, Vec<i64>)> {
    let index = spec.blind?;
    Some((index, keys.blind_all(index, &match_key(spec, canonical)?)))
}

fn unknown_field(name: &str) -> CrmError {
    CrmError::Store(StoreError::Corrupt(format!(
        "field {name} is not in the registry"
    )))
}
