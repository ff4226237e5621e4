//! A workbook by Office Open XML (ECMA-376), streamed: texts inline in the sheet, nothing held but the current row.

use std::io::{BufWriter, Write};

use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::{Cell, TableWriter, WriteError};
use custos_values::{Amount, Currency, Date, Timestamp};

const MAX_ROWS: u32 = 1_048_576;
const MAX_COLUMNS: usize = 16_384;
const MAX_CELL: usize = 32_767;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Writes a workbook. Texts are marked as text, so a phone keeps its plus and a leading zero stays, and nothing is a
/// formula; sums, days and moments are numbers with the format they are shown in.
/// A sheet that is full is followed by another with the same header.
pub struct XlsxWriter<W: Write> {
    zip: ZipWriter<StreamWriter<BufWriter<W>>>,
    sheet_name: String,
    header: Vec<String>,
    sheets: u32,
    rows: u32,
    xml: String,
}

impl<W: Write> XlsxWriter<W> {
    /// A writer to this destination. The sheet's name is cut to what is allowed: 31 characters without `[]:*?/\`.
    pub fn new(destination: W, sheet_name: &str) -> Self {
        let allowed = |c: &char| {
            !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') && is_xml_char(*c)
        };
        // Room is left for the number of a second sheet.
        let name: String = sheet_name.chars().filter(allowed).take(26).collect();
        let sheet_name = if name.trim().is_empty() {
            "Sheet".to_owned()
        } else {
            name
        };
        let zip = ZipWriter::new_stream(BufWriter::new(destination));
        Self {
            zip,
            sheet_name,
            header: Vec::new(),
            sheets: 0,
            rows: 0,
            xml: String::new(),
        }
    }

    fn begin_file(&mut self, path: &str) -> Result<(), WriteError> {
        // Large sheets need the 64-bit form, which has to be chosen beforehand.
        let options = SimpleFileOptions::default().large_file(path.starts_with("xl/worksheets/"));
        self.zip.start_file(path, options).map_err(io_error)?;
        Ok(self.zip.write_all(DECLARATION.as_bytes())?)
    }

    fn file(&mut self, path: &str, content: &str) -> Result<(), WriteError> {
        self.begin_file(path)?;
        Ok(self.zip.write_all(content.as_bytes())?)
    }

    fn begin_sheet(&mut self) -> Result<(), WriteError> {
        self.sheets += 1;
        self.rows = 0;
        self.begin_file(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        let frozen =
            "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>";
        write!(
            self.zip,
            "<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\">{frozen}</sheetView></sheetViews><sheetData>"
        )?;
        let header = std::mem::take(&mut self.header);
        let cells: Vec<Cell<'_>> = header.iter().map(|cell| cell.as_str().into()).collect();
        let written = self.write_row(&cells, Style::Header);
        drop(cells);
        self.header = header;
        written
    }

    fn end_sheet(&mut self) -> Result<(), WriteError> {
        Ok(self.zip.write_all(b"</sheetData></worksheet>")?)
    }

    fn write_row(&mut self, cells: &[Cell<'_>], text: Style) -> Result<(), WriteError> {
        if cells.len() > MAX_COLUMNS {
            return Err(WriteError::TooManyColumns);
        }
        self.rows += 1;
        self.xml.clear();
        self.xml.push_str("<row>");
        for cell in cells {
            push_cell(&mut self.xml, cell, text)?;
        }
        self.xml.push_str("</row>");
        Ok(self.zip.write_all(self.xml.as_bytes())?)
    }

    fn names(&self) -> Vec<String> {
        let later = (2..=self.sheets).map(|number| format!("{} {number}", self.sheet_name));
        std::iter::once(self.sheet_name.clone())
            .chain(later)
            .collect()
    }

    fn write_workbook(&mut self) -> Result<(), WriteError> {
        let mut sheets = String::new();
        let mut relations = String::new();
        let mut types = String::new();
        for (index, name) in self.names().iter().enumerate() {
            let number = index + 1;
            sheets.push_str("<sheet name=\"");
            push_text(&mut sheets, name);
            sheets.push_str(&format!("\" sheetId=\"{number}\" r:id=\"rId{number}\"/>"));
            relations.push_str(&format!("<Relationship Id=\"rId{number}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"));
            types.push_str(&override_type(
                &format!("xl/worksheets/sheet{number}"),
                "worksheet",
            ));
        }
        let styles_id = self.sheets + 1;
        relations.push_str(&format!("<Relationship Id=\"rId{styles_id}\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/>"));
        types.push_str(&override_type("xl/workbook", "sheet.main"));
        types.push_str(&override_type("xl/styles", "styles"));
        self.file("xl/workbook.xml", &format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{sheets}</sheets></workbook>"))?;
        self.file(
            "xl/_rels/workbook.xml.rels",
            &format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}</Relationships>"
            ),
        )?;
        self.file("xl/styles.xml", &styles())?;
        let root = format!(
            "<Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/>"
        );
        self.file(
            "_rels/.rels",
            &format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{root}</Relationships>"),
        )?;
        let defaults = "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>";
        self.file(
            "[Content_Types].xml",
            &format!("<Types xmlns=\"{PACKAGE}/content-types\">{defaults}{types}</Types>"),
        )
    }
}

impl<W: Write> TableWriter for XlsxWriter<W> {
    fn header(&mut self, cells: &[&str]) -> Result<(), WriteError> {
        self.header = cells.iter().map(|cell| (*cell).to_owned()).collect();
        self.begin_sheet()
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        if self.sheets == 0 {
            self.header(&[])?;
        }
        if self.rows == MAX_ROWS {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.write_row(cells, Style::Text)
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        if self.sheets == 0 {
            self.header(&[])?;
        }
        self.end_sheet()?;
        self.write_workbook()?;
        let mut destination = self.zip.finish().map_err(io_error)?.into_inner();
        Ok(destination.flush()?)
    }
}

fn io_error(error: ZipError) -> WriteError {
    WriteError::Io(error.into())
}

fn override_type(path: &str, kind: &str) -> String {
    format!(
        "<Override PartName=\"/{path}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml\"/>"
    )
}

/// The formats of cells, in the order of [`styles`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Text,
    Header,
    Amount,
    Date,
    Moment,
}

/// The cell formats. Number format 49 is text, so that editing a cell keeps it text, and 4 is `#,##0.00`; those from 164
/// on are defined here.
fn styles() -> String {
    let formats = "<numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>\
                   <numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\\ &quot;UTC&quot;\"/></numFmts>";
    let fonts =
        "<fonts count=\"2\"><font><sz val=\"11\"/></font><font><b/><sz val=\"11\"/></font></fonts>";
    let fills = "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>";
    let borders = "<borders count=\"1\"><border/></borders>";
    let base = "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>";
    let cells: String = [(49, 0), (49, 1), (4, 0), (164, 0), (165, 0)]
        .iter()
        .map(|(number, font)| {
            format!(
                "<xf numFmtId=\"{number}\" fontId=\"{font}\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\"/>"
            )
        })
        .collect();
    format!(
        "<styleSheet xmlns=\"{MAIN}\">{formats}{fonts}{fills}{borders}{base}<cellXfs count=\"5\">{cells}</cellXfs></styleSheet>"
    )
}

fn push_cell(xml: &mut String, cell: &Cell<'_>, text: Style) -> Result<(), WriteError> {
    let number = match cell {
        Cell::Text(_) => None,
        Cell::Amount(amount) => amount_number(*amount).map(|number| (Style::Amount, number)),
        Cell::Date(date) => day_number(*date).map(|days| (Style::Date, days.to_string())),
        Cell::Moment(moment) => moment_number(*moment).map(|days| (Style::Moment, days)),
    };
    match number {
        Some((style, number)) => {
            xml.push_str(&format!("<c s=\"{}\"><v>{number}</v></c>", style as u8));
            Ok(())
        }
        None => push_text_cell(xml, &cell.text(), text),
    }
}

/// Sums in minor units from here on have more digits than a spreadsheet keeps.
const EXACT: u64 = 1_000_000_000_000_000;

/// The number of a sum in yuan, which is what a number without a currency is taken for. Sums in other currencies stay text
/// with their code: a column that adds them up with yuan would be wrong, and read back they would be yuan.
fn amount_number(amount: Amount) -> Option<String> {
    let exact = amount.minor.unsigned_abs() < EXACT;
    (amount.currency == Currency::Cny && exact).then(|| amount.decimal())
}

/// Days from 1970-01-01 back to what spreadsheets count from.
const EPOCH: i32 = 25_569;
/// The first day on which spreadsheets agree: some take 1900 for a leap year.
const FIRST: i32 = 61;

fn day_number(date: Date) -> Option<i32> {
    let days = date.days_since_epoch() + EPOCH;
    (days >= FIRST).then_some(days)
}

/// Days with their fraction, to the millisecond.
fn moment_number(moment: Timestamp) -> Option<String> {
    let date = moment.utc_date();
    let days = day_number(date)?;
    let millis = moment.millis() - date.start_utc().millis();
    Some(format!(
        "{:.9}",
        f64::from(days) + millis as f64 / 86_400_000.0
    ))
}

fn push_text_cell(xml: &mut String, cell: &str, style: Style) -> Result<(), WriteError> {
    if cell.is_empty() {
        xml.push_str("<c/>");
        return Ok(());
    }
    if cell.len() > MAX_CELL && cell.encode_utf16().count() > MAX_CELL {
        return Err(WriteError::CellTooLong);
    }
    xml.push_str(if style == Style::Header {
        "<c s=\"1\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"
    } else {
        "<c s=\"0\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"
    });
    push_text(xml, cell);
    xml.push_str("</t></is></c>");
    Ok(())
}

/// Escapes for XML. Characters XML 1.0 does not know take the form `_x0007_` that spreadsheet software understands, and a
/// text that already has that form is protected from being taken for one.
fn push_text(xml: &mut String, text: &str) {
    for (at, c) in text.char_indices() {
        match c {
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '&' => xml.push_str("&amp;"),
            '"' => xml.push_str("&quot;"),
            // A bare CR would be read back as LF.
            '\r' => xml.push_str("_x000D_"),
            '_' if is_escape(&text[at..]) => xml.push_str("_x005F_"),
            c if is_xml_char(c) => xml.push(c),
            c => xml.push_str(&format!("_x{:04X}_", u32::from(c))),
        }
    }
}

fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7
        && bytes.starts_with(b"_x")
        && bytes[6] == b'_'
        && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
}

fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..)
}
