//! Imports on the wire.

use super::details::{ColumnMapping, Duplicates, ImportOptions, UsccOption};
use super::model::{Progress, State, StoredImport};
use super::row::{Note, Severity};
use crate::Crm;
use crate::customers::Reference;
use custos_tabular::mapping::{Preset, suggest};
use custos_tabular::{Detection, Format, Overrides};
use custos_values::{ImportId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportRecord {
    /// The id.
    #[schema(value_type = String)]
    pub id: ImportId,
    /// The name of the file.
    pub file_name: String,
    /// Bytes of the file.
    pub size: u64,
    /// Where it is.
    #[schema(inline)]
    pub state: State,
    /// What the file is.
    pub source: ImportSource,
    /// The system it was exported from.
    pub preset: ImportPreset,
    /// Its columns.
    pub columns: Vec<ImportColumn>,
    /// What it is run with.
    pub options: ImportOptions,
    /// How far it is.
    pub progress: Progress,
    /// What is doubtful about the file as a whole, and in how many rows.
    pub warnings: Vec<ImportWarning>,
    /// When the file was uploaded.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// Who uploaded the file.
    pub created_by: Option<Reference>,
}

/// What a file is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportSource {
    /// `csv` or `xlsx`.
    pub format: &'static str,
    /// Lower-case name of the encoding; none for a workbook.
    pub encoding: Option<String>,
    /// Whether it begins with a byte order mark.
    pub bom: bool,
    /// The delimiter; none for a workbook.
    #[schema(value_type = Option<String>)]
    pub delimiter: Option<char>,
    /// The sheet read; none for text.
    pub sheet: Option<String>,
    /// All sheets.
    pub sheets: Vec<String>,
    /// The row that names the columns, from 1; 0 if none does.
    pub header_row: u64,
}

/// A column of the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportColumn {
    /// Position from 0.
    pub index: usize,
    /// Its name.
    pub header: String,
    /// Up to three values.
    pub samples: Vec<String>,
    /// What it is suggested to fill.
    pub field: Option<&'static str>,
}

/// Something doubtful.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportWarning {
    /// What it is.
    pub code: String,
    /// Values the words may use.
    pub params: BTreeMap<String, String>,
}

/// Systems whose exports are known.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportPreset {
    /// Any list.
    Generic,
    /// Salesforce.
    Salesforce,
    /// HubSpot.
    Hubspot,
    /// Zoho CRM.
    Zoho,
    /// 纷享销客
    Fxiaoke,
}

impl From<ImportPreset> for Preset {
    fn from(preset: ImportPreset) -> Self {
        match preset {
            ImportPreset::Generic => Self::Generic,
            ImportPreset::Salesforce => Self::Salesforce,
            ImportPreset::Hubspot => Self::HubSpot,
            ImportPreset::Zoho => Self::Zoho,
            ImportPreset::Fxiaoke => Self::Fxiaoke,
        }
    }
}

impl From<Preset> for ImportPreset {
    fn from(preset: Preset) -> Self {
        match preset {
            Preset::Generic => Self::Generic,
            Preset::Salesforce => Self::Salesforce,
            Preset::HubSpot => Self::Hubspot,
            Preset::Zoho => Self::Zoho,
            Preset::Fxiaoke => Self::Fxiaoke,
        }
    }
}

/// What is decided against the detection.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportPatch {
    /// About the file.
    pub source: Option<ImportSourcePatch>,
    /// The system it was exported from.
    pub preset: Option<ImportPreset>,
}

/// What is decided about the file; what is not given stays as decided before, or detected.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportSourcePatch {
    /// A label of the WHATWG Encoding Standard.
    pub encoding: Option<String>,
    /// One of comma, semicolon, tab and bar.
    #[schema(value_type = Option<String>)]
    pub delimiter: Option<char>,
    /// Name of the sheet.
    pub sheet: Option<String>,
    /// The row that names the columns, from 1; 0 if none does.
    pub header_row: Option<u64>,
}

impl ImportSourcePatch {
    pub(super) fn apply(self, overrides: &mut Overrides) {
        // Another sheet or encoding has its header where it has it.
        if (self.sheet.is_some() && self.sheet != overrides.sheet) || self.encoding.is_some() {
            overrides.header_row = None;
        }
        overrides.encoding = self.encoding.or(overrides.encoding.take());
        overrides.delimiter = self.delimiter.or(overrides.delimiter);
        overrides.sheet = self.sheet.or(overrides.sheet.take());
        overrides.header_row = self.header_row.or(overrides.header_row);
    }
}

/// What to preview an import with; as with a start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// Columns that are not named are left out.
    pub mapping: Vec<ColumnMapping>,
    /// What to do with duplicates.
    #[serde(default)]
    pub duplicates: Duplicates,
    /// What to do with wrong check digits.
    #[serde(default)]
    pub uscc_check: UsccOption,
    /// Who becomes responsible where the file names nobody.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<UserId>,
}

impl From<PreviewRequest> for ImportOptions {
    fn from(request: PreviewRequest) -> Self {
        Self {
            mapping: request.mapping,
            duplicates: request.duplicates,
            uscc_check: request.uscc_check,
            owner_id: request.owner_id,
        }
    }
}

/// The first rows as they will be stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// Up to 50 rows.
    pub rows: Vec<PreviewRow>,
    /// How many of them are duplicates.
    pub duplicates_in_sample: usize,
}

/// A row of a preview.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewRow {
    /// Its number in the file.
    pub row: u64,
    /// What becomes of it.
    pub outcome: Outcome,
    /// The fields as they will be stored, by name.
    pub fields: BTreeMap<String, String>,
    /// What was put right, what is doubtful, what is wrong.
    pub notes: Vec<PreviewNote>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PreviewOutcome)]
pub enum Outcome {
    /// A new customer.
    Create,
    /// Empty fields of a customer are filled.
    Update,
    /// Left out as a duplicate.
    Skip,
    /// Cannot be taken.
    Reject,
}

/// A remark about a value or a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewNote {
    /// The field, or `row`.
    pub field: String,
    /// What it is.
    pub code: String,
    /// Values the words may use.
    pub params: BTreeMap<String, String>,
    /// How much it weighs.
    pub severity: Severity,
}

impl From<Note> for PreviewNote {
    fn from(note: Note) -> Self {
        Self {
            field: note.field.into_owned(),
            code: note.code.into_owned(),
            params: note
                .params
                .into_iter()
                .map(|(name, value)| (name.into_owned(), value))
                .collect(),
            severity: note.severity,
        }
    }
}

impl Crm {
    /// An import for its owner.
    pub(super) fn import_record(&self, import: StoredImport) -> ImportRecord {
        let preset = import.details.preset();
        let warnings = warnings(&import);
        let detection = import.details.detection;
        ImportRecord {
            id: ImportId::from_bytes(import.facts.id),
            size: import.size,
            state: import.state,
            preset: preset.into(),
            columns: columns(&detection, preset),
            source: source(detection),
            options: import.details.options,
            progress: import.progress,
            warnings,
            created_at: import.created_at,
            finished_at: import.finished_at.filter(|_| !import.state.is_running()),
            created_by: self.owner_reference(import.facts.org, import.facts.owner),
            file_name: import.details.file_name,
        }
    }
}

fn source(detection: Detection) -> ImportSource {
    ImportSource {
        format: match detection.format {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        },
        encoding: detection.encoding,
        bom: detection.bom,
        delimiter: detection.delimiter,
        sheet: detection.sheet,
        sheets: detection.sheets,
        header_row: detection.header_row,
    }
}

fn columns(detection: &Detection, preset: Preset) -> Vec<ImportColumn> {
    let headers: Vec<&str> = detection
        .columns
        .iter()
        .map(|column| column.header.as_str())
        .collect();
    let suggested = suggest(&headers, preset).fields;
    let columns = detection.columns.iter().zip(suggested);
    columns
        .map(|(column, field)| ImportColumn {
            index: column.index,
            header: column.header.clone(),
            samples: column.samples.clone(),
            field: field.filter(|field| *field != "ignore"),
        })
        .collect()
}

fn warnings(import: &StoredImport) -> Vec<ImportWarning> {
    let of_file = import
        .details
        .detection
        .warnings
        .iter()
        .map(|warning| ImportWarning {
            code: warning.code.clone(),
            params: warning.params.clone(),
        });
    let of_rows = import.doubts.iter().map(|doubt| ImportWarning {
        code: doubt.code.clone(),
        params: BTreeMap::from([
            ("field".to_owned(), doubt.field.clone()),
            ("rows".to_owned(), doubt.rows.to_string()),
        ]),
    });
    let of_end = import.failure.iter().map(|code| ImportWarning {
        code: code.clone(),
        params: BTreeMap::new(),
    });
    of_file.chain(of_rows).chain(of_end).collect()
}
