//! Settings of groups.
#![deny(clippy::disallowed_methods)]

use super::{Allowed, Definition, Kind, row};

/// By name. The last column is the broker's setting that stands behind.
pub(crate) const TABLE: &[Definition] = &[
    row(
        "consumer.assignment.interval.ms",
        Kind::Int,
        "1000",
        Allowed::AtLeast(0),
        "",
    ),
    row(
        "consumer.heartbeat.interval.ms",
        Kind::Int,
        "5000",
        Allowed::AtLeast(1),
        "group.consumer.heartbeat.interval.ms",
    ),
    row(
        "consumer.session.timeout.ms",
        Kind::Int,
        "45000",
        Allowed::AtLeast(1),
        "group.consumer.session.timeout.ms",
    ),
];
