//! Matching and ordering of text by trying everything, for the few characters the tests use.

use pinyin::ToPinyinMulti;
use std::collections::BTreeSet;

/// Runs of characters of one kind (ASCII or not).
pub type Pieces = Vec<String>;

pub fn fold(text: &str) -> String {
    let plain = text.replace(['（', '）', '　'], "").replace('Ａ', "a");
    plain
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

pub fn pieces(text: &str) -> Pieces {
    let mut runs: Pieces = Vec::new();
    for c in fold(text).chars() {
        match runs.last_mut() {
            Some(run) if run.is_ascii() == c.is_ascii() => run.push(c),
            _ => runs.push(c.to_string()),
        }
    }
    runs
}

pub fn joined(pieces: &Pieces) -> String {
    pieces.concat()
}

pub fn begins(text: &str, pieces: &Pieces) -> bool {
    let text: Vec<char> = fold(text).chars().collect();
    !text.is_empty() && ends_after(&text, 0, pieces)
}

pub fn contains(text: &str, pieces: &Pieces) -> bool {
    let text: Vec<char> = fold(text).chars().collect();
    (0..text.len()).any(|from| ends_after(&text, from, pieces))
}

fn ends_after(text: &[char], from: usize, pieces: &Pieces) -> bool {
    let mut places = BTreeSet::from([from]);
    for piece in pieces {
        places = places
            .into_iter()
            .flat_map(|place| ends(text, place, piece))
            .collect();
    }
    !places.is_empty()
}

/// Where a piece that begins here may end.
fn ends(text: &[char], from: usize, piece: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let run: Vec<char> = piece.chars().collect();
    let window = text.get(from..from + run.len());
    let letter = |c: char, wanted: char| {
        c == wanted || (wanted.is_ascii() && syllables(c).iter().any(|s| s.starts_with(wanted)))
    };
    if window.is_some_and(|window| {
        window
            .iter()
            .zip(&run)
            .all(|(c, wanted)| letter(*c, *wanted))
    }) {
        found.push(from + run.len());
    }
    if piece.is_ascii() {
        let mut states = vec![(from, piece.to_owned())];
        while let Some((at, rest)) = states.pop() {
            for syllable in text.get(at).map(|c| syllables(*c)).unwrap_or_default() {
                if syllable.starts_with(&rest) {
                    found.push(at + 1);
                } else if let Some(less) = rest.strip_prefix(&syllable) {
                    states.push((at + 1, less.to_owned()));
                }
            }
        }
    }
    found
}

fn syllables(c: char) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        for spelling in [
            reading.plain().replace('ü', "v"),
            reading.plain().replace('ü', "u"),
        ] {
            if !list.contains(&spelling) {
                list.push(spelling);
            }
        }
    }
    list
}

pub fn sort_key(folded: &str) -> Vec<(bool, String, char)> {
    let preferred = |c| match c {
        '长' => Some("chang"),
        '重' => Some("chong"),
        '单' => Some("shan"),
        _ => None,
    };
    folded
        .chars()
        .map(|c| {
            let reading = preferred(c)
                .map(str::to_owned)
                .or_else(|| syllables(c).first().cloned());
            (!c.is_ascii(), reading.unwrap_or_default(), c)
        })
        .collect()
}
