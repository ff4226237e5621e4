//! An opened value comes from a sealed one only.
use custos_kernel::crypto::Plain;

fn main() {
    let _ = Plain(String::new());
}
