//! What became of an import: the account of its rows, and the file of those that were left out.

use super::Importing;
use crate::cli::new_file::NewFile;
use crate::cli::progress::{Progress, Stage};
use crate::cli::remote::{coded, text};
use crate::cli::{EXIT_FINDINGS, EXIT_STOPPED, Failure};
use crate::words::Message;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use ureq::SendBody;
use ureq::http::Method;

/// Every row read is in exactly one of the other four.
const COUNTS: [&str; 5] = ["read", "created", "updated", "skipped", "rejected"];

/// What programs get to know of an import; nothing of what stands in its rows.
pub(super) fn summary(import: &Value, mapping: &[Value]) -> Value {
    let header = |column: &Value| {
        let found = import["columns"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|known| known["index"] == *column);
        found.map_or(Value::Null, |known| known["header"].clone())
    };
    let mapping: Vec<Value> = mapping
        .iter()
        .map(|pair| {
            json!({ "column": pair["column"], "header": header(&pair["column"]), "field": pair["field"] })
        })
        .collect();
    let mut told = json!({
        "id": import["id"],
        "file_name": import["file_name"],
        "size": import["size"],
        "state": import["state"],
        "source": import["source"],
        "preset": import["preset"],
        "mapping": mapping,
        "warnings": import["warnings"],
    });
    for name in COUNTS {
        told[name] = import["progress"][name].clone();
    }
    told
}

impl Importing<'_> {
    /// Tells how an import ended, and saves the rows it rejected.
    pub(super) fn report(&mut self, import: &Value) -> Result<u8, Failure> {
        let count = |name: &str| import["progress"][name].as_u64().unwrap_or(0);
        let mapping = import["options"]["mapping"].as_array();
        let mut answer = summary(import, mapping.map(Vec::as_slice).unwrap_or_default());
        let state = text(&import["state"]);
        let rejected = (state == "finished" && count("rejected") > 0)
            .then(|| self.save_rejected(import))
            .transpose()?;
        answer["rejected_file"] = json!(rejected.as_ref().map(|path| path.display().to_string()));
        let resume = matches!(state, "cancelled" | "interrupted")
            .then(|| self.resume_command(text(&import["id"])));
        answer["resume"] = json!(resume);
        self.console.answer(&answer, || {
            let equation = COUNTS
                .into_iter()
                .fold(Message::new("import-equation"), |told, name| {
                    told.count(name, count(name))
                });
            self.console.words(&equation)
        });
        self.remark_on_rows(import);
        if let Some(path) = rejected {
            let told = Message::new("import-rejected-file").with("path", path.display());
            self.console.note(&told);
        }
        match (state, resume) {
            ("finished", _) if count("rejected") == 0 => Ok(0),
            ("finished", _) => Ok(EXIT_FINDINGS),
            ("cancelled", Some(command)) => {
                self.console
                    .note(&Message::new("import-stopped").with("command", command));
                Ok(EXIT_STOPPED)
            }
            ("interrupted", Some(command)) => Err(Message::new("import-interrupted")
                .with("command", command)
                .into()),
            _ => Err(self.failed(import)),
        }
    }

    /// What is doubtful about rows that were taken all the same; remarks about the file came before.
    fn remark_on_rows(&self, import: &Value) {
        let all = import["warnings"].as_array().into_iter().flatten();
        for warning in all.filter(|_| !self.console.is_json()) {
            let rows = text(&warning["params"]["rows"]).parse();
            if let Ok(rows) = rows {
                let told = self
                    .console
                    .reason(&coded(text(&warning["code"]), &warning["params"]));
                let told = Message::new("import-warning-rows").with("text", told);
                self.console.note(&told.count("rows", rows));
            }
        }
    }

    /// The last remark about a file that could not be read to its end says why.
    fn failed(&self, import: &Value) -> Failure {
        let last = import["warnings"].as_array().and_then(|all| all.last());
        match last {
            Some(last) => {
                let reason = self
                    .console
                    .reason(&coded(text(&last["code"]), &last["params"]));
                Message::new("import-failed").with("reason", reason).into()
            }
            None => Message::new("import-says-failed").into(),
        }
    }

    fn save_rejected(&mut self, import: &Value) -> Result<PathBuf, Failure> {
        let path = match &self.arguments.rejected {
            Some(path) => path.clone(),
            None => beside(self.arguments.file.as_deref(), import),
        };
        let is_workbook = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"));
        let from = format!(
            "/imports/{}/rejected?format={}&lang={}",
            text(&import["id"]),
            if is_workbook { "xlsx" } else { "csv" },
            self.console.language().tag(),
        );
        let file = NewFile::create(&path, self.arguments.force)?;
        let answer = self
            .remote
            .send(Method::GET, &from, &[], SendBody::none())?;
        file.receive(
            answer.into_body().into_reader(),
            Progress::new(self.console, Stage::Receiving, None),
            &self.interruption,
        )?;
        Ok(path)
    }

    /// The command that goes on where an import was left.
    pub(super) fn resume_command(&self, id: &str) -> String {
        let remote = &self.arguments.remote;
        let mut words = vec![
            "custos import --resume".to_owned(),
            id.to_owned(),
            "--server".to_owned(),
            quoted(&remote.server),
        ];
        if let Some(account) = &remote.account {
            words.extend(["--account".to_owned(), quoted(account)]);
        } else if let Some(file) = &remote.api_key_file {
            let file = file.display().to_string();
            words.extend(["--api-key-file".to_owned(), quoted(&file)]);
        }
        if let Some(ca) = &remote.ca {
            words.extend(["--ca".to_owned(), quoted(&ca.display().to_string())]);
        } else if remote.data != Path::new("data") {
            words.extend([
                "--data".to_owned(),
                quoted(&remote.data.display().to_string()),
            ]);
        }
        words.join(" ")
    }
}

/// `list.csv` → `list.rejected.csv`, or with a number where there is one already. Without a file at hand, in the
/// current folder under the name the server knows.
fn beside(file: Option<&Path>, import: &Value) -> PathBuf {
    let known = Path::new(text(&import["file_name"]));
    let named = file.unwrap_or(Path::new(known.file_name().unwrap_or("import".as_ref())));
    let stem = named.file_stem().unwrap_or_default().to_string_lossy();
    let kind = if text(&import["source"]["format"]) == "xlsx" {
        "xlsx"
    } else {
        "csv"
    };
    let first = named.with_file_name(format!("{stem}.rejected.{kind}"));
    if !first.exists() {
        return first;
    }
    (2..)
        .map(|number: u32| named.with_file_name(format!("{stem}.rejected-{number}.{kind}")))
        .find(|path| !path.exists())
        .unwrap_or(first)
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-._/:@%+=,[]".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_rows_lie_beside_the_file_and_replace_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.b.XLSX");
        let import = json!({ "file_name": "../../x.csv", "source": { "format": "xlsx" } });
        let first = beside(Some(&file), &import);
        assert_eq!(first, folder.path().join("a.b.rejected.xlsx"));
        std::fs::write(&first, "").unwrap();
        let second = beside(Some(&file), &import);
        assert_eq!(second, folder.path().join("a.b.rejected-2.xlsx"));
        let import = json!({ "file_name": "../../x.csv", "source": { "format": "csv" } });
        assert_eq!(beside(None, &import), Path::new("x.rejected.csv"));
    }

    #[test]
    fn commands_can_be_pasted() {
        assert_eq!(quoted("https://localhost:8443"), "https://localhost:8443");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's;$x"), r"'it'\''s;$x'");
    }
}
