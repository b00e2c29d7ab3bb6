//! Random histories: whatever members, zombies, operators and the network do, no record's effect is in the results
//! twice or left out, at most one claim can commit, nothing is taken for done that was not, nobody is called a second
//! owner who is none, and once the faults end the owner goes on.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::step::step;
use super::world::{Checked, Plant, World};

fn history(plant: Plant, numbers: &[u32]) -> Checked {
    let mut world = World::new(plant);
    for number in numbers {
        world.take(step(*number))?;
    }
    world.settle()
}

fn numbers() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 1..160)
}

proptest! {
    #![proptest_config(Config::with_cases(8192))]

    #[test]
    fn every_record_has_its_effect_exactly_once(numbers in numbers()) {
        history(Plant::None, &numbers)?;
    }
}

/// A proof that finds nothing wrong is worth what it would find: each of these bugs must show.
#[test]
fn every_planted_bug_is_found() {
    for plant in [
        Plant::NoGuard,
        Plant::CommitKeepsFence,
        Plant::FencesCount,
        Plant::GuardsTheOffset,
        Plant::ClaimsUnconditionally,
        Plant::ClaimsUnconfirmed,
        Plant::TrustsLostAnswers,
    ] {
        let config = Config {
            cases: 20_000,
            failure_persistence: None,
            max_shrink_iters: 0,
            ..Config::default()
        };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let found = TestRunner::new_with_rng(config, rng)
            .run(&numbers(), |numbers| history(plant, &numbers));
        assert!(found.is_err(), "{plant:?} went unnoticed");
    }
}
