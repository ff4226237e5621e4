//! Which rule is which function.

use super::{Context, Hit, access, accounts, behaviour, desk, keys};
use crate::AuditError;

impl Context {
    /// What the rule finds now.
    pub(crate) async fn evaluate(&self) -> Result<Vec<Hit>, AuditError> {
        Ok(match self.rule.code {
            "dormant_administrator" => accounts::dormant(self, true),
            "dormant_account" => accounts::dormant(self, false),
            "never_signed_in" => accounts::never_signed_in(self),
            "administrator_without_factor" => accounts::without_factor(self, true),
            "account_without_factor" => accounts::without_factor(self, false),
            "leaver_with_access" => accounts::leavers(self),
            "too_few_administrators" => accounts::too_few(self),
            "too_many_administrators" => accounts::too_many(self),
            "wide_reach" => accounts::wide_reach(self),
            "api_key_unused" => keys::unused(self),
            "api_key_idle" => keys::idle(self),
            "api_key_long_lived" => keys::long_lived(self),
            "api_key_anywhere" => keys::anywhere(self),
            "export_at_night" => behaviour::at_night(self).await?,
            "large_export" => behaviour::large_export(self).await?,
            "many_exports" => behaviour::many_a_day(self, "customer.export").await?,
            "many_reveals" => behaviour::many_a_day(self, "customer.reveal").await?,
            "unusual_reader" => behaviour::unusual_reader(self).await?,
            "often_refused" => behaviour::often_refused(self).await?,
            "failed_sign_ins" => behaviour::failed_sign_ins(self).await?,
            "shared_address" => behaviour::shared_address(self).await?,
            "many_addresses" => behaviour::many_addresses(self).await?,
            "factor_removed" => access::factor_removed(self).await?,
            "roles_growing" => access::roles_growing(self).await?,
            "self_approved" => access::self_approved(self).await?,
            "label_downgraded" => access::label_downgraded(self).await?,
            "emergency_unreviewed" => access::emergency_unreviewed(self).await?,
            "session_stolen" => access::each(self, "session.theft").await?,
            "security_settings_changed" => access::each(self, "security_settings.update").await?,
            "log_unverified" => desk::not_done(self, "audit_entry.verify").await?,
            "desk_unattended" => desk::not_done(self, "audit_entry.list").await?,
            "log_unwitnessed" => desk::unwitnessed(self).await?,
            _ => Vec::new(),
        })
    }
}
