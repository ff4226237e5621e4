//! Tables that leave as files: written on a thread that may block, streamed with bounded memory, never on disk.

use axum::response::{IntoResponse, Response};
use custos_http::written_body;
use custos_tabular::write::{CsvWriter, TableWriter, WriteError, XlsxWriter};
use http::{HeaderValue, header};
use serde::Deserialize;
use std::io::{self, Write};
use utoipa::ToSchema;

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

/// Answers with a table. `work` writes header and rows; if it fails or panics the transfer is cut
/// off, so that nobody takes half a table for a whole one.
pub(crate) fn table<W>(format: FileFormat, stem: &str, sheet: &str, work: W) -> Response
where
    W: FnOnce(&mut dyn TableWriter) -> Result<(), DownloadError> + Send + 'static,
{
    let sheet = sheet.to_owned();
    let body = written_body("table", move |out| written(format, out, &sheet, work));
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

fn written<W>(
    format: FileFormat,
    out: &mut dyn Write,
    sheet: &str,
    work: W,
) -> Result<(), DownloadError>
where
    W: FnOnce(&mut dyn TableWriter) -> Result<(), DownloadError>,
{
    let mut table: Box<dyn TableWriter + '_> = match format {
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

impl From<io::Error> for DownloadError {
    fn from(error: io::Error) -> Self {
        Self::Write(error.into())
    }
}
