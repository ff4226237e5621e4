//! Sending the file as it is read.

use super::Importing;
use crate::cli::Failure;
use crate::cli::interruption::Interruption;
use crate::cli::progress::{Progress, Stage};
use crate::words::Message;
use serde_json::Value;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use ureq::SendBody;
use ureq::http::Method;

/// A file about to be sent.
pub(super) struct Upload {
    name: String,
    file: File,
    size: u64,
}

impl Upload {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let unusable = |error: io::Error| Failure::file(path, &error);
        let file = File::open(path).map_err(unusable)?;
        let about = file.metadata().map_err(unusable)?;
        if about.is_dir() {
            return Err(unusable(io::ErrorKind::IsADirectory.into()));
        }
        let name = path.file_name().unwrap_or(path.as_os_str());
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            file,
            size: about.len(),
        })
    }
}

impl Importing<'_> {
    /// Sends the file; the server's view of it.
    pub(super) fn upload(&mut self, upload: Upload) -> Result<Value, Failure> {
        let headers = [
            ("content-type", "application/octet-stream".to_owned()),
            ("content-length", upload.size.to_string()),
            ("x-file-name", percent_encoded(&upload.name)),
            // A refusal comes before the file, not after.
            ("expect", "100-continue".to_owned()),
        ];
        let mut body = Body {
            file: upload.file,
            sent: 0,
            progress: Progress::new(self.console, Stage::Uploading, Some(upload.size)),
            interruption: &self.interruption,
        };
        let sent = self.remote.send(
            Method::POST,
            "/imports",
            &headers,
            SendBody::from_reader(&mut body),
        );
        drop(body);
        match sent {
            Err(_) if self.interruption.happened() => {
                Err(Failure::stopped(Message::new("import-stopped-early")))
            }
            sent => self.remote.read_json(sent?),
        }
    }
}

struct Body<'a> {
    file: File,
    sent: u64,
    progress: Progress<'a>,
    interruption: &'a Interruption,
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.interruption.happened() {
            return Err(io::Error::other("stopped"));
        }
        let length = self.file.read(buffer)?;
        self.sent += length as u64;
        self.progress.reached(self.sent);
        Ok(length)
    }
}

/// Percent-encoding (RFC 3986) of everything but unreserved characters.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::percent_encoded;

    #[test]
    fn names_travel_encoded() {
        assert_eq!(percent_encoded("客户 1.csv"), "%E5%AE%A2%E6%88%B7%201.csv");
    }
}
