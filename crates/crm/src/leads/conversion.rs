//! Converting a lead: a customer and, if wished, an opportunity are made from it in one step, and it says so.

use super::Lead;
use crate::customers::{self, Customer, Inputs, NewCustomer};
use crate::fields::{CUSTOMER, FieldInput};
use crate::opportunities::Opportunity;
use crate::records::{self, Asked, StoredRecord, Values};
use crate::sharing::Access;
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_http::{Access as Declared, Api, FieldProblem, JsonBody, Operation, PathId, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::WriteTx;
use custos_values::{CustomerId, RecordId};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Fields that a lead and a customer have in common.
const SHARED: [&str; 12] = [
    "name",
    "contact_name",
    "contact_title",
    "phone",
    "landline",
    "email",
    "wechat",
    "source",
    "industry",
    "province",
    "city",
    "notes",
];

/// Values by field name.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldsInput {
    /// Values by field name.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldInput>,
}

/// What becomes of a lead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversionInput {
    /// The customer it turned out to be; a new one is made if missing.
    #[schema(value_type = Option<String>)]
    pub customer_id: Option<CustomerId>,
    /// Fields of the new customer that differ from the lead's.
    pub customer: Option<FieldsInput>,
    /// The opportunity to begin with, if any.
    pub opportunity: Option<FieldsInput>,
    /// Make the customer even if another has a value in common.
    #[serde(default)]
    pub allow_duplicate: bool,
}

/// What became of a lead.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversion {
    /// The customer.
    #[schema(value_type = String)]
    pub customer_id: CustomerId,
    /// The opportunity.
    #[schema(value_type = Option<String>)]
    pub opportunity_id: Option<RecordId>,
}

pub(super) fn operation() -> Operation<Arc<Crm>> {
    Operation::new(
        Method::POST,
        "/leads/{id}/conversion",
        "lead_convert",
        Declared::to::<actions::Update, Lead>(),
        convert,
    )
    .body::<ConversionInput>()
    .answers::<Conversion>(200)
}

async fn convert(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    JsonBody(input): JsonBody<ConversionInput>,
) -> Result<Json<Conversion>, CrmError> {
    Ok(Json(crm.convert_lead(&caller, id, &input).await?))
}

impl Crm {
    /// Converts a lead: all of it, or nothing.
    async fn convert_lead(
        &self,
        caller: &Caller,
        id: RecordId,
        input: &ConversionInput,
    ) -> Result<Conversion, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let mut tx = self.store.write(caller).await?;
        let lead: StoredRecord<Lead> = records::sql::find(&mut tx, &keys, caller, id).await?;
        let permit: Permit<actions::Update, Lead> = self.policy.permit(caller, &lead.facts)?;
        let was = records::values(&lead.open(&keys, &permit)?);
        if was.contains_key("customer") {
            return Err(Problem::new(StatusCode::CONFLICT, "lead.converted").into());
        }
        let (mut events, mut others) = (Vec::new(), Vec::new());
        let customer = match input.customer_id {
            Some(customer) => self.known_customer(&mut tx, caller, customer).await?,
            None => {
                let (customer, event) = self
                    .customer_of_lead(&mut tx, caller, &lead, &was, input)
                    .await?;
                events.push(event);
                customer
            }
        };
        let mut opportunity = None;
        if let Some(given) = &input.opportunity {
            let mut fields = given.fields.clone();
            let link = FieldInput::Text(customer.to_string());
            fields.insert("customer".to_owned(), link);
            if let Some(source) = was.get("source") {
                let source = FieldInput::Text(source.clone());
                fields.entry("source".to_owned()).or_insert(source);
            }
            let asked = Asked {
                fields: &fields,
                owner: lead.facts.owner,
            };
            let new = RecordId::new(self.store.clock(), self.store.random());
            let made = self
                .insert_asked::<Opportunity>(&mut tx, caller, &keys, new, &asked, None)
                .await
                .map_err(of_opportunity)?;
            let made = made.map_err(|_| CrmError::Stale)?;
            events.push(made.event);
            others.extend(records::apart(made.also, &mut events));
            opportunity = Some(made.stored);
        }
        let mut changes = vec![
            ("status", "converted".to_owned()),
            ("customer", customer.to_string()),
        ];
        changes.extend(
            opportunity
                .as_ref()
                .map(|stored| ("opportunity", stored.id().to_string())),
        );
        let event = Event::of(&permit).with("converted", Detail::id(*customer.as_bytes()));
        let access = lead.access.clone();
        let written = self
            .change_record(
                &mut tx, caller, &keys, &permit, lead, access, changes, event,
            )
            .await?;
        let lead = written.stored;
        events.push(written.event);
        others.extend(records::apart(written.also, &mut events));
        tx.finish_all(events).await?;
        self.take_in_others(caller, others).await?;
        self.reindex(self.index_scope(caller.org())?.caller(), customer)
            .await?;
        records::take_in(self, &lead).await?;
        if let Some(stored) = &opportunity {
            records::take_in(self, stored).await?;
        }
        Ok(Conversion {
            customer_id: customer,
            opportunity_id: opportunity.map(|stored| stored.id()),
        })
    }

    /// The customer somebody says the lead is, if they may read it.
    async fn known_customer(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        id: CustomerId,
    ) -> Result<CustomerId, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let unknown = || CrmError::from(FieldProblem::new("customer_id", "reference.unknown"));
        let stored = match customers::sql::find(tx, &keys, caller, id).await {
            Err(CrmError::NotFound) => return Err(unknown()),
            found => found?,
        };
        let read = self
            .policy
            .permit::<actions::Read, Customer>(caller, &stored.facts);
        read.map_err(|_| unknown())?;
        Ok(id)
    }

    /// Makes a customer from a lead, in the hands the lead is in.
    async fn customer_of_lead(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        lead: &StoredRecord<Lead>,
        was: &Values,
        input: &ConversionInput,
    ) -> Result<(CustomerId, Event), CrmError> {
        let keys = self.keys(caller.org()).await?;
        let owner = lead.facts.owner.or_else(|| caller.user_id());
        let department = self.department_for(caller.org(), owner)?;
        let mut access = Access::made_by(caller, owner, department);
        // Nothing that was confidential becomes less so by changing its name.
        access.label = access.label.join(lead.access.label);
        let id = CustomerId::new(self.store.clock(), self.store.random());
        let facts = access.facts::<Customer>(caller.org(), *id.as_bytes(), 0);
        let permit: Permit<actions::Create, Customer> = self.policy.permit(caller, &facts)?;
        let mut fields: Inputs = SHARED
            .into_iter()
            .filter_map(|name| {
                let text = was.get(name)?.clone();
                Some((name.to_owned(), FieldInput::Text(text)))
            })
            .collect();
        fields.insert(
            "status".to_owned(),
            FieldInput::Text("following".to_owned()),
        );
        let given = input.customer.iter().flat_map(|given| &given.fields);
        fields.extend(given.map(|(name, value)| (name.clone(), value.clone())));
        let checked = self
            .checked(caller, &facts, CUSTOMER, &fields, true)
            .map_err(|error| within(error, "customer"))?;
        let fields: Vec<_> = checked
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        if !input.allow_duplicate {
            let found = self.count_duplicates(tx, caller, &keys, &fields).await?;
            if found > 0 {
                let duplicate = Problem::new(StatusCode::CONFLICT, "customer.duplicate");
                return Err(duplicate.with("count", found).into());
            }
        }
        self.keep_owner(tx, owner).await?;
        let new = NewCustomer { access, fields };
        let written = self.insert_customer(tx, &keys, &permit, &new).await?;
        let event = written.event.with("lead", Detail::id(lead.facts.id));
        Ok((id, event))
    }
}

fn of_opportunity(error: CrmError) -> CrmError {
    within(error, "opportunity")
}

/// Problems of a part of the form, with the part before the field's name.
fn within(error: CrmError, part: &str) -> CrmError {
    match error {
        CrmError::Invalid(mut problems) => {
            for problem in &mut problems {
                problem.field = format!("{part}.{}", problem.field);
            }
            CrmError::Invalid(problems)
        }
        other => other,
    }
}
