//! The proof of the rule, by random histories of a small world, and its single decisions.

mod decisions;
mod histories;
mod step;
mod world;
