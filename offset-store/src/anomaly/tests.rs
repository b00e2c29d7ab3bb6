use super::*;
use crate::model::Fence;

const A: TopicId = TopicId([1; 16]);
const B: TopicId = TopicId([2; 16]);
const C: TopicId = TopicId([3; 16]);

fn key() -> Key {
    Key::new("cluster", "billing", "orders", 3)
}

/// A row at offset 100 of topic B, which was A before.
fn row() -> Row {
    Row {
        key: key(),
        topic_id: B,
        former_topic_ids: vec![A],
        next_offset: Some(100),
        leader_epoch: -1,
        metadata: String::new(),
        fence: Fence([9; 16]),
        replaced: Fence::NONE,
        owner: None,
        partitions_seen: 4,
        updated_at: 0,
    }
}

fn known(topic_id: TopicId, log_start: i64, log_end: i64) -> Known {
    Known {
        topic_id,
        log_start: Some(log_start),
        log_end: Some(log_end),
        ..Known::default()
    }
}

#[test]
fn a_row_within_its_log_is_in_order() {
    assert_eq!(anomaly(&key(), Some(&row()), &known(B, 100, 100)), None);
    assert_eq!(anomaly(&key(), Some(&row()), &Known::default()), None);
}

#[test]
fn another_topic_is_told_before_its_offsets() {
    let found = anomaly(&key(), Some(&row()), &known(C, 0, 5));
    assert_eq!(found, Some(Anomaly::TopicRecreated { row: B, now: C }));
    let found = anomaly(&key(), Some(&row()), &known(A, 0, 5));
    assert_eq!(found, Some(Anomaly::FormerTopic { now: A }));
    assert_eq!(
        found.and_then(|found| found.go_on_at(Policy::Oldest, 0)),
        None
    );
}

#[test]
fn a_row_without_topic_id_adopts_one_if_its_offset_is_within_the_log() {
    let row = Row {
        topic_id: TopicId::UNKNOWN,
        ..row()
    };
    assert_eq!(anomaly(&key(), Some(&row), &known(C, 0, 100)), None);
    let found = anomaly(&key(), Some(&row), &known(C, 0, 99));
    let beyond = Anomaly::AfterLogEnd {
        next: 100,
        log_end: 99,
    };
    assert_eq!(found, Some(beyond));
}

#[test]
fn each_way_out_of_the_log_has_a_nearest_offset() {
    let truncated = Known {
        epoch_end: Some(90),
        ..known(B, 10, 200)
    };
    for (known, nearest) in [
        (known(B, 150, 200), 150),
        (known(B, 0, 60), 60),
        (truncated, 90),
    ] {
        let found = anomaly(&key(), Some(&row()), &known);
        let found = found.expect("out of the log");
        assert_eq!(found.default_policy(), Policy::Fail);
        let log_start = known.log_start.expect("given");
        assert_eq!(found.go_on_at(Policy::Nearest, log_start), Some(nearest));
        assert_eq!(found.go_on_at(Policy::Oldest, log_start), Some(log_start));
        assert_eq!(found.go_on_at(Policy::Fail, log_start), None);
    }
}

#[test]
fn a_partition_that_was_added_starts_at_its_oldest() {
    let added = Known {
        partitions_seen: Some(3),
        ..Known::default()
    };
    let found = anomaly(&key(), None, &added).expect("partition 3 of formerly 3");
    assert_eq!(found, Anomaly::NewPartition { seen: 3 });
    assert_eq!(found.go_on_at(found.default_policy(), 7), Some(7));
    let known_before = Known {
        partitions_seen: Some(4),
        ..Known::default()
    };
    assert_eq!(anomaly(&key(), None, &known_before), None);
}

#[test]
fn rows_tell_how_many_partitions_the_group_began_with() {
    let of = |partition, seen| Row {
        key: Key::new("cluster", "billing", "orders", partition),
        former_topic_ids: Vec::new(),
        partitions_seen: seen,
        ..row()
    };
    let rows = [of(0, 4), of(1, 3), of(2, 0)];
    assert_eq!(partitions_seen(&key(), B, &rows), Some(3));
    assert_eq!(partitions_seen(&key(), TopicId::UNKNOWN, &rows), Some(3));
    assert_eq!(partitions_seen(&key(), C, &rows), None);
    assert_eq!(partitions_seen(&key(), B, &[of(2, 0)]), None);
    let elsewhere = Key::new("elsewhere", "billing", "orders", 3);
    assert_eq!(partitions_seen(&elsewhere, B, &rows), None);
}

/// Or what came to a topic made anew before its new partition was claimed would be skipped.
#[test]
fn all_of_a_topic_made_anew_is_new_but_what_has_a_row() {
    let mut followed = row();
    followed.key.partition = 0;
    let seen = partitions_seen(&key(), B, &[followed.clone()]);
    assert_eq!(seen, Some(0));
    let known = Known {
        partitions_seen: seen,
        ..Known::default()
    };
    let found = anomaly(&key(), None, &known).expect("new");
    assert_eq!(found.default_policy(), Policy::Oldest);
    // An operator has forgotten its offset: the start policy counts.
    let forgotten = Row {
        next_offset: None,
        ..row()
    };
    assert_eq!(partitions_seen(&key(), B, &[followed, forgotten]), Some(4));
}

#[test]
fn rows_of_another_cluster_are_told_only_without_rows_of_this_one() {
    let here = row();
    let mut there = row();
    there.key.cluster_id = "elsewhere".into();
    let mut unknown = row();
    unknown.key.cluster_id = "".into();
    assert_eq!(other_cluster(&key(), [&there, &here]), None);
    assert_eq!(other_cluster(&key(), [&unknown]), None);
    let found = other_cluster(&key(), [&unknown, &there]);
    assert!(matches!(found, Some(Anomaly::OtherCluster { row, .. }) if &*row == "elsewhere"));
}
