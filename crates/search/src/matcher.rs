//! Looks at a text itself: whether a word is in it. Used where grams alone cannot tell.

use crate::grams::{SEARCHED_CHARS, initial, initials};
use crate::reading::table;
use crate::words::{Piece, Word};

/// Whether the word is in the folded text, at its beginning only if `at_start`.
pub(crate) fn matches(word: &Word, text: &str, at_start: bool) -> bool {
    if let [Piece::Literal(_)] = word.pieces.as_slice() {
        let end = text
            .char_indices()
            .nth(SEARCHED_CHARS)
            .map_or(text.len(), |(at, _)| at);
        let text = &text[..end];
        return if at_start {
            text.starts_with(&word.text)
        } else {
            text.contains(&word.text)
        };
    }
    let mut chars: Vec<char> = Vec::with_capacity(text.len());
    chars.extend(text.chars().take(SEARCHED_CHARS));
    let starts = if at_start { 1 } else { chars.len() };
    (0..starts).any(|from| matches_at(&word.pieces, &chars[from..]))
}

fn matches_at(pieces: &[Piece], text: &[char]) -> bool {
    match pieces.split_first() {
        None => true,
        Some((Piece::Literal(run), rest)) => {
            text.starts_with(run) && matches_at(rest, &text[run.len()..])
        }
        Some((Piece::Ascii(run), rest)) => {
            let by_initials = run.len() <= text.len()
                && run
                    .chars()
                    .zip(text)
                    .all(|(wanted, c)| has_initial(*c, wanted))
                && matches_at(rest, &text[run.len()..]);
            by_initials || (run.bytes().all(|b| b.is_ascii_lowercase()) && spells(run, rest, text))
        }
    }
}

fn has_initial(c: char, wanted: char) -> bool {
    if c.is_ascii() {
        return c == wanted;
    }
    let wanted = initial(wanted);
    wanted != 0 && initials(c, &table().readings(c)).contains(&wanted)
}

/// Whether the letters are the text's pinyin: whole syllables, the last one perhaps unfinished, then the other pieces.
fn spells(letters: &str, pieces: &[Piece], text: &[char]) -> bool {
    let Some((c, after)) = text.split_first() else {
        return false;
    };
    table()
        .readings(*c)
        .into_iter()
        .take_while(|r| *r != 0)
        .any(|reading| {
            let syllable = table().letters(reading);
            if syllable.starts_with(letters) {
                return matches_at(pieces, after);
            }
            letters
                .strip_prefix(syllable)
                .is_some_and(|rest| spells(rest, pieces, after))
        })
}
