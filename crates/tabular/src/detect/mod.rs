//! Looks at a file and says what it is.

mod delimiter;
mod encoding;
mod header;

use std::io::{Read, Seek, SeekFrom};

use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

pub(crate) use encoding::by_label;

use crate::decode::Decoded;
use crate::mapping::Preset;
use crate::records::Records;
use crate::xlsx::Workbook;
use crate::{Limits, TableError, Warning};
use header::Numbered;

/// Rows read to find the header, to measure the width and to take samples from.
const ROWS: usize = 60;
const SAMPLES: usize = 3;
const SAMPLE_CHARS: usize = 200;
const DELIMITER_SAMPLE: usize = 256 << 10;

/// The kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Delimited text.
    Csv,
    /// Office Open XML workbook.
    Xlsx,
}

/// What a person has decided against the detection. Absent fields are detected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overrides {
    /// A label of the WHATWG Encoding Standard, such as `gb18030`.
    pub encoding: Option<String>,
    /// One of comma, semicolon, tab and bar.
    pub delimiter: Option<char>,
    /// Name of the sheet.
    pub sheet: Option<String>,
    /// Number of the row that names the columns, from 1; 0 if none does.
    pub header_row: Option<u64>,
}

/// What a file is, and how it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// The kind of file.
    pub format: Format,
    /// Lower-case name of the encoding; none for a workbook.
    pub encoding: Option<String>,
    /// Whether the text begins with a byte order mark.
    pub bom: bool,
    /// The delimiter; none for a workbook.
    pub delimiter: Option<char>,
    /// The sheet read; none for text.
    pub sheet: Option<String>,
    /// All sheets of cells that are not hidden.
    pub sheets: Vec<String>,
    /// Number of the row that names the columns, from 1 as a spreadsheet counts; 0 if none does.
    pub header_row: u64,
    /// The columns.
    pub columns: Vec<Column>,
    /// The system the headers point to.
    pub preset: Preset,
    /// `encoding.mixed`, `encoding.guessed` {encoding}, `header.absent`, `header.empty` {column}, `header.duplicate`
    /// {header, renamed}, `table.no_rows`.
    pub warnings: Vec<Warning>,
}

/// A column as found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Position from 0.
    pub index: usize,
    /// Name, unique in the table.
    pub header: String,
    /// Up to three values from the first rows, each cut after 200 characters.
    pub samples: Vec<String>,
}

/// Looks at a file. Reads its beginning only, except that a text that begins as plain ASCII is searched for the first
/// other character, and a workbook is inflated once to measure it.
///
/// # Errors
/// [`TableError`]: the file is no table, is too large inside, or lacks what the overrides name.
pub fn detect<R: Read + Seek>(
    mut source: R,
    overrides: &Overrides,
    limits: &Limits,
) -> Result<Detection, TableError> {
    match magic(&mut source)? {
        Magic::Empty => Err(TableError::Empty),
        Magic::Zip => detect_workbook(source, overrides, limits),
        Magic::CompoundFile { encrypted: true } => Err(TableError::EncryptedWorkbook),
        Magic::CompoundFile { encrypted: false } => Err(TableError::LegacyWorkbook),
        Magic::Other => detect_text(source, overrides, limits),
    }
}

enum Magic {
    Empty,
    Zip,
    CompoundFile { encrypted: bool },
    Other,
}

fn magic<R: Read + Seek>(source: &mut R) -> Result<Magic, TableError> {
    source.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    source.by_ref().take(64 << 10).read_to_end(&mut head)?;
    Ok(match head.as_slice() {
        [] => Magic::Empty,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Magic::Zip,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            // An encrypted workbook is a compound file with a stream of this name, written in UTF-16.
            let name: Vec<u8> = "EncryptedPackage"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            let in_head = memchr::memmem::find(&head, &name).is_some();
            // The directory of a compound file may as well stand at its end.
            let tail_at = source.seek(SeekFrom::End(0))?.saturating_sub(64 << 10);
            source.seek(SeekFrom::Start(tail_at))?;
            let mut tail = Vec::new();
            source.by_ref().take(64 << 10).read_to_end(&mut tail)?;
            Magic::CompoundFile {
                encrypted: in_head || memchr::memmem::find(&tail, &name).is_some(),
            }
        }
        _ => Magic::Other,
    })
}

fn detect_text<R: Read + Seek>(
    mut source: R,
    overrides: &Overrides,
    limits: &Limits,
) -> Result<Detection, TableError> {
    let mut warnings = Vec::new();
    let guess = encoding::guess(&mut source);
    let (encoding, bom) = match &overrides.encoding {
        Some(label) => (
            by_label(label).ok_or(TableError::UnknownEncoding)?,
            guess.is_ok_and(|guess| guess.bom),
        ),
        None => {
            let guess = guess?;
            let name = guess.encoding.name().to_ascii_lowercase();
            if guess.mixed {
                warnings.push(Warning::new("encoding.mixed").with("encoding", &name));
            }
            if guess.uncertain {
                warnings.push(Warning::new("encoding.guessed").with("encoding", &name));
            }
            (guess.encoding, guess.bom)
        }
    };
    let (delimiter, declared) = choose_delimiter(&mut source, encoding, overrides.delimiter)?;
    let mut records = text_records(&mut source, encoding, delimiter, None, limits)?;
    let from = overrides.header_row.unwrap_or(1).max(1);
    let mut rows = Vec::new();
    while rows.len() < ROWS {
        let Some(record) = records.next_record()? else {
            break;
        };
        if record.number >= from && record.flaw.is_none() && !(declared && record.number == 1) {
            rows.push((record.number, record.cells));
        }
    }
    let table = describe(rows, overrides.header_row, limits, &mut warnings)?;
    Ok(Detection {
        format: Format::Csv,
        encoding: Some(encoding.name().to_ascii_lowercase()),
        bom,
        delimiter: Some(char::from(delimiter)),
        sheet: None,
        sheets: Vec::new(),
        header_row: table.header_row,
        preset: Preset::detect(&headers(&table.columns)),
        columns: table.columns,
        warnings,
    })
}

/// The delimiter, and whether a line of the file declares it.
fn choose_delimiter<R: Read + Seek>(
    source: &mut R,
    encoding: &'static Encoding,
    wanted: Option<char>,
) -> Result<(u8, bool), TableError> {
    source.seek(SeekFrom::Start(0))?;
    let mut decoded = Decoded::new(source, encoding);
    let mut sample = Vec::new();
    let mut complete = false;
    while !complete && sample.len() < DELIMITER_SAMPLE {
        complete = !decoded.fill(&mut sample)?;
    }
    let declared = delimiter::declared(&sample).is_some();
    let delimiter = match wanted {
        Some(wanted) => byte_of(wanted)?,
        None => delimiter::guess(&sample, complete),
    };
    Ok((delimiter, declared))
}

pub(crate) fn byte_of(delimiter: char) -> Result<u8, TableError> {
    u8::try_from(delimiter)
        .ok()
        .filter(|byte| delimiter::DELIMITERS.contains(byte))
        .ok_or(TableError::UnsupportedDelimiter)
}

/// The records of a text from its beginning.
pub(crate) fn text_records<R: Read + Seek>(
    mut source: R,
    encoding: &'static Encoding,
    delimiter: u8,
    width: Option<usize>,
    limits: &Limits,
) -> Result<Records<R>, TableError> {
    source.seek(SeekFrom::Start(0))?;
    Ok(Records::new(
        Decoded::new(source, encoding),
        delimiter,
        width,
        limits,
    ))
}

fn detect_workbook<R: Read + Seek>(
    source: R,
    overrides: &Overrides,
    limits: &Limits,
) -> Result<Detection, TableError> {
    let mut workbook = Workbook::open(source, limits)?;
    let sheets = workbook.sheets();
    let from = overrides.header_row.unwrap_or(1).max(1);
    let (sheet, rows) = match &overrides.sheet {
        Some(name) => {
            let name = sheets
                .iter()
                .find(|sheet| *sheet == name)
                .ok_or(TableError::SheetNotFound)?
                .clone();
            let rows = workbook.first_rows(&name, from, ROWS, limits)?;
            (name, rows)
        }
        None => first_table(&mut workbook, &sheets, from, limits)?,
    };
    let mut warnings = Vec::new();
    let table = describe(rows, overrides.header_row, limits, &mut warnings)?;
    Ok(Detection {
        format: Format::Xlsx,
        encoding: None,
        bom: false,
        delimiter: None,
        sheet: Some(sheet),
        sheets,
        header_row: table.header_row,
        preset: Preset::detect(&headers(&table.columns)),
        columns: table.columns,
        warnings,
    })
}

/// The first sheet with a row of at least two cells, else the first that is not empty, else the first.
fn first_table<R: Read + Seek>(
    workbook: &mut Workbook<R>,
    sheets: &[String],
    from: u64,
    limits: &Limits,
) -> Result<(String, Vec<Numbered>), TableError> {
    let mut fallback: Option<(String, Vec<Numbered>)> = None;
    for sheet in sheets {
        let rows = workbook.first_rows(sheet, from, ROWS, limits)?;
        if rows
            .iter()
            .any(|(_, cells)| cells.iter().filter(|cell| !cell.is_empty()).count() > 1)
        {
            return Ok((sheet.clone(), rows));
        }
        if fallback
            .as_ref()
            .is_none_or(|(_, kept)| kept.is_empty() && !rows.is_empty())
        {
            fallback = Some((sheet.clone(), rows));
        }
    }
    fallback.ok_or(TableError::NoSheet)
}

struct Described {
    header_row: u64,
    columns: Vec<Column>,
}

fn describe(
    mut rows: Vec<Numbered>,
    wanted: Option<u64>,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
) -> Result<Described, TableError> {
    if rows.is_empty() {
        return Err(match wanted {
            Some(row @ 2..) => TableError::HeaderRowMissing { row },
            _ => TableError::Empty,
        });
    }
    let header_row = match wanted {
        Some(row) if row > 0 && rows[0].0 != row => {
            return Err(TableError::HeaderRowMissing { row });
        }
        Some(row) => row,
        None => header::choose(&rows),
    };
    rows.retain(|(number, _)| *number >= header_row);
    if header_row == 0 {
        warnings.push(Warning::new("header.absent"));
        rows.insert(0, (0, Vec::new()));
    } else if rows.len() == 1 {
        warnings.push(Warning::new("table.no_rows"));
    }
    let width = header::width(&rows, limits.columns)?;
    // Without a header row every name is a letter, and one warning says it all.
    let mut header_warnings = Vec::new();
    let names = header::names(&rows[0].1, width, &mut header_warnings);
    if header_row > 0 {
        warnings.append(&mut header_warnings);
    }
    let columns = names
        .into_iter()
        .enumerate()
        .map(|(index, header)| Column {
            index,
            header,
            samples: samples(&rows[1..], index),
        })
        .collect();
    Ok(Described {
        header_row,
        columns,
    })
}

fn samples(rows: &[Numbered], index: usize) -> Vec<String> {
    let values = rows
        .iter()
        .filter_map(|(_, cells)| cells.get(index))
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty());
    values
        .take(SAMPLES)
        .map(|cell| {
            cell.chars()
                .take(SAMPLE_CHARS)
                .collect::<String>()
                .replace(crate::decode::UNDECODABLE, "\u{FFFD}")
        })
        .collect()
}

fn headers(columns: &[Column]) -> Vec<&str> {
    columns
        .iter()
        .map(|column| column.header.as_str())
        .collect()
}
