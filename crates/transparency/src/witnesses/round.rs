//! A round to all witnesses of a log.

use super::visit::{Newest, Visited, visit};
use super::{Standing, sql};
use crate::resources::LogSettingsResource;
use crate::settings::{Settings, Witness};
use crate::transparency::Turn;
use crate::{ACCEPTED, REFUSED, Transparency, TransparencyError};
use custos_kernel::audit::{Detail, WitnessKey};
use custos_kernel::event::Event;
use custos_store::StoredCosignature;
use custos_values::OrgId;
use futures::future::join_all;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a witness is waited for. With [`crate::INTERVAL`] twice this leaves a checkpoint below a minute old.
const PATIENCE: Duration = Duration::from_secs(8);

impl Transparency {
    /// How the log stands with those who hold its checkpoints, by their key.
    pub(crate) async fn standings(
        &self,
        org: OrgId,
    ) -> Result<BTreeMap<String, Standing>, TransparencyError> {
        let mut tx = self.store().read().await?;
        Ok(sql::standings(&mut tx, &Self::job(org)).await?)
    }

    /// The newest checkpoint, as the log alone has signed it.
    pub(crate) async fn newest(&self, org: OrgId) -> Result<Option<Newest>, TransparencyError> {
        let scope = self.whole_log(org)?;
        let Some((stored, _)) = self.store().newest_checkpoint(&scope).await? else {
            return Ok(None);
        };
        let verifier = self.store().log_verifier(org).await?;
        Ok(Some(Newest {
            checkpoint: verifier.verify(&stored.note)?,
            note: verifier.own_note(&stored.note)?,
        }))
    }

    /// Brings the newest checkpoint to every witness that does not have it.
    pub(crate) async fn visit_witnesses(
        self: &Arc<Self>,
        org: OrgId,
        settings: &Settings,
        newest: &Arc<Newest>,
    ) -> Result<(), TransparencyError> {
        let standings = self.standings(org).await?;
        // All at once: what one of them takes to answer, or fails at, is not the others' to wait for.
        let visits = settings.keys().map(|(witness, key)| {
            let was = standings.get(&witness.key).copied();
            self.visit_one(org, settings, newest, (witness, key), was)
        });
        join_all(visits).await.into_iter().collect()
    }

    /// Brings the newest checkpoint to one witness, unless it has it, or is still being asked.
    async fn visit_one(
        self: &Arc<Self>,
        org: OrgId,
        settings: &Settings,
        newest: &Arc<Newest>,
        (witness, key): (&Witness, WitnessKey),
        was: Option<Standing>,
    ) -> Result<(), TransparencyError> {
        let scope = self.whole_log(org)?;
        let signed = self.store().newest_cosignature(&scope, key.name()).await?;
        let known = signed.map_or(0, |signed| signed.size);
        let size = newest.checkpoint.size;
        if known == size && was.is_none_or(|was| was == Standing::Continues) {
            return Ok(());
        }
        let Some(turn) = self.begin_visit(org, &witness.key) else {
            return Ok(());
        };
        let url = witness.url.clone();
        let visit = self.visit(org, url, (key.clone(), turn), newest, known);
        let visited = match timeout(PATIENCE, visit).await {
            Ok(visited) => visited?,
            // It may yet answer: what it signs is then found out the next time it is asked.
            Err(_) => Visited {
                standing: Standing::Unreachable,
                size: known,
                signed: None,
            },
        };
        self.was_asked(org, &witness.key);
        if let Some((seconds, line)) = &visited.signed {
            let cosignature = StoredCosignature {
                size: visited.size,
                witness: key.name().to_owned(),
                seconds: *seconds,
                line: line.clone(),
            };
            self.store().keep_cosignature(&scope, &cosignature).await?;
        }
        let said = (visited.standing, visited.size);
        self.note(org, settings, (&witness.key, key.name()), was, said)
            .await
    }

    async fn visit(
        self: &Arc<Self>,
        org: OrgId,
        url: String,
        (key, turn): (WitnessKey, Turn),
        newest: &Arc<Newest>,
        known: u64,
    ) -> Result<Visited, TransparencyError> {
        let mut log = self.store().log_reader(&self.whole_log(org)?).await?;
        let (here, newest) = (Arc::clone(self), Arc::clone(newest));
        let work = tokio::task::spawn_blocking(move || {
            // Kept until the answer is there, however long nobody has been waiting for it.
            let _turn = turn;
            visit(&*here.options().http, &url, &key, &mut log, &newest, known)
        });
        work.await.map_err(|_| TransparencyError::Interrupted)
    }

    /// Notes how the log stands with a holder of checkpoints, if that is new: with an entry, and if it means that somebody
    /// changed the log, with a mail.
    pub(crate) async fn note(
        &self,
        org: OrgId,
        settings: &Settings,
        (holder, name): (&str, &str),
        was: Option<Standing>,
        (standing, size): (Standing, u64),
    ) -> Result<(), TransparencyError> {
        if was.unwrap_or(Standing::Continues) == standing {
            return Ok(());
        }
        let permit = self.job_permit(org)?;
        let caller = Self::job(org);
        let mut tx = self.store().write(&caller).await?;
        let now = self.store().clock().now();
        sql::note(&mut tx, &permit, holder, (standing, now)).await?;
        tracing::warn!(
            name,
            standing = standing.code(),
            "the log and who holds its checkpoints"
        );
        let accepted = standing == Standing::Continues;
        let happened = if accepted { &ACCEPTED } else { &REFUSED };
        let event = Event::own::<LogSettingsResource>(&caller, happened, Some(*permit.record()))
            .with("standing", Detail::code(standing.code()))
            .with("size", Detail::count(size));
        let mut events = vec![if accepted { event } else { event.failed() }];
        if standing.is_alarm()
            && let Some(mail) = &settings.mail
        {
            let told = self
                .mail_alarm(&mut tx, org, mail, (name, standing))
                .await?;
            events.extend(told);
        }
        Ok(tx.finish_all(events).await?)
    }
}
