//! One CSV record in a buffer, by the rules of RFC 4180 and the leniency of spreadsheet software.
//!
//! A quote counts only as the first character of a cell; inside quotes two quotes are one; what follows a closing quote
//! belongs to the cell as it stands. Records end at LF, CR or CR LF.

use memchr::{memchr, memchr3};

/// Where a cell's text lies in the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
    /// Whether the range begins with an opening quote and has to be unquoted.
    pub quoted: bool,
}

/// The result of looking for one record at the beginning of a buffer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// A whole record of `len` bytes including its end, over so many physical lines.
    Record { len: usize, lines: u64 },
    /// The buffer ends before the record does; whether that is within quotes.
    More { in_quotes: bool },
}

/// Finds the first record. With `last`, the buffer is known to be the end of the file, and `More` can only mean a quote
/// that is never closed.
pub(crate) fn scan(buffer: &[u8], delimiter: u8, last: bool, spans: &mut Vec<Span>) -> Scan {
    spans.clear();
    let mut at = 0;
    let mut lines = 1;
    loop {
        let start = at;
        let quoted = buffer.get(at) == Some(&b'"');
        let mut unquoted_from = at;
        if quoted {
            match closing_quote(buffer, at + 1, last) {
                Some(close) => {
                    lines += line_ends(&buffer[at + 1..close]);
                    unquoted_from = close + 1;
                }
                None => return Scan::More { in_quotes: true },
            }
        }
        let end = memchr3(delimiter, b'\n', b'\r', &buffer[unquoted_from..])
            .map_or(buffer.len(), |found| unquoted_from + found);
        spans.push(Span { start, end, quoted });
        match buffer.get(end) {
            None if last => return Scan::Record { len: end, lines },
            None => return Scan::More { in_quotes: false },
            Some(&byte) if byte == delimiter => at = end + 1,
            Some(b'\r') => match buffer.get(end + 1) {
                Some(b'\n') => {
                    return Scan::Record {
                        len: end + 2,
                        lines,
                    };
                }
                None if !last => return Scan::More { in_quotes: false },
                _ => {
                    return Scan::Record {
                        len: end + 1,
                        lines,
                    };
                }
            },
            Some(_) => {
                return Scan::Record {
                    len: end + 1,
                    lines,
                };
            }
        }
    }
}

/// The closing quote at or after `from`. A quote at the very end may be the first of two unless nothing follows.
fn closing_quote(buffer: &[u8], mut from: usize, last: bool) -> Option<usize> {
    loop {
        let quote = from + memchr(b'"', buffer.get(from..)?)?;
        match buffer.get(quote + 1) {
            Some(b'"') => from = quote + 2,
            None if !last => return None,
            _ => return Some(quote),
        }
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    let ends = |(i, byte): (usize, &u8)| {
        *byte == b'\n' || (*byte == b'\r' && bytes.get(i + 1) != Some(&b'\n'))
    };
    bytes.iter().enumerate().filter(|item| ends(*item)).count() as u64
}

/// The bytes of a cell.
pub(crate) fn cell(buffer: &[u8], span: Span) -> Vec<u8> {
    let text = &buffer[span.start..span.end];
    if !span.quoted {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = &text[1..];
    while let Some(quote) = memchr(b'"', rest) {
        out.extend_from_slice(&rest[..quote]);
        rest = &rest[quote + 1..];
        if rest.first() != Some(&b'"') {
            break;
        }
        out.push(b'"');
        rest = &rest[1..];
    }
    out.extend_from_slice(rest);
    out
}

/// The length of the first physical line including its end.
pub(crate) fn line_len(buffer: &[u8]) -> usize {
    match memchr::memchr2(b'\n', b'\r', buffer) {
        Some(at) if buffer[at] == b'\r' && buffer.get(at + 1) == Some(&b'\n') => at + 2,
        Some(at) => at + 1,
        None => buffer.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str, delimiter: u8) -> Option<Vec<Vec<String>>> {
        let mut rest = text.as_bytes();
        let mut spans = Vec::new();
        let mut records = Vec::new();
        while !rest.is_empty() {
            let Scan::Record { len, .. } = scan(rest, delimiter, true, &mut spans) else {
                return None;
            };
            let cells: Vec<String> = spans
                .iter()
                .map(|span| String::from_utf8(cell(rest, *span)).unwrap())
                .collect();
            if len > 0 && cells != [""] || rest[0] == b'"' {
                records.push(cells);
            }
            rest = &rest[len..];
        }
        Some(records)
    }

    #[test]
    fn quotes() {
        assert_eq!(
            all("a,\"b\"\"c\",\"d\ne\"\r\nf", b','),
            Some(vec![
                vec!["a".into(), "b\"c".into(), "d\ne".into()],
                vec!["f".into()]
            ])
        );
        assert_eq!(
            all("\"a\"b,c\"d\n", b','),
            Some(vec![vec!["ab".into(), "c\"d".into()]])
        );
        assert_eq!(all("a,\"b", b','), None);
        assert_eq!(all("a,", b','), Some(vec![vec!["a".into(), String::new()]]));
    }

    #[test]
    fn counts_lines() {
        let mut spans = Vec::new();
        assert_eq!(
            scan(b"\"a\r\nb\nc\rd\",e\r\nx", b',', false, &mut spans),
            Scan::Record { len: 14, lines: 4 }
        );
    }

    proptest! {
        #[test]
        fn agrees_with_an_independent_reader(text in "[a\",;\n\r ]{0,40}") {
            if let Some(records) = all(&text, b',') {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
                let expected: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
                prop_assert_eq!(records, expected);
            }
        }

        #[test]
        fn more_input_never_changes_a_record(text in "[a\",\n\r]{0,30}", cut in 0usize..30) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let (mut early, mut late) = (Vec::new(), Vec::new());
            if let Scan::Record { len, lines } = scan(&bytes[..cut], b',', false, &mut early) {
                prop_assert_eq!(scan(bytes, b',', true, &mut late), Scan::Record { len, lines });
                prop_assert_eq!(early, late);
            }
        }
    }
}
