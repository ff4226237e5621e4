//! A token cannot be put into a log line.
use custos_kernel::crypto::Token;

fn line(token: &Token) -> String {
    format!("{token:?}")
}

fn main() {
    let _ = line;
}
