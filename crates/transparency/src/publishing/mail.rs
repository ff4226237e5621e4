//! Checkpoints and alarms by mail.

use crate::resources::LogSettingsResource;
use crate::settings::{MailTo, Settings};
use crate::witnesses::{Newest, Standing};
use crate::{Transparency, TransparencyError};
use custos_kernel::event::Event;
use custos_kernel::policy::{Origin, Permit, actions};
use custos_outbox::{Draft, Recipient, Template};
use custos_store::{Migration, StoreError, Value, WriteTx};
use custos_values::{Email, OrgId, Timestamp};

const HOUR_MS: i64 = 3_600_000;
/// A checkpoint is worth keeping whenever it comes.
const LIFE_MS: i64 = 7 * 24 * HOUR_MS;

/// When the last mail with a checkpoint was queued.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0313_log_mail",
    sql: "CREATE TABLE log_mail (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, mailed_at BIGINT NOT NULL, PRIMARY KEY (org_id, id))",
};

impl Transparency {
    /// Queues a mail with the newest checkpoint, if it is time for one.
    pub(crate) async fn publish_by_mail(
        &self,
        org: OrgId,
        settings: &Settings,
        newest: &Newest,
    ) -> Result<(), TransparencyError> {
        let Some(mail) = &settings.mail else {
            return Ok(());
        };
        let now = self.store().clock().now();
        let caller = Self::job(org);
        let permit = self.job_permit(org)?;
        let due = now.plus_millis(-i64::from(mail.hours) * HOUR_MS);
        let sql = "SELECT 1 FROM log_mail WHERE org_id = $1 AND mailed_at > $2";
        let mut tx = self.store().read().await?;
        let recent = tx.lookup(&caller, sql, &[Value::from(due)]).await?;
        drop(tx);
        if !recent.is_empty() {
            return Ok(());
        }
        let mut tx = self.store().write(&caller).await?;
        if !claim(&mut tx, &permit, now, due).await? {
            // Another node was quicker.
            return Ok(());
        }
        let params = vec![("checkpoint", newest.note.clone())];
        let event = self
            .mail(&mut tx, org, mail, Template::LogCheckpoint, params)
            .await?;
        if let Some(event) = event {
            tx.finish(event).await?;
        }
        Ok(())
    }

    /// Queues the mail about a holder of checkpoints whose checkpoint the log does not continue.
    pub(crate) async fn mail_alarm(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        mail: &MailTo,
        (holder, standing): (&str, Standing),
    ) -> Result<Option<Event>, TransparencyError> {
        let params = vec![
            ("holder", holder.to_owned()),
            ("standing", standing.code().to_owned()),
            ("link", "/admin/log".to_owned()),
        ];
        self.mail(tx, org, mail, Template::LogRefused, params).await
    }

    async fn mail(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        mail: &MailTo,
        template: Template,
        params: Vec<(&'static str, String)>,
    ) -> Result<Option<Event>, TransparencyError> {
        let Ok(address) = Email::parse(&mail.address) else {
            // It was checked when it was set.
            return Ok(None);
        };
        let draft = Draft {
            template,
            recipient: Recipient::Mail(address.value),
            language: mail.language.clone(),
            params,
            life_ms: LIFE_MS,
        };
        let origin = Origin::default();
        let queued = self.queue().enqueue(tx, org, &origin, &draft).await?;
        Ok(Some(queued))
    }
}

/// Takes the turn to send: false if somebody has since `due`.
async fn claim(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, LogSettingsResource>,
    now: Timestamp,
    due: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO log_mail (org_id, id, mailed_at) VALUES ($1, $2, $3) ON CONFLICT (org_id, id) \
               DO UPDATE SET mailed_at = excluded.mailed_at WHERE log_mail.mailed_at <= $4";
    let values = [Value::from(now), Value::from(due)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
