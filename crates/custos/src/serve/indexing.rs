//! The search index of every organisation, also of one that is set up while the server runs.

use crate::product::Features;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How soon a new organisation's index begins to be read.
const WHILE_EMPTY: Duration = Duration::from_millis(250);
const OTHERWISE: Duration = Duration::from_secs(5);

/// Starts reading and following indexes; ends, with all of them, when it is aborted.
pub(super) fn follow_organisations(features: &Features) -> tokio::task::JoinHandle<()> {
    let identity = Arc::clone(&features.identity);
    let crm = Arc::clone(&features.crm);
    tokio::spawn(async move {
        let mut known = HashSet::new();
        let mut following = JoinSet::new();
        loop {
            match identity.organisations().await {
                Ok(organisations) => {
                    for org in organisations {
                        if known.insert(org) {
                            let index = crm.start_indexing(org);
                            let ends_with_us = AbortOnDrop(index);
                            following.spawn(ends_with_us.wait());
                        }
                    }
                }
                Err(error) => tracing::error!(%error, "the organisations cannot be read"),
            }
            let pause = if known.is_empty() {
                WHILE_EMPTY
            } else {
                OTHERWISE
            };
            tokio::time::sleep(pause).await;
        }
    })
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl AbortOnDrop {
    async fn wait(mut self) {
        if let Err(error) = (&mut self.0).await {
            tracing::error!(%error, "an index is no longer followed");
        }
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
