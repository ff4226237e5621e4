//! `GET /fields`: the registry as the web needs it for forms, columns and filters.

use super::registry::{ACTIVITY, CONTACT, CUSTOMER, FieldSet};
use super::spec::{FieldKind, FieldSpec};
use crate::customers::Customer;
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, Operation};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, FieldAccess, Resource, actions};
use http::Method;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// One field as the caller may use it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldInfo {
    /// Its name.
    pub name: &'static str,
    /// `text`, `long_text`, `name`, `phone`, `email`, `uscc`, `id_number`, `bank_account`, `choice`, `date`, `amount`,
    /// `percent`, `lines`, `reference`, `pipeline`, `stage`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The kind of record a reference names.
    pub object: Option<&'static str>,
    /// The codes of a choice.
    pub choices: Option<&'static [&'static str]>,
    /// Whether a record must have it.
    pub required: bool,
    /// Longest text, in characters.
    pub max_length: usize,
    /// Shown masked unless revealed.
    pub masked: bool,
    /// Part of list rows.
    pub in_list: bool,
    /// Lists can be sorted by it.
    pub sortable: bool,
    /// Lists can be filtered by it.
    pub filterable: bool,
    /// Files can be imported into it.
    pub importable: bool,
    /// `hidden`, `masked`, `read` or `write`.
    pub access: &'static str,
    /// `none`, `personal` or `sensitive`.
    pub category: &'static str,
    /// Filled in by the server.
    pub computed: bool,
    /// Set once, when the record is made.
    pub fixed: bool,
}

/// The fields of every kind of record.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldList {
    /// Fields of customers.
    pub customer: Vec<FieldInfo>,
    /// Fields of contacts.
    pub contact: Vec<FieldInfo>,
    /// Fields of follow-ups.
    pub activity: Vec<FieldInfo>,
}

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    vec![
        Operation::new(
            Method::GET,
            "/fields",
            "fields_list",
            Access::to::<actions::List, Customer>(),
            list,
        )
        .answers::<FieldList>(200),
    ]
}

async fn list(State(crm): State<Arc<Crm>>, Api(caller): Api) -> Result<Json<FieldList>, CrmError> {
    let scope = crm.policy.scope::<actions::List, Customer>(&caller)?;
    crm.record_read(
        Event::of_scope(&scope).with("what", custos_kernel::audit::Detail::code("fields")),
    )
    .await?;
    let describe = |set: FieldSet, importable: bool| {
        set.fields
            .iter()
            .filter_map(|spec| field_info::<Customer>(&crm, &caller, spec, importable))
            .collect()
    };
    Ok(Json(FieldList {
        customer: describe(CUSTOMER, true),
        contact: describe(CONTACT, false),
        activity: describe(ACTIVITY, false),
    }))
}

/// A field as a caller may use it in records of a kind; none if they never see it.
pub(crate) fn field_info<R: Resource>(
    crm: &Crm,
    caller: &Caller,
    spec: &FieldSpec,
    importable: bool,
) -> Option<FieldInfo> {
    let access = match crm.policy.field_access_ever::<R>(caller, spec.rule()) {
        FieldAccess::Hidden => return None,
        FieldAccess::Masked => "masked",
        FieldAccess::Read => "read",
        FieldAccess::Write if spec.computed => "read",
        FieldAccess::Write => "write",
    };
    let object = match spec.kind {
        FieldKind::Reference(object) => Some(object),
        _ => None,
    };
    let choices = match spec.kind {
        FieldKind::Choice(codes) => Some(codes),
        _ => None,
    };
    Some(FieldInfo {
        name: spec.name,
        kind: kind_name(spec.kind),
        object,
        choices,
        required: spec.required,
        max_length: spec.max_length,
        masked: spec.masked,
        in_list: spec.in_list,
        sortable: spec.sortable,
        filterable: spec.filterable,
        importable,
        access,
        category: spec.category.name(),
        computed: spec.computed,
        fixed: spec.fixed,
    })
}

fn kind_name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::LongText => "long_text",
        FieldKind::Name => "name",
        FieldKind::Phone => "phone",
        FieldKind::Email => "email",
        FieldKind::Uscc => "uscc",
        FieldKind::IdNumber => "id_number",
        FieldKind::BankAccount => "bank_account",
        FieldKind::Choice(_) => "choice",
        FieldKind::Date => "date",
        FieldKind::Amount => "amount",
        FieldKind::Percent => "percent",
        FieldKind::Lines => "lines",
        FieldKind::Reference(_) => "reference",
        FieldKind::Pipeline => "pipeline",
        FieldKind::Stage => "stage",
    }
}
