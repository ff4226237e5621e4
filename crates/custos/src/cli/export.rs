//! `custos export`: customers of a running server as a file.

use super::interruption::Interruption;
use super::new_file::NewFile;
use super::progress::{Progress, Stage};
use super::remote::{Remote, RemoteArguments, Wanted, text};
use super::{Console, Failure};
use crate::words::Message;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use ureq::http::Method;

/// Fields if none are named.
const FIELDS: &str = "name,level,status,contact_name,phone,email,province,city,owner,updated_at";

/// `custos export`
#[derive(Debug, Args)]
#[command(
    long_about = "Export customers of a running server to a file, with the rights of the account that signs in: what \
        the account sees masked is masked in the file.\n\nThe file is written beside its place, for its owner only, \
        and is there whole or not at all. Which fields of how many customers left, and why, stands in the audit log.",
    after_long_help = "Exit codes:\n  0    written\n  2    not done: wrongly used, refused, or the server was not \
        reached\n  130  stopped with Ctrl-C"
)]
pub struct CustomersArguments {
    /// Server and account.
    #[command(flatten)]
    pub remote: RemoteArguments,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
    /// The kind of file [default: by the file's name, else csv]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Names of fields, and owner, department, created_at, updated_at, in the order of the file
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = FIELDS)]
    pub fields: Vec<String>,
    /// Which customers.
    #[command(flatten)]
    pub filter: FilterArguments,
    /// Why, 2 to 200 characters; goes into the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Ask for approval where it is needed, and wait until somebody has decided
    #[arg(long, conflicts_with = "approval")]
    pub await_approval: bool,
    /// Use an approval that was given for exactly this export
    #[arg(long, value_name = "ID")]
    pub approval: Option<String>,
}

/// Which customers, as in lists; all the account may export if nothing is said.
#[derive(Debug, Args)]
pub struct FilterArguments {
    /// Part of a name, pinyin or initials, last four digits of a phone, or a whole phone, e-mail address or code
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Status: lead, following, won, lost, dormant; several with commas
    #[arg(long, value_name = "CODES")]
    pub status: Option<String>,
    /// Level: a, b, c, d
    #[arg(long, value_name = "CODES")]
    pub level: Option<String>,
    /// Source: exhibition, referral, website, advertisement, cold_call, social, import, other
    #[arg(long, value_name = "CODES")]
    pub source: Option<String>,
    /// Industries, as they are written
    #[arg(long, value_name = "NAMES")]
    pub industry: Option<String>,
    /// Provinces, as they are written
    #[arg(long, value_name = "NAMES")]
    pub province: Option<String>,
    /// Ids of owners
    #[arg(long, value_name = "IDS")]
    pub owner_id: Option<String>,
    /// Ids of departments
    #[arg(long, value_name = "IDS")]
    pub department_id: Option<String>,
    /// Changed on or after this date
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub updated_from: Option<String>,
    /// Changed on or before this date
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub updated_to: Option<String>,
}

impl FilterArguments {
    /// What was said, by the names of the API.
    fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("q", &self.search),
            ("status", &self.status),
            ("level", &self.level),
            ("source", &self.source),
            ("industry", &self.industry),
            ("province", &self.province),
            ("owner_id", &self.owner_id),
            ("department_id", &self.department_id),
            ("updated_from", &self.updated_from),
            ("updated_to", &self.updated_to),
        ];
        all.into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

/// The kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Delimited text, UTF-8
    Csv,
    /// Workbook
    Xlsx,
}

/// Exit codes: 0 written, 2 not done, 130 stopped.
pub(super) fn run(arguments: &CustomersArguments, console: &Console) -> Result<u8, Failure> {
    let path = &arguments.output;
    // Before anybody is asked for a password.
    NewFile::check(path, arguments.force)?;
    let named_workbook = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"));
    let format = match arguments.format {
        Some(Format::Xlsx) => "xlsx",
        None if named_workbook => "xlsx",
        Some(Format::Csv) | None => "csv",
    };
    let mut remote = Remote::sign_in(&arguments.remote, console)?;
    let known = remote.json(Method::GET, "/fields", None)?;
    check_choices(&arguments.filter, &known)?;
    let filter: Map<String, Value> = arguments
        .filter
        .given()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let request = json!({
        "format": format,
        "filter": filter,
        "columns": arguments.fields,
        "reason": arguments.reason,
        "lang": console.language().tag(),
    });
    // Made before the export is recorded: an entry about a file that could not be written would mislead.
    let file = NewFile::create(path, arguments.force)?;
    let interruption = Interruption::watch()?;
    let wanted = Wanted {
        wait: arguments.await_approval,
        id: arguments.approval.as_deref(),
        reason: &arguments.reason,
    };
    let answer = remote.send_approved(
        "/customers/exports",
        &request.to_string(),
        &wanted,
        &interruption,
        console,
    )?;
    let bytes = file.receive(
        answer.into_body().into_reader(),
        Progress::new(console, Stage::Receiving, None),
        &interruption,
    )?;
    let told = json!({ "file": path.display().to_string(), "format": format, "bytes": bytes });
    console.answer(&told, || {
        console.words(&Message::new("export-written").with("path", path.display()))
    });
    Ok(0)
}

/// A code that no customer can have would silently make an empty file.
fn check_choices(filter: &FilterArguments, known: &Value) -> Result<(), Failure> {
    let fields = known["customer"].as_array().map(Vec::as_slice);
    for (name, given) in filter.given() {
        let field = fields
            .unwrap_or_default()
            .iter()
            .find(|field| text(&field["name"]) == name);
        let Some(codes) = field.and_then(|field| field["choices"].as_array()) else {
            continue;
        };
        let codes: Vec<&str> = codes.iter().map(text).collect();
        let unknown = given
            .split(',')
            .map(str::trim)
            .find(|code| !codes.contains(code));
        if let Some(unknown) = unknown {
            let message = Message::new("export-choice-unknown")
                .with("code", unknown.to_owned())
                .with("codes", codes.join(", "));
            let mut failure = Failure::from(message);
            failure.field = Some(format!("--{name}"));
            return Err(failure);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_nobody_has_are_refused() {
        let known = json!({ "customer": [
            { "name": "status", "choices": ["lead", "won"] },
            { "name": "industry", "choices": null },
        ] });
        let filter = |status: &str| FilterArguments {
            search: None,
            status: Some(status.to_owned()),
            level: None,
            source: None,
            industry: Some("Steel".to_owned()),
            province: None,
            owner_id: None,
            department_id: None,
            updated_from: None,
            updated_to: None,
        };
        assert!(check_choices(&filter("lead, won"), &known).is_ok());
        let refused = check_choices(&filter("lead,wno"), &known).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("--status"));
    }
}
