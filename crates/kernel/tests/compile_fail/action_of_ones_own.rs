//! The list of actions is closed.
use custos_kernel::policy::Action;

enum Everything {}
impl Action for Everything {
    const NAME: &'static str = "everything";
}

fn main() {}
