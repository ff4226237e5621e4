//! Which code a word in a file means.

use std::collections::HashMap;
use std::sync::LazyLock;

static WORDS: LazyLock<HashMap<(&'static str, String), &'static str>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    let lines = include_str!("presets/choices.csv").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let mut parts = line.splitn(3, ',');
        if let (Some(field), Some(code), Some(spellings)) =
            (parts.next(), parts.next(), parts.next())
        {
            words.insert((field, plain(code)), code);
            for spelling in spellings.split('|') {
                words.insert((field, plain(spelling)), code);
            }
        }
    }
    words
});

/// The code of a word, and whether the word is known. Where a customer comes from is `other` for unknown words.
pub(super) fn code(field: &'static str, word: &str) -> (Option<&'static str>, bool) {
    let word = plain(word);
    // n/a, - and the like say nothing.
    if word.is_empty() || NOTHING.lines().any(|nothing| nothing == word) {
        return (None, true);
    }
    match WORDS.get(&(field, word)) {
        Some(code) => (Some(code), true),
        None => ((field == "source").then_some("other"), false),
    }
}

/// Words by which people say that they have nothing to say, one a line.
const NOTHING: &str = include_str!("presets/nothing.txt");

/// Letters and digits only, half-width, lower case.
fn plain(text: &str) -> String {
    let half = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.chars()
        .map(half)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{CUSTOMER, FieldKind};

    #[test]
    fn every_line_is_about_a_code_of_the_registry() {
        for ((field, word), code) in &*WORDS {
            let Some(FieldKind::Choice(codes)) = CUSTOMER.get(field).map(|spec| spec.kind) else {
                panic!("{field} is not a choice");
            };
            assert!(codes.contains(code), "{field} {code}");
            assert!(!word.is_empty());
        }
    }

    #[test]
    fn words_of_both_languages() {
        for (field, word, expected) in [
            ("level", "A类", "a"),
            ("level", " Ｂ 级 ", "b"),
            ("status", "潜在客户", "lead"),
            ("status", "Closed Won", "won"),
            ("status", "customer - active", "won"),
            ("source", "展会", "exhibition"),
            ("source", "百度推广", "advertisement"),
            ("source", "Trade Show", "exhibition"),
        ] {
            assert_eq!(code(field, word), (Some(expected), true), "{word}");
        }
        assert_eq!(code("source", "某处"), (Some("other"), false));
        assert_eq!(code("level", "VVVIP+"), (None, false));
        assert_eq!(code("status", "n/a"), (None, true));
    }
}
