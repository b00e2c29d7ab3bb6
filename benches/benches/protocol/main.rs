//! The codec next to its peers and to the floor, in one run: criterion first, then a table that guards the figures.
//!
//! `cargo bench -p ottla-benches --bench protocol` measures all of it and fails if a ratio that the project promises is
//! missed. With `-- --table` only the table is made (a minute), with `-- --table Metadata` that of the cases with this in
//! their names; with criterion's own arguments, such as `-- decode`, only criterion runs. What the rows mean, and what they were on one machine, is in `PROTOCOL.md` beside this crate's
//! `Cargo.toml`.

#![allow(clippy::unwrap_used, missing_docs)]

mod batches;
mod build;
mod case;
mod decode;
mod floor;
mod messages;
mod table;

use std::process::ExitCode;
use std::time::Duration;

use criterion::{Criterion, Throughput};

use case::Case;

fn main() -> ExitCode {
    // Cargo itself adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    let mut cases = cases();
    if let [first, wanted @ ..] = &arguments[..]
        && first == "--table"
    {
        cases.retain(|case| wanted.iter().all(|part| case.name.contains(part)));
        return table::print(&mut cases);
    }
    with_criterion(&mut cases);
    if arguments.is_empty() {
        return table::print(&mut cases);
    }
    ExitCode::SUCCESS
}

fn cases() -> Vec<Case> {
    let mut cases = decode::cases();
    cases.extend(build::cases());
    cases.extend(messages::cases());
    cases
}

fn with_criterion(cases: &mut [Case]) {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(50)
        .configure_from_args();
    for case in cases {
        let mut group = criterion.benchmark_group(&case.name);
        group.throughput(Throughput::Elements(case.units as u64));
        for run in &mut case.runs {
            group.bench_function(run.who.name(), |b| b.iter(&mut run.go));
        }
        group.finish();
    }
    criterion.final_summary();
}
