//! A simulated world in which nothing may be lost.
//!
//! From a seed comes a [`plan`]: a cluster, a workload, faults with their times and targets. What happens in a run is a [`history`], and
//! [`check`] says what does not hold of it, and [`report`] what a person reads then. [`plants`] are bugs that the checker must find, and
//! [`hunt`] looks for them (PLANTS.md says what came of it). SCENARIOS.md tells which scenario is
//! drawn by the plan, which has a test of its own, and which waits.
//!
//! These are pure: no clock, no network, no randomness but the seed's. On top of them a [`world`] runs the real client, group and stores
//! against the embedded cluster.

#![forbid(unsafe_code)]

pub mod check;
pub mod history;
pub mod hunt;
pub mod plan;
pub mod plants;
pub mod report;
#[cfg(test)]
mod scenarios;
pub mod world;
