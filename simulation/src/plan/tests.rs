//! Plans: the same from the same seed, large enough, and between them all of the catalogue.

use std::collections::BTreeSet;

use super::*;
use crate::history::{Event, History, Outcome, Who};

#[test]
fn a_seed_is_a_plan() {
    assert_eq!(Plan::of(7), Plan::of(7));
    assert_ne!(Plan::of(7).to_string(), Plan::of(8).to_string());
}

/// Another machine, another version of this crate: if this changes, seeds that were noted down mean something else.
#[test]
fn the_plan_of_seed_1_is_known() {
    let digest = Plan::of(1)
        .to_string()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    assert_eq!(digest, 1_032_584_130_392_103_115, "{}", Plan::of(1));
}

#[test]
fn every_plan_is_large_enough_and_fits_its_workload() {
    for seed in 0..2_000 {
        let plan = Plan::of(seed);
        let shape = plan.shape;
        assert!(shape.brokers >= 3 && shape.members >= 3 && shape.records >= 500);
        assert!(u16::from(shape.topics) * shape.partitions >= 6);
        assert!(plan.faults.len() >= FEWEST_FAULTS);
        assert!(plan.faults.is_sorted_by_key(|fault| fault.at));
        for fault in &plan.faults {
            assert!(plan.workload.knows(fault.kind), "{fault}");
            assert!(fault.target.member < shape.members && fault.target.topic < shape.topics);
            assert!(fault.target.partition < shape.partitions);
            assert!((1..=shape.brokers).contains(&fault.target.broker));
        }
    }
}

#[test]
fn a_thousand_seeds_draw_all_of_the_catalogue() {
    let drawn: BTreeSet<Kind> = (0..1_000)
        .flat_map(|seed| Plan::of(seed).faults)
        .map(|fault| fault.kind)
        .collect();
    let never: Vec<_> = Kind::ALL
        .iter()
        .filter(|kind| !drawn.contains(kind))
        .collect();
    assert!(never.is_empty(), "{never:?}");
}

/// A run in which each fault has so many hits.
fn run(plan: &Plan, hits: u32) -> History {
    let mut history = History::new();
    for fault in &plan.faults {
        let (fault, kind) = (fault.id, fault.kind);
        history.note(
            Duration::ZERO,
            Who::World,
            Event::FaultStarted { fault, kind },
        );
        history.note(
            Duration::ZERO,
            Who::World,
            Event::FaultEnded { fault, hits },
        );
    }
    history
}

#[test]
fn what_is_drawn_and_never_met_is_missing() {
    let mut coverage = Coverage::new();
    for seed in 0..5_000 {
        let plan = Plan::of(seed);
        coverage.add(&plan, &run(&plan, 0));
    }
    let missing = coverage.missing();
    for kind in Kind::ALL {
        let told = missing
            .iter()
            .any(|line| line.starts_with(&format!("{kind}: ")));
        assert!(told, "{kind}");
    }
    let mut met = Coverage::new();
    for seed in 0..5_000 {
        let plan = Plan::of(seed);
        met.add(&plan, &run(&plan, 1));
    }
    coverage.merge(&met);
    let missing = coverage.missing();
    assert!(
        missing.iter().all(|line| line.contains("in spite of")),
        "{missing:?}"
    );
    assert_eq!(
        missing.len(),
        Occurrence::ALL.len(),
        "nothing followed from any fault"
    );
}

#[test]
fn what_followed_is_counted() {
    let mut history = History::new();
    let ended = Event::CommitEnded {
        commit: crate::history::Commit(1),
        outcome: Outcome::Unknown,
        at: None,
    };
    history.note(Duration::ZERO, Who::World, ended);
    history.note(Duration::ZERO, Who::World, Event::Crashed);
    let mut coverage = Coverage::new();
    coverage.add(&Plan::of(1), &history);
    assert_eq!(coverage.count(Occurrence::KafkaCommitUnknown), 1);
    assert_eq!(coverage.count(Occurrence::Crash), 1);
    assert_eq!(coverage.count(Occurrence::Pause), 0);
    assert!(coverage.missing().is_empty(), "one seed proves nothing");
}

#[test]
fn counts_are_read_back_as_they_are_written() {
    let mut coverage = Coverage::new();
    for seed in 0..50 {
        let plan = Plan::of(seed);
        coverage.add(&plan, &run(&plan, 1));
    }
    let written = coverage.to_string();
    let read: Coverage = written.parse().unwrap();
    assert_eq!(read.to_string(), written);
    assert_eq!("2 seeds".parse::<Coverage>(), Err(()));
}

#[test]
fn each_kind_has_one_place_in_the_order_of_draws() {
    let mut drawn = Kind::DRAWN.to_vec();
    drawn.sort();
    assert_eq!(drawn, Kind::ALL);
}
