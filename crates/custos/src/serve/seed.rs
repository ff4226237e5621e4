//! The demonstration organisation.

use super::announcement::Link;
use crate::cli::Failure;
use crate::product::Features;
use custos_identity::DemoPlan;

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
