//! The demonstration organisation: its accounts and their customers.

use super::announcement::Link;
use crate::cli::Failure;
use crate::product::Features;
use custos_identity::DemoPlan;
use custos_kernel::policy::Role;
use custos_values::UserId;

/// Makes it on an empty installation; the one-time links of its accounts. On any other nothing happens.
pub(super) async fn demonstration(features: &Features, url: &str) -> Result<Vec<Link>, Failure> {
    let failed = |error: custos_identity::IdentityError| Failure::internal(&error);
    if !features.identity.setup_required().await.map_err(failed)? {
        return Ok(Vec::new());
    }
    let accounts = features
        .identity
        .seed_demo(DemoPlan::default())
        .await
        .map_err(failed)?;
    let sales = |role: Role| matches!(role, Role::Sales | Role::SalesLead);
    let owners: Vec<UserId> = accounts
        .iter()
        .filter(|a| sales(a.role))
        .map(|a| a.id)
        .collect();
    for org in features.identity.organisations().await.map_err(failed)? {
        features
            .crm
            .seed_demo(org, &owners)
            .await
            .map_err(|error| Failure::internal(&error))?;
    }
    Ok(accounts
        .into_iter()
        .map(|account| Link {
            role: account.role.name(),
            name: account.name,
            login: account.login,
            link: format!("{url}{}", account.link.path()),
        })
        .collect())
}
