//! What may be said to `custos import`.

use crate::cli::remote::RemoteArguments;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `custos import`
#[derive(Debug, Args)]
#[command(
    long_about = "Import customers from a file into a running server, with the rights of the account that signs in.\n\n\
        Password and code are asked for, or read from files or standard input. What is recognised in the file is \
        shown; every part of it can be said otherwise. Ctrl-C stops the import on the server; customers imported so \
        far stay, and --resume goes on.",
    after_long_help = "Exit codes:\n  0    every row was created, merged or skipped\n  1    done, and some rows were \
        rejected: see their file\n  2    not done: wrongly used, refused, or the server was not reached\n  130  \
        stopped with Ctrl-C"
)]
pub struct ImportArguments {
    /// Server and account.
    #[command(flatten)]
    pub remote: RemoteArguments,
    /// The file: CSV in any usual encoding, or XLSX
    #[arg(
        value_name = "FILE",
        required_unless_present = "resume",
        conflicts_with = "resume"
    )]
    pub file: Option<PathBuf>,
    /// Go on with an import that was stopped, or wait for one that still runs
    #[arg(long, value_name = "ID")]
    pub resume: Option<String>,
    /// What the file is, where it was not recognised.
    #[command(flatten)]
    pub source: SourceArguments,
    /// Which field a column fills, by header or number from 1: 手机=phone, 3=notes, 备注=ignore; may be repeated
    #[arg(long = "map", value_name = "COLUMN=FIELD", value_parser = pair, conflicts_with = "resume")]
    pub map: Vec<(String, String)>,
    /// What to do with rows that are customers already
    #[arg(long, value_enum, default_value_t = Duplicates::Skip, conflicts_with = "resume")]
    pub duplicates: Duplicates,
    /// What to do with a 统一社会信用代码 whose check digit is wrong
    #[arg(long, value_enum, default_value_t = UsccCheck::Reject, conflicts_with = "resume")]
    pub uscc_check: UsccCheck,
    /// Show what would become of the first 50 rows, and import nothing
    #[arg(long, conflicts_with = "resume")]
    pub preview: bool,
    /// File for the rejected rows with their reasons, .csv or .xlsx [default: beside FILE, FILE.rejected.…]
    #[arg(long, value_name = "FILE", conflicts_with = "preview")]
    pub rejected: Option<PathBuf>,
    /// Replace the file of --rejected if it exists
    #[arg(long, requires = "rejected")]
    pub force: bool,
}

/// What the file is, said against the recognition.
#[derive(Debug, Args)]
pub struct SourceArguments {
    /// Encoding, such as utf-8, gb18030, utf-16le, windows-1252 [default: recognised]
    #[arg(long, value_name = "LABEL", conflicts_with = "resume")]
    pub encoding: Option<String>,
    /// Delimiter: a comma, a semicolon, a bar, or tab [default: recognised]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter, conflicts_with = "resume")]
    pub delimiter: Option<char>,
    /// Sheet of a workbook [default: recognised]
    #[arg(long, value_name = "NAME", conflicts_with = "resume")]
    pub sheet: Option<String>,
    /// Row with the headers, from 1; 0 if there is none [default: recognised]
    #[arg(long, value_name = "NUMBER", conflicts_with = "resume")]
    pub header_row: Option<u64>,
    /// System the file was exported from [default: recognised]
    #[arg(long, value_enum, conflicts_with = "resume")]
    pub preset: Option<Preset>,
}

/// Systems whose exports are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Any list
    Generic,
    /// Salesforce
    Salesforce,
    /// HubSpot
    Hubspot,
    /// Zoho CRM
    Zoho,
    /// 纷享销客
    Fxiaoke,
}

/// What to do with duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Duplicates {
    /// Leave the row out
    Skip,
    /// Fill empty fields of the customer
    Merge,
    /// Make another customer
    Keep,
}

/// What to do with wrong check digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UsccCheck {
    /// Reject the row
    Reject,
    /// Take it with a note
    Accept,
}

/// The name of a choice, which the API shares.
pub(super) fn name(choice: impl ValueEnum) -> String {
    choice
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

/// `a=b`, split at the last sign.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (column, field) = text
        .rsplit_once('=')
        .ok_or_else(|| "expected COLUMN=FIELD".to_owned())?;
    Ok((column.trim().to_owned(), field.trim().to_owned()))
}

fn delimiter(text: &str) -> Result<char, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok('\t'),
        "," | ";" | "|" => Ok(text.chars().next().unwrap_or(',')),
        _ => Err("expected one of: , ; | tab".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_may_be_named() {
        assert_eq!(delimiter("tab"), Ok('\t'));
        assert_eq!(delimiter("|"), Ok('|'));
        for wrong in ["", ",,", "x", "comma"] {
            assert!(delimiter(wrong).is_err(), "{wrong}");
        }
    }
}
