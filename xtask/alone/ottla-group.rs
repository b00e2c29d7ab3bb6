//! Has a consumer group, and no more.

use ottla_group as _;

fn main() {}
