//! Any sheet in an otherwise sound workbook: past the archive, which mutations seldom get through, straight at the cells.
#![no_main]

use std::io::{Cursor, Write};

use custos_tabular::{Limits, Overrides, Table, detect};
use libfuzzer_sys::fuzz_target;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A workbook with this as its only sheet; dates and shared texts have something to refer to.
fn workbook(sheet: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let workbook = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let relation = |id: &str, kind: &str, target: &str| {
        format!(r#"<Relationship Id="{id}" Type="{RELATIONS}/{kind}" Target="{target}"/>"#)
    };
    let relations = [
        relation("rId1", "worksheet", "worksheets/sheet1.xml"),
        relation("rId2", "styles", "styles.xml"),
        relation("rId3", "sharedStrings", "sharedStrings.xml"),
    ];
    let inner = format!(
        r#"<Relationships xmlns="{PACKAGE}">{}</Relationships>"#,
        relations.concat()
    );
    let outer = format!(
        r#"<Relationships xmlns="{PACKAGE}">{}</Relationships>"#,
        relation("rId1", "officeDocument", "xl/workbook.xml")
    );
    let styles = format!(
        r#"<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#
    );
    let texts = format!(r#"<sst xmlns="{MAIN}"><si><t>name</t></si><si><t>phone</t></si></sst>"#);
    let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
    for (path, content) in [
        ("[Content_Types].xml", types.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", inner.as_bytes()),
        ("_rels/.rels", outer.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/sharedStrings.xml", texts.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        let options = SimpleFileOptions::default();
        zip.start_file(path, options).expect("memory takes it");
        zip.write_all(content).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}

fuzz_target!(|sheet: &[u8]| {
    let bytes = workbook(sheet);
    let limits = Limits {
        sheet_bytes: 4 << 20,
        shared_text_bytes: 1 << 20,
        workbook_bytes: 8 << 20,
        ..Limits::default()
    };
    let Ok(detection) = detect(Cursor::new(&bytes), &Overrides::default(), &limits) else {
        return;
    };
    let Ok(mut table) = Table::open(Cursor::new(&bytes), &detection, limits) else {
        return;
    };
    let Ok(rows) = table.rows() else { return };
    let mut last = 0;
    for row in rows.flatten() {
        assert_eq!(row.cells.len(), detection.columns.len());
        assert!(row.row > detection.header_row && row.row > last);
        last = row.row;
    }
});
