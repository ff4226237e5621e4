//! What was recognised in the file, said otherwise where the person knows better.

use super::Importing;
use super::arguments::{SourceArguments, name};
use crate::cli::Failure;
use crate::cli::remote::{coded, text};
use crate::words::Message;
use serde_json::{Map, Value, json};
use ureq::http::Method;

impl Importing<'_> {
    /// Has the server look again where the person knows better.
    pub(super) fn correct(&mut self, path: &str, import: Value) -> Result<Value, Failure> {
        match patch(&self.arguments.source) {
            Some(patch) => self.remote.json(Method::PATCH, path, Some(&patch)),
            None => Ok(import),
        }
    }

    /// Says what was recognised and which column fills what.
    pub(super) fn describe(&self, import: &Value, mapping: &[Value]) {
        let console = self.console;
        if console.is_json() {
            return;
        }
        let source = &import["source"];
        let headers = match source["header_row"].as_u64() {
            None | Some(0) => Message::new("import-headers-none"),
            Some(row) => Message::new("import-headers-row").count("row", row),
        };
        let detected = if source["format"] == "xlsx" {
            Message::new("import-detected-workbook").with("sheet", text(&source["sheet"]))
        } else {
            Message::new("import-detected-text")
                .with("encoding", text(&source["encoding"]).to_uppercase())
                .with_words("delimiter", delimiter(text(&source["delimiter"])))
        };
        let preset = format!("preset-{}", text(&import["preset"]));
        console.note(
            &detected
                .with_words("headers", headers)
                .with_words("preset", Message::new(preset)),
        );
        for warning in import["warnings"].as_array().into_iter().flatten() {
            let told = console.reason(&coded(text(&warning["code"]), &warning["params"]));
            console.note(&Message::new("import-warning").with("text", told));
        }
        for column in import["columns"].as_array().into_iter().flatten() {
            let number = column["index"].as_u64().unwrap_or(0) + 1;
            let header = match text(&column["header"]) {
                "" => console.words(&Message::new("column-unnamed").count("number", number)),
                header => header.to_owned(),
            };
            let told = match mapping
                .iter()
                .find(|pair| pair["column"] == column["index"])
            {
                Some(pair) => Message::new("import-column")
                    .with("field", console.field(text(&pair["field"])))
                    .with("name", text(&pair["field"])),
                None => Message::new("import-column-left-out"),
            };
            console.note(&told.count("number", number).with("column", header));
        }
    }
}

fn patch(source: &SourceArguments) -> Option<Value> {
    let given = [
        (
            "encoding",
            source.encoding.as_ref().map(|label| json!(label)),
        ),
        ("delimiter", source.delimiter.map(|sign| json!(sign))),
        ("sheet", source.sheet.as_ref().map(|sheet| json!(sheet))),
        ("header_row", source.header_row.map(|row| json!(row))),
    ];
    let about: Map<String, Value> = given
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect();
    let mut patch = Map::new();
    if !about.is_empty() {
        patch.insert("source".to_owned(), Value::Object(about));
    }
    if let Some(preset) = source.preset {
        patch.insert("preset".to_owned(), json!(name(preset)));
    }
    (!patch.is_empty()).then_some(Value::Object(patch))
}

fn delimiter(sign: &str) -> Message {
    match sign {
        ";" => Message::new("delimiter-semicolon"),
        "\t" => Message::new("delimiter-tab"),
        "|" => Message::new("delimiter-bar"),
        _ => Message::new("delimiter-comma"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Preset;
    use super::*;

    #[test]
    fn only_what_was_said_is_corrected() {
        let mut source = SourceArguments {
            encoding: None,
            delimiter: None,
            sheet: None,
            header_row: None,
            preset: None,
        };
        assert_eq!(patch(&source), None);
        source.preset = Some(Preset::Hubspot);
        assert_eq!(patch(&source), Some(json!({ "preset": "hubspot" })));
        source.header_row = Some(0);
        source.delimiter = Some('\t');
        let expected =
            json!({ "preset": "hubspot", "source": { "header_row": 0, "delimiter": "\t" } });
        assert_eq!(patch(&source), Some(expected));
    }
}
