//! The operations on customers.

use super::duplicates::DuplicateMatch;
use super::list::{ListFilter, ListQuery};
use super::model::Customer;
use super::record::CustomerRecord;
use super::write::{Creation, Inputs};
use crate::fields::{CUSTOMER, FieldInput};
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use custos_http::{
    Access, Api, ETag, IdempotencyKey, IfMatch, JsonBody, Operation, PathId, QueryParams,
};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, actions};
use custos_values::{CustomerId, UserId};
use http::{Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A new or changed customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerInput {
    /// Values by field name; null empties a field.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldInput>,
    /// The person responsible; the caller if not given on creation.
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<UserId>,
}

/// Options of creation.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CreateQuery {
    /// Make it even if another customer has a value in common.
    #[serde(default)]
    pub allow_duplicate: bool,
}

/// Which field to reveal, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureInput {
    /// The field.
    pub field: String,
    /// Why, 2 to 200 characters; goes into the audit log.
    pub reason: String,
}

/// A revealed field.
#[derive(Debug, Serialize, ToSchema)]
pub struct DisclosedField {
    /// The field.
    pub field: String,
    /// Its value in clear.
    pub value: String,
}

/// The answer of a duplicate check.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DuplicateCheck)]
pub struct Duplicates {
    /// Customers with a value in common.
    pub matches: Vec<DuplicateMatch>,
}

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    let one = "/customers/{id}";
    vec![
        Operation::new(
            Method::GET,
            "/customers",
            "customers_list",
            Access::to::<actions::List, Customer>(),
            list,
        )
        .query::<ListQuery>()
        .query::<ListFilter>()
        .answers_page::<CustomerRecord>(),
        Operation::new(
            Method::POST,
            "/customers",
            "customers_create",
            Access::to::<actions::Create, Customer>(),
            create,
        )
        .query::<CreateQuery>()
        .body::<CustomerInput>()
        .needs_header("Idempotency-Key")
        .answers::<CustomerRecord>(201),
        Operation::new(
            Method::POST,
            "/customers/duplicate-check",
            "customers_duplicate_check",
            Access::to::<actions::Create, Customer>(),
            duplicate_check,
        )
        .body::<CustomerInput>()
        .answers::<Duplicates>(200),
        Operation::new(
            Method::GET,
            one,
            "customers_get",
            Access::to::<actions::Read, Customer>(),
            get,
        )
        .answers::<CustomerRecord>(200),
        Operation::new(
            Method::PATCH,
            one,
            "customers_update",
            Access::to::<actions::Update, Customer>(),
            update,
        )
        .body::<CustomerInput>()
        .needs_header("If-Match")
        .answers::<CustomerRecord>(200),
        Operation::new(
            Method::DELETE,
            one,
            "customers_delete",
            Access::to::<actions::Delete, Customer>(),
            delete,
        )
        .needs_header("If-Match")
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/customers/{id}/disclosures",
            "customers_reveal",
            Access::to::<actions::Reveal, Customer>(),
            reveal,
        )
        .body::<DisclosureInput>()
        .answers::<DisclosedField>(200)
        .approvable(),
    ]
}

async fn list(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<ListQuery>,
) -> Result<Response, CrmError> {
    let scope = crm.policy.scope::<actions::List, Customer>(&caller)?;
    let answer = crm.list_customers(&scope, &query).await?;
    let mut event = Event::of_scope(&scope).with("shown", Detail::count(answer.shown as u64));
    if let Some(text) = query
        .filter
        .q
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    {
        // What was searched for may be a phone number: the log keeps a keyed hash of it.
        event = event.with(
            "search",
            crm.keys(caller.org())
                .await?
                .audit_value("search", text.trim()),
        );
    }
    crm.record_read(event).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], answer.json).into_response())
}

async fn create(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    QueryParams(options): QueryParams<CreateQuery>,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(input): JsonBody<CustomerInput>,
) -> Result<Response, CrmError> {
    let created = crm
        .create_customer(
            &caller,
            &input.fields,
            input.owner_id,
            key.as_deref(),
            options.allow_duplicate,
        )
        .await?;
    match created {
        Creation::New(record) => Ok(changed(StatusCode::CREATED, record.map(|record| *record))),
        Creation::Earlier(id) => {
            let record = show(&crm, &caller, id, StatusCode::CREATED).await?;
            Ok(record.into_response())
        }
    }
}

/// The changed record, or nothing for somebody who may not see it.
fn changed(status: StatusCode, record: Option<CustomerRecord>) -> Response {
    match record {
        Some(record) => ETag(status, record.version, record).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn duplicate_check(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    JsonBody(input): JsonBody<CustomerInput>,
) -> Result<Json<Duplicates>, CrmError> {
    let fields = canonical_where_valid(&input.fields);
    let (matches, disclosures) = crm.duplicate_matches(&caller, &fields).await?;
    let scope = crm.policy.scope::<actions::List, Customer>(&caller)?;
    let names = Detail::names(fields.iter().map(|(name, _)| *name));
    let event = Event::of_scope(&scope)
        .with("duplicate_check", names)
        .disclosing(disclosures);
    crm.record_read(event.with("matches", Detail::count(matches.len() as u64)))
        .await?;
    Ok(Json(Duplicates { matches }))
}

/// While somebody is typing, values that are not valid yet simply match nothing.
fn canonical_where_valid(inputs: &Inputs) -> Vec<(&'static str, String)> {
    let checked = inputs.iter().filter_map(|(name, input)| {
        let spec = CUSTOMER.get(name)?;
        let checked = crate::fields::check_input(spec, input).ok()?;
        Some((spec.name, checked.canonical))
    });
    checked.filter(|(_, text)| !text.is_empty()).collect()
}

async fn get(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
) -> Result<ETag<CustomerRecord>, CrmError> {
    show(&crm, &caller, id, StatusCode::OK).await
}

async fn update(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
    IfMatch(version): IfMatch,
    JsonBody(input): JsonBody<CustomerInput>,
) -> Result<Response, CrmError> {
    let record = crm
        .update_customer(&caller, id, version, &input.fields, input.owner_id)
        .await?;
    Ok(changed(StatusCode::OK, record))
}

async fn delete(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, CrmError> {
    crm.delete_customer(&caller, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reveal(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
    JsonBody(input): JsonBody<DisclosureInput>,
) -> Result<Json<DisclosedField>, CrmError> {
    let value = crm
        .reveal_field(&caller, id, &input.field, &input.reason)
        .await?;
    Ok(Json(DisclosedField {
        field: input.field,
        value,
    }))
}

async fn show(
    crm: &Crm,
    caller: &Caller,
    id: CustomerId,
    status: StatusCode,
) -> Result<ETag<CustomerRecord>, CrmError> {
    let (stored, permit) = crm.readable(caller, id).await?;
    let keys = crm.keys(caller.org()).await?;
    let (record, disclosures) = crm.shown(caller, &keys, &permit, &stored)?;
    crm.record_read(Event::of(&permit).disclosing(disclosures))
        .await?;
    Ok(ETag(status, stored.facts.version, record))
}
