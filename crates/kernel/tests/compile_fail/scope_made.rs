//! A scope comes from the policy only.
use custos_kernel::policy::{Resource, Scope, actions::List};

enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

fn main() {
    let _: Scope<List, Customer> = Scope {
        reach: todo!(),
    };
    let _: Scope<List, Customer> = Default::default();
}
