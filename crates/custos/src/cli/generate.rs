//! `custos generate`

use super::arguments::{GenerateArguments, Generated};
use super::{Console, Failure};
use crate::product::{self, GeneratedFiles};
use crate::words::Message;

pub(super) fn run(arguments: &GenerateArguments, console: &Console) -> Result<u8, Failure> {
    let files = super::runtime()?.block_on(product::generate())?;
    for what in &arguments.what {
        let (name, text) = content(&files, *what);
        let path = arguments.out.join(name);
        std::fs::write(&path, text).map_err(|error| {
            Message::new("file-unusable")
                .with("path", path.display())
                .with("reason", error)
        })?;
        console.note(&Message::new("export-written").with("path", path.display()));
    }
    Ok(0)
}

fn content(files: &GeneratedFiles, what: Generated) -> (&'static str, &str) {
    match what {
        Generated::Openapi => ("openapi.json", &files.openapi),
        Generated::Matrix => ("authorisation-matrix.md", &files.matrix),
        Generated::Events => ("audit-events.md", &files.events),
    }
}
