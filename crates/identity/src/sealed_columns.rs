//! Every column of this crate's tables that holds secrets under the organisation's key, for a rotation of it. Codes that were
//! sent are not among them: they run out sooner than a rotation ends.

use custos_store::{Purpose, SealedColumn};

const fn column(
    table: &'static str,
    column: &'static str,
    row: &'static str,
    purpose: &'static str,
) -> SealedColumn {
    SealedColumn {
        table,
        column,
        row,
        purpose: Purpose::Fixed(purpose),
    }
}

/// The columns.
pub const SEALED_COLUMNS: &[SealedColumn] = &[
    column("organisation", "name", "id", "organisation.name"),
    column("department", "name", "id", "department.name"),
    column("account", "name", "id", "user.name"),
    column("account", "login", "id", "user.login"),
    column("account_engagement", "firm", "id", "external_auditor.firm"),
    column("session", "enrolment", "id", "session.enrolment"),
    column("session", "agent", "id", "session.agent"),
    column("session", "made_from", "id", "session.made_from"),
    column("session", "seen_from", "id", "session.seen_from"),
    column("factor", "name", "id", "factor.name"),
    column("factor", "secret", "id", "factor.secret"),
    column("identity_provider", "name", "id", "provider.name"),
    column("identity_provider", "config", "id", "provider.config"),
    column("identity_provider", "secret", "id", "provider.secret"),
    column("identity_provider", "mapping", "id", "provider.mapping"),
    column(
        "federated_identity",
        "subject",
        "user_id",
        "federation.subject",
    ),
    column("api_key", "name", "id", "api_key.name"),
    column("api_key", "last_used_from", "id", "api_key.used_from"),
    column("provisioned_group", "name", "id", "provisioned_group.name"),
    column(
        "provisioned_group",
        "external_id",
        "id",
        "provisioned_group.external_id",
    ),
    column("device", "name", "id", "device.name"),
    column("device", "agent", "id", "device.agent"),
    column("device", "secret", "id", "device.secret"),
    SealedColumn {
        table: "preference",
        column: "value",
        row: "user_id",
        purpose: Purpose::Named("preference/", "name"),
    },
    SealedColumn {
        table: "account_contact",
        column: "value",
        row: "user_id",
        purpose: Purpose::Named("contact.", "kind"),
    },
];
