//! Consumer groups: who owns which partition, and what is done with its records.

pub mod assignor;
pub mod commit_plan;
pub mod membership;
pub mod patience;
pub mod tracker;
