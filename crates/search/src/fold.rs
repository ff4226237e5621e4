//! The one form in which text is stored, searched and sorted.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds text for search and sorting: full-width and compatibility forms become plain ones (NFKC), case and Latin
/// accents go, and everything that is neither letter nor digit (spaces, punctuation, brackets) is dropped, so that
/// `（北京）ＡＢＣ` and `北京 abc` are the same text.
pub(crate) fn fold(text: &str) -> String {
    if text.chars().all(is_plain) {
        text.chars()
            .filter(|c| is_kept(*c))
            .map(|c| c.to_ascii_lowercase())
            .collect()
    } else {
        text.nfkd()
            .flat_map(char::to_lowercase)
            .nfkd()
            .filter(|c| is_kept(*c))
            .nfc()
            .collect()
    }
}

/// ASCII and the common Han block have no compatibility forms: most names take this road.
fn is_plain(c: char) -> bool {
    c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The combining marks of Latin, Greek and Cyrillic; other scripts need theirs (kana voicing, Indic vowels).
fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

fn is_kept(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        c.is_alphanumeric() || (is_combining_mark(c) && !is_accent(c))
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn folds_width_case_accents_and_punctuation() {
        assert_eq!(fold("（北京）ＡＢＣ 科技-１２"), "北京abc科技12");
        assert_eq!(fold("Société Générale, S.A."), "societegeneralesa");
        assert_eq!(fold("한국 ガス"), "한국ガス");
        assert_eq!(fold(" ·—()"), "");
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,24}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }
    }
}
