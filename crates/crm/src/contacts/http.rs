//! The operations on contacts.

use super::model::StoredContact;
use super::sql;
use crate::customers::{Customer, StoredCustomer, open_fields, seal_field};
use crate::fields::{CONTACT, FieldInput, FieldValue};
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, ETag, IfMatch, JsonBody, Operation, PathId};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Disclosures;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Permit, actions};
use custos_store::SealedFields;
use custos_values::{ContactId, CustomerId, Timestamp};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A contact as the caller may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactRecord {
    /// The id.
    #[schema(value_type = String)]
    pub id: ContactId,
    /// The version, also the entity tag.
    pub version: i64,
    /// Whether it is the customer's first contact.
    pub is_primary: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// The filled fields by name.
    pub fields: BTreeMap<&'static str, FieldValue>,
}

/// The contacts of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactList {
    /// The contacts, the first one first.
    pub items: Vec<ContactRecord>,
}

/// A new or changed contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// Values by field name; null empties a field.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldInput>,
    /// Whether it is the customer's first contact; unchanged if not given.
    pub is_primary: Option<bool>,
}

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    let all = "/customers/{id}/contacts";
    let one = "/customers/{id}/contacts/{contact_id}";
    let update_access = Access::to::<actions::Update, Customer>();
    vec![
        Operation::new(
            Method::GET,
            all,
            "contacts_list",
            Access::to::<actions::Read, Customer>(),
            list,
        )
        .answers::<ContactList>(200),
        Operation::new(Method::POST, all, "contacts_create", update_access, create)
            .body::<ContactInput>()
            .answers::<ContactRecord>(201),
        Operation::new(Method::PATCH, one, "contacts_update", update_access, update)
            .body::<ContactInput>()
            .needs_header("If-Match")
            .answers::<ContactRecord>(200),
        Operation::new(
            Method::DELETE,
            one,
            "contacts_delete",
            update_access,
            delete,
        )
        .needs_header("If-Match")
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/customers/{id}/contacts/{contact_id}/disclosures",
            "contacts_reveal",
            Access::to::<actions::Reveal, Customer>(),
            reveal,
        )
        .body::<crate::customers::DisclosureInput>()
        .answers::<crate::customers::DisclosedField>(200)
        .approvable(),
    ]
}

async fn list(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
) -> Result<Json<ContactList>, CrmError> {
    let (stored, permit) = crm.readable(&caller, id).await?;
    let contacts = sql::of_customer(&mut crm.store.read().await?, &permit).await?;
    let mut disclosures = Disclosures::new();
    let mut items = Vec::with_capacity(contacts.len());
    for contact in contacts {
        items.push(record(&crm, &caller, &permit, &stored, &contact, &mut disclosures).await?);
    }
    let event = Event::of(&permit).with("contacts", Detail::count(items.len() as u64));
    crm.record_read(event.disclosing(disclosures)).await?;
    Ok(Json(ContactList { items }))
}

async fn create(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(customer): PathId<CustomerId>,
    JsonBody(input): JsonBody<ContactInput>,
) -> Result<ETag<ContactRecord>, CrmError> {
    let (stored, permit) = crm
        .permitted_to::<actions::Update>(&caller, customer)
        .await?;
    let values = crm.checked(&caller, &stored.facts, CONTACT, &input.fields, true)?;
    let id = ContactId::new(crm.store.clock(), crm.store.random());
    let change = Change {
        id,
        version: None,
        primary: input.is_primary.unwrap_or(false),
        values,
    };
    crm.write_contact(&caller, &stored, &permit, SealedFields::new(), change)
        .await?;
    show(&crm, &caller, customer, id, StatusCode::CREATED).await
}

async fn update(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId((customer, id)): PathId<(CustomerId, ContactId)>,
    IfMatch(version): IfMatch,
    JsonBody(input): JsonBody<ContactInput>,
) -> Result<ETag<ContactRecord>, CrmError> {
    let (stored, permit) = crm
        .permitted_to::<actions::Update>(&caller, customer)
        .await?;
    let contact = sql::find(&mut crm.store.read().await?, &permit, id).await?;
    if contact.version != version {
        return Err(CrmError::Stale);
    }
    let values = crm.checked(&caller, &stored.facts, CONTACT, &input.fields, false)?;
    let primary = input.is_primary.unwrap_or(contact.primary);
    let change = Change {
        id,
        version: Some(version),
        primary,
        values,
    };
    crm.write_contact(&caller, &stored, &permit, contact.fields, change)
        .await?;
    show(&crm, &caller, customer, id, StatusCode::OK).await
}

async fn delete(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId((customer, id)): PathId<(CustomerId, ContactId)>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, CrmError> {
    let (_, permit) = crm
        .permitted_to::<actions::Update>(&caller, customer)
        .await?;
    // Gone is gone, not changed meanwhile.
    sql::find(&mut crm.store.read().await?, &permit, id).await?;
    let mut tx = crm.store.write(&caller).await?;
    sql::delete(&mut tx, &permit, id, version).await?;
    crate::customers::sql::replace_blind(&mut tx, &permit, id.as_bytes(), &[], false).await?;
    crate::customers::sql::touch(&mut tx, &permit, crm.store.clock().now()).await?;
    let event = Event::of(&permit).with("contact_deleted", Detail::id(*id.as_bytes()));
    tx.finish(event).await?;
    crm.reindex(&caller, customer).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reveal(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId((customer, id)): PathId<(CustomerId, ContactId)>,
    JsonBody(input): JsonBody<crate::customers::DisclosureInput>,
) -> Result<Json<crate::customers::DisclosedField>, CrmError> {
    let (stored, permit) = crm
        .permitted_to::<actions::Reveal>(&caller, customer)
        .await?;
    let contact = sql::find(&mut crm.store.read().await?, &permit, id).await?;
    let keys = crm.keys(caller.org()).await?;
    let key = keys.tenant.open_record_key(customer, &stored.key)?;
    let what = crate::customers::Revealed {
        set: CONTACT,
        row: contact.id,
        fields: &contact.fields,
        field: &input.field,
    };
    let event = Event::of(&permit).with("contact", Detail::id(contact.id));
    let value = crm
        .reveal(
            &caller,
            &keys,
            &permit,
            &stored,
            what,
            &key,
            &input.reason,
            event,
        )
        .await?;
    Ok(Json(crate::customers::DisclosedField {
        field: input.field,
        value,
    }))
}

struct Change {
    id: ContactId,
    version: Option<i64>,
    primary: bool,
    values: Vec<(&'static str, String)>,
}

impl Crm {
    /// Inserts or changes a contact, its blind index entries and the customer's revision in one transaction.
    async fn write_contact(
        &self,
        caller: &Caller,
        stored: &StoredCustomer,
        permit: &Permit<actions::Update, Customer>,
        mut sealed: SealedFields,
        change: Change,
    ) -> Result<(), CrmError> {
        let keys = self.keys(caller.org()).await?;
        let key = keys.tenant.open_record_key(stored.id(), &stored.key)?;
        let row = *change.id.as_bytes();
        let mut names = Vec::new();
        for (name, text) in &change.values {
            let spec = CONTACT.get(name).ok_or(CrmError::NotFound)?;
            names.push(spec.name);
            if text.is_empty() {
                sealed.remove(name);
            } else {
                sealed.set(
                    name,
                    seal_field(&key, CONTACT, &row, spec, text, self.store.random()),
                );
            }
        }
        let opened = open_fields(permit, &key, CONTACT, &row, &sealed, |spec| {
            spec.blind.is_some()
        })?;
        let hash = |(spec, plain): (
            &'static crate::fields::FieldSpec,
            &custos_kernel::crypto::Plain<String>,
        )| {
            crate::customers::blind_hash(&keys, spec, plain.expose_for_processing())
        };
        let hashes: Vec<_> = opened.iter().filter_map(hash).collect();
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        match change.version {
            None => sql::insert(&mut tx, permit, change.id, change.primary, now, &sealed).await?,
            Some(version) => {
                sql::update(
                    &mut tx,
                    permit,
                    change.id,
                    version,
                    change.primary,
                    now,
                    &sealed,
                )
                .await?;
            }
        }
        if change.primary {
            sql::demote_others(&mut tx, permit, change.id).await?;
        }
        let fresh = change.version.is_none();
        crate::customers::sql::replace_blind(&mut tx, permit, &row, &hashes, fresh).await?;
        crate::customers::sql::touch(&mut tx, permit, now).await?;
        let what = if fresh {
            "contact_created"
        } else {
            "contact_updated"
        };
        tx.finish(
            Event::of(permit)
                .with(what, Detail::id(row))
                .with("fields", Detail::names(names)),
        )
        .await?;
        self.reindex(caller, stored.id()).await
    }
}

async fn show(
    crm: &Crm,
    caller: &Caller,
    customer: CustomerId,
    id: ContactId,
    status: StatusCode,
) -> Result<ETag<ContactRecord>, CrmError> {
    let (stored, permit) = crm.readable(caller, customer).await?;
    let contact = sql::find(&mut crm.store.read().await?, &permit, id).await?;
    let mut disclosures = Disclosures::new();
    let record = record(crm, caller, &permit, &stored, &contact, &mut disclosures).await?;
    crm.record_read(
        Event::of(&permit)
            .with("contact", Detail::id(contact.id))
            .disclosing(disclosures),
    )
    .await?;
    Ok(ETag(status, record.version, record))
}

async fn record<A: Action>(
    crm: &Crm,
    caller: &Caller,
    permit: &Permit<A, Customer>,
    stored: &StoredCustomer,
    contact: &StoredContact,
    disclosures: &mut Disclosures,
) -> Result<ContactRecord, CrmError> {
    let keys = crm.keys(caller.org()).await?;
    let key = keys.tenant.open_record_key(stored.id(), &stored.key)?;
    let opened = open_fields(permit, &key, CONTACT, &contact.id, &contact.fields, |_| {
        true
    })?;
    Ok(ContactRecord {
        id: ContactId::from_bytes(contact.id),
        version: contact.version,
        is_primary: contact.primary,
        created_at: contact.created_at,
        updated_at: contact.updated_at,
        fields: crm.visible(caller, &stored.facts, opened, disclosures),
    })
}
