//! Whether what a request was admitted with still holds while its answer leaves.

use super::sql;
use crate::api_keys;
use crate::error::IdentityError;
use crate::events::CUT_OFF;
use crate::identity::Identity;
use crate::resources::SessionResource;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, CallerKind};
use custos_values::Timestamp;

impl Identity {
    /// Whether a caller admitted before may still be served: session or key lasts, the account is active, its roles and
    /// reach are what they were, and nothing bars them. If not, the log says so when this returns. What cannot be looked
    /// up does not last.
    pub async fn still_serves(&self, caller: &Caller) -> bool {
        let reason = match self.ended(caller).await {
            Ok(None) => return true,
            Ok(Some(reason)) => reason,
            Err(error) => {
                tracing::error!(%error, "whether a caller may still be served could not be looked up");
                "unknown"
            }
        };
        let session = caller.session_id().map(|id| *id.as_bytes());
        let event = Event::own::<SessionResource>(caller, &CUT_OFF, session)
            .with("reason", Detail::code(reason));
        if let Err(error) = self.sink().record_durably(event).await {
            tracing::error!(%error, "a transfer that was cut off could not be recorded");
        }
        false
    }

    async fn ended(&self, caller: &Caller) -> Result<Option<&'static str>, IdentityError> {
        let now = self.store().clock().now();
        let directory = self.directory(caller.org()).await?;
        let rules = directory.rules();
        let mut read = self.store().read().await?;
        let (user, lasts_until) = match caller.kind() {
            CallerKind::User { user, session } => {
                let made_at = sql::made_at(&mut read, caller, session).await?;
                let whole_ms = rules.limits().absolute_ms;
                (user, made_at.map(|at| at.plus_millis(whole_ms)))
            }
            CallerKind::Key { user, key } => (
                user,
                api_keys::sql::expires_at(&mut read, caller, key).await?,
            ),
            // What they are answered is short.
            CallerKind::Provider { .. } | CallerKind::System(_) => return Ok(None),
        };
        drop(read);
        let lasts = lasts_until.is_some_and(|until: Timestamp| now < until);
        let Some(person) = directory
            .person(user)
            .filter(|person| person.active && lasts)
        else {
            return Ok(Some("ended"));
        };
        let in_force = rules.roles_in_force(person, now);
        let the_same = caller.roles().iter().all(|role| in_force.contains(role))
            && person.data_scope == caller.data_scope()
            && person.department == caller.department();
        if !the_same {
            return Ok(Some("changed"));
        }
        let bar = rules.bar(person.roles, caller.origin().address, now);
        Ok(bar.map(|_| "barred"))
    }
}
