//! Reading, setting and trying the ways out.

use super::model::{same_provider, same_server};
use super::{Settings, sql};
use crate::TEST;
use crate::delivery::{self, Failure};
use crate::error::OutboxError;
use crate::message::{Draft, Recipient, Template};
use crate::outbox::Outbox;
use crate::resources::OutboxResource;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, Policy, actions};
use custos_store::{Store, StoreError};
use custos_values::MessageId;
use zeroize::Zeroizing;

const SEALED: &str = "outbox.settings";
/// Text messages of a test say this code.
const TEST_CODE: &str = "000000";

fn open(
    key: &TenantKey,
    row: &[u8; 16],
    stored: Option<(Vec<u8>, i64)>,
) -> Result<(Settings, i64), StoreError> {
    let Some((sealed, version)) = stored else {
        return Ok((Settings::default(), 0));
    };
    let text = key.open_secret(SEALED, row, &sealed)?;
    let settings = serde_json::from_slice(&text).map_err(|_| CryptoError::Malformed)?;
    Ok((settings, version))
}

/// The settings as of now, for sending.
pub(crate) async fn load(
    store: &Store,
    policy: &Policy,
    caller: &Caller,
) -> Result<Settings, OutboxError> {
    let facts = Facts::<OutboxResource>::shared(caller.org(), *caller.org().as_bytes(), 0);
    let permit = policy.permit::<actions::Read, _>(caller, &facts)?;
    let key = store.keys().get(store, caller.org()).await?;
    let stored = sql::get(&mut store.read().await?, &permit).await?;
    Ok(open(&key, permit.record(), stored)?.0)
}

impl Outbox {
    /// The settings and their version.
    pub(crate) async fn settings(&self, caller: &Caller) -> Result<(Settings, i64), OutboxError> {
        let facts = Facts::<OutboxResource>::shared(caller.org(), *caller.org().as_bytes(), 0);
        let permit = self.policy().permit::<actions::Read, _>(caller, &facts)?;
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let stored = sql::get(&mut self.store().read().await?, &permit).await?;
        let opened = open(&key, permit.record(), stored)?;
        self.sink().record(Event::of(&permit)).await?;
        Ok(opened)
    }

    /// Replaces the settings of a version. A secret that is absent stays, as long as it goes to the same server under the
    /// same name.
    ///
    /// # Errors
    /// Refused, 412, or 422 naming the fields.
    pub(crate) async fn set_settings(
        &self,
        caller: &Caller,
        version: i64,
        mut new: Settings,
    ) -> Result<(), OutboxError> {
        let permit = self.update_permit(caller)?;
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let mut tx = store.write(caller).await?;
        let (before, _) = open(&key, permit.record(), sql::current(&mut tx, &permit).await?)?;
        if let (Some(old), Some(smtp)) = (&before.smtp, &mut new.smtp)
            && smtp.password.is_none()
            && same_server(old, smtp)
        {
            smtp.password.clone_from(&old.password);
        }
        if let (Some(old), Some(sms)) = (&before.sms, &mut new.sms)
            && sms.key_secret.is_empty()
            && same_provider(old, sms)
        {
            sms.key_secret.clone_from(&old.key_secret);
        }
        let problems = new.problems();
        if !problems.is_empty() {
            return Err(Problem::invalid(problems).into());
        }
        let text = Zeroizing::new(serde_json::to_vec(&new).map_err(Problem::internal)?);
        let sealed = key.seal_secret(SEALED, permit.record(), &text, store.random());
        if !sql::put(&mut tx, &permit, version, sealed, store.clock().now()).await? {
            return Err(StoreError::Stale.into());
        }
        let ways = [
            new.smtp.as_ref().map(|_| "smtp"),
            new.sms.as_ref().map(|_| "sms"),
        ];
        let event = Event::of(&permit).with("ways", Detail::names(ways.into_iter().flatten()));
        Ok(tx.finish(event).await?)
    }

    /// Sends a test message at once, and says how that went.
    ///
    /// # Errors
    /// Refused.
    pub(crate) async fn test(
        &self,
        caller: &Caller,
        recipient: Recipient,
        language: String,
    ) -> Result<Result<(), Failure>, OutboxError> {
        // Whoever may set where messages go may try it, and by the same proof.
        let permit = self.update_permit(caller)?;
        let messenger = Self::messenger(caller.org());
        let settings = load(self.store(), self.policy(), &messenger).await?;
        let template = match recipient {
            Recipient::Mail(_) => Template::Test,
            Recipient::Mobile(_) => Template::SignInCode,
        };
        let draft = Draft {
            template,
            recipient,
            language,
            params: vec![
                ("code", TEST_CODE.to_owned()),
                ("minutes", "10".to_owned()),
                ("link", "/".to_owned()),
            ],
            life_ms: 0,
        };
        let channel = draft.recipient.channel();
        let id = MessageId::new(self.store().clock(), self.store().random());
        let outcome = delivery::send_now(self, &settings, id, &draft).await;
        let event = Event::own::<OutboxResource>(caller, &TEST, Some(*permit.record()))
            .with("channel", Detail::code(channel.name()));
        let event = match &outcome {
            Ok(()) => event,
            Err(failure) => event.with("error", Detail::code(failure.code())),
        };
        self.sink().record_durably(event).await?;
        Ok(outcome)
    }

    fn update_permit(
        &self,
        caller: &Caller,
    ) -> Result<Permit<actions::Update, OutboxResource>, OutboxError> {
        let facts = Facts::shared(caller.org(), *caller.org().as_bytes(), 0);
        Ok(self.policy().permit(caller, &facts)?)
    }
}

/// What is answered to a test to somebody who cannot be written to.
pub(super) fn bad_recipient() -> OutboxError {
    let field = custos_http::FieldProblem::new("recipient", "outbox.recipient.invalid");
    Problem::invalid(vec![field]).into()
}
