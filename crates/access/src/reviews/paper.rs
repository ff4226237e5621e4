//! The report of a review as a signed PDF, made of the JSON whenever somebody asks for it.
//!
//! Behind the last line of the PDF stand lines that are comments to its readers, each with `%` before it: the log's key, the
//! SHA-256 of the JSON, and the signed note over the SHA-256 of every byte before the note.

use super::pages::Telling;
use super::told::{FileTold, ReportTold};
use crate::{Access, AccessError};
use custos_http::Problem;
use custos_kernel::audit::sha256;
use custos_store::StoreError;
use custos_values::OrgId;
use tokio::sync::Semaphore;

/// What the signed note says it is about.
const KIND: &str = "custos.access-review-pdf/1";
/// As many are made at once; each may take a processor for a second.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// In which words, and where the reader is.
pub(super) struct Reader {
    /// The tag of the language.
    pub(super) language: &'static str,
    /// Minutes east of UTC.
    pub(super) utc_offset: i16,
}

fn unreadable(reason: impl ToString) -> AccessError {
    StoreError::Corrupt(reason.to_string()).into()
}

impl Access {
    /// Makes a PDF of a report, if the report is the one with this digest.
    pub(super) async fn on_paper(
        &self,
        org: OrgId,
        file: Vec<u8>,
        digest: [u8; 32],
        reader: Reader,
    ) -> Result<Vec<u8>, AccessError> {
        let words = self.words();
        let words = words.ok_or_else(|| Problem::internal("no words for documents"))?;
        let organisation = self.people().organisation(org).await?;
        let departments = self.people().departments(org).await?;
        let _turn = AT_ONCE.acquire().await.map_err(Problem::internal)?;
        let made = tokio::task::spawn_blocking(move || {
            let told: FileTold = serde_json::from_slice(&file).map_err(unreadable)?;
            let report = told.report.get();
            if sha256(report.as_bytes()) != digest {
                return Err(unreadable(
                    "the report of a review is not the one in the log",
                ));
            }
            let report: ReportTold = serde_json::from_str(report).map_err(unreadable)?;
            let telling = Telling {
                words: &*words,
                language: reader.language,
                utc_offset: reader.utc_offset,
                organisation: &organisation,
                departments: &departments,
                digest: &hex::encode(digest),
            };
            let mut made = telling.pages(&report).map_err(Problem::internal)?;
            made.extend_from_slice(
                format!(
                    "\n%log-key {}\n%report-sha256 {}\n",
                    report.verifier_key, telling.digest
                )
                .as_bytes(),
            );
            Ok::<_, AccessError>(made)
        });
        let mut made = made.await.map_err(Problem::internal)??;
        let note = self
            .store()
            .sign_document(org, KIND, &sha256(&made))
            .await?;
        for line in note.lines() {
            made.extend_from_slice(format!("%{line}\n").as_bytes());
        }
        Ok(made)
    }
}
