//! `POST /customers/exports`

use super::select::with_filter;
use super::write::Export;
use crate::customers::{Customer, ListFilter};
use crate::download::{self, FileFormat};
use crate::words::DEFAULT_LANGUAGE;
use crate::{Crm, CrmError};
use axum::extract::State;
use axum::response::Response;
use custos_http::{Access, Api, JsonBody, Operation, reason};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::actions;
use custos_values::ImportId;
use http::Method;
use serde::Deserialize;
use std::sync::Arc;
use tokio::runtime::Handle;
use utoipa::ToSchema;

/// What to export, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerExport {
    /// `csv` or `xlsx`.
    #[schema(inline)]
    pub format: FileFormat,
    /// The same as in lists.
    #[serde(default)]
    pub filter: ListFilter,
    /// Names of fields, `owner`, `department`, `created_at`, `updated_at`; in the order of the file.
    pub columns: Vec<String>,
    /// Why, 2 to 200 characters; goes into the audit log.
    pub reason: String,
    /// Language of header and choices; `zh-CN` if not given.
    #[serde(default)]
    pub lang: Option<String>,
}

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    vec![
        Operation::new(
            Method::POST,
            "/customers/exports",
            "customers_export",
            Access::to::<actions::Export, Customer>(),
            export,
        )
        .body::<CustomerExport>()
        .answers_file("application/octet-stream")
        .approvable(),
    ]
}

async fn export(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    JsonBody(input): JsonBody<CustomerExport>,
) -> Result<Response, CrmError> {
    let scope = crm.policy.scope::<actions::Export, Customer>(&caller)?;
    let columns = crm.export_columns(&caller, &input.columns)?;
    let reason = reason("reason", &input.reason, crate::REASON)?;
    let keys = crm.keys(caller.org()).await?;
    let ids = crm.filtered_ids(&scope, &keys, &input.filter).await?;
    // There may be more of them by now than when it was asked whether others have to approve.
    crm.policy.covers(&scope, ids.len() as u64)?;
    let id = ImportId::new(crm.store.clock(), crm.store.random());
    let sealed = keys.tenant.seal_reason(None, reason, crm.store.random());
    let event = Event::of_scope(&scope)
        .with("export", Detail::id(*id.as_bytes()))
        .with("format", Detail::code(input.format.name()))
        .with("customers", Detail::count(ids.len() as u64))
        .with(
            "columns",
            Detail::names(columns.iter().map(|column| column.name())),
        )
        .with(
            "revealed",
            Detail::names(crm.revealed_columns(&caller, &columns)),
        )
        .with("reason", Detail::sealed(sealed));
    crm.sink
        .record_durably(with_filter(event, &keys, &input.filter))
        .await?;
    let language = input.lang.unwrap_or_else(|| DEFAULT_LANGUAGE.to_owned());
    let sheet = crm.words().field(&language, "customers");
    let stem = format!("customers-{}", crm.store.clock().now().utc_date());
    let runtime = Handle::current();
    let format = input.format;
    let export = Export {
        crm,
        scope,
        keys,
        columns,
        language,
        ids,
    };
    Ok(download::table(format, &stem, &sheet, move |out| {
        export.write(&runtime, out)
    }))
}
