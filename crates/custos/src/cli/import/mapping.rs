//! Which column fills which field.

use crate::cli::Failure;
use crate::cli::remote::text;
use crate::words::Message;
use serde_json::{Value, json};

/// What the server suggests, changed as the person says.
pub(super) fn mapping(import: &Value, changes: &[(String, String)]) -> Result<Vec<Value>, Failure> {
    let columns = import["columns"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut fields: Vec<Option<String>> = columns
        .iter()
        .map(|column| column["field"].as_str().map(str::to_owned))
        .collect();
    for (named, field) in changes {
        let at = position(columns, named).ok_or_else(|| unknown(columns, named))?;
        // A field is filled by one column: the one named last.
        for other in fields
            .iter_mut()
            .filter(|other| other.as_deref() == Some(field))
        {
            *other = None;
        }
        fields[at] = (field != "ignore").then(|| field.clone());
    }
    let mapped = fields.into_iter().enumerate();
    Ok(mapped
        .filter_map(|(column, field)| Some(json!({ "column": column, "field": field? })))
        .collect())
}

/// A column by its header, else by its number from 1.
fn position(columns: &[Value], named: &str) -> Option<usize> {
    let by_header = columns
        .iter()
        .position(|column| text(&column["header"]).trim() == named);
    by_header.or_else(|| {
        let at = named.parse::<usize>().ok()?.checked_sub(1)?;
        (at < columns.len()).then_some(at)
    })
}

fn unknown(columns: &[Value], named: &str) -> Failure {
    let headers: Vec<&str> = columns
        .iter()
        .map(|column| text(&column["header"]))
        .filter(|header| !header.is_empty())
        .collect();
    let message = Message::new("import-column-unknown")
        .with("column", named.to_owned())
        .with("columns", headers.join(", "));
    let mut failure = Failure::from(message);
    failure.field = Some("--map".to_owned());
    failure
}

#[cfg(test)]
mod tests {
    use super::super::arguments::pair;
    use super::*;

    #[test]
    fn columns_are_named_by_header_or_number_and_the_last_word_counts() {
        let import = json!({ "columns": [
            { "index": 0, "header": "Company", "field": "name" },
            { "index": 1, "header": "a=b", "field": "phone" },
            { "index": 2, "header": " Notes ", "field": "notes" },
        ] });
        let mapped = |changes: &[&str]| {
            let changes: Vec<_> = changes.iter().map(|text| pair(text).unwrap()).collect();
            let mapped = mapping(&import, &changes).ok()?;
            let pairs = mapped
                .iter()
                .map(|pair| format!("{}={}", pair["column"], text(&pair["field"])));
            Some(pairs.collect::<Vec<_>>().join(" "))
        };
        assert_eq!(mapped(&[]).unwrap(), "0=name 1=phone 2=notes");
        let changes = ["3=phone", "Notes=landline", "a=b=phone", "Company=name"];
        assert_eq!(mapped(&changes).unwrap(), "0=name 1=phone 2=landline");
        assert_eq!(mapped(&["2=ignore"]).unwrap(), "0=name 2=notes");
        for unknown in ["4=phone", "0=phone", "Phone=phone"] {
            assert_eq!(mapped(&[unknown]), None, "{unknown}");
        }
        assert!(pair("phone").is_err());
    }
}
