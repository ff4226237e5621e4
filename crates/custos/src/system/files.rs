//! Files and folders that only their owner can read.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use thiserror::Error;

const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;
const OTHERS: u32 = 0o077;

/// A file or folder that cannot be made or written.
#[derive(Debug, Error)]
#[error("{path}: {source}")]
pub struct PrivateFileError {
    /// Which one.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

fn at(path: &Path) -> impl Fn(io::Error) -> PrivateFileError {
    move |source| PrivateFileError {
        path: path.to_owned(),
        source,
    }
}

/// Makes a folder (with those above it) that only its owner can enter; one that exists is closed to others.
///
/// # Errors
/// [`PrivateFileError`] when it cannot be made or belongs to somebody else.
pub fn create_private_folder(path: &Path) -> Result<(), PrivateFileError> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(path)
        .map_err(at(path))?;
    if others_may_read(path)? {
        std::fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE)).map_err(at(path))?;
    }
    Ok(())
}

/// Writes a whole file, on disk and under its name when this returns, or not at all. A file of that name is replaced.
///
/// # Errors
/// [`PrivateFileError`] when it cannot be written.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), PrivateFileError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&new)(error)),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(&new)
        .map_err(at(&new))?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(at(&new))?;
    std::fs::rename(&new, path).map_err(at(path))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(at(folder))
}

/// As [`write_private`] for a secret: what the former file held is overwritten before its space is given back. On media
/// that write elsewhere (flash, copy-on-write) that is an attempt, no proof.
///
/// # Errors
/// [`PrivateFileError`] when the new file cannot be written; the former one is there still.
pub fn replace_secret(path: &Path, content: &[u8]) -> Result<(), PrivateFileError> {
    let former = OpenOptions::new().write(true).open(path).ok();
    write_private(path, content)?;
    if let Some(mut former) = former {
        let length = former.metadata().map_err(at(path))?.len();
        let blank = vec![0; usize::try_from(length).unwrap_or(0)];
        former
            .write_all(&blank)
            .and_then(|()| former.sync_all())
            .map_err(at(path))?;
    }
    Ok(())
}

/// Waits until no other process writes a file, and keeps others from it until the lock is dropped. What is locked lies
/// beside the file, which is replaced as a whole.
///
/// # Errors
/// When it cannot be locked.
pub fn write_lock(path: &Path) -> io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(PathBuf::from(name))?;
    lock.lock()?;
    Ok(lock)
}

/// Whether anybody but the owner may do anything with a file or folder.
///
/// # Errors
/// [`PrivateFileError`] when it cannot be looked at.
pub fn others_may_read(path: &Path) -> Result<bool, PrivateFileError> {
    let mode = std::fs::metadata(path).map_err(at(path))?.mode();
    Ok(mode & OTHERS != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_files_are_private_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("data/keys");
        create_private_folder(&keys).unwrap();
        assert!(!others_may_read(&keys).unwrap());
        let file = keys.join("root.key");
        write_private(&file, b"first").unwrap();
        write_private(&file, b"second").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"second");
        assert!(!others_may_read(&file).unwrap());
        std::fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        assert!(others_may_read(&file).unwrap());
        assert_eq!(
            std::fs::read_dir(&keys).unwrap().count(),
            1,
            "nothing is left behind"
        );
    }

    #[test]
    fn an_open_folder_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let open = folder.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        create_private_folder(&open).unwrap();
        assert!(!others_may_read(&open).unwrap());
    }
}
