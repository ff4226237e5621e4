//! What was used of what is granted, for the access feature: from the counts of the audit desk.

use custos_access::unused::{Permission, Usage, Use, Uses};
use custos_audit::{AuditError, Desk};
use custos_http::Registry;
use custos_store::{ActionUse, StoreError};
use custos_values::{OrgId, Timestamp, UserId};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;

/// Permissions whose use leaves entries under other names than their own. An entry that others leave as well does not tell.
pub const TELLING: &[(&str, &[&str])] = &[
    (
        "access_rules.explain",
        &["access_rules.try", "access_rules.suppose"],
    ),
    (
        "access_review.update",
        &[
            "access_review.cancel",
            "access_review.close",
            "access_review.reassign",
        ],
    ),
    ("access_review_line.update", &["access_review_line.decide"]),
    ("approval.list", &["approval.read"]),
    ("break_glass.create", &["break_glass.begin"]),
    ("break_glass.update", &["break_glass.end"]),
    ("break_glass.verify", &["break_glass.review"]),
    (
        "import.update",
        &["import.start", "import.cancel", "import.resume"],
    ),
    ("outbox.update", &["outbox.test"]),
    (
        "reassignment.update",
        &["reassignment.resume", "reassignment.cancel"],
    ),
    ("security_settings.update", &["security_settings.preview"]),
    ("session.delete", &["session.revoke"]),
];

/// What else than the database can fail there is a mistake in what is stored.
pub(super) fn failed(error: AuditError) -> StoreError {
    match error {
        AuditError::Store(error) => error,
        other => StoreError::Corrupt(other.to_string()),
    }
}

/// The counts of the desk.
pub(super) struct Counted(pub(super) Arc<Desk>);

impl Usage for Counted {
    fn since(&self, org: OrgId, from: Timestamp) -> BoxFuture<'_, Result<Uses, StoreError>> {
        async move {
            let counted = self.0.usage(org, from).await;
            let (since, uses) = counted.map_err(failed)?;
            let one = |it: ActionUse| Use {
                user: UserId::from_bytes(it.actor),
                action: it.action,
                last: it.last,
            };
            Ok(Uses {
                since,
                uses: uses.into_iter().map(one).collect(),
            })
        }
        .boxed()
    }
}

/// Everything operations ask for, with the entries that tell that it was used.
pub(super) fn permissions(registry: &Registry) -> Vec<Permission> {
    let all = super::catalogue::permissions(registry).into_iter();
    let told = all.map(|(resource, action)| {
        let name = format!("{resource}.{action}");
        let entries = TELLING.iter().find(|(of, _)| *of == name);
        Permission {
            resource,
            action,
            entries: entries.map_or(&[], |(_, entries)| entries),
        }
    });
    told.collect()
}
