//! The uploaded file, sealed in chunks: written as it arrives, read from any offset.

use custos_kernel::crypto::{CHUNK_SIZE, StreamOpener, StreamSealer, Suite};
use custos_values::Random;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt;
use zeroize::Zeroizing;

/// A sealed file being written. Dropped before [`Self::finish`], it leaves nothing behind.
pub(super) struct SealedWriter {
    file: tokio::fs::File,
    path: Option<PathBuf>,
    sealer: StreamSealer,
    buffer: Zeroizing<Vec<u8>>,
    size: u64,
}

impl SealedWriter {
    /// Makes the file, readable for the server's account only.
    pub(super) async fn create(path: PathBuf, suite: Suite, key: &[u8; 32]) -> io::Result<Self> {
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        Ok(Self {
            file: options.open(&path).await?,
            path: Some(path),
            sealer: StreamSealer::new(suite, key),
            buffer: Zeroizing::new(Vec::with_capacity(2 * CHUNK_SIZE)),
            size: 0,
        })
    }

    /// Takes more of the file; nothing in clear reaches the disk.
    pub(super) async fn write(&mut self, mut bytes: &[u8], random: &dyn Random) -> io::Result<u64> {
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            // The last chunk has to be sealed as such, so a full one waits until more follows.
            if self.buffer.len() == CHUNK_SIZE {
                self.flush_chunk(false, random).await?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_SIZE - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
        }
        Ok(self.size)
    }

    /// Seals the end and syncs; the size in clear.
    pub(super) async fn finish(mut self, random: &dyn Random) -> io::Result<u64> {
        self.flush_chunk(true, random).await?;
        self.file.flush().await?;
        self.file.sync_all().await?;
        self.path = None;
        Ok(self.size)
    }

    async fn flush_chunk(&mut self, last: bool, random: &dyn Random) -> io::Result<()> {
        let sealed = self.sealer.seal(&self.buffer, last, random);
        self.buffer.clear();
        self.file.write_all(&sealed).await
    }
}

impl Drop for SealedWriter {
    fn drop(&mut self) {
        if let Some(path) = self.path.take()
            && let Err(error) = std::fs::remove_file(&path)
        {
            // It is swept away at the next start.
            tracing::warn!(%error, "an unfinished upload cannot be removed");
        }
    }
}

/// A sealed file as a reader that can seek.
pub(super) struct SealedReader {
    file: File,
    opener: StreamOpener,
    sealed_size: u64,
    chunks: u64,
    position: u64,
    chunk: Option<(u64, Zeroizing<Vec<u8>>)>,
}

const SEALED_CHUNK: u64 = StreamOpener::SEALED_CHUNK as u64;
const OVERHEAD: u64 = SEALED_CHUNK - CHUNK_SIZE as u64;

impl SealedReader {
    /// Opens a file. Damage shows when the chunk in question is read.
    pub(super) fn open(path: &Path, key: &[u8; 32]) -> io::Result<Self> {
        let file = File::open(path)?;
        let sealed_size = file.metadata()?.len();
        Ok(Self {
            file,
            opener: StreamOpener::new(key),
            sealed_size,
            chunks: sealed_size.div_ceil(SEALED_CHUNK),
            position: 0,
            chunk: None,
        })
    }

    /// Size in clear.
    fn size(&self) -> u64 {
        self.sealed_size.saturating_sub(self.chunks * OVERHEAD)
    }

    fn load(&mut self, number: u64) -> io::Result<&[u8]> {
        if self
            .chunk
            .as_ref()
            .is_none_or(|(loaded, _)| *loaded != number)
        {
            let start = number * SEALED_CHUNK;
            let length = SEALED_CHUNK.min(self.sealed_size - start);
            let mut sealed = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            self.file.seek(SeekFrom::Start(start))?;
            self.file.read_exact(&mut sealed)?;
            let plain = self
                .opener
                .open(number, number + 1 == self.chunks, &sealed)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            self.chunk = Some((number, Zeroizing::new(plain)));
        }
        Ok(self.chunk.as_ref().map_or(&[], |(_, plain)| plain))
    }
}

impl Read for SealedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size() || buffer.is_empty() {
            return Ok(0);
        }
        let chunk_size = CHUNK_SIZE as u64;
        let (number, within) = (
            self.position / chunk_size,
            (self.position % chunk_size) as usize,
        );
        let rest = self.load(number)?.get(within..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for SealedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.size().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        let before = || io::Error::new(io::ErrorKind::InvalidInput, "before the beginning");
        self.position = target.ok_or_else(before)?;
        Ok(self.position)
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
