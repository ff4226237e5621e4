//! What an export would give away, for those who have to approve it.

use super::columns::Column;
use super::http::CustomerExport;
use crate::crm::OrgKeys;
use crate::customers::{Customer, ListFilter, sql};
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::policy::{Caller, Facts, Level, Scope, actions};

/// Customers looked up at once.
const AT_ONCE: usize = 512;

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
    /// The highest level of what would leave.
    pub level: Level,
    /// Whether masked fields would leave in clear.
    pub reveals: bool,
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
        let ids = self.filtered_ids(&scope, &keys, &input.filter).await?;
        Ok(ExportForeseen {
            customers: ids.len() as u64,
            level: self.highest_level(&scope, &keys, &ids, &columns).await?,
            reveals: !self.revealed_columns(caller, &columns).is_empty(),
            columns: columns.iter().map(|column| column.name()).collect(),
            format: input.format.name(),
            filters: given(&input.filter),
        })
    }
}

impl Crm {
    /// The highest level among some customers, and the fields of theirs that would leave.
    async fn highest_level(
        &self,
        scope: &Scope<actions::Export, Customer>,
        keys: &OrgKeys,
        ids: &[[u8; 16]],
        columns: &[Column],
    ) -> Result<Level, CrmError> {
        let possible = self.indexes.marks(scope.org()).highest();
        // Where nobody uses labels, nobody waits for all of them to be looked up.
        if possible <= Level::default() {
            let none = Facts::<Customer>::shared(scope.org(), [0; 16], 0);
            return Ok(fields_level(self, &none, columns).max(possible));
        }
        let mut highest = Level::Public;
        let mut tx = self.store.read().await?;
        for some in ids.chunks(AT_ONCE) {
            let stored = sql::find_batch(&mut tx, keys, scope.caller(), some).await?;
            let levels = stored
                .iter()
                .map(|customer| fields_level(self, &customer.facts, columns));
            highest = levels.fold(highest, Level::max);
        }
        Ok(highest)
    }
}

/// The level of a customer and of those of its fields that columns show.
pub(super) fn fields_level(crm: &Crm, facts: &Facts<Customer>, columns: &[Column]) -> Level {
    let levels = columns
        .iter()
        .map(|column| crm.policy.level_of_field(facts, column.name()));
    levels.max().unwrap_or_default()
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
