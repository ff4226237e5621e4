//! Which character separates the cells.

use crate::scan::{Scan, scan};

/// The delimiters tried, the more usual first.
pub(crate) const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
const RECORDS: usize = 200;

/// The delimiter that cuts the records into the same number of cells most consistently. `complete` tells that the sample
/// is the whole file. A text that none of them cuts is one column, and the comma then does no harm.
///
/// A first line `sep=;`, which spreadsheet software understands, decides at once.
pub(crate) fn guess(sample: &[u8], complete: bool) -> u8 {
    if let Some(declared) = declared(sample) {
        return declared;
    }
    let mut best = (0, b',');
    for delimiter in DELIMITERS {
        let score = score(sample, delimiter, complete);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// The delimiter a first line `sep=;` declares.
pub(crate) fn declared(sample: &[u8]) -> Option<u8> {
    match sample {
        [
            b's' | b'S',
            b'e' | b'E',
            b'p' | b'P',
            b'=',
            delimiter,
            b'\r' | b'\n',
            ..,
        ] if DELIMITERS.contains(delimiter) => Some(*delimiter),
        _ => None,
    }
}

/// Per mille of the records that have the most frequent number of cells, if that is above one, raised a little by the
/// number itself: among equally consistent delimiters the one that cuts more is the real one.
fn score(sample: &[u8], delimiter: u8, complete: bool) -> usize {
    let mut widths = Vec::new();
    let mut spans = Vec::new();
    let mut rest = sample;
    while !rest.is_empty() && widths.len() < RECORDS {
        let Scan::Record { len, .. } = scan(rest, delimiter, complete, &mut spans) else {
            break;
        };
        if !rest[..len].trim_ascii().is_empty() {
            widths.push(spans.len());
        }
        rest = &rest[len..];
    }
    let count = |width: usize| widths.iter().filter(|w| **w == width).count();
    let Some((most, width)) = widths
        .iter()
        .filter(|width| **width > 1)
        .map(|width| (count(*width), *width))
        .max()
    else {
        return 0;
    };
    most * 1_000 / widths.len() * 10 + width.min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consistency_decides() {
        assert_eq!(guess(b"a,b,c\n1,2,3\n", true), b',');
        assert_eq!(guess(b"a;b\n1,5;2,5\n1,0;\"x,y;z\"\n", true), b';');
        assert_eq!(
            guess(
                "名称\t备注\n甲\t\"一,二,三\"\n乙\t四，五\n".as_bytes(),
                true
            ),
            b'\t'
        );
        assert_eq!(guess(b"a|b|c\n1|2|3", true), b'|');
        assert_eq!(guess(b"name\nx\ny\n", true), b',');
        assert_eq!(guess(b"title\n\na;b;c\n1;2;3\n4;5;6\n", true), b';');
    }

    #[test]
    fn quotes_are_respected() {
        assert_eq!(guess(b"a,b\n\"1;2;3\n4;5;6\",x\n\"7;8;9\",y\n", true), b',');
    }

    #[test]
    fn a_declaration_wins() {
        assert_eq!(guess(b"sep=;\r\na,b;c,d\n", true), b';');
    }
}
