//! Judging and signing other logs' checkpoints.

use super::sql;
use crate::resources::LogSettingsResource;
use crate::{Transparency, TransparencyError, WITNESS_REFUSED};
use custos_kernel::audit::{
    CheckpointVerifier, Cosigner, Detail, Submission, WitnessRefusal, claimed_checkpoint, sha256,
};
use custos_kernel::event::Event;
use custos_values::OrgId;

/// Signed: the line of the note. Or refused.
pub(super) type Judged = Result<String, WitnessRefusal>;

impl Transparency {
    /// This installation as a witness. Its key comes from the key that signs its own log, and is used for nothing else.
    pub(crate) async fn cosigner(&self, org: OrgId) -> Result<Cosigner, TransparencyError> {
        let key = self.store().keys().get(self.store(), org).await?;
        let seed = sha256(&[b"custos witness\0", &key.checkpoint_seed()[..]].concat());
        Ok(Cosigner::new(&format!("custos/witness/{org}"), &seed)?)
    }

    /// Signs a checkpoint if it continues the one signed before.
    pub(super) async fn add_checkpoint(&self, body: &str) -> Result<Judged, TransparencyError> {
        let submission = match Submission::parse(body) {
            Ok(submission) => submission,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Ok(claimed) = claimed_checkpoint(&submission.note) else {
            return Ok(Err(WitnessRefusal::Malformed));
        };
        for org in self.store().logs().await? {
            let settings = self.job_settings(org).await?;
            let watched = settings.watched.iter();
            let mut known = watched.filter_map(|key| CheckpointVerifier::parse(key).ok());
            if let Some(log) = known.find(|log| log.origin() == claimed.origin) {
                return self.judge(org, &log, &submission).await;
            }
        }
        Ok(Err(WitnessRefusal::UnknownLog))
    }

    async fn judge(
        &self,
        org: OrgId,
        log: &CheckpointVerifier,
        submission: &Submission,
    ) -> Result<Judged, TransparencyError> {
        let caller = Self::job(org);
        let name = log.verifier_key();
        let stored = sql::latest(&mut self.store().read().await?, &caller, &name).await?;
        let latest = stored.map(|note| log.verify(&note)).transpose()?;
        let checkpoint = match submission.judge(log, latest.as_ref()) {
            Ok(checkpoint) => checkpoint,
            Err(refusal) => {
                self.tell_refusal(org, refusal).await?;
                return Ok(Err(refusal));
            }
        };
        let line = self.cosigner(org).await?;
        let line = line.cosign(&submission.note, self.seconds())?;
        if latest.as_ref() != Some(&checkpoint) {
            let permit = self.job_permit(org)?;
            let mut tx = self.store().write(&caller).await?;
            let new = (checkpoint.size, submission.note.as_str());
            if !sql::remember(&mut tx, &permit, &name, submission.old, new).await? {
                // Somebody else's submission was quicker. Whoever asks again learns the size.
                let size = checkpoint.size;
                return Ok(Err(WitnessRefusal::OtherSize { size }));
            }
            let event = Event::of(&permit)
                .with("part", Detail::code("witnessed"))
                .with("size", Detail::count(checkpoint.size));
            tx.finish(event).await?;
        }
        Ok(Ok(line))
    }

    /// A signed checkpoint that contradicts the one signed before is evidence against that log's keeper.
    async fn tell_refusal(
        &self,
        org: OrgId,
        refusal: WitnessRefusal,
    ) -> Result<(), TransparencyError> {
        let code = match refusal {
            WitnessRefusal::Forked { .. } => "forked",
            WitnessRefusal::Inconsistent => "rewritten",
            _ => return Ok(()),
        };
        let caller = Self::job(org);
        let id = Some(*org.as_bytes());
        let event = Event::own::<LogSettingsResource>(&caller, &WITNESS_REFUSED, id)
            .failed()
            .with("standing", Detail::code(code));
        Ok(self.sink().record_durably(event).await?)
    }
}
