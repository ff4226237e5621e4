//! Tables that leave as files: written on a thread that may block, streamed with bounded memory, never on disk.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use custos_tabular::write::{CsvWriter, TableWriter, WriteError, XlsxWriter};
use futures::stream;
use http::{HeaderValue, header};
use serde::Deserialize;
use std::io::{self, Write};
use tokio::sync::mpsc;
use utoipa::ToSchema;

/// Bytes handed to the connection at once.
const PIECE: usize = 64 << 10;
/// Pieces that may wait for a slow client.
const WAITING: usize = 4;

/// The kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// Delimited text, UTF-8 with a byte order mark.
    #[default]
    Csv,
    /// Office Open XML workbook.
    Xlsx,
}

impl FileFormat {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// Answers with a table. `work` writes header and rows; if it fails the connection is cut, so that nobody takes half a
/// table for a whole one.
pub(crate) fn table<W>(format: FileFormat, stem: &str, sheet: &str, work: W) -> Response
where
    W: FnOnce(&mut dyn TableWriter) -> Result<(), DownloadError> + Send + 'static,
{
    let (pieces, received) = mpsc::channel(WAITING);
    let sheet = sheet.to_owned();
    tokio::task::spawn_blocking(move || {
        let failed = pieces.clone();
        let out = Pieces {
            buffer: BytesMut::with_capacity(PIECE),
            pieces,
        };
        if let Err(error) = written(format, out, &sheet, work) {
            if !failed.is_closed() {
                tracing::error!(%error, "a download ends early");
            }
            // The client may be gone already.
            let _ = failed.blocking_send(Err(io::Error::other("the table ends early")));
        }
    });
    let body = Body::from_stream(stream::unfold(received, async |mut received| {
        received.recv().await.map(|piece| (piece, received))
    }));
    let disposition = format!("attachment; filename=\"{stem}.{}\"", format.name());
    let disposition =
        HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(format.media_type()),
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, body).into_response()
}

fn written<W>(format: FileFormat, out: Pieces, sheet: &str, work: W) -> Result<(), DownloadError>
where
    W: FnOnce(&mut dyn TableWriter) -> Result<(), DownloadError>,
{
    let mut table: Box<dyn TableWriter> = match format {
        FileFormat::Csv => Box::new(CsvWriter::new(out)?),
        FileFormat::Xlsx => Box::new(XlsxWriter::new(out, sheet)),
    };
    work(&mut *table)?;
    Ok(table.finish()?)
}

/// Why a download ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DownloadError {
    /// The client is gone, or a cell does not fit.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The rows cannot be read.
    #[error(transparent)]
    Rows(#[from] crate::CrmError),
    /// The source file cannot be read.
    #[error(transparent)]
    Source(#[from] custos_tabular::TableError),
}

/// Hands bytes to the connection in pieces; waits while the client is slow.
struct Pieces {
    buffer: BytesMut,
    pieces: mpsc::Sender<io::Result<Bytes>>,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        let piece = self.buffer.split().freeze();
        if piece.is_empty() {
            return Ok(());
        }
        self.pieces
            .blocking_send(Ok(piece))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
