//! Transcripts of requests, and what became of them.

mod damage;

use std::time::Duration;

use ottla_protocol::ApiKey;
use ottla_protocol::error_code::ErrorCode;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::time::Now;

const PRODUCE: TopicFacts<'_> = TopicFacts {
    name: "orders",
    partitions: &[0, 1],
};

/// Broker 1, connection 7: records for orders-0 and orders-1, in a transaction.
fn produce() -> Facts<'static> {
    Facts {
        client_id: Some("loader"),
        transactional_id: Some("t"),
        topics: &[PRODUCE],
        ..Facts::new(1, 7, ApiKey::Produce, 12)
    }
}

/// Broker 2, connection 8: a member's heartbeat.
fn heartbeat() -> Facts<'static> {
    Facts {
        groups: &["g"],
        ..Facts::new(2, 8, ApiKey::Heartbeat, 4)
    }
}

struct Script {
    faults: Faults,
    rng: StdRng,
}

impl Script {
    fn new() -> Self {
        Self {
            faults: Faults::new(100),
            rng: StdRng::seed_from_u64(1),
        }
    }

    fn with(rule: Rule) -> Self {
        let mut script = Self::new();
        script.add(rule);
        script
    }

    fn add(&mut self, rule: Rule) -> RuleId {
        self.faults.add(rule).unwrap()
    }

    fn ask(&mut self, facts: &Facts<'_>) -> Verdict {
        self.faults.request(facts, Now::default(), &mut self.rng)
    }

    /// Which of so many requests are cut.
    fn cut(&mut self, requests: usize) -> Vec<usize> {
        let cut = |at: &usize| self.ask(&produce()).effect == Effect::Cut && *at < requests;
        (0..requests).filter(cut).collect()
    }
}

fn all(action: Action) -> Rule {
    Rule::new(Matching::default(), action)
}

#[test]
fn without_rules_nothing_happens() {
    let mut script = Script::new();
    let verdict = script.ask(&produce());
    assert_eq!(verdict, Verdict::untouched(SeenId(0), &produce()));
    assert_eq!(verdict.spoil(vec![1, 2]), Some(vec![1, 2]));
}

#[test]
fn a_rule_is_for_the_requests_of_which_all_is_true_that_it_names() {
    let any = Matching::default;
    let covering = [
        any(),
        any().on_node(1),
        any().on_connection(7),
        Matching::api(ApiKey::Produce),
        any().of_client("loader"),
        any().about_transactional_id("t"),
        any().about_topic("orders"),
        any().about_partition("orders", 0),
        Matching {
            api_version: Some(12),
            ..any()
        },
        Matching {
            partition: Some(1),
            ..any()
        },
    ];
    for matching in covering {
        assert!(matching.covers(&produce()), "{matching:?}");
    }
    assert!(any().about_group("g").covers(&heartbeat()));
}

#[test]
fn a_rule_is_for_no_others() {
    let any = Matching::default;
    let passing = [
        any().on_node(2),
        any().on_connection(8),
        any().on_node(1).on_connection(8),
        Matching::api(ApiKey::Fetch),
        any().of_client("other"),
        any().about_transactional_id("u"),
        any().about_group("g"),
        any().about_topic("refunds"),
        any().about_partition("orders", 2),
        any().about_partition("refunds", 0),
        Matching {
            api_version: Some(11),
            ..any()
        },
        Matching {
            partition: Some(2),
            ..any()
        },
    ];
    for matching in passing {
        assert!(!matching.covers(&produce()), "{matching:?}");
    }
    assert!(
        !any().of_client("loader").covers(&heartbeat()),
        "it has no name"
    );
    assert!(!any().about_topic("orders").covers(&heartbeat()));
}

#[test]
fn how_often_a_rule_fires() {
    assert_eq!(Script::with(all(Action::Cut)).cut(3), [0, 1, 2]);
    assert_eq!(Script::with(all(Action::Cut).times(2)).cut(5), [0, 1]);
    assert_eq!(Script::with(all(Action::Cut).after(3)).cut(5), [3, 4]);
    assert_eq!(
        Script::with(all(Action::Cut).after(1).times(2)).cut(6),
        [1, 2]
    );
    assert!(
        Script::with(all(Action::Cut).with_probability(0.0))
            .cut(50)
            .is_empty()
    );
}

#[test]
fn chance_is_seeded_and_asked_only_where_it_counts() {
    let rule = || all(Action::Cut).with_probability(0.3);
    let cut = Script::with(rule()).cut(1000);
    assert!((200..400).contains(&cut.len()), "{}", cut.len());
    assert_eq!(Script::with(rule()).cut(1000), cut);
    assert_eq!(Script::with(rule().times(2)).cut(1000), cut[..2]);
    assert_eq!(Script::with(rule().after(2).times(3)).cut(1000), cut[2..5]);

    let mut script = Script::with(all(Action::Delay(Duration::ZERO)));
    script.add(Rule::new(Matching::api(ApiKey::Fetch), Action::Cut).with_probability(0.5));
    script.ask(&produce());
    assert_eq!(script.rng, StdRng::seed_from_u64(1));
}

#[test]
fn rules_are_counted_and_removed() {
    let mut script = Script::new();
    let first = script.add(all(Action::Cut).times(1));
    let second = script.add(Rule::new(Matching::api(ApiKey::Heartbeat), Action::Drop));
    script.ask(&produce());
    script.ask(&produce());
    assert_eq!(script.ask(&heartbeat()).effect, Effect::Drop);
    let report = script.faults.report(first).unwrap();
    assert_eq!((report.matched, report.hits), (3, 1));
    assert_eq!(script.faults.remove(second).unwrap().hits, 1);
    assert_eq!(script.faults.remove(second), None);
    assert_eq!(script.ask(&heartbeat()).effect, Effect::Apply);
    script.faults.clear();
    assert_eq!(script.faults.reports().count(), 0);
    assert_eq!(script.add(all(Action::Cut)), RuleId(2), "no id twice");
}

#[test]
fn an_error_is_that_of_the_partition_it_names() {
    let matching = Matching::default().about_partition("orders", 1);
    let error = ErrorCode::NOT_LEADER_OR_FOLLOWER;
    let mut script = Script::with(Rule::new(matching, Action::Error(error)));
    let verdict = script.ask(&produce());
    let refused = |verdict: &Verdict, topic, partition| match &verdict.effect {
        Effect::Refuse(refusal) => refusal.covers(topic, partition),
        _ => false,
    };
    assert!(refused(&verdict, "orders", 1));
    assert!(!refused(&verdict, "orders", 0));
    let everything = Script::with(all(Action::Error(error))).ask(&produce());
    assert!(refused(&everything, "anything", 9));
}

#[test]
fn delays_and_throttles_add_up() {
    let mut script = Script::new();
    let second = Duration::from_secs(1);
    script.add(all(Action::Delay(second)));
    script.add(all(Action::Throttle(second)));
    script.add(all(Action::Delay(second)));
    script.add(all(Action::Throttle(Duration::MAX)));
    let verdict = script.ask(&produce());
    assert_eq!(
        (verdict.delay, verdict.throttle_time_ms()),
        (second * 2, i32::MAX)
    );
    assert_eq!(verdict.effect, Effect::Apply);
    assert_eq!(verdict.rules.len(), 4);
}

#[test]
fn the_first_rule_decides_and_a_later_one_may_spoil_the_answer() {
    let mut script = Script::new();
    let error = script.add(all(Action::Error(ErrorCode::NOT_COORDINATOR)));
    let cut = script.add(all(Action::Cut));
    let apply = script.add(all(Action::ApplyThenCut));
    let truncate = script.add(all(Action::Truncate(3)));
    let verdict = script.ask(&heartbeat());
    assert!(matches!(verdict.effect, Effect::Refuse(_)));
    assert_eq!(verdict.answering, Answering::Truncate(3));
    assert_eq!(verdict.rules, [error, truncate]);
    for id in [cut, apply] {
        assert_eq!(script.faults.report(id).unwrap().hits, 0);
    }
}

#[test]
fn what_is_to_take_effect_is_not_refused_by_a_later_rule() {
    let error = Action::ApplyThenError(ErrorCode::REQUEST_TIMED_OUT);
    for action in [Action::ApplyThenCut, Action::ApplyThenSilence, error] {
        let mut script = Script::with(all(action));
        for other in [
            Action::Error(ErrorCode::NOT_COORDINATOR),
            Action::Cut,
            Action::Drop,
        ] {
            script.add(all(other));
        }
        assert_eq!(script.ask(&produce()).effect, Effect::Apply);
    }
}

#[test]
fn a_request_without_effect_has_no_answer_to_spoil() {
    for action in [Action::Drop, Action::Cut] {
        let mut script = Script::with(all(action));
        script.add(all(Action::Corrupt));
        script.add(all(Action::Throttle(Duration::from_secs(1))));
        assert_eq!(script.ask(&produce()).rules, [RuleId(0)]);
    }
}

#[test]
fn what_goes_out_of_an_answer() {
    let verdict = |action| Script::with(all(action)).ask(&produce());
    let frame = || vec![0, 0, 0, 3, 10, 20, 30];
    let told = |action| {
        let verdict = verdict(action);
        (verdict.spoil(frame()), verdict.answering.cuts())
    };
    assert_eq!(told(Action::HalfClose), (Some(frame()), false));
    assert_eq!(told(Action::ApplyThenCut), (None, true));
    assert_eq!(told(Action::ApplyThenSilence), (None, false));
    assert_eq!(told(Action::Truncate(5)), (Some(frame()[..5].into()), true));
    assert_eq!(told(Action::Truncate(99)), (Some(frame()), true));
    let error = ErrorCode::REQUEST_TIMED_OUT;
    assert_eq!(told(Action::ApplyThenError(error)), (Some(frame()), false));
    let nothing_in_it = told(Action::RepeatPartition);
    assert_eq!(nothing_in_it, (Some(frame()), false), "no answer at all");

    let corrupt = verdict(Action::Corrupt);
    let spoiled = corrupt.spoil(frame()).unwrap();
    assert_eq!(spoiled[..4], frame()[..4], "the length stays");
    assert_eq!(bits_between(&spoiled, &frame()), 1);
    assert_eq!(verdict(Action::Corrupt), corrupt, "seeded");
    assert_eq!(
        corrupt.spoil(vec![0; 4]),
        Some(vec![0; 4]),
        "nothing to flip"
    );
    assert_eq!(corrupt.spoil(Vec::new()), Some(Vec::new()));
}

fn bits_between(one: &[u8], other: &[u8]) -> u32 {
    assert_eq!(one.len(), other.len());
    let pairs = one.iter().zip(other);
    pairs.map(|(one, other)| (one ^ other).count_ones()).sum()
}

#[test]
fn requests_are_seen_with_what_became_of_them() {
    let mut script = Script::with(Rule::new(
        Matching::api(ApiKey::Produce),
        Action::ApplyThenCut,
    ));
    let verdict = script.ask(&produce());
    script.ask(&heartbeat());
    let later = Now {
        at: Duration::from_millis(5),
        wall_ms: 5,
    };
    script.faults.finished(&verdict, Outcome::Spoiled, later);
    let seen: Vec<_> = script.faults.seen().requests().collect();
    assert_eq!(seen[0].finished, Some((Outcome::Spoiled, later.at)));
    assert_eq!(seen[0].rules, [RuleId(0)]);
    assert_eq!((&*seen[0].topics[0], seen[0].partitions), ("orders", 2));
    assert_eq!(seen[0].client_id.as_deref(), Some("loader"));
    assert_eq!(seen[1].finished, None);
    assert_eq!(
        (seen[1].api_key, &*seen[1].groups[0]),
        (ApiKey::Heartbeat, "g")
    );
}

#[test]
fn the_log_is_bounded() {
    let mut script = Script::new();
    script.faults = Faults::new(3);
    let first = script.ask(&produce());
    for _ in 0..4 {
        script.ask(&heartbeat());
    }
    let log = script.faults.seen();
    assert_eq!((log.total(), log.requests().count()), (5, 3));
    assert_eq!(log.since(SeenId(0)).next().unwrap().id, SeenId(2));
    assert_eq!(log.since(SeenId(4)).count(), 1);
    assert_eq!(log.since(SeenId(5)).count(), 0);
    assert_eq!(log.get(SeenId(0)), None);
    assert_eq!(log.get(SeenId(3)).unwrap().id, SeenId(3));
    script
        .faults
        .finished(&first, Outcome::Dropped, Now::default());
    assert!(
        script
            .faults
            .seen()
            .requests()
            .all(|request| request.finished.is_none())
    );

    script.faults = Faults::new(0);
    script.ask(&produce());
    assert_eq!(script.faults.seen().requests().count(), 0);
}

#[test]
fn rules_are_bounded() {
    let mut faults = Faults::default();
    for _ in 0..MAX_RULES {
        assert!(faults.add(all(Action::Cut)).is_some());
    }
    assert_eq!(faults.add(all(Action::Cut)), None);
}
