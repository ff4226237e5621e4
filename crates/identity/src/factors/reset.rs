//! Taking the factors of somebody away who lost them.

use super::sql;
use crate::accounts::sql as accounts;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::schema::FactorKind;
use crate::sessions;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, actions};
use custos_values::UserId;

impl Identity {
    /// Takes the factors of an account away, all or those of one kind, and ends its sessions. Where none is left, the
    /// recovery codes go too and the next sign-in sets a factor up anew.
    ///
    /// # Errors
    /// Refused, or 404.
    pub async fn reset_factors(
        &self,
        caller: &Caller,
        id: UserId,
        kind: Option<FactorKind>,
    ) -> Result<(), IdentityError> {
        let mut tx = self.store().write(caller).await?;
        let (permit, _) = self
            .account_permit::<actions::Grant>(&mut tx, caller, id, None)
            .await?;
        accounts::hold(&mut tx, &permit).await?;
        let removed = sql::delete_of_user(&mut tx, &permit, kind).await?;
        if sql::of_user_within(&mut tx, id).await?.is_empty() {
            accounts::drop_recovery_codes(&mut tx, &permit).await?;
        }
        let ended = sessions::sql::delete_of_user(&mut tx, &permit, None).await?;
        let event = Event::of(&permit)
            .with("changes", Detail::names(["second_factor"]))
            .with("kind", Detail::code(kind.map_or("all", FactorKind::name)))
            .with("factors_removed", Detail::count(removed))
            .with("sessions_ended", Detail::count(ended));
        tx.finish(event).await?;
        self.account_changed(caller, id);
        Ok(())
    }
}
