//! Masks that hide length as well as content.

/// A mask for text without a shape of its own, such as a WeChat name: at most the first and the last character stay,
/// and only if enough remains hidden. Shorter than three characters: nothing stays; from eight on the last one too.
pub fn mask_text(text: &str) -> String {
    let text = text.trim();
    let count = text.chars().count();
    let mut masked = String::new();
    if count >= 3 {
        masked.extend(text.chars().next());
    }
    masked.push_str("***");
    if count >= 8 {
        masked.extend(text.chars().next_back());
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn examples() {
        assert_eq!(mask_text("ab"), "***");
        assert_eq!(mask_text("weiyu"), "w***");
        assert_eq!(mask_text("juan2024"), "j***4");
        assert_eq!(mask_text("微信号"), "微***");
    }

    proptest! {
        #[test]
        fn never_shows_the_middle(first in "[a-z]", middle in "[0-9]{2,20}", last in "[a-z]") {
            let masked = mask_text(&format!("{first}{middle}{last}"));
            prop_assert!(!masked.contains(|c: char| c.is_ascii_digit()));
        }
    }
}
