//! A permit is for one action and cannot be kept beside it.
use custos_kernel::policy::{Permit, Resource, actions::Read};

enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

fn copy(permit: &Permit<Read, Customer>) -> Permit<Read, Customer> {
    permit.clone()
}

fn main() {
    let _ = copy;
}
