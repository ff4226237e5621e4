//! An opened value cannot outlive its wiping.
use custos_kernel::crypto::Plain;

fn copy(value: &Plain<String>) -> Plain<String> {
    value.clone()
}

fn main() {
    let _ = copy;
}
