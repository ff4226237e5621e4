//! Measures what a workbook inflates to before anything of it is held in memory.
//!
//! The sizes a ZIP archive declares are the sender's word, so everything is inflated once and thrown away.

use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::{Limits, TableError};

const ENTRIES: usize = 10_000;
const CHUNK: usize = 64 << 10;
/// Bytes of text between two tags: more than eight times the longest cell with every character escaped.
const TEXT_RUN: u64 = 4 << 20;

/// Refuses an archive that is no workbook or inflates beyond the limits.
pub(crate) fn check<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<(), TableError> {
    source.seek(SeekFrom::Start(0))?;
    let mut archive = ZipArchive::new(&mut *source).map_err(damaged)?;
    if archive.len() > ENTRIES {
        return Err(TableError::DamagedWorkbook(
            "too many files inside".to_owned(),
        ));
    }
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| name.ok().map(|name| name.to_ascii_lowercase()))
        .collect();
    if !names.iter().any(|name| name == "[content_types].xml")
        || !names.iter().any(|name| name.ends_with("workbook.xml"))
    {
        return Err(TableError::DamagedWorkbook("not a workbook".to_owned()));
    }
    let mut left = limits.workbook_bytes;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(damaged)?;
        // Only sheets are streamed by the reader; whatever else it opens it holds in memory.
        let name = entry.name().map_err(damaged)?.to_ascii_lowercase();
        let streamed = name.starts_with("xl/worksheets/") && !name.ends_with("sharedstrings.xml");
        let limit = if streamed {
            limits.sheet_bytes
        } else {
            limits.shared_text_bytes
        };
        left -= measure(&mut entry, limit.min(left))?;
    }
    Ok(())
}

fn measure(entry: &mut impl Read, limit: u64) -> Result<u64, TableError> {
    let mut chunk = vec![0; CHUNK];
    let mut total = 0;
    let mut markup = None;
    let mut run = 0;
    loop {
        let read = match entry.read(&mut chunk) {
            Ok(0) => return Ok(total),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(TableError::DamagedWorkbook(error.to_string())),
        };
        total += read as u64;
        if total > limit {
            return Err(TableError::ExpandsTooFar { limit });
        }
        let bytes = &chunk[..read];
        if *markup
            .get_or_insert_with(|| bytes.starts_with(b"<") || bytes.starts_with(b"\xEF\xBB\xBF<"))
        {
            let mut from = 0;
            for tag in memchr::memchr_iter(b'<', bytes) {
                run += (tag - from) as u64;
                longest(run)?;
                run = 0;
                from = tag;
            }
            run += (read - from) as u64;
            longest(run)?;
        }
    }
}

fn longest(run: u64) -> Result<(), TableError> {
    if run > TEXT_RUN {
        Err(TableError::ExpandsTooFar { limit: TEXT_RUN })
    } else {
        Ok(())
    }
}

fn damaged(error: ZipError) -> TableError {
    match error {
        ZipError::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            TableError::Io(error)
        }
        other => TableError::DamagedWorkbook(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive(files: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap()
    }

    fn verdict(files: &[(&str, &[u8])], limits: &Limits) -> &'static str {
        let all = [
            &[
                ("[Content_Types].xml", &b"<a/>"[..]),
                ("xl/workbook.xml", b"<a/>"),
            ],
            files,
        ]
        .concat();
        check(&mut archive(&all), limits).map_or_else(|error| error.code(), |()| "ok")
    }

    #[test]
    fn limits_hold_for_what_is_inflated() {
        let limits = Limits {
            sheet_bytes: 1 << 20,
            shared_text_bytes: 1 << 16,
            workbook_bytes: 3 << 19,
            ..Limits::default()
        };
        let (small, medium, large) = (
            vec![b'<'; 1 << 15],
            vec![b'<'; 1 << 20],
            vec![b'<'; (1 << 20) + 1],
        );
        assert_eq!(
            verdict(
                &[
                    ("xl/worksheets/sheet1.xml", &medium),
                    ("xl/sharedStrings.xml", &small)
                ],
                &limits
            ),
            "ok"
        );
        assert_eq!(
            verdict(&[("xl/worksheets/sheet1.xml", &large)], &limits),
            "file.expands_too_far"
        );
        assert_eq!(
            verdict(&[("xl/sharedStrings.xml", &medium)], &limits),
            "file.expands_too_far"
        );
        assert_eq!(
            verdict(&[("xl/worksheets/sharedStrings.xml", &medium)], &limits),
            "file.expands_too_far"
        );
        assert_eq!(
            verdict(
                &[
                    ("xl/worksheets/sheet1.xml", &medium),
                    ("xl/worksheets/sheet2.xml", &medium)
                ],
                &limits
            ),
            "file.expands_too_far"
        );
    }

    #[test]
    fn one_endless_text_is_refused() {
        let mut sheet = b"<t>".to_vec();
        sheet.resize(5 << 20, b'x');
        assert_eq!(
            verdict(&[("xl/worksheets/sheet1.xml", &sheet)], &Limits::default()),
            "file.expands_too_far"
        );
    }

    #[test]
    fn other_archives() {
        assert_eq!(
            check(
                &mut archive(&[("word/document.xml", b"<a/>")]),
                &Limits::default()
            )
            .unwrap_err()
            .code(),
            "file.damaged_workbook"
        );
        assert_eq!(
            check(
                &mut Cursor::new(b"PK\x03\x04nonsense".to_vec()),
                &Limits::default()
            )
            .unwrap_err()
            .code(),
            "file.damaged_workbook"
        );
    }
}
