//! Members that join, crash, stall, lose answers and commit at random, and what has to hold whatever they do.

use proptest::prelude::*;

use super::*;

mod both;
mod modern;
mod old;

use both::MixedWorld;
use modern::ModernWorld;
use old::ClassicWorld;

/// What one of a few clients does next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// What its protocol has it do.
    Go(usize),
    /// The same, but the answer is lost.
    Lost(usize),
    /// Heartbeats without giving anything up.
    Stall(usize),
    Leave(usize),
    /// Forgets all that it knows.
    Crash(usize),
    Commit(usize),
    Wait(u64),
    /// A topic grows, up to a limit.
    Grow,
    Move,
    /// Everybody, twice.
    Round,
}

const CLIENTS: usize = 4;

fn step() -> impl Strategy<Value = Step> {
    let client = 0..CLIENTS;
    prop_oneof![
        12 => client.clone().prop_map(Step::Go),
        2 => client.clone().prop_map(Step::Lost),
        2 => client.clone().prop_map(Step::Stall),
        1 => client.clone().prop_map(Step::Leave),
        1 => client.clone().prop_map(Step::Crash),
        3 => client.prop_map(Step::Commit),
        3 => prop_oneof![0u64..3, 3u64..70].prop_map(Step::Wait),
        1 => Just(Step::Grow),
        1 => Just(Step::Move),
        4 => Just(Step::Round),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// No partition with two members, epochs only rise, nobody writes what it does not hold; and in the end all is held.
    #[test]
    fn consumer_members_never_share_a_partition(steps in prop::collection::vec(step(), 0..80)) {
        let mut world = ModernWorld::new();
        for step in steps {
            world.step(step);
        }
        world.settle();
    }

    /// Generations only rise, every parked request is answered in time, nobody writes in an old generation; and in the
    /// end all are in one.
    #[test]
    fn classic_members_always_come_to_one_generation(steps in prop::collection::vec(step(), 0..80)) {
        let mut world = ClassicWorld::new();
        for step in steps {
            world.step(step);
        }
        world.settle();
    }

    /// The same of both protocols in one group.
    #[test]
    fn a_mixed_group_shares_no_partition_and_settles(
        steps in prop::collection::vec((step(), any::<bool>()), 0..80),
    ) {
        let mut world = MixedWorld::new();
        for (step, classic) in steps {
            world.step(step, classic);
        }
        world.settle();
        prop_assert_eq!(world.parked(), 0);
    }

    /// The same run twice says the same twice.
    #[test]
    fn a_run_repeats(steps in prop::collection::vec(step(), 0..40)) {
        let run = || {
            let (mut classic, mut modern) = (ClassicWorld::new(), ModernWorld::new());
            for &step in &steps {
                classic.step(step);
                modern.step(step);
            }
            format!("{:?} {:?} {:?}", classic.world.groups, classic.world.answers, modern.world.groups)
        };
        prop_assert_eq!(run(), run());
    }
}
