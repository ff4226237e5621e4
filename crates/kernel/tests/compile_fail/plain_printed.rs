//! An opened value cannot be put into a log line.
use custos_kernel::crypto::Plain;

fn debug(value: &Plain<String>) -> String {
    format!("{value:?}")
}

fn display(value: &Plain<String>) -> String {
    format!("{value}")
}

fn main() {
    let _ = (debug, display);
}
