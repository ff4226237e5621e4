//! Taking customers in as they were just written or read.

use crate::{Crm, CrmError};
use custos_search::Document;
use custos_values::OrgId;

/// Customers taken in while searches wait.
const AT_ONCE: usize = 100;

impl Crm {
    /// Brings documents of customers that were just written into the index; the log's follower would, too, but later.
    pub(crate) fn index_many(&self, org: OrgId, documents: &[Document]) -> Result<(), CrmError> {
        // While the index is loading the follower will come to these changes.
        let Ok(shared) = self.indexes.ready(org) else {
            return Ok(());
        };
        for some in documents.chunks(AT_ONCE) {
            let mut index = shared.write();
            for document in some {
                index.upsert(document).map_err(super::load::unindexable)?;
            }
        }
        Ok(())
    }
}
