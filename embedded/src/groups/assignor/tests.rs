//! What both assignors promise, whatever the members want.

use proptest::prelude::*;

use super::*;
use ottla_protocol::types::Uuid;

fn id(n: u8) -> TopicId {
    Uuid([n; 16])
}

fn members<'a>(
    ids: &'a [String],
    topics: &[Vec<u8>],
    last: &'a BTreeMap<String, Target>,
) -> Vec<Subscriber<'a>> {
    let with = ids.iter().zip(topics);
    with.map(|(member_id, topics)| Subscriber {
        member_id,
        instance_id: None,
        topics: topics.iter().map(|&topic| id(topic)).collect(),
        last: last.get(member_id),
    })
    .collect()
}

fn loads(targets: &BTreeMap<String, Target>) -> Vec<usize> {
    targets
        .values()
        .map(|target| target.values().map(BTreeSet::len).sum())
        .collect()
}

/// Each partition of each topic that somebody wants is with exactly one of those.
fn covers(
    subscribers: &[Subscriber<'_>],
    counts: &BTreeMap<TopicId, i32>,
    targets: &BTreeMap<String, Target>,
) {
    for (&topic, &count) in counts {
        let wanted = subscribers
            .iter()
            .any(|member| member.topics.contains(&topic));
        for partition in 0..count {
            let owners: Vec<&String> = targets
                .iter()
                .filter(|(_, target)| target.get(&topic).is_some_and(|of| of.contains(&partition)))
                .map(|(member, _)| member)
                .collect();
            assert_eq!(
                owners.len(),
                usize::from(wanted),
                "{topic} {partition}: {owners:?}"
            );
            for owner in owners {
                let member = subscribers
                    .iter()
                    .find(|member| member.member_id == owner)
                    .unwrap();
                assert!(member.topics.contains(&topic));
            }
        }
    }
}

#[test]
fn range_cuts_topics_of_one_size_alike() {
    let ids = ["a", "b"].map(str::to_owned);
    let none = BTreeMap::new();
    let subscribers = members(&ids, &[vec![1, 2], vec![1, 2]], &none);
    let targets = Assignor::Range.assign(&subscribers, &BTreeMap::from([(id(1), 3), (id(2), 3)]));
    assert_eq!(
        targets["a"],
        Target::from([(id(1), [0, 1].into()), (id(2), [0, 1].into())])
    );
    assert_eq!(
        targets["b"],
        Target::from([(id(1), [2].into()), (id(2), [2].into())])
    );
}

#[test]
fn range_puts_static_members_first_in_the_order_of_their_names() {
    let none = BTreeMap::new();
    let ids = ["x", "y", "z"].map(str::to_owned);
    let mut subscribers = members(&ids, &[vec![1], vec![1], vec![1]], &none);
    subscribers[1].instance_id = Some("b");
    subscribers[2].instance_id = Some("a");
    let targets = Assignor::Range.assign(&subscribers, &BTreeMap::from([(id(1), 3)]));
    assert_eq!(targets["z"][&id(1)], [0].into());
    assert_eq!(targets["y"][&id(1)], [1].into());
    assert_eq!(targets["x"][&id(1)], [2].into());
}

proptest! {
    #[test]
    fn every_partition_has_one_owner_that_wants_it(
        topics in prop::collection::vec(prop::collection::btree_set(0u8..4, 0..4), 1..6),
        sizes in prop::collection::vec(1i32..8, 4),
    ) {
        let topics: Vec<Vec<u8>> = topics.into_iter().map(|of| of.into_iter().collect()).collect();
        let ids: Vec<String> = (0..topics.len()).map(|n| format!("m{n}")).collect();
        let counts: BTreeMap<TopicId, i32> = (0u8..4).zip(sizes).map(|(n, size)| (id(n), size)).collect();
        let none = BTreeMap::new();
        let subscribers = members(&ids, &topics, &none);
        for assignor in [Assignor::Uniform, Assignor::Range] {
            covers(&subscribers, &counts, &assignor.assign(&subscribers, &counts));
        }
    }

    /// Members come and go; who stays loses no more than evenness takes.
    #[test]
    fn uniform_is_balanced_within_one_and_sticky(
        before in 1usize..7,
        after in 1usize..7,
        sizes in prop::collection::vec(1i32..9, 1..4),
    ) {
        let counts: BTreeMap<TopicId, i32> = (1u8..).zip(sizes).map(|(n, size)| (id(n), size)).collect();
        let all: Vec<u8> = (1u8..=counts.len() as u8).collect();
        let ids: Vec<String> = (0..before.max(after)).map(|n| format!("m{n}")).collect();
        let none = BTreeMap::new();
        let first = members(&ids[..before], &vec![all.clone(); before], &none);
        let first = Assignor::Uniform.assign(&first, &counts);
        let second = members(&ids[..after], &vec![all; after], &first);
        let targets = Assignor::Uniform.assign(&second, &counts);
        covers(&second, &counts, &targets);
        let loads = loads(&targets);
        prop_assert!(loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 1);
        let total: i32 = counts.values().sum();
        let floor = total as usize / after;
        for member in first.keys().filter(|member| targets.contains_key(*member)) {
            let kept: usize = first[member]
                .iter()
                .map(|(topic, of)| targets[member].get(topic).map_or(0, |now| of.intersection(now).count()))
                .sum();
            let had: usize = first[member].values().map(BTreeSet::len).sum();
            prop_assert!(kept >= had.min(floor), "{member} had {had}, kept {kept} of at least {floor}");
        }
        // And nothing moves at all where nothing has changed.
        let again = members(&ids[..after], &vec![(1u8..=counts.len() as u8).collect(); after], &targets);
        prop_assert_eq!(Assignor::Uniform.assign(&again, &counts), targets.clone());
    }
}
