//! A search text, taken apart into words and the pieces of a word.

use crate::fold::fold;
use crate::reading::table;
use std::ops::Range;

/// Characters of a search text that count; the rest is ignored.
const TEXT_CHARS: usize = 200;
/// Words of a search text that count.
const WORDS: usize = 10;
/// Ways to cut one piece into syllables that are tried.
const PARSES: usize = 32;

/// Part of a word that is looked up in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Characters beyond ASCII, taken as they are.
    Literal(Vec<char>),
    /// ASCII letters and digits: as they are, as pinyin or as initials.
    Ascii(String),
}

/// A folded word: its pieces stand side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) pieces: Vec<Piece>,
}

/// Letters cut into whole syllables, and the syllables that begin with what is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parse {
    pub(crate) whole: Vec<u16>,
    pub(crate) last: Range<u16>,
}

/// The words of a search text; none if it has no letter or digit.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let counted: String = text.chars().take(TEXT_CHARS).collect();
    counted
        .split_whitespace()
        .filter_map(|word| Word::new(&fold(word)))
        .take(WORDS)
        .collect()
}

impl Word {
    /// A word of folded text, if it is not empty.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut pieces: Vec<Piece> = Vec::new();
        for c in text.chars() {
            match (pieces.last_mut(), c.is_ascii()) {
                (Some(Piece::Ascii(run)), true) => run.push(c),
                (Some(Piece::Literal(run)), false) => run.push(c),
                (_, true) => pieces.push(Piece::Ascii(c.to_string())),
                (_, false) => pieces.push(Piece::Literal(vec![c])),
            }
        }
        (!pieces.is_empty()).then(|| Self {
            text: text.to_owned(),
            pieces,
        })
    }

    /// The words in a row, without what separated them.
    pub(crate) fn joined(words: &[Word]) -> Option<Self> {
        Self::new(
            &words
                .iter()
                .map(|word| word.text.as_str())
                .collect::<String>(),
        )
    }

    /// Four digits: perhaps the end of a telephone number.
    pub(crate) fn last_four(&self) -> Option<u16> {
        let four = self.text.len() == 4 && self.text.bytes().all(|b| b.is_ascii_digit());
        if four { self.text.parse().ok() } else { None }
    }
}

/// The ways to read letters as pinyin. A single letter is an initial and has none.
pub(crate) fn parses(letters: &str) -> Vec<Parse> {
    let mut found = Vec::new();
    if letters.len() > 1 && letters.bytes().all(|b| b.is_ascii_lowercase()) {
        parse_from(letters, &mut Vec::new(), &mut found);
    }
    found
}

fn parse_from(rest: &str, whole: &mut Vec<u16>, found: &mut Vec<Parse>) {
    let last = table().beginning_with(rest);
    if !last.is_empty() {
        found.push(Parse {
            whole: whole.clone(),
            last,
        });
    }
    for len in 1..rest.len().min(7) {
        if found.len() >= PARSES {
            return;
        }
        if let Some(syllable) = table().syllable(&rest[..len]) {
            whole.push(syllable);
            parse_from(&rest[len..], whole, found);
            whole.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, parses, table, words};

    #[test]
    fn splits_words_and_pieces() {
        let list = words(" ＡＢＣ公司  (北京) -- ");
        assert_eq!(list.len(), 2);
        assert_eq!(
            list[0].pieces,
            [Piece::Ascii("abc".into()), Piece::Literal(vec!['公', '司'])]
        );
        assert_eq!(list[1].text, "北京");
        assert!(words(" -- ").is_empty());
        assert_eq!(words("0138")[0].last_four(), Some(138));
        assert_eq!(words("01380")[0].last_four(), None);
    }

    #[test]
    fn reads_letters_in_every_way() {
        let spell = |letters: &str| -> Vec<String> {
            let mut all: Vec<String> = parses(letters)
                .iter()
                .map(|p| {
                    let whole: Vec<&str> = p.whole.iter().map(|s| table().letters(*s)).collect();
                    format!("{}|{}", whole.join("'"), table().letters(p.last.start))
                })
                .collect();
            all.sort();
            all
        };
        assert!(
            spell("xian").contains(&"|xian".to_owned())
                && spell("xian").contains(&"xi|an".to_owned())
        );
        assert!(spell("zhangs").iter().any(|p| p.starts_with("zhang|s")));
        assert!(parses("b").is_empty() && parses("3m").is_empty());
        assert!(parses(&"xian".repeat(40)).len() <= 64);
    }
}
