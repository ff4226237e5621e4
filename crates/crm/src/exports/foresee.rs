//! What an export would give away, for those who have to approve it.

use super::http::CustomerExport;
use crate::customers::{Customer, ListFilter};
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::policy::{Caller, actions};

/// What an export would give away.
#[derive(Debug, Clone)]
pub struct ExportForeseen {
    /// How many customers.
    pub customers: u64,
    /// Which columns, by name.
    pub columns: Vec<&'static str>,
    /// `csv` or `xlsx`.
    pub format: &'static str,
    /// By which filters, and their values.
    pub filters: Vec<(&'static str, String)>,
}

impl Crm {
    /// Reads the body of an export as its handler does, and counts.
    ///
    /// # Errors
    /// The handler's own, but for its reason.
    pub async fn foresee_export(
        &self,
        caller: &Caller,
        body: &[u8],
    ) -> Result<ExportForeseen, CrmError> {
        let malformed = |_| Problem::bad_request("request.malformed");
        let input: CustomerExport = serde_json::from_slice(body).map_err(malformed)?;
        let scope = self.policy.scope::<actions::Export, Customer>(caller)?;
        let columns = self.export_columns(caller, &input.columns)?;
        let keys = self.keys(caller.org()).await?;
        let ids = self.export_ids(&scope, &keys, &input.filter).await?;
        Ok(ExportForeseen {
            customers: ids.len() as u64,
            columns: columns.iter().map(|column| column.name()).collect(),
            format: input.format.name(),
            filters: given(&input.filter),
        })
    }
}

/// The filters that are set.
fn given(filter: &ListFilter) -> Vec<(&'static str, String)> {
    let all = [
        ("q", &filter.q),
        ("status", &filter.status),
        ("level", &filter.level),
        ("source", &filter.source),
        ("industry", &filter.industry),
        ("province", &filter.province),
        ("owner_id", &filter.owner_id),
        ("department_id", &filter.department_id),
        ("updated_from", &filter.updated_from),
        ("updated_to", &filter.updated_to),
    ];
    let set = |(name, value): (&'static str, &Option<String>)| {
        let value = value.as_deref().map(str::trim)?;
        (!value.is_empty()).then(|| (name, value.to_owned()))
    };
    all.into_iter().filter_map(set).collect()
}
