//! The generated files of the source tree, made from the product itself.

use super::{Features, Foundation, catalogue};
use crate::VERSION;
use crate::cli::Failure;
use crate::system::{SystemClock, SystemRandom};
use custos_http::{document, matrix};
use custos_identity::IdentityOptions;
use custos_kernel::crypto::Keyring;
use custos_store::{Location, SqliteOptions};
use std::sync::Arc;

/// Their contents.
pub struct GeneratedFiles {
    /// The OpenAPI document.
    pub openapi: String,
    /// The authorisation matrix.
    pub matrix: String,
    /// The catalogue of audit events.
    pub events: String,
}

/// Makes them, over an empty database that is gone afterwards.
///
/// # Errors
/// [`Failure`] when the temporary database cannot be made.
pub async fn generate() -> Result<GeneratedFiles, Failure> {
    let folder = tempfile::tempdir().map_err(|error| Failure::internal(&error))?;
    let keyring = Arc::new(Keyring::generate(&SystemRandom));
    let options = SqliteOptions::new(folder.path().join("custos.db"), keyring.database_key());
    let base = Foundation::open(
        Location::Sqlite(options),
        keyring,
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    )
    .await?;
    let features = Features::open(
        &base,
        IdentityOptions::default(),
        folder.path().join("uploads"),
        None,
    )?;
    let registry = features.registry(false);
    let openapi = serde_json::to_string_pretty(&document(&registry, VERSION))
        .map_err(|error| Failure::internal(&error))?;
    let files = GeneratedFiles {
        openapi: openapi + "\n",
        matrix: matrix(&registry, &base.policy),
        events: catalogue::events(&registry, &base.policy),
    };
    drop((registry, features));
    base.close().await?;
    Ok(files)
}
