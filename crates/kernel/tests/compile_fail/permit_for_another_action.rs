//! A permit for one action does not stand in for another.
use custos_kernel::policy::{Permit, Resource, actions::{Read, Reveal}};

enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

fn reveal(_: Permit<Reveal, Customer>) {}

fn main() {
    let read: fn() -> Permit<Read, Customer> = || loop {};
    reveal(read());
}
