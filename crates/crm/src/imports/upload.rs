//! Taking in a file: sealed as it arrives, then looked at.

use super::details::{Details, ImportOptions};
use super::file::SealedWriter;
use super::model::{Import, StoredImport};
use super::sql;
use crate::{Crm, CrmError};
use axum::body::Body;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Suite;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, actions};
use custos_tabular::{Detection, Limits, Overrides, TableError, detect};
use custos_values::ImportId;
use futures::StreamExt;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use std::path::PathBuf;

/// Largest file, in bytes.
pub(super) const MAX_BYTES: u64 = 512 << 20;
/// Longest file name kept, in characters.
const MAX_NAME: usize = 200;

impl Crm {
    /// Where an upload of this server is; none if it keeps no files.
    pub(super) fn upload_path(&self, id: ImportId) -> Option<PathBuf> {
        self.uploads
            .get()
            .map(|folder| folder.join(format!("{id}.sealed")))
    }

    /// Removes an upload's file, if it is there.
    pub(super) fn remove_upload(&self, id: ImportId) {
        let Some(path) = self.upload_path(id) else {
            return;
        };
        if let Err(error) = std::fs::remove_file(path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            // It is swept away at the next start.
            tracing::warn!(%error, import = %id, "an uploaded file cannot be removed");
        }
    }

    /// Takes in a file and says what it is.
    pub(super) async fn upload(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        idempotency_key: Option<&str>,
        body: Body,
    ) -> Result<StoredImport, CrmError> {
        let owner = caller.user_id().ok_or(CrmError::NotFound)?;
        let id = ImportId::new(self.store.clock(), self.store.random());
        let facts = Facts::owned(caller.org(), *id.as_bytes(), 0, Some(owner), None);
        let permit: Permit<actions::Create, Import> = self.policy.permit(caller, &facts)?;
        let path = self
            .upload_path(id)
            .ok_or_else(|| Problem::internal("no folder for uploads"))?;
        // Said before the file is sent, to whoever waits for leave to send it (RFC 9110, section 10.1.1).
        if declared(headers).is_some_and(|size| size > MAX_BYTES) {
            return Err(too_large().into());
        }
        let suite = self.keys(caller.org()).await?.tenant.suite();
        let size = self.receive(id, path, suite, body).await?;
        let kept = self
            .keep(caller, &permit, id, size, headers, idempotency_key)
            .await;
        match &kept {
            Ok(import) if import.id() == id => {}
            // A refused file, or one that was sent before.
            _ => self.remove_upload(id),
        }
        kept
    }

    async fn receive(
        &self,
        id: ImportId,
        path: PathBuf,
        suite: Suite,
        body: Body,
    ) -> Result<u64, CrmError> {
        let key = self.store.keys().file_key(id.as_bytes());
        let mut file = SealedWriter::create(path, suite, &key)
            .await
            .map_err(Problem::internal)?;
        let mut stream = body.into_data_stream();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|_| Problem::bad_request("request.interrupted"))?;
            let size = file
                .write(&piece, self.store.random())
                .await
                .map_err(storage)?;
            if size > MAX_BYTES {
                return Err(too_large().into());
            }
        }
        Ok(file.finish(self.store.random()).await.map_err(storage)?)
    }

    async fn keep(
        &self,
        caller: &Caller,
        permit: &Permit<actions::Create, Import>,
        id: ImportId,
        size: u64,
        headers: &HeaderMap,
        idempotency_key: Option<&str>,
    ) -> Result<StoredImport, CrmError> {
        let overrides = Overrides::default();
        let detection = self.detect(id, overrides.clone()).await?;
        let format = format!("{:?}", detection.format).to_lowercase();
        let details = Details {
            file_name: file_name(headers),
            overrides,
            preset: None,
            detection,
            options: ImportOptions::default(),
        };
        let keys = self.keys(caller.org()).await?;
        let owner = caller.user_id().ok_or(CrmError::NotFound)?;
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        if let Some(key) = idempotency_key {
            // Keys of different kinds of records must not meet.
            let key = format!("import:{key}");
            if let Some(existing) = crate::customers::sql::idempotent(&mut tx, owner, &key).await? {
                drop(tx);
                let existing = ImportId::from_bytes(*existing.as_bytes());
                return sql::find(&mut self.store.read().await?, caller, &keys, existing).await;
            }
            crate::customers::sql::remember(&mut tx, permit, owner, &key, now).await?;
        }
        let sealed = details.seal(&keys, id, self.store.random());
        sql::insert(&mut tx, permit, owner, size, now, sealed).await?;
        let event = Event::of(permit)
            .with("bytes", Detail::count(size))
            .with("format", Detail::code(format));
        tx.finish(event).await?;
        sql::find(&mut self.store.read().await?, caller, &keys, id).await
    }

    /// Looks at an uploaded file.
    pub(super) async fn detect(
        &self,
        id: ImportId,
        overrides: Overrides,
    ) -> Result<Detection, CrmError> {
        let file = self.open_upload(id).map_err(|_| file_gone())?;
        let looking = move || detect(file, &overrides, &Limits::default());
        let detection = tokio::task::spawn_blocking(looking)
            .await
            .map_err(Problem::internal)?;
        Ok(detection.map_err(unreadable)?)
    }
}

/// The size of the body, as far as it is said beforehand.
fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "request.too_large").with("max", MAX_BYTES)
}

/// The answer when the file of an import is not on this server (any more).
pub(super) fn file_gone() -> Problem {
    Problem::new(StatusCode::CONFLICT, "import.file_gone")
}

/// The answer when a file is no table.
pub(super) fn unreadable(error: TableError) -> Problem {
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code());
    error
        .params()
        .into_iter()
        .fold(problem, |problem, (name, value)| problem.with(name, value))
}

fn storage(error: std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::StorageFull => {
            tracing::error!(%error, "an upload cannot be written");
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, "upload.storage_full")
        }
        _ => Problem::internal(error),
    }
}

/// The name of the file without its folders, from `X-File-Name` (percent-encoded UTF-8).
fn file_name(headers: &HeaderMap) -> String {
    let given = headers
        .get("x-file-name")
        .map(|value| decoded(value.as_bytes()))
        .unwrap_or_default();
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME)
        .collect();
    let name = name.trim();
    if name.is_empty() {
        "import".to_owned()
    } else {
        name.to_owned()
    }
}

/// Percent-decoding (RFC 3986, section 2.1); what is not a valid escape stays as it is.
fn decoded(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        let escape = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = escape
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn file_names_have_no_folders_and_no_controls() {
        for (given, expected) in [
            ("%E5%AE%A2%E6%88%B7.csv", "客户.csv"),
            ("..%2F..%2Fetc%2Fpasswd", "passwd"),
            ("C:%5Ctemp%5Ca%0Ab.xlsx", "ab.xlsx"),
            ("100%", "100%"),
            ("a%2", "a%2"),
            ("%+1", "%+1"),
            ("", "import"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-file-name", HeaderValue::from_static(given));
            assert_eq!(file_name(&headers), expected);
        }
    }
}
