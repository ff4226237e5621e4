//! Reading and setting who the log is shown to.

use super::{Settings, sql};
use crate::resources::LogSettingsResource;
use crate::{Transparency, TransparencyError};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, actions};
use custos_store::StoreError;
use custos_values::OrgId;

const SEALED: &str = "log.settings";

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

impl Transparency {
    async fn permitted(
        &self,
        caller: &Caller,
    ) -> Result<(Permit<actions::Read, LogSettingsResource>, Settings, i64), TransparencyError>
    {
        let org = caller.org();
        let facts = Facts::<LogSettingsResource>::shared(org, *org.as_bytes(), 0);
        let permit = self.policy().permit::<actions::Read, _>(caller, &facts)?;
        let key = self.store().keys().get(self.store(), org).await?;
        let stored = sql::get(&mut self.store().read().await?, &permit).await?;
        let (settings, version) = open(&key, permit.record(), stored)?;
        Ok((permit, settings, version))
    }

    /// The settings and their version, for a person; leaves an entry.
    pub(crate) async fn settings(
        &self,
        caller: &Caller,
    ) -> Result<(Settings, i64), TransparencyError> {
        let (permit, settings, version) = self.permitted(caller).await?;
        self.sink().record(Event::of(&permit)).await?;
        Ok((settings, version))
    }

    /// The settings, for the job.
    pub(crate) async fn job_settings(&self, org: OrgId) -> Result<Settings, TransparencyError> {
        let (_, settings, _) = self.permitted(&Self::job(org)).await?;
        Ok(settings)
    }

    /// Whose signatures an organisation asks for, as a file for verifiers (C2SP tlog-policy); none if it asks for nobody's.
    ///
    /// # Errors
    /// [`TransparencyError`] when the settings cannot be read.
    pub async fn stated_witnesses(&self, org: OrgId) -> Result<Option<String>, TransparencyError> {
        let settings = self.job_settings(org).await?;
        if settings.keys().next().is_none() {
            return Ok(None);
        }
        let verifier = self.store().log_verifier(org).await?;
        Ok(Some(settings.as_policy(&verifier.verifier_key())))
    }

    /// Replaces the settings of a version, given as the API takes them.
    ///
    /// # Errors
    /// Refused, 412, or 422 naming the fields.
    pub async fn set_as(
        &self,
        caller: &Caller,
        version: i64,
        settings: serde_json::Value,
    ) -> Result<(), TransparencyError> {
        let settings = serde_json::from_value(settings);
        let malformed = |_| Problem::bad_request("request.malformed");
        self.set_settings(caller, version, settings.map_err(malformed)?)
            .await
    }

    /// Replaces the settings of a version.
    ///
    /// # Errors
    /// Refused, 412, or 422 naming the fields.
    pub(crate) async fn set_settings(
        &self,
        caller: &Caller,
        version: i64,
        settings: Settings,
    ) -> Result<(), TransparencyError> {
        let org = caller.org();
        let facts = Facts::<LogSettingsResource>::shared(org, *org.as_bytes(), 0);
        let permit = self.policy().permit::<actions::Update, _>(caller, &facts)?;
        let settings = settings.trimmed();
        let problems = settings.problems();
        if !problems.is_empty() {
            return Err(Problem::invalid(problems).into());
        }
        let store = self.store();
        let key = store.keys().get(store, org).await?;
        let text = serde_json::to_vec(&settings).map_err(Problem::internal)?;
        let sealed = key.seal_secret(SEALED, permit.record(), &text, store.random());
        let mut tx = store.write(caller).await?;
        if !sql::put(&mut tx, &permit, version, sealed, store.clock().now()).await? {
            return Err(StoreError::Stale.into());
        }
        let ways = [
            settings.public.then_some("public"),
            settings.mail.as_ref().map(|_| "mail"),
        ];
        let event = Event::of(&permit)
            .with("witnesses", Detail::count(settings.witnesses.len() as u64))
            .with("quorum", Detail::count(settings.quorum.into()))
            .with("watched", Detail::count(settings.watched.len() as u64))
            .with("ways", Detail::names(ways.into_iter().flatten()));
        Ok(tx.finish(event).await?)
    }
}
