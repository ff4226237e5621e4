//! Messages that tell a person what happened to their account.

use super::{proven_mail, sql};
use crate::accounts::{self, SEALED_NAME};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::{self, open_text};
use crate::preferences;
use crate::sessions::Agent;
use crate::sessions::sql::SessionRow;
use custos_kernel::crypto::TenantKey;
use custos_kernel::event::Event;
use custos_kernel::policy::Origin;
use custos_outbox::{Draft, Template};
use custos_store::WriteTx;
use custos_values::{OrgId, Timestamp, UserId};

/// For how long news about an account are worth sending, in milliseconds.
const LIFE_MS: i64 = 48 * 3_600_000;

/// A moment as mails show it, to the minute.
fn shown(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{} {} UTC", &text[..10], &text[11..16])
}

/// The language a person chose, or that of the organisation. Read within the transaction: who holds one must not wait for
/// a second connection.
pub(crate) async fn language_within(
    tx: &mut WriteTx<'_>,
    key: &TenantKey,
    user: UserId,
) -> Result<String, IdentityError> {
    match preferences::language_within(tx, key, user).await? {
        Some(language) => Ok(language),
        None => Ok(organisation::language_within(tx).await?),
    }
}

impl Identity {
    /// Queues a message to the person within the transaction of what it tells of, which is to be finished with the event.
    /// None if the person has no proven mail address.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn notice(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        user: UserId,
        origin: &Origin,
        template: Template,
        more: Vec<(&'static str, String)>,
    ) -> Result<Option<Event>, IdentityError> {
        let rows = sql::of_user_within(tx, user).await?;
        let store = self.store();
        let key = store.keys().get(store, org).await?;
        let Some(recipient) = proven_mail(&key, user, &rows)? else {
            return Ok(None);
        };
        let name = match accounts::sql::name_within(tx, user).await? {
            Some(sealed) => open_text(&key, SEALED_NAME, user.as_bytes(), &sealed)?,
            None => String::new(),
        };
        let at = shown(store.clock().now());
        let mut params = vec![("name", name), ("at", at)];
        params.extend(more);
        let draft = Draft {
            template,
            recipient,
            language: language_within(tx, &key, user).await?,
            params,
            life_ms: LIFE_MS,
        };
        Ok(Some(self.queue().enqueue(tx, org, origin, &draft).await?))
    }

    /// As [`Self::notice`], of a sign-in on a device not seen before.
    pub(crate) async fn new_sign_in(
        &self,
        tx: &mut WriteTx<'_>,
        row: &SessionRow,
        agent: Agent,
        origin: &Origin,
    ) -> Result<Option<Event>, IdentityError> {
        let [browser, system] = agent.words();
        let address = origin.address.map(|address| address.to_string());
        let more = vec![
            ("browser", browser.to_owned()),
            ("system", system.to_owned()),
            ("address", address.unwrap_or_else(|| "-".to_owned())),
            ("link", "/account".to_owned()),
        ];
        let template = Template::NewSignIn;
        self.notice(tx, row.org, row.user, origin, template, more)
            .await
    }

    /// The language a person chose, or that of the organisation.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn language_of(
        &self,
        org: OrgId,
        user: UserId,
    ) -> Result<String, IdentityError> {
        match crate::preferences::language_before_sign_in(self, org, user).await? {
            Some(language) => Ok(language),
            None => Ok(self.directory(org).await?.language().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_shown_to_the_minute() {
        let at = Timestamp::from_millis(1_800_000_000_123);
        assert_eq!(shown(at), "2027-01-15 08:00 UTC");
    }
}
