//! Where an opportunity stands in its pipeline, and what follows from it.

use crate::pipelines;
use crate::records::{Settling, StateKind, missing, problem};
use crate::{Crm, CrmError};

/// A new opportunity begins in the first stage of the usual pipeline unless it says another; any stage can be moved to
/// from any other; what a stage needs is there; the outcome, when the stage began and when the deal closed are kept.
pub(super) async fn settle(crm: &Crm, settling: &mut Settling<'_, '_>) -> Result<(), CrmError> {
    let pipelines = crm.pipelines_within(settling).await?;
    let named = settling.text(pipelines::FIELD).to_owned();
    let found = match named.as_str() {
        "" => pipelines.first(),
        id => pipelines
            .iter()
            .find(|pipeline| pipeline.id.to_string() == id),
    };
    let pipeline = found.ok_or_else(|| problem(pipelines::FIELD, "pipeline.unknown"))?;
    settling.set(pipelines::FIELD, pipeline.id.to_string());
    // Who moves a deal into another pipeline without a word about the stage begins there.
    let unsaid = settling.text("stage").is_empty()
        || (settling.changes(pipelines::FIELD) && !settling.changes("stage"));
    if unsaid {
        let first = pipeline.stages.first().map(|stage| stage.id.to_string());
        settling.set("stage", first.unwrap_or_default());
    }
    let stage = pipeline.stage(settling.text("stage"));
    let stage = stage.ok_or_else(|| problem("stage", "stage.unknown"))?;
    let lacking = missing(stage.needs.iter().map(String::as_str), settling.after);
    if !lacking.is_empty() {
        return Err(CrmError::Invalid(lacking));
    }
    let today = crm.store.clock().now().utc_date().to_string();
    if settling.changes("stage") {
        settling.set("stage_since", today.clone());
    }
    let kind = stage.kind();
    settling.set("outcome", kind.name().to_owned());
    if kind == StateKind::Open {
        settling.set("closed_at", String::new());
    } else if settling.changes("outcome") {
        settling.set("closed_at", today);
    }
    Ok(())
}
