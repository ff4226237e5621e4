//! The records of a delimited text, one at a time, with recovery from quotes that are never closed.

use std::io::{self, Read};

use crate::decode::{Decoded, UNDECODABLE};
use crate::limits::Limits;
use crate::scan::{Scan, Span, cell, line_len, scan};

/// How far a recovery looks: lines tried, and bytes per try. Bounds the work a hostile file can cause.
const RECOVERY_LINES: usize = 1_000;
const RECOVERY_WINDOW: usize = 64 << 10;

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    UnterminatedQuote,
    TooLong,
}

/// One record.
pub(crate) struct Record {
    /// Number among all records, blank lines included, from 1.
    pub number: u64,
    /// Physical line of its beginning, from 1.
    pub line: u64,
    pub cells: Vec<String>,
    pub flaw: Option<Flaw>,
}

/// A stream of records.
pub(crate) struct Records<R> {
    decoded: Decoded<R>,
    delimiter: u8,
    max_bytes: usize,
    /// Cells of a whole row if known: the first row of that width ends a recovery.
    width: Option<usize>,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    number: u64,
    line: u64,
    blank: u64,
    spans: Vec<Span>,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(
        decoded: Decoded<R>,
        delimiter: u8,
        width: Option<usize>,
        limits: &Limits,
    ) -> Self {
        Self {
            decoded,
            delimiter,
            max_bytes: limits.record_bytes,
            width,
            buffer: Vec::new(),
            start: 0,
            ended: false,
            number: 0,
            line: 1,
            blank: 0,
            spans: Vec::new(),
        }
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.decoded.bytes_read()
    }

    /// Blank records passed so far: lines without text, and rows of empty cells.
    pub(crate) fn blank(&self) -> u64 {
        self.blank
    }

    /// Number of the record that comes next.
    pub(crate) fn next_number(&self) -> u64 {
        self.number + 1
    }

    /// Physical line on which the next record begins.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The next record that is not blank.
    pub(crate) fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            let line = self.line;
            let flaw = match self.locate()? {
                None => return Ok(None),
                Some(Ok(len)) => {
                    let cells = self.take_cells(len);
                    if cells.iter().all(|cell| cell.trim().is_empty()) {
                        self.blank += 1;
                        continue;
                    }
                    return Ok(Some(Record {
                        number: self.number,
                        line,
                        cells,
                        flaw: None,
                    }));
                }
                Some(Err(flaw)) => flaw,
            };
            let cells = self.recover();
            return Ok(Some(Record {
                number: self.number,
                line,
                cells,
                flaw: Some(flaw),
            }));
        }
    }

    /// Passes over one record without looking into it; false at the end.
    pub(crate) fn skip_record(&mut self) -> io::Result<bool> {
        match self.locate()? {
            None => return Ok(false),
            Some(Ok(len)) => self.start += len,
            Some(Err(_)) => drop(self.recover()),
        }
        Ok(true)
    }

    /// Finds the next record and counts it and its lines. Its spans are in `self.spans`, its bytes at `self.start`.
    fn locate(&mut self) -> io::Result<Option<Result<usize, Flaw>>> {
        loop {
            let pending = &self.buffer[self.start..];
            if pending.is_empty() && self.ended {
                return Ok(None);
            }
            if !pending.is_empty() {
                match scan(pending, self.delimiter, self.ended, &mut self.spans) {
                    Scan::Record { len, lines } if len <= self.max_bytes => {
                        self.number += 1;
                        self.line += lines;
                        return Ok(Some(Ok(len)));
                    }
                    Scan::Record { .. } => {
                        self.number += 1;
                        return Ok(Some(Err(Flaw::TooLong)));
                    }
                    Scan::More { in_quotes } if self.ended || pending.len() > self.max_bytes => {
                        self.number += 1;
                        return Ok(Some(Err(if in_quotes {
                            Flaw::UnterminatedQuote
                        } else {
                            Flaw::TooLong
                        })));
                    }
                    Scan::More { .. } => {}
                }
            }
            self.fill()?;
        }
    }

    /// Reads until twice as much is pending, so that rescanning a long record stays linear.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let wanted = self.buffer.len() * 2;
        loop {
            self.ended = !self.decoded.fill(&mut self.buffer)?;
            if self.ended || self.buffer.len() > wanted {
                return Ok(());
            }
        }
    }

    fn take_cells(&mut self, len: usize) -> Vec<String> {
        let pending = &self.buffer[self.start..self.start + len];
        let cells = self
            .spans
            .iter()
            .map(|span| text(cell(pending, *span)))
            .collect();
        self.start += len;
        cells
    }

    /// Gives up a record and goes on at the first following line that is a whole row by itself; the lines between
    /// belong to what is given up. If there is none nearby, everything pending goes.
    fn recover(&mut self) -> Vec<String> {
        let pending = &self.buffer[self.start..];
        let first = line_len(pending);
        let delimiter = self.delimiter;
        let head = &pending[..first.min(self.max_bytes.min(RECOVERY_WINDOW))];
        let cells = head
            .split(|byte| *byte == delimiter)
            .map(|part| {
                text(part.to_vec())
                    .trim_matches(['"', '\r', '\n'])
                    .to_owned()
            })
            .collect();
        let mut at = first;
        let mut lines = 1;
        let mut resumed = false;
        for _ in 0..RECOVERY_LINES {
            if at >= pending.len() {
                break;
            }
            let window = &pending[at..pending.len().min(at + RECOVERY_WINDOW)];
            let whole = matches!(
                scan(window, delimiter, self.ended, &mut self.spans),
                Scan::Record { .. }
            );
            let fits = self
                .width
                .map_or(self.spans.len() > 1, |width| self.spans.len() == width);
            if whole && fits {
                resumed = true;
                break;
            }
            at += line_len(&pending[at..]);
            lines += 1;
        }
        if !resumed {
            lines += memchr::memchr_iter(b'\n', &pending[at.min(pending.len())..]).count() as u64;
            at = pending.len();
        }
        self.line += lines;
        self.start += at;
        cells
    }
}

/// Decoded bytes are UTF-8, and cells are cut at ASCII characters only; a cut of a long line may split a character.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The column, from 1, of the first cell with bytes that could not be decoded.
pub(crate) fn undecodable_column(cells: &[String]) -> Option<usize> {
    cells
        .iter()
        .position(|cell| cell.contains(UNDECODABLE))
        .map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8], width: Option<usize>) -> Vec<Record> {
        let decoded = Decoded::new(text, encoding_rs::UTF_8);
        let mut records = Records::new(
            decoded,
            b',',
            width,
            &Limits {
                record_bytes: 1 << 10,
                ..Limits::default()
            },
        );
        let mut all = Vec::new();
        while let Some(record) = records.next_record().unwrap() {
            all.push(record);
        }
        assert_eq!(records.bytes_read(), text.len() as u64);
        all
    }

    #[test]
    fn numbers_count_blank_lines() {
        let records = read(b"a,b\n\n,\n1,\"x\ny\"\n2,3", Some(2));
        let places: Vec<(u64, u64)> = records.iter().map(|r| (r.number, r.line)).collect();
        assert_eq!(places, [(1, 1), (4, 4), (5, 6)]);
    }

    #[test]
    fn unterminated_quote_costs_one_row() {
        let records = read(b"a,b\n1,\"x\n2,y\n3,z\n", Some(2));
        let flaws: Vec<_> = records
            .iter()
            .map(|r| (r.number, r.line, r.flaw.is_some()))
            .collect();
        assert_eq!(
            flaws,
            [(1, 1, false), (2, 2, true), (3, 3, false), (4, 4, false)]
        );
        assert_eq!(records[1].cells, ["1", "x"]);
    }

    #[test]
    fn truncated_note_is_not_taken_for_rows() {
        let records = read("a,b\n1,\"第一行\n第二行".as_bytes(), Some(2));
        assert_eq!(records.len(), 2);
        assert_eq!(records[1].flaw, Some(Flaw::UnterminatedQuote));
    }

    #[test]
    fn a_record_beyond_the_limit_is_given_up() {
        let mut text = b"a,b\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', 3_000));
        text.extend(b"\n1,2\n");
        let records = read(&text, Some(2));
        assert_eq!(records[1].flaw, Some(Flaw::TooLong));
        assert_eq!(records[2].cells, ["1", "2"]);
    }

    proptest! {
        #[test]
        fn skipping_lands_on_the_same_row(text in "([ab\",]{0,6}\n){0,12}", skip in 0u64..12) {
            let open = || Records::new(Decoded::new(text.as_bytes(), encoding_rs::UTF_8), b',', Some(2), &Limits::default());
            let mut plain = open();
            let mut expected = Vec::new();
            while let Some(record) = plain.next_record().unwrap() {
                if record.number > skip {
                    expected.push((record.number, record.line, record.cells));
                }
            }
            let mut skipped = open();
            while skipped.next_number() <= skip && skipped.skip_record().unwrap() {}
            let mut found = Vec::new();
            while let Some(record) = skipped.next_record().unwrap() {
                found.push((record.number, record.line, record.cells));
            }
            prop_assert_eq!(found, expected);
        }
    }
}
