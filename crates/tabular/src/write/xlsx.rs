//! A workbook by Office Open XML (ECMA-376), streamed: texts inline in the sheet, nothing held but the current row.

use std::io::{BufWriter, Write};

use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::{TableWriter, WriteError};

const MAX_ROWS: u32 = 1_048_576;
const MAX_COLUMNS: usize = 16_384;
const MAX_CELL: usize = 32_767;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Writes a workbook. Every cell is text, so a phone keeps its plus and a leading zero stays, and nothing is a formula.
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
        let written = self.write_row(&header.iter().map(String::as_str).collect::<Vec<_>>(), 1);
        self.header = header;
        written
    }

    fn end_sheet(&mut self) -> Result<(), WriteError> {
        Ok(self.zip.write_all(b"</sheetData></worksheet>")?)
    }

    fn write_row(&mut self, cells: &[&str], style: u8) -> Result<(), WriteError> {
        if cells.len() > MAX_COLUMNS {
            return Err(WriteError::TooManyColumns);
        }
        self.rows += 1;
        self.xml.clear();
        self.xml.push_str("<row>");
        for cell in cells {
            push_cell(&mut self.xml, cell, style)?;
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

    fn row(&mut self, cells: &[&str]) -> Result<(), WriteError> {
        if self.sheets == 0 {
            self.header(&[])?;
        }
        if self.rows == MAX_ROWS {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.write_row(cells, 0)
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

/// Two formats: text, and bold text for the header. Number format 49 is text, so that editing a cell keeps it text.
fn styles() -> String {
    let fonts =
        "<fonts count=\"2\"><font><sz val=\"11\"/></font><font><b/><sz val=\"11\"/></font></fonts>";
    let fills = "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>";
    let borders = "<borders count=\"1\"><border/></borders>";
    let base = "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>";
    let format = |font: u8| {
        format!(
            "<xf numFmtId=\"49\" fontId=\"{font}\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\"/>"
        )
    };
    format!(
        "<styleSheet xmlns=\"{MAIN}\">{fonts}{fills}{borders}{base}<cellXfs count=\"2\">{}{}</cellXfs></styleSheet>",
        format(0),
        format(1)
    )
}

fn push_cell(xml: &mut String, cell: &str, style: u8) -> Result<(), WriteError> {
    if cell.is_empty() {
        xml.push_str("<c/>");
        return Ok(());
    }
    if cell.len() > MAX_CELL && cell.encode_utf16().count() > MAX_CELL {
        return Err(WriteError::CellTooLong);
    }
    xml.push_str(if style == 1 {
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
