//! How many sessions one person may have at once.

use super::rules::Rules;
use super::settings::WhenFull;
use crate::accounts::sql as accounts;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::{SessionResource, UserResource};
use crate::sessions::{longest_lag_ms, sql as sessions};
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::policy::{Facts, Origin, Permit, RoleSet, actions};
use custos_store::WriteTx;
use custos_values::{SessionId, UserId};

/// What comes of a sign-in that is about to be completed.
pub(crate) enum Room {
    /// It may be, and these sessions ended for it, which memory has to forget once the transaction is through.
    Made(Vec<SessionId>),
    /// It may not: there are as many sessions as there may be.
    None(Problem),
}

impl Identity {
    /// Makes room for one more session of an account, within the transaction that completes the sign-in. Sign-ins to one
    /// account wait for each other here, so that many at once do not slip in together.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn make_room(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<actions::Update, UserResource>,
        rules: &Rules,
        roles: RoleSet,
        origin: &Origin,
    ) -> Result<Room, IdentityError> {
        let org = permit.org();
        let user = UserId::from_bytes(*permit.record());
        let Some((most, when_full)) = rules.concurrent(roles) else {
            return Ok(Room::Made(Vec::new()));
        };
        let now = self.store().clock().now();
        // Holds the account's row until the end of the transaction.
        accounts::signed_in(tx, permit, now).await?;
        let limits = rules.limits();
        // What was last written down may lag behind: a session is rather counted too long than not at all.
        let unseen_since = now.plus_millis(-limits.idle_ms - longest_lag_ms(&limits));
        let made_before = now.plus_millis(-limits.absolute_ms);
        let live = sessions::live_of_user(tx, user, unseen_since, made_before).await?;
        let Some(surplus) = (live.len() + 1).checked_sub(most).filter(|more| *more > 0) else {
            return Ok(Room::Made(Vec::new()));
        };
        if when_full == WhenFull::NewestRefused {
            let problem = Problem::new(StatusCode::CONFLICT, "session.too_many");
            return Ok(Room::None(problem.with("max", most)));
        }
        let mut ended = Vec::with_capacity(surplus);
        for id in live.into_iter().take(surplus) {
            let facts = Facts::<SessionResource>::owned(org, *id.as_bytes(), 0, Some(user), None);
            let keeper = Self::keeper(org, origin.clone());
            let permit = self
                .policy()
                .permit::<actions::Delete, _>(&keeper, &facts)?;
            if sessions::delete(tx, &permit, user).await? {
                ended.push(id);
            }
        }
        Ok(Room::Made(ended))
    }
}
