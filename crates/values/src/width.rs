//! Brings typed text to one width and drops what nobody sees.

/// Text after tidying, and what tidying changed.
pub(crate) struct Tidy {
    /// Half-width, without invisible characters and without white space around.
    pub text: String,
    /// Whether a full-width form was replaced.
    pub full_width: bool,
}

/// Replaces full-width forms (U+FF01..U+FF5E, ideographic space) by their ASCII twins and all white space by a plain
/// space, drops control and invisible formatting characters (zero width, direction marks, byte order mark), and trims.
pub(crate) fn tidy(text: &str) -> Tidy {
    let mut full_width = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{FF01}'..='\u{FF5E}' => {
                full_width = true;
                out.push(char::from_u32(c as u32 - 0xFEE0).unwrap_or(c));
            }
            c if c.is_whitespace() => out.push(' '),
            c if c.is_control() || is_invisible(c) => {}
            c => out.push(c),
        }
    }
    let trimmed = out.trim();
    let text = if trimmed.len() == out.len() {
        out
    } else {
        trimmed.to_owned()
    };
    Tidy { text, full_width }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Whether spreadsheet software has turned a long number into `1.38E+10`, whose lost digits nobody can restore.
pub(crate) fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    digits(exponent) && mantissa.split('.').count() <= 2 && mantissa.split('.').all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_trims() {
        let tidy = tidy("\u{3000}１３８\u{200B}-\u{202A}12\t３ ");
        assert_eq!(tidy.text, "138-12 3");
        assert!(tidy.full_width);
        assert!(!super::tidy("\u{FEFF} 1 ").full_width);
    }

    #[test]
    fn recognises_damaged_numbers() {
        assert!(is_scientific("1.38E+10") && is_scientific("5e17"));
        assert!(!is_scientific("91E") && !is_scientific("E10") && !is_scientific("13812345678"));
    }
}
