//! The operation that erases.

use super::Basis;
use crate::customers::Customer;
use crate::{Crm, CrmError};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, IfMatch, JsonBody, Operation, PathId, Problem};
use custos_kernel::policy::actions;
use custos_values::CustomerId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Why a customer is erased.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ErasureBody)]
struct ErasureInput {
    /// `request`, `purpose_ended` or `unlawful`.
    basis: String,
}

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    vec![
        Operation::new(
            Method::POST,
            "/customers/{id}/erasure",
            "customers_erase",
            Access::to::<actions::Erase, Customer>(),
            erase,
        )
        .needs_header("If-Match")
        .body::<ErasureInput>()
        .answers_nothing(204),
    ]
}

async fn erase(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
    IfMatch(version): IfMatch,
    JsonBody(input): JsonBody<ErasureInput>,
) -> Result<StatusCode, CrmError> {
    let basis = Basis::named(&input.basis)
        .ok_or_else(|| Problem::bad_request("customer.erasure_basis_unknown"))?;
    crm.erase_customer(&caller, id, version, basis).await?;
    Ok(StatusCode::NO_CONTENT)
}
