//! `GET /objects`: the kinds of records as forms, tables and boards need to know them.

use super::events::OBJECTS_READ;
use super::{Belonging, Object, ObjectSpec, State, States};
use crate::fields::{FieldInfo, field_info};
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State as Shared;
use custos_http::{Access, Api, Operation};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Resource, actions};
use http::Method;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The kinds of records as such.
#[derive(Debug)]
enum Records {}

impl Resource for Records {
    const TYPE: &'static str = "record";
}

/// A state of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateInfo {
    /// Its code.
    pub code: &'static str,
    /// `open`, `won` or `lost`.
    pub kind: &'static str,
    /// Fields that must be filled in it.
    pub needs: &'static [&'static str],
    /// The states one gets to from it by hand: none that needs what only the server fills in.
    pub next: Vec<&'static str>,
}

/// The states of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatesInfo {
    /// The field that holds the state.
    pub field: &'static str,
    /// The states in order; empty if pipelines say them.
    pub states: Vec<StateInfo>,
}

/// A kind of record as the caller may use it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectInfo {
    /// Its name, such as `opportunity`.
    pub name: &'static str,
    /// The last part of its path, such as `opportunities`.
    pub path: &'static str,
    /// `required` if its records hang on a customer, otherwise `none`.
    pub on_customer: &'static str,
    /// Whether its records have owners, labels and shares.
    pub owned: bool,
    /// The field that names a record.
    pub title: &'static str,
    /// Its states, if it has any.
    pub state: Option<StatesInfo>,
    /// The amount that boards add up.
    pub amount: Option<&'static str>,
    /// The date calendars go by.
    pub date: Option<&'static str>,
    /// The fields the caller may see.
    pub fields: Vec<FieldInfo>,
}

/// The kinds of records.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectList {
    /// Those the caller may list.
    pub items: Vec<ObjectInfo>,
}

pub(super) fn operation() -> Operation<Arc<Crm>> {
    Operation::new(Method::GET, "/objects", "object_list", Access::Own, list)
        .answers::<ObjectList>(200)
}

async fn list(
    Shared(crm): Shared<Arc<Crm>>,
    Api(caller): Api,
) -> Result<Json<ObjectList>, CrmError> {
    let kinds = crate::objects::KINDS.iter();
    let items: Vec<_> = kinds.filter_map(|kind| kind.info(&crm, &caller)).collect();
    let event = Event::own::<Records>(&caller, &OBJECTS_READ, None);
    crm.record_read(event.with("shown", Detail::count(items.len() as u64)))
        .await?;
    Ok(Json(ObjectList { items }))
}

fn by_hand(spec: &ObjectSpec, states: &States, from: &State) -> Vec<&'static str> {
    let fillable = |name: &&str| spec.fields.get(name).is_some_and(|field| !field.computed);
    let reached = from.next.iter().filter(|code| {
        let to = states.get(code);
        to.is_some_and(|to| to.needs.iter().all(&fillable))
    });
    reached.copied().collect()
}

/// The declaration as a caller may see it; none if they may list none of its records.
pub(super) fn info<R: Object>(crm: &Crm, caller: &Caller) -> Option<ObjectInfo> {
    crm.policy.scope::<actions::List, R>(caller).ok()?;
    let spec = R::SPEC;
    let fields = spec.fields.fields.iter();
    let state = spec.states.map(|states| StatesInfo {
        field: states.field,
        states: states
            .table
            .iter()
            .map(|state| StateInfo {
                code: state.code,
                kind: state.kind.name(),
                needs: state.needs,
                next: by_hand(spec, &states, state),
            })
            .collect(),
    });
    Some(ObjectInfo {
        name: spec.name,
        path: spec.operations.segment,
        on_customer: spec.customer.name(),
        owned: spec.belonging == Belonging::Owned,
        title: spec.title,
        state,
        amount: spec.amount,
        date: spec.date,
        fields: fields
            .filter_map(|field| field_info::<R>(crm, caller, field, false))
            .collect(),
    })
}
