//! A permit has no public constructor and private fields.
use custos_kernel::policy::{Permit, Resource, actions::Read};

enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

fn main() {
    let _: Permit<Read, Customer> = Permit {
        record: [0; 16],
        version: 1,
    };
    let _ = Permit::<Read, Customer>::new();
}
