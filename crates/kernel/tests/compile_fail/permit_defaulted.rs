//! There is no default permit.
use custos_kernel::policy::{Permit, Resource, actions::Read};

enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

fn main() {
    let _: Permit<Read, Customer> = Default::default();
}
