//! Where lines end.

use unicode_linebreak::{BreakOpportunity, linebreaks};

/// Breaks a text into lines no wider than `limit`, where its language may break (Unicode Standard Annex 14), and within a
/// word only if the word alone is too wide. `width` says how wide a character is.
pub(crate) fn wrap(text: &str, limit: f32, mut width: impl FnMut(char) -> f32) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\t', " ");
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
    let mut from = 0;
    for (to, opportunity) in linebreaks(&text) {
        let piece = text[from..to].trim_end_matches('\n');
        from = to;
        // Spaces at the end of a line take no room.
        let bare: f32 = piece.trim_end_matches(' ').chars().map(&mut width).sum();
        if used > 0.0 && used + bare > limit {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0.0;
        }
        for of in piece.chars() {
            let advance = width(of);
            if used > 0.0 && used + advance > limit && of != ' ' {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0.0;
            }
            line.push(of);
            used += advance;
        }
        if opportunity == BreakOpportunity::Mandatory {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0.0;
        }
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn width(of: char) -> f32 {
        if of.is_ascii() { 1.0 } else { 2.0 }
    }

    fn bare(text: &str) -> String {
        text.chars().filter(|of| !of.is_whitespace()).collect()
    }

    #[test]
    fn lines_end_where_the_language_allows() {
        let wrapped = |text| wrap(text, 10.0, width);
        assert_eq!(wrapped("one two three"), ["one two", "three"]);
        // No line begins with a full stop.
        assert_eq!(wrapped("年度权限核。对"), ["年度权限", "核。对"]);
        assert_eq!(wrapped("abcdefghijklm"), ["abcdefghij", "klm"]);
        assert_eq!(wrapped("a\nb\r\n\r\nc"), ["a", "b", "", "c"]);
        assert_eq!(wrapped(""), [""]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_is_lost(text in "(\\PC|[ \\n年。，ab]){0,80}", limit in 2.0f32..30.0) {
            let lines = wrap(&text, limit, width);
            prop_assert_eq!(bare(&lines.concat()), bare(&text));
            for line in lines {
                prop_assert!(line.chars().map(width).sum::<f32>() <= limit, "{:?}", line);
            }
        }
    }
}
