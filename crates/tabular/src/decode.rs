//! Any encoding to UTF-8, as a stream.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// Stands where bytes could not be decoded. A noncharacter, so unlike U+FFFD it is in no honest text.
pub(crate) const UNDECODABLE: char = '\u{FFFF}';

const CHUNK: usize = 64 << 10;

/// A source decoded to UTF-8 chunk by chunk. A byte order mark is dropped.
pub(crate) struct Decoded<R> {
    source: R,
    decoder: Decoder,
    chunk: Vec<u8>,
    ended: bool,
    bytes_read: u64,
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(source: R, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            chunk: vec![0; CHUNK],
            ended: false,
            bytes_read: 0,
        }
    }

    /// Bytes taken from the source so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Appends more text; false when there is no more.
    pub(crate) fn fill(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let read = loop {
            match self.source.read(&mut self.chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.bytes_read += read as u64;
        self.ended = read == 0;
        decode(&mut self.decoder, &self.chunk[..read], self.ended, text);
        Ok(true)
    }
}

/// Space is made once and only grows if it is used up, so that a source of nothing but errors stays linear.
fn decode(decoder: &mut Decoder, mut raw: &[u8], last: bool, text: &mut Vec<u8>) {
    let mut end = text.len();
    let expected = decoder
        .max_utf8_buffer_length_without_replacement(raw.len())
        .unwrap_or(raw.len());
    text.resize(end + expected + UNDECODABLE.len_utf8(), 0);
    loop {
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(raw, &mut text[end..], last);
        raw = &raw[read..];
        end += written;
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => text.resize(text.len() + raw.len() + 1_024, 0),
            DecoderResult::Malformed(..) => {
                let mut mark = [0; 4];
                let mark = UNDECODABLE.encode_utf8(&mut mark).as_bytes();
                if text.len() < end + mark.len() {
                    text.resize(end + mark.len() + raw.len() + 1_024, 0);
                }
                text[end..end + mark.len()].copy_from_slice(mark);
                end += mark.len();
            }
        }
    }
    text.truncate(end);
}

/// A sample decoded in one go: the text, and how many times bytes could not be decoded. A character cut at the end is
/// neither text nor an error.
pub(crate) fn decode_sample(sample: &[u8], encoding: &'static Encoding) -> (String, usize) {
    let mut text = Vec::new();
    decode(
        &mut encoding.new_decoder_with_bom_removal(),
        sample,
        false,
        &mut text,
    );
    let text = String::from_utf8(text).unwrap_or_default();
    let failures = text.matches(UNDECODABLE).count();
    (text, failures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands out few bytes at a time, so that characters are cut.
    struct Dribble<'a>(&'a [u8], usize);
    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(buffer.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn all(source: &[u8], step: usize, encoding: &'static Encoding) -> String {
        let mut decoded = Decoded::new(Dribble(source, step), encoding);
        let mut text = Vec::new();
        while decoded.fill(&mut text).unwrap() {}
        assert_eq!(decoded.bytes_read(), source.len() as u64);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn marks_what_cannot_be_decoded() {
        assert_eq!(all(b"a\xFFb", 1, encoding_rs::UTF_8), "a\u{FFFF}b");
        assert_eq!(all(b"a\xE4\xBD", 1, encoding_rs::UTF_8), "a\u{FFFF}");
        assert_eq!(
            decode_sample(b"a\xE4\xBD", encoding_rs::UTF_8),
            ("a".to_owned(), 0)
        );
    }

    #[test]
    fn nothing_but_errors_is_linear() {
        let (_, failures) = decode_sample(&vec![0xFF; 4 << 20], encoding_rs::UTF_8);
        assert_eq!(failures, 4 << 20);
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(text in "[a-z,\n\u{4e00}-\u{4fff}\u{20000}-\u{20fff}]{0,60}", step in 1usize..7) {
            let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
            prop_assert_eq!(all(&bytes, step, encoding_rs::GB18030), text.clone());
            prop_assert_eq!(all(text.as_bytes(), step, encoding_rs::UTF_8), text);
        }
    }
}
