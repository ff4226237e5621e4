//! Which encoding a text is in.

use std::io::{self, Read, Seek, SeekFrom};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::TableError;
use crate::decode::decode_sample;

const SAMPLE: usize = 1 << 20;
const CHUNK: usize = 64 << 10;

/// A guess and how it came about.
pub(crate) struct Guess {
    pub encoding: &'static Encoding,
    pub bom: bool,
    /// Part of the sample is not in this encoding.
    pub mixed: bool,
    /// Statistics decided, so a person should look.
    pub uncertain: bool,
}

impl Guess {
    fn sure(encoding: &'static Encoding) -> Self {
        Self {
            encoding,
            bom: false,
            mixed: false,
            uncertain: false,
        }
    }
}

/// The encoding called by a label of the WHATWG Encoding Standard. GBK is read as GB 18030, which contains it.
pub(crate) fn by_label(label: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label.as_bytes())?;
    Some(if encoding == GBK { GB18030 } else { encoding })
}

/// Looks at the first mebibyte. If that is plain ASCII, looks on for the first byte that is not.
pub(crate) fn guess<R: Read + Seek>(source: &mut R) -> Result<Guess, TableError> {
    let sample = sample(source)?;
    if let Some((encoding, _)) = Encoding::for_bom(&sample) {
        return Ok(Guess {
            bom: true,
            ..Guess::sure(encoding)
        });
    }
    // Four bytes: the byte order mark in GB 18030.
    if sample.starts_with(&[0x84, 0x31, 0x95, 0x33]) {
        return Ok(Guess {
            bom: true,
            ..Guess::sure(GB18030)
        });
    }
    if let Some(encoding) = utf_16_without_mark(&sample) {
        return Ok(Guess::sure(encoding));
    }
    refuse_other_content(&sample)?;
    Ok(guess_bytes(&sample))
}

fn sample<R: Read + Seek>(source: &mut R) -> io::Result<Vec<u8>> {
    source.seek(SeekFrom::Start(0))?;
    let mut sample = Vec::new();
    source
        .by_ref()
        .take(SAMPLE as u64)
        .read_to_end(&mut sample)?;
    if sample.len() < SAMPLE || sample.iter().any(|byte| *byte == 0 || !byte.is_ascii()) {
        return Ok(sample);
    }
    loop {
        let mut chunk = Vec::new();
        source.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
        if chunk.is_empty() {
            return Ok(sample);
        }
        if let Some(at) = chunk.iter().position(|byte| !byte.is_ascii()) {
            source.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
            // The first byte that is not ASCII begins a character in every encoding in question.
            sample.extend_from_slice(&chunk[at..]);
            return Ok(sample);
        }
    }
}

/// In UTF-16 every comma, digit and line end has a zero byte, always on the same side.
fn utf_16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    let zeros = |side: usize| {
        sample
            .chunks_exact(2)
            .filter(|pair| pair[side] == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let enough = |count: usize, other: usize| count * 50 > pairs && count > other * 4;
    let candidate = match () {
        () if enough(odd, even) => UTF_16LE,
        () if enough(even, odd) => UTF_16BE,
        () => return None,
    };
    let (text, failures) = decode_sample(sample, candidate);
    (failures * 100 <= pairs && !text.contains('\0')).then_some(candidate)
}

fn refuse_other_content(sample: &[u8]) -> Result<(), TableError> {
    let head = String::from_utf8_lossy(&sample[..sample.len().min(512)])
        .trim_start()
        .to_ascii_lowercase();
    if ["<html", "<!doctype", "<?xml", "<table", "<meta"]
        .iter()
        .any(|start| head.starts_with(start))
    {
        return Err(TableError::Markup);
    }
    let strange = sample
        .iter()
        .filter(|byte| matches!(byte, 0..=8 | 0x0E..=0x1A | 0x1C..=0x1F))
        .count();
    if strange * 200 > sample.len() || head.starts_with("%pdf-") {
        return Err(TableError::NotText);
    }
    Ok(())
}

fn guess_bytes(sample: &[u8]) -> Guess {
    let (text, failures) = decode_sample(sample, UTF_8);
    if failures == 0 {
        return Guess::sure(UTF_8);
    }
    let beyond_ascii = text.chars().filter(|c| !c.is_ascii()).count() - failures;
    if beyond_ascii > failures * 10 {
        return Guess {
            mixed: true,
            ..Guess::sure(UTF_8)
        };
    }
    let (common, pairs) = common_hanzi(sample);
    let (_, gb_failures) = decode_sample(sample, GB18030);
    if pairs > 0 && common * 10 >= pairs * 6 && gb_failures * 20 <= pairs {
        return Guess {
            mixed: gb_failures > 0,
            ..Guess::sure(GB18030)
        };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, false);
    let found = detector.guess(None, Utf8Detection::Deny);
    let encoding = if found == GBK { GB18030 } else { found };
    let (_, failures) = decode_sample(sample, encoding);
    Guess {
        mixed: failures > 0,
        uncertain: true,
        ..Guess::sure(encoding)
    }
}

/// How many of the pairs that begin with a high byte are characters of the first plane of GB 2312 (the 3,755 commonest
/// Chinese characters, and punctuation), and how many pairs there are. Four-byte characters count as common: no other
/// encoding looks like them.
fn common_hanzi(sample: &[u8]) -> (usize, usize) {
    let (mut common, mut pairs, mut at) = (0, 0, 0);
    while at + 1 < sample.len() {
        let (a, b) = (sample[at], sample[at + 1]);
        if a < 0x80 {
            at += 1;
            continue;
        }
        pairs += 1;
        let four_bytes = b.is_ascii_digit()
            && sample.get(at + 2).is_some_and(|c| *c >= 0x81)
            && sample.get(at + 3).is_some_and(u8::is_ascii_digit);
        let plane_one = matches!(a, 0xB0..=0xD7 | 0xA1 | 0xA3) && b >= 0xA1;
        common += usize::from(four_bytes || plane_one);
        at += if four_bytes { 4 } else { 2 };
    }
    (common, pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::BIG5;
    use std::io::Cursor;

    fn name(bytes: &[u8]) -> String {
        match guess(&mut Cursor::new(bytes)) {
            Ok(guess) => format!(
                "{}{}{}",
                guess.encoding.name(),
                if guess.bom { " bom" } else { "" },
                if guess.mixed { " mixed" } else { "" }
            ),
            Err(error) => error.code().to_owned(),
        }
    }

    fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        match encoding.name() {
            "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => encoding.encode(text).0.into_owned(),
        }
    }

    const CHINESE: &str = "客户名称,联系人,手机\n精芯信息有限公司,张桂芝,13812345678\n﨑与𠮷等生僻字：䶮、喆、㛃,李娜,13912345678\n";

    #[test]
    fn chinese_encodings() {
        assert_eq!(name(CHINESE.as_bytes()), "UTF-8");
        assert_eq!(
            name(&[b"\xEF\xBB\xBF", CHINESE.as_bytes()].concat()),
            "UTF-8 bom"
        );
        for encoding in [GB18030, UTF_16LE, UTF_16BE] {
            assert_eq!(
                name(&encoded(CHINESE, encoding)),
                encoding.name(),
                "{}",
                encoding.name()
            );
        }
        assert_eq!(
            name(&encoded(&format!("\u{FEFF}{CHINESE}"), UTF_16LE)),
            "UTF-16LE bom"
        );
        assert_eq!(
            name(&encoded(&format!("\u{FEFF}{CHINESE}"), UTF_16BE)),
            "UTF-16BE bom"
        );
        assert_eq!(
            name(&encoded(&format!("\u{FEFF}{CHINESE}"), GB18030)),
            "gb18030 bom"
        );
        let traditional = "客戶名稱,聯絡人,電話\n臺灣積體電路製造股份有限公司,陳淑芬,0223456789\n遠東國際商業銀行,張學友,0287654321\n";
        assert_eq!(name(&encoded(traditional, BIG5)), "Big5");
    }

    #[test]
    fn western() {
        let text =
            "Firma;Stadt\nMüller & Söhne GmbH;Köln\nBäckerei Groß;München\nCafé Zoë;Zürich\n";
        assert_eq!(
            name(&encoded(text, encoding_rs::WINDOWS_1252)),
            "windows-1252"
        );
    }

    #[test]
    fn a_sample_may_cut_a_character() {
        let bytes = "客户".repeat(400_000).into_bytes();
        assert_eq!(name(&bytes[..bytes.len() - 1]), "UTF-8");
        assert_ne!(SAMPLE % 3, 0);
    }

    #[test]
    fn chinese_after_a_mebibyte_of_ascii() {
        let mut bytes = "name,phone\nabc,123\n".repeat(60_000).into_bytes();
        bytes.extend(encoded(CHINESE, GB18030));
        assert_eq!(name(&bytes), "gb18030");
    }

    #[test]
    fn mixed() {
        let mut bytes = CHINESE.repeat(3).into_bytes();
        bytes.extend(encoded("张", GB18030));
        bytes.extend(CHINESE.as_bytes());
        assert_eq!(name(&bytes), "UTF-8 mixed");
    }

    #[test]
    fn not_a_table() {
        assert_eq!(name(b"%PDF-1.7\n1 0 obj"), "file.not_text");
        assert_eq!(
            name(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0"),
            "file.not_text"
        );
        assert_eq!(name(b"  <html><table>"), "file.markup");
    }
}
