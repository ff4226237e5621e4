//! An opened value cannot be put into an answer.
use custos_kernel::crypto::Plain;

fn answer(value: &Plain<String>) -> String {
    serde_json::to_string(value).unwrap()
}

fn main() {
    let _ = answer;
}
