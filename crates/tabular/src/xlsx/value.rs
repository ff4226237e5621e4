//! Cells of a workbook as text.

use calamine::{DataRef, ExcelDateTime};
use custos_values::FieldError;

/// From this magnitude on a spreadsheet's number has lost digits.
const EXACT: f64 = 1e15;

pub(crate) fn is_blank(value: &DataRef<'_>) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::String(text) => text.trim().is_empty(),
        DataRef::SharedString(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// The text of a cell: whole numbers without exponent, dates as `2026-03-19` or `2026-03-19 14:30:00`, times of day as
/// `14:30:00`, truth values as TRUE and FALSE. An error value is empty and noted as `cell.error` {column, error}; a
/// number too long for a spreadsheet to keep is noted as `cell.precision_lost` {column}.
pub(crate) fn text(value: &DataRef<'_>, column: usize, notes: &mut Vec<FieldError>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::DateTimeIso(text) => text.replacen('T', " ", 1),
        DataRef::Int(number) => number.to_string(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::Float(number) => {
            if number.abs() >= EXACT {
                notes.push(FieldError::new("cell.precision_lost").with("column", column));
            }
            number_text(*number)
        }
        DataRef::DateTime(moment) => moment_text(moment),
        DataRef::Error(error) => {
            notes.push(
                FieldError::new("cell.error")
                    .with("column", column)
                    .with("error", error),
            );
            String::new()
        }
    }
}

/// Fifteen significant digits, as spreadsheets show, and never an exponent.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT {
        return (number as i64).to_string();
    }
    format!("{number:.14e}")
        .parse::<f64>()
        .unwrap_or(number)
        .to_string()
}

fn moment_text(moment: &ExcelDateTime) -> String {
    let days = moment.as_f64();
    if moment.is_duration() {
        let seconds = (days * 86_400.0).round() as i64;
        let sign = if seconds < 0 { "-" } else { "" };
        let seconds = seconds.unsigned_abs();
        return format!(
            "{sign}{}:{:02}:{:02}",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60
        );
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (0.0..1.0).contains(&days) {
        return format!("{hour:02}:{minute:02}:{second:02}");
    }
    if (hour, minute, second) == (0, 0, 0) {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{CellErrorType, ExcelDateTimeType};
    use proptest::prelude::*;

    fn shown(value: DataRef<'_>) -> (String, Vec<&'static str>) {
        let mut notes = Vec::new();
        let text = text(&value, 1, &mut notes);
        (text, notes.iter().map(|note| note.code).collect())
    }

    fn moment(days: f64, kind: ExcelDateTimeType) -> String {
        shown(DataRef::DateTime(ExcelDateTime::new(days, kind, false))).0
    }

    #[test]
    fn numbers() {
        assert_eq!(shown(DataRef::Float(13_812_345_678.0)).0, "13812345678");
        assert_eq!(shown(DataRef::Float(0.1 + 0.2)).0, "0.3");
        assert_eq!(shown(DataRef::Float(1_277.5)).0, "1277.5");
        assert_eq!(shown(DataRef::Float(-3.0)).0, "-3");
        assert_eq!(
            shown(DataRef::Float(530_722_196_608_215_660.0)),
            ("530722196608216000".to_owned(), vec!["cell.precision_lost"])
        );
        assert!(!shown(DataRef::Float(1e-7)).0.contains('e'));
    }

    #[test]
    fn moments() {
        assert_eq!(moment(46_290.0, ExcelDateTimeType::DateTime), "2026-09-25");
        assert_eq!(
            moment(46_290.604_166_666_664, ExcelDateTimeType::DateTime),
            "2026-09-25 14:30:00"
        );
        assert_eq!(
            moment(0.604_166_666_666, ExcelDateTimeType::DateTime),
            "14:30:00"
        );
        assert_eq!(moment(1.5, ExcelDateTimeType::TimeDelta), "36:00:00");
    }

    #[test]
    fn errors_are_noted() {
        assert_eq!(
            shown(DataRef::Error(CellErrorType::Ref)),
            (String::new(), vec!["cell.error"])
        );
        assert_eq!(shown(DataRef::Bool(true)).0, "TRUE");
    }

    proptest! {
        #[test]
        fn never_an_exponent(number in proptest::num::f64::NORMAL) {
            prop_assert!(!shown(DataRef::Float(number)).0.contains(['e', 'E']));
        }

        #[test]
        fn whole_numbers_are_exact(number in -999_999_999_999_999i64..999_999_999_999_999) {
            prop_assert_eq!(shown(DataRef::Float(number as f64)).0, number.to_string());
        }
    }
}
