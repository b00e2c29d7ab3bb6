use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::{
    Assignments, Assignor, PartitionCounts, RangeAssignor, RoundRobinAssignor, Subscriber,
};

fn member(id: &str, topics: &[&str]) -> Subscriber {
    Subscriber {
        member_id: id.into(),
        instance_id: None,
        topics: topics.iter().map(|t| Arc::from(*t)).collect(),
    }
}

fn static_member(id: &str, instance: &str, topics: &[&str]) -> Subscriber {
    Subscriber {
        instance_id: Some(instance.into()),
        ..member(id, topics)
    }
}

fn counts(topics: &[(&str, i32)]) -> PartitionCounts {
    topics.iter().map(|(t, n)| (Arc::from(*t), *n)).collect()
}

fn written(assignments: &Assignments) -> Vec<String> {
    assignments
        .iter()
        .map(|(member, partitions)| {
            let names: Vec<String> = partitions.iter().map(ToString::to_string).collect();
            format!("{member}: {}", names.join(" "))
        })
        .collect()
}

#[test]
fn range_gives_the_first_members_more_in_each_topic() {
    let members = [member("c2", &["t1", "t2"]), member("c1", &["t1", "t2"])];
    assert_eq!(
        written(&RangeAssignor.assign(&members, &counts(&[("t1", 3), ("t2", 3)]))),
        ["c1: t1-0 t1-1 t2-0 t2-1", "c2: t1-2 t2-2"]
    );
}

#[test]
fn range_gives_only_to_subscribers() {
    let members = [
        member("c1", &["t1"]),
        member("c2", &["t1", "t2"]),
        member("c3", &["t1"]),
    ];
    assert_eq!(
        written(&RangeAssignor.assign(&members, &counts(&[("t1", 3), ("t2", 2)]))),
        ["c1: t1-0", "c2: t1-1 t2-0 t2-1", "c3: t1-2"]
    );
}

#[test]
fn round_robin_goes_on_from_topic_to_topic() {
    let members = [member("c1", &["t1", "t2"]), member("c2", &["t1", "t2"])];
    assert_eq!(
        written(&RoundRobinAssignor.assign(&members, &counts(&[("t1", 3), ("t2", 3)]))),
        ["c1: t1-0 t1-2 t2-1", "c2: t1-1 t2-0 t2-2"]
    );
}

#[test]
fn round_robin_skips_who_does_not_subscribe() {
    let members = [
        member("c1", &["t1"]),
        member("c2", &["t1", "t2"]),
        member("c3", &["t1"]),
    ];
    assert_eq!(
        written(&RoundRobinAssignor.assign(&members, &counts(&[("t1", 3), ("t2", 2)]))),
        ["c1: t1-0", "c2: t1-1 t2-0 t2-1", "c3: t1-2"]
    );
}

#[test]
fn static_members_come_first_by_their_instance_id() {
    let members = [
        member("a", &["t"]),
        static_member("z", "i1", &["t"]),
        static_member("b", "i2", &["t"]),
    ];
    assert_eq!(
        written(&RangeAssignor.assign(&members, &counts(&[("t", 4)]))),
        ["a: t-3", "b: t-2", "z: t-0 t-1"]
    );
}

#[test]
fn a_topic_that_does_not_exist_goes_to_nobody() {
    let members = [member("c1", &["gone", "t"])];
    for assignor in both() {
        assert_eq!(
            written(&assignor.assign(&members, &counts(&[("t", 1)]))),
            ["c1: t-0"]
        );
    }
}

fn both() -> [Box<dyn Assignor>; 2] {
    [Box::new(RangeAssignor), Box::new(RoundRobinAssignor)]
}

fn group() -> impl Strategy<Value = (Vec<Subscriber>, PartitionCounts)> {
    let topics = prop::collection::btree_map("[a-d]", 0..12_i32, 0..4);
    let members = prop::collection::btree_map(
        "[a-z]{1,3}",
        (
            prop::collection::btree_set("[a-e]", 1..4),
            prop::option::of("[a-z]{4}"),
        ),
        1..6,
    );
    (members, topics).prop_map(|(members, topics)| {
        let members = members
            .into_iter()
            .map(|(id, (topics, instance))| Subscriber {
                member_id: id.into(),
                instance_id: instance.map(Into::into),
                topics: topics.into_iter().map(Into::into).collect(),
            })
            .collect();
        let counts = topics.into_iter().map(|(t, n)| (Arc::from(t), n)).collect();
        (members, counts)
    })
}

proptest! {
    #[test]
    fn every_wanted_partition_goes_to_one_subscriber((members, counts) in group()) {
        for assignor in both() {
            let mut given = BTreeMap::new();
            for (id, partitions) in assignor.assign(&members, &counts) {
                let member = members.iter().find(|m| m.member_id == id);
                for partition in partitions {
                    prop_assert!(member.is_some_and(|m| m.topics.contains(&partition.topic)));
                    prop_assert!(given.insert(partition.clone(), id.clone()).is_none(), "{partition} twice");
                }
            }
            let wanted = counts
                .iter()
                .filter(|(topic, _)| members.iter().any(|m| m.topics.contains(*topic)))
                .map(|(_, count)| *count as usize)
                .sum::<usize>();
            prop_assert_eq!(given.len(), wanted);
        }
    }

    #[test]
    fn the_order_in_which_members_are_listed_changes_nothing((members, counts) in group()) {
        let mut reversed = members.clone();
        reversed.reverse();
        for assignor in both() {
            // Equal instance ids never come from a broker; they have no order to keep.
            let mut ids: Vec<_> = members.iter().filter_map(|m| m.instance_id.clone()).collect();
            ids.sort();
            ids.dedup();
            prop_assume!(ids.len() == members.iter().filter(|m| m.instance_id.is_some()).count());
            prop_assert_eq!(assignor.assign(&members, &counts), assignor.assign(&reversed, &counts));
        }
    }

    #[test]
    fn equal_subscribers_get_equal_shares(ids in prop::collection::btree_set("[a-z]{1,4}", 1..8), count in 0..50_i32) {
        let members: Vec<Subscriber> = ids.iter().map(|id| member(id, &["t"])).collect();
        for assignor in both() {
            let given = assignor.assign(&members, &counts(&[("t", count)]));
            let share = |id: &Arc<str>| given.get(id).map_or(0, Vec::len);
            let most = members.iter().map(|m| share(&m.member_id)).max().unwrap_or(0);
            let least = members.iter().map(|m| share(&m.member_id)).min().unwrap_or(0);
            prop_assert!(most - least <= 1);
        }
    }
}
