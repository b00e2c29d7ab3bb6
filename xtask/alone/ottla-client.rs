//! Has a client, and no more.

use ottla_client as _;

fn main() {}
