//! The rows that were left out, as a file: the original columns with row number and reasons.

use super::model::Import;
use super::row::Note;
use super::sql;
use super::upload::file_gone;
use crate::download::{self, DownloadError, FileFormat};
use crate::words::DEFAULT_LANGUAGE;
use crate::{Crm, CrmError};
use axum::response::Response;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_tabular::write::{Cell, TableWriter};
use custos_tabular::{Detection, Limits, Table};
use custos_values::ImportId;
use serde::Deserialize;
use std::sync::Arc;
use tokio::runtime::Handle;
use utoipa::IntoParams;

/// Rejections read at once.
const BATCH: usize = 1_000;
/// Most characters of a cell of a workbook, less what an escape may add.
const MAX_CELL: usize = 32_000;

/// Which rows, as what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RejectedQuery {
    /// `csv` or `xlsx`.
    #[serde(default)]
    #[param(inline)]
    pub format: FileFormat,
    /// Also the rows that were skipped as duplicates.
    #[serde(default)]
    pub skipped: bool,
    /// Language of the reasons; `zh-CN` if not given.
    pub lang: Option<String>,
}

impl Crm {
    /// Streams the rows that were left out from the uploaded file.
    pub(super) async fn rejected_rows(
        self: &Arc<Self>,
        caller: &Caller,
        id: ImportId,
        query: RejectedQuery,
    ) -> Result<Response, CrmError> {
        let (import, permit) = self.import_for::<actions::Read>(caller, id).await?;
        let file = self.open_upload(id).map_err(|_| file_gone())?;
        let event = Event::of(&permit)
            .with("what", Detail::code("rejected"))
            .with("format", Detail::code(query.format.name()))
            .with("rows", Detail::count(import.progress.rejected));
        self.sink.record_durably(event).await?;
        let crm = Arc::clone(self);
        let runtime = Handle::current();
        let language = query.lang.unwrap_or_else(|| DEFAULT_LANGUAGE.to_owned());
        let sheet = crm.words().field(&language, "rejected");
        let (format, skipped) = (query.format, query.skipped);
        Ok(download::table(
            format,
            "rejected-rows",
            &sheet,
            move |out| {
                let detection = import.details.detection;
                let mut table = Table::open(file, &detection, Limits::default())?;
                let writing = Writing {
                    crm: &crm,
                    permit: &permit,
                    runtime: &runtime,
                    language: &language,
                    skipped,
                };
                writing.write(&detection, &mut table, out)
            },
        ))
    }
}

struct Writing<'a> {
    crm: &'a Crm,
    permit: &'a Permit<actions::Read, Import>,
    runtime: &'a Handle,
    language: &'a str,
    skipped: bool,
}

impl Writing<'_> {
    fn write<R: std::io::Read + std::io::Seek>(
        &self,
        detection: &Detection,
        table: &mut Table<R>,
        out: &mut dyn TableWriter,
    ) -> Result<(), DownloadError> {
        let words = self.crm.words();
        let own = ["row", "reason"].map(|name| words.field(self.language, name));
        let mut header: Vec<&str> = detection
            .columns
            .iter()
            .map(|column| column.header.as_str())
            .collect();
        header.extend(own.iter().map(String::as_str));
        out.header(&header)?;
        let mut rows = table.rows()?;
        let mut from = 0;
        loop {
            let rejections = self.page(from)?;
            let Some((last, _)) = rejections.last() else {
                return Ok(());
            };
            from = last + 1;
            for (number, notes) in rejections {
                let cells = rows.find_map(|row| match row {
                    Ok(raw) if raw.row == number => Some(raw.cells),
                    Err(error) if error.row == number => Some(error.cells),
                    _ => None,
                });
                self.row(
                    cells.unwrap_or_default(),
                    detection.columns.len(),
                    number,
                    &notes,
                    out,
                )?;
            }
        }
    }

    fn page(&self, from: u64) -> Result<Vec<(u64, Vec<Note>)>, CrmError> {
        self.runtime.block_on(async {
            let mut tx = self.crm.store.read().await?;
            sql::rejections(&mut tx, self.permit, from, self.skipped, BATCH).await
        })
    }

    fn row(
        &self,
        mut cells: Vec<String>,
        columns: usize,
        number: u64,
        notes: &[Note],
        out: &mut dyn TableWriter,
    ) -> Result<(), DownloadError> {
        // What is beyond the columns of a row with too many cells goes into the last of them.
        if cells.len() > columns {
            let beyond = cells.split_off(columns).join(" ");
            if let Some(last) = cells.last_mut() {
                last.push(' ');
                last.push_str(&beyond);
            }
        }
        cells.resize(columns, String::new());
        for cell in &mut cells {
            if cell.len() > MAX_CELL {
                *cell = cell.chars().take(MAX_CELL).collect();
            }
        }
        cells.push(number.to_string());
        let reasons: Vec<String> = notes.iter().map(|note| self.reason(note)).collect();
        cells.push(reasons.join("; "));
        Ok(out.row(&cells.into_iter().map(Cell::from).collect::<Vec<_>>())?)
    }

    fn reason(&self, note: &Note) -> String {
        let words = self.crm.words();
        let params: Vec<(String, String)> = note
            .params
            .iter()
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect();
        let sentence = words.sentence(self.language, &note.code, &params);
        if note.field == super::row::ROW {
            sentence
        } else {
            format!("{}: {sentence}", words.field(self.language, &note.field))
        }
    }
}
