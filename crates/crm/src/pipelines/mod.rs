//! Sales pipelines 销售流程: the stages an organisation leads its opportunities through.

mod http;
mod model;
mod sql;

pub use http::operations;
pub(crate) use model::Pipeline;
pub use sql::MIGRATION;

use crate::records::Settling;
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::policy::{Caller, Resource};
use custos_values::RecordId;

/// The field of an opportunity that says its pipeline.
pub(crate) const FIELD: &str = "pipeline";

/// For what a pipeline's content is sealed.
pub(crate) const PURPOSE: &str = "pipeline.content";

/// The resource type of pipelines.
#[derive(Debug)]
pub enum Pipelines {}

impl Resource for Pipelines {
    const TYPE: &'static str = "pipeline";
}

impl Crm {
    /// The organisation's pipelines, the usual one first; one that comes with the product if it has none.
    pub(crate) async fn pipelines(&self, caller: &Caller) -> Result<Vec<Pipeline>, CrmError> {
        let keys = self.keys(caller.org()).await?;
        sql::all(&mut self.store.read().await?, &keys, caller).await
    }

    /// The same as a change under way sees them.
    pub(crate) async fn pipelines_within(
        &self,
        settling: &mut Settling<'_, '_>,
    ) -> Result<Vec<Pipeline>, CrmError> {
        let keys = self.keys(settling.caller.org()).await?;
        sql::all(settling.tx, &keys, settling.caller).await
    }

    /// A pipeline by its id, the usual one if none is named.
    pub(crate) async fn pipeline_or_usual(
        &self,
        caller: &Caller,
        id: Option<&str>,
    ) -> Result<Pipeline, CrmError> {
        let unknown = || Problem::bad_request("pipeline.unknown");
        let id = id.filter(|id| !id.is_empty());
        let id: Option<RecordId> = id.map(|id| id.parse().map_err(|_| unknown())).transpose()?;
        let pipelines = self.pipelines(caller).await?;
        let mut all = pipelines.into_iter();
        let found = match id {
            None => all.next(),
            Some(id) => all.find(|pipeline| pipeline.id == id),
        };
        Ok(found.ok_or_else(unknown)?)
    }
}
