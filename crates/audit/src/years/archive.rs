//! An archive: the evidence of the log as it was soon after a year had ended, with the entries of that year.

use crate::integrity::attached;
use crate::{AuditError, Desk};
use custos_kernel::audit::{
    Attachments, CheckpointVerifier, EvidenceError, EvidenceReport, Expectations, tree_root,
    verify_evidence, write_evidence,
};
use custos_kernel::policy::{Action, Scope};
use custos_store::{LogReader, SealedYear};
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;

use crate::AuditEntry;

/// A snapshot of the log about to leave as the archive of one year.
pub struct ArchiveFile {
    log: LogReader,
    verifier: CheckpointVerifier,
    year: SealedYear,
    attachments: Attachments,
    exported_at: i64,
}

impl Desk {
    /// Takes the snapshot for the archive of a year. Gives none while no checkpoint covers the entry that seals it, or when
    /// its entries were removed.
    ///
    /// # Errors
    /// [`AuditError`] when the log cannot be read.
    pub(super) async fn archive_of<A: Action>(
        &self,
        scope: &Scope<A, AuditEntry>,
        year: &SealedYear,
    ) -> Result<Option<ArchiveFile>, AuditError> {
        if year.removed_at.is_some() {
            return Ok(None);
        }
        self.sequencer.flush().await?;
        let org = scope.org();
        let store = &self.store;
        let range = year.first..year.end;
        let mut policies = store.announced_policies(scope, range.start).await?;
        let mut log = store.log_reader(scope).await?;
        let covering = year.sealed_index + 1;
        let found = tokio::task::spawn_blocking(move || {
            let found = log.checkpoint_from(covering);
            (log, found)
        });
        let (log, found) = found.await.map_err(|_| AuditError::Interrupted)?;
        let found = found.map_err(EvidenceError::from)?;
        let Some(checkpoint) = found else {
            return Ok(None);
        };
        // What was named only later, the log as it was then does not prove.
        policies.retain(|policy| policy.entry.index < checkpoint.size);
        Ok(Some(ArchiveFile {
            log: log.at(checkpoint.size, range.clone()),
            verifier: store.log_verifier(org).await?,
            attachments: Attachments {
                witnesses: self.stated_witnesses(org).await,
                ..attached(policies, &range)
            },
            exported_at: store.clock().now().millis(),
            year: year.clone(),
        }))
    }
}

impl ArchiveFile {
    /// Writes the file. Blocks; memory does not grow with the log.
    ///
    /// # Errors
    /// [`EvidenceError`] when the log cannot be read or the file not written.
    pub fn write(mut self, out: impl Write) -> Result<(), EvidenceError> {
        let range = self.year.first..self.year.end;
        let (log, verifier, more) = (&mut self.log, &self.verifier, &self.attachments);
        write_evidence(log, out, verifier, range, more, self.exported_at)?.flush()?;
        Ok(())
    }
}

/// Why a file is not the archive of a year of this log.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveProblem {
    /// It cannot be read, or is of another log.
    #[error(transparent)]
    Unusable(#[from] EvidenceError),
    /// Something is wrong in it.
    #[error("the archive does not hold: {0} findings")]
    Altered(usize),
    /// It holds other entries than those of the year.
    #[error("the archive holds entries {from} to {to}, the year has {first} to {end}")]
    OtherEntries {
        /// First in the file.
        from: u64,
        /// After the last in the file.
        to: u64,
        /// First of the year.
        first: u64,
        /// After the last of the year.
        end: u64,
    },
    /// The stored hashes of the log do not give what was sealed and signed.
    #[error("the log does not give the root that was sealed")]
    OtherLog,
}

/// Checks that a file is the whole archive of a year of the log, verified from its first byte to its last: signed by the
/// log's key, consistent with the checkpoint the log has had since, and with every entry of the year. Blocks.
///
/// # Errors
/// [`ArchiveProblem`].
pub fn check_archive<R: Read + Seek>(
    file: R,
    log: &mut LogReader,
    verifier: &CheckpointVerifier,
    year: &SealedYear,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<EvidenceReport, ArchiveProblem> {
    let covering = log
        .checkpoint_from(year.sealed_index + 1)
        .map_err(EvidenceError::from)?
        .ok_or(ArchiveProblem::OtherLog)?;
    let checkpoint = verifier
        .verify(&covering.note)
        .map_err(|_| ArchiveProblem::OtherLog)?;
    // What the database says is not believed before its hashes lead to what was signed.
    let live = tree_root(log, checkpoint.size).ok();
    let sealed = tree_root(log, year.end).ok();
    if live != Some(checkpoint.root) || sealed != Some(year.root) {
        return Err(ArchiveProblem::OtherLog);
    }
    let key = verifier.verifier_key();
    let expected = Expectations {
        key: Some(&key),
        trusted: Some(&covering.note),
        quorum: None,
    };
    let report = verify_evidence(file, expected, progress)?;
    if !report.is_ok() {
        return Err(ArchiveProblem::Altered(report.verification.findings.len()));
    }
    // The year must be within what the log's own checkpoint vouches for, lest the rest of the file be made up.
    if (report.from, report.to) != (year.first, year.end) || year.end > checkpoint.size {
        return Err(ArchiveProblem::OtherEntries {
            from: report.from,
            to: report.to,
            first: year.first,
            end: year.end,
        });
    }
    Ok(report)
}
