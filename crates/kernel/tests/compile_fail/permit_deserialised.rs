//! A permit cannot arrive from outside.
use custos_kernel::policy::{Permit, Resource, actions::Read};

enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

fn main() {
    let _: Permit<Read, Customer> = serde_json::from_str("{}").unwrap();
}
