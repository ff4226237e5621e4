//! The first rows as they would be stored.

use super::Importing;
use super::outcome::summary;
use crate::cli::remote::{coded, text};
use crate::words::Message;
use serde_json::Value;

impl Importing<'_> {
    /// Answers with what would become of the first rows.
    pub(super) fn show(&self, import: &Value, mapping: &[Value], preview: &Value) {
        let mut answer = summary(import, mapping);
        answer["preview"] = preview.clone();
        self.console
            .answer(&answer, || self.preview_in_words(mapping, preview));
    }

    fn preview_in_words(&self, mapping: &[Value], preview: &Value) -> String {
        let rows = preview["rows"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let count =
            |outcome: &str| rows.iter().filter(|row| row["outcome"] == outcome).count() as u64;
        let mut lines = Vec::new();
        for row in rows {
            let outcome = Message::new(format!("outcome-{}", text(&row["outcome"])));
            let values: Vec<String> = in_order(mapping, &row["fields"])
                .map(|(field, value)| self.console.value(field, value))
                .collect();
            let told = Message::new("import-preview-row")
                .count("row", row["row"].as_u64().unwrap_or(0))
                .with_words("outcome", outcome)
                .with("values", values.join(" | "));
            lines.push(self.console.words(&told));
            let notes = row["notes"].as_array().into_iter().flatten();
            lines.extend(notes.map(|note| self.note_in_words(note)));
        }
        let told = Message::new("import-preview")
            .count("rows", rows.len() as u64)
            .count("create", count("create"))
            .count("update", count("update"))
            .count("skip", count("skip"))
            .count("reject", count("reject"));
        lines.push(self.console.words(&told));
        lines.join("\n")
    }

    fn note_in_words(&self, note: &Value) -> String {
        let severity = Message::new(format!("severity-{}", text(&note["severity"])));
        let reason = self
            .console
            .reason(&coded(text(&note["code"]), &note["params"]));
        let told = Message::new("import-preview-note")
            .with_words("severity", severity)
            .with("field", self.console.field(text(&note["field"])))
            .with("reason", reason);
        self.console.words(&told)
    }
}

/// The fields of a row in the order of the file's columns; then those that were made from columns of other names.
fn in_order<'a>(
    mapping: &'a [Value],
    fields: &'a Value,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let named: Vec<&str> = mapping.iter().map(|pair| text(&pair["field"])).collect();
    let made = fields.as_object().into_iter().flatten();
    let made: Vec<&str> = made
        .map(|(name, _)| name.as_str())
        .filter(|name| !named.contains(name))
        .collect();
    let all = named.into_iter().chain(made);
    all.map(|name| (name, text(&fields[name])))
        .filter(|(_, value)| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_field_of_a_row_is_left_out() {
        let mapping = [
            json!({ "column": 0, "field": "phone" }),
            json!({ "column": 1, "field": "amount_10k" }),
        ];
        let fields = json!({ "amount": "12.00", "phone": "138", "city": "" });
        let shown: Vec<_> = in_order(&mapping, &fields).collect();
        assert_eq!(shown, [("phone", "138"), ("amount", "12.00")]);
    }
}
