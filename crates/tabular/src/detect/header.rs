//! Which row names the columns, and what the columns are called.

use std::collections::HashSet;

use crate::mapping;
use crate::{TableError, Warning};

/// Rows looked at for a header.
const ROWS: usize = 20;

/// A row with its number.
pub(crate) type Numbered = (u64, Vec<String>);

/// The row chosen: its number, or 0 if no row looks like a header.
pub(crate) fn choose(rows: &[Numbered]) -> u64 {
    let width = rows
        .iter()
        .take(ROWS)
        .map(|(_, cells)| filled(cells))
        .max()
        .unwrap_or(0);
    let candidates = || {
        rows.iter()
            .take(ROWS)
            .filter(|(_, cells)| filled(cells) * 2 > width && looks_named(cells))
    };
    let known = |cells: &[String]| cells.iter().filter(|cell| mapping::is_known(cell)).count();
    // Names we know go first; among equals the upper row, for rows of data below may repeat a name.
    let best = candidates()
        .map(|row| (known(&row.1), row))
        .rev()
        .max_by_key(|(known, _)| *known);
    match best {
        Some((1.., (number, _))) => *number,
        _ => {
            // Without a known name, only the first row of full width can be a header.
            let first = rows
                .iter()
                .take(ROWS)
                .find(|(_, cells)| filled(cells) * 2 > width);
            first
                .filter(|(_, cells)| looks_named(cells))
                .map_or(0, |(number, _)| *number)
        }
    }
}

fn filled(cells: &[String]) -> usize {
    cells.iter().filter(|cell| !cell.trim().is_empty()).count()
}

/// Short distinct words, hardly a number, address or date among them.
fn looks_named(cells: &[String]) -> bool {
    let names: Vec<&str> = cells
        .iter()
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .collect();
    let distinct: HashSet<&&str> = names.iter().collect();
    let data = names.iter().filter(|name| is_data(name)).count();
    !names.is_empty() && data * 10 <= names.len() && distinct.len() * 2 >= names.len()
}

fn is_data(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    text.contains('@') || text.contains("://") || text.chars().count() > 60 || digits > letters
}

/// Names for the columns from the header cells: white space collapsed, duplicates numbered as `手机 (2)`, empty ones called
/// by their letter as in a spreadsheet.
pub(crate) fn names(cells: &[String], width: usize, warnings: &mut Vec<Warning>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = Vec::with_capacity(width);
    for index in 0..width {
        let cell = cells.get(index).map(String::as_str).unwrap_or_default();
        let mut name = cell
            .trim_start_matches('\u{FEFF}')
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        if name.is_empty() {
            name = letters(index);
            warnings.push(Warning::new("header.empty").with("column", &name));
        }
        let base = name.clone();
        let mut count = 1;
        while !taken.insert(name.clone()) {
            count += 1;
            name = format!("{base} ({count})");
        }
        if count > 1 {
            warnings.push(
                Warning::new("header.duplicate")
                    .with("header", &base)
                    .with("renamed", &name),
            );
        }
        names.push(name);
    }
    names
}

/// The letters of a column: A, B, … Z, AA.
pub(crate) fn letters(index: usize) -> String {
    let mut rest = index + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The number of columns: to the last header or the last filled cell of the rows below.
pub(crate) fn width(rows: &[Numbered], max: usize) -> Result<usize, TableError> {
    let last = |cells: &[String]| {
        cells
            .iter()
            .rposition(|cell| !cell.trim().is_empty())
            .map_or(0, |at| at + 1)
    };
    let Some((_, header)) = rows.first() else {
        return Err(TableError::Empty);
    };
    // One overlong row is a defect of that row; a width that most rows have is the table's.
    let widths: Vec<usize> = rows.iter().skip(1).map(|(_, cells)| last(cells)).collect();
    let of_rows = widths
        .iter()
        .copied()
        .filter(|w| widths.iter().filter(|other| *other >= w).count() * 2 > widths.len())
        .max();
    let found = last(header).max(of_rows.unwrap_or(0)).max(1);
    if found > max {
        Err(TableError::TooManyColumns { found, max })
    } else {
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Numbered> {
        rows.iter()
            .enumerate()
            .map(|(i, cells)| {
                (
                    i as u64 + 1,
                    cells.iter().map(|c| (*c).to_owned()).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn title_lines_are_passed_over() {
        let table = rows(&[
            &["XX公司客户资料（2026年11月导出）"],
            &["客户名称", "手机", "备注"],
            &["甲", "13812345678", ""],
        ]);
        assert_eq!(choose(&table), 2);
        let table = rows(&[&["Export"], &["Foo", "Bar"], &["x", "1"], &["y", "2"]]);
        assert_eq!(choose(&table), 2);
    }

    #[test]
    fn a_table_may_have_no_header() {
        let table = rows(&[
            &["甲公司", "13812345678", "2026-01-01"],
            &["乙公司", "13912345678", "2026-01-02"],
        ]);
        assert_eq!(choose(&table), 0);
    }

    #[test]
    fn unknown_names_in_the_first_row() {
        assert_eq!(
            choose(&rows(&[&["foo", "bar", "baz"], &["1", "2", "3"]])),
            1
        );
    }

    #[test]
    fn names_are_made_unique() {
        let mut warnings = Vec::new();
        let cells: Vec<String> = ["手机", " 手机\n", "", "手机 (2)"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            names(&cells, 5, &mut warnings),
            ["手机", "手机 (2)", "C", "手机 (2) (2)", "E"]
        );
        let codes: Vec<&str> = warnings.iter().map(|w| w.code.as_str()).collect();
        assert_eq!(
            codes,
            [
                "header.duplicate",
                "header.empty",
                "header.duplicate",
                "header.empty"
            ]
        );
        assert_eq!(
            (letters(25), letters(26), letters(701), letters(702)),
            ("Z".into(), "AA".into(), "ZZ".into(), "AAA".into())
        );
    }
}
