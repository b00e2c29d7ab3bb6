//! Names what runs a consumer group, with no more than the group's own crate.

use ottla_group::Group;

fn main() {
    println!(
        "{} is {} bytes",
        std::any::type_name::<Group>(),
        size_of::<Group>()
    );
}
