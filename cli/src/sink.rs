//! What `ottla sink` writes, and where: one processor a kind of target, and when the job is done.

pub(crate) mod ends;
pub(crate) mod sled;
pub(crate) mod sled_keys;
pub(crate) mod sqlite;
pub(crate) mod start;
