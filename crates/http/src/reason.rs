//! Reasons and notes: what people write beside what they do, and others read later.

use crate::FieldProblem;
use std::ops::RangeInclusive;

/// A reason without the white space around it.
///
/// # Errors
/// `reason.length` at `field` when it does not have so many characters as it may have.
pub fn reason<'t>(
    field: &str,
    text: &'t str,
    characters: RangeInclusive<usize>,
) -> Result<&'t str, FieldProblem> {
    let text = text.trim();
    if characters.contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(FieldProblem::new(field, "reason.length")
        .with("min", characters.start())
        .with("max", characters.end()))
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn counts_characters_without_the_white_space_around_them() {
        assert_eq!(reason("note", "  核对\n", 2..=4), Ok("核对"));
        assert_eq!(reason("note", "季度核对", 2..=4), Ok("季度核对"));
        for wrong in ["", "   核  ", "季度核对了"] {
            let problem = reason("note", wrong, 2..=4).unwrap_err();
            assert_eq!((&*problem.field, &*problem.code), ("note", "reason.length"));
            assert_eq!(
                (&*problem.params["min"], &*problem.params["max"]),
                ("2", "4")
            );
        }
    }
}
