//! The newest checkpoint of each log in a file, to be fetched, mirrored or kept on a medium that is written once.

use crate::settings::Settings;
use crate::witnesses::{Newest, Standing, stands_to};
use crate::{Transparency, TransparencyError};
use custos_kernel::audit::Checkpoint;
use custos_values::OrgId;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the file is called among those who hold checkpoints.
pub(crate) const FILE: &str = "file";

impl Transparency {
    fn place(&self, org: OrgId) -> Option<PathBuf> {
        let folder = self.folder()?;
        Some(folder.join(format!("{org}.checkpoint")))
    }

    /// The checkpoint in the file; none if there is no file.
    pub(crate) async fn published(
        &self,
        org: OrgId,
    ) -> Result<Option<Checkpoint>, TransparencyError> {
        let Some(path) = self.place(org) else {
            return Ok(None);
        };
        let text = match tokio::fs::read_to_string(&path).await {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let verifier = self.store().log_verifier(org).await?;
        Ok(Some(verifier.verify(&text)?))
    }

    /// Writes the newest checkpoint over the one in the file, if it continues that one. If not, the file stays: it is the
    /// evidence.
    pub(crate) async fn publish_to_file(
        self: &Arc<Self>,
        org: OrgId,
        settings: &Settings,
        newest: &Arc<Newest>,
    ) -> Result<(), TransparencyError> {
        let Some(path) = self.place(org) else {
            return Ok(());
        };
        let was = self.standings(org).await?.get(FILE).copied();
        let standing = match self.published(org).await {
            Ok(None) => Standing::Continues,
            Ok(Some(kept)) if kept == newest.checkpoint && was.is_none() => return Ok(()),
            Ok(Some(kept)) => {
                let mut log = self.store().log_reader(&self.whole_log(org)?).await?;
                let newest = Arc::clone(newest);
                let work = tokio::task::spawn_blocking(move || {
                    stands_to(&mut log, &kept, &newest.checkpoint)
                });
                work.await.map_err(|_| TransparencyError::Interrupted)?
            }
            Err(TransparencyError::Checkpoint(_)) => Standing::Unusable,
            Err(error) => return Err(error),
        };
        if standing == Standing::Continues {
            let note = newest.note.clone();
            let work = tokio::task::spawn_blocking(move || replace(&path, &note));
            work.await.map_err(|_| TransparencyError::Interrupted)??;
        }
        self.was_asked(org, FILE);
        let said = (standing, newest.checkpoint.size);
        self.note(org, settings, (FILE, FILE), was, said).await
    }
}

/// Whoever reads the file sees the old or the new one, whole.
fn replace(path: &Path, note: &str) -> std::io::Result<()> {
    let new = path.with_extension("new");
    let mut file = std::fs::File::create(&new)?;
    file.write_all(note.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(new, path)
}
