use ottla_protocol::messages::metadata::MetadataResponseBroker;
use proptest::prelude::*;

use super::*;

fn broker(id: i32) -> MetadataResponseBroker<'static> {
    MetadataResponseBroker {
        node_id: id,
        host: "h",
        port: 9000 + id,
        ..MetadataResponseBroker::default()
    }
}

/// A topic of which each partition has this leader and epoch.
fn topic(id: u8, leaders: &[(i32, i32)]) -> MetadataResponseTopic<'static> {
    let partition =
        |(at, (leader_id, leader_epoch)): (usize, &(i32, i32))| MetadataResponsePartition {
            partition_index: at as i32,
            leader_id: *leader_id,
            leader_epoch: *leader_epoch,
            ..MetadataResponsePartition::default()
        };
    MetadataResponseTopic {
        name: Some("t"),
        topic_id: TopicId([id; 16]),
        partitions: leaders.iter().enumerate().map(partition).collect(),
        ..MetadataResponseTopic::default()
    }
}

fn answer(topics: Vec<MetadataResponseTopic<'static>>) -> MetadataResponse<'static> {
    MetadataResponse {
        brokers: vec![broker(1), broker(2)],
        cluster_id: Some("c"),
        controller_id: 2,
        topics,
        ..MetadataResponse::default()
    }
}

fn leaders(cluster: &Cluster) -> Vec<(Option<i32>, Option<i32>)> {
    let topic = cluster.topic("t").unwrap();
    topic
        .partitions
        .iter()
        .map(|partition| (partition.leader, partition.leader_epoch))
        .collect()
}

#[test]
fn an_answer_with_an_older_leader_epoch_is_not_taken() {
    let cluster = Cluster::default().after(&answer(vec![topic(1, &[(1, 5), (1, 5), (1, 5)])]));
    let cluster = cluster.after(&answer(vec![topic(1, &[(2, 4), (2, 6), (-1, 6)])]));
    assert_eq!(
        leaders(&cluster),
        [(Some(1), Some(5)), (Some(2), Some(6)), (None, Some(6))]
    );
    let error = cluster.topic("t").unwrap().leader(2).unwrap_err();
    assert!(matches!(&error, ClientError::NoLeader { .. }) && error.is_retriable());
}

#[test]
fn without_epochs_the_last_answer_wins() {
    let cluster = Cluster::default().after(&answer(vec![topic(1, &[(1, -1)])]));
    assert_eq!(
        leaders(&cluster.after(&answer(vec![topic(1, &[(2, -1)])]))),
        [(Some(2), None)]
    );
}

#[test]
fn a_topic_made_anew_or_another_cluster_starts_its_epochs_anew() {
    let cluster = Cluster::default().after(&answer(vec![topic(1, &[(1, 50)])]));
    let anew = cluster.after(&answer(vec![topic(2, &[(2, 0)])]));
    assert_eq!(leaders(&anew), [(Some(2), Some(0))]);
    let elsewhere = MetadataResponse {
        cluster_id: Some("d"),
        ..answer(vec![topic(1, &[(2, 0)])])
    };
    assert_eq!(leaders(&cluster.after(&elsewhere)), [(Some(2), Some(0))]);
    let elsewhere = MetadataResponse {
        cluster_id: Some("d"),
        ..answer(vec![])
    };
    assert!(cluster.after(&elsewhere).topic("t").is_none());
}

#[test]
fn an_answer_about_other_topics_leaves_this_one() {
    let cluster = Cluster::default().after(&answer(vec![topic(1, &[(1, 5)])]));
    assert_eq!(
        leaders(&cluster.after(&answer(vec![]))),
        [(Some(1), Some(5))]
    );
    assert!(cluster.without(&["t".into()]).topic("t").is_none());
}

#[test]
fn a_deleted_topic_is_gone_and_its_error_known() {
    let cluster = Cluster::default().after(&answer(vec![topic(1, &[(1, 5)])]));
    let gone = MetadataResponseTopic {
        name: Some("t"),
        error_code: 3,
        ..MetadataResponseTopic::default()
    };
    let cluster = cluster.after(&answer(vec![gone]));
    assert!(cluster.topic("t").is_none());
    assert_eq!(
        cluster.topic_error("t"),
        Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
    );
    assert_eq!(cluster.topics().count(), 0);
}

#[test]
fn a_broker_that_knows_nobody_is_not_believed() {
    let cluster = Cluster::default().after(&answer(vec![]));
    let cluster = cluster.after(&MetadataResponse {
        brokers: vec![],
        ..answer(vec![])
    });
    assert_eq!(
        cluster
            .brokers()
            .map(|broker| broker.id)
            .collect::<Vec<_>>(),
        [1, 2]
    );
    let moved = MetadataResponseBroker {
        port: 1,
        ..broker(1)
    };
    let peer = cluster.broker(1).unwrap().peer();
    assert!(cluster.has(&peer));
    let cluster = cluster.after(&MetadataResponse {
        brokers: vec![moved],
        ..answer(vec![])
    });
    assert!(!cluster.has(&peer) && cluster.broker(2).is_none());
}

#[test]
fn a_hint_is_taken_only_if_it_is_newer_and_about_a_broker_that_is_known() {
    let cluster = Cluster::default().after(&answer(vec![topic(1, &[(1, 5)])]));
    let at = TopicPartition::new("t", 0);
    assert_eq!(cluster.after_hint(&at, 2, 5), None);
    assert_eq!(cluster.after_hint(&at, 3, 6), None);
    assert_eq!(cluster.after_hint(&TopicPartition::new("t", 1), 2, 6), None);
    assert_eq!(
        cluster.after_hint(&TopicPartition::new("t", -1), 2, 6),
        None
    );
    assert_eq!(
        leaders(&cluster.after_hint(&at, 2, 6).unwrap()),
        [(Some(2), Some(6))]
    );
}

#[test]
fn partitions_with_a_gap_or_twice_break_nothing() {
    let mut odd = topic(1, &[(1, 5), (1, 5), (1, 5)]);
    odd.partitions[2].partition_index = 1;
    odd.partitions.reverse();
    let cluster = Cluster::default().after(&answer(vec![odd.clone()]));
    assert_eq!(leaders(&cluster).len(), 2);
    odd.partitions[0].partition_index = -7;
    let cluster = Cluster::default().after(&answer(vec![odd]));
    assert!(
        cluster
            .topic_error("t")
            .is_some_and(ErrorCode::is_retriable)
    );
}

proptest! {
    /// Whatever order answers come in, nobody is ever sent back to an older leader.
    #[test]
    fn the_epoch_of_a_partition_never_goes_back(epochs in proptest::collection::vec(0..9, 1..20)) {
        let mut cluster = Cluster::default();
        let mut newest = (-1, -1);
        for epoch in epochs {
            // One epoch has one leader.
            let news = (epoch % 3, epoch);
            cluster = cluster.after(&answer(vec![topic(1, &[news])]));
            newest = if epoch >= newest.1 { news } else { newest };
            prop_assert_eq!(leaders(&cluster), [(Some(newest.0), Some(newest.1))]);
        }
    }
}
