//! The messages' bytes, kept for good: topics of 100 partitions with the lengths that clusters have.

use krafka::__private::protocol as krafka;
use ottla_protocol::api::{Request, Response};
use ottla_protocol::messages::fetch::{FetchResponse, FetchableTopicResponse, PartitionData};
use ottla_protocol::messages::metadata::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_protocol::messages::offset_fetch::{
    OffsetFetchResponse, OffsetFetchResponseGroup, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
};
use ottla_protocol::types::TopicId;

const PARTITIONS: i32 = 100;
/// In a Fetch response of which nothing but the envelope is to be read.
const RECORDS: &[u8] = &[7; 100];

pub(super) fn metadata(version: i16) -> &'static [u8] {
    let names = names(10);
    let brokers = (0..3).map(|node_id| MetadataResponseBroker {
        node_id,
        host: "broker.example.org",
        port: 9092,
        rack: Some("eu-west-1a"),
        ..Default::default()
    });
    let message = MetadataResponse {
        brokers: brokers.collect(),
        cluster_id: Some("5L6g3nShT-eMCtK--X86sw"),
        controller_id: 1,
        topics: names.iter().map(|name| metadata_topic(name)).collect(),
        ..Default::default()
    };
    kept(|out| message.write_body(out, version).unwrap())
}

fn metadata_topic(name: &str) -> MetadataResponseTopic<'_> {
    let partitions = (0..PARTITIONS).map(|partition_index| MetadataResponsePartition {
        partition_index,
        leader_id: partition_index % 3,
        leader_epoch: 17,
        replica_nodes: [0, 1, 2].into(),
        isr_nodes: [0, 1, 2].into(),
        ..Default::default()
    });
    MetadataResponseTopic {
        name: Some(name),
        topic_id: id(name),
        partitions: partitions.collect(),
        ..Default::default()
    }
}

pub(super) fn offset_commit(version: i16) -> &'static [u8] {
    let names = names(100);
    let topics = names.iter().map(|name| {
        let partitions = (0..PARTITIONS).map(|partition_index| OffsetCommitRequestPartition {
            partition_index,
            committed_offset: 1_000_000_007,
            committed_leader_epoch: 17,
            committed_metadata: Some(""),
            ..Default::default()
        });
        OffsetCommitRequestTopic {
            name,
            partitions: partitions.collect(),
            ..Default::default()
        }
    });
    let message = OffsetCommitRequest {
        group_id: "payments-enricher",
        generation_id_or_member_epoch: 42,
        member_id: "payments-enricher-3f2b1c2e-9d0a-4b8e-8a55-6a2b0f1d7c11",
        topics: topics.collect(),
        ..Default::default()
    };
    kept(|out| message.write_body(out, version).unwrap())
}

/// The same request as krafka has it, which reads none.
pub(super) fn krafka_offset_commit(
    request: &OffsetCommitRequest<'_>,
) -> krafka::OffsetCommitRequest {
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic
            .partitions
            .iter()
            .map(|it| krafka::OffsetCommitRequestPartition {
                partition_index: it.partition_index,
                committed_offset: it.committed_offset,
                committed_leader_epoch: it.committed_leader_epoch,
                commit_timestamp: -1,
                committed_metadata: it.committed_metadata.map(str::to_owned),
            });
        krafka::OffsetCommitRequestTopic {
            name: topic.name.to_owned(),
            topic_id: None,
            partitions: partitions.collect(),
        }
    });
    krafka::OffsetCommitRequest {
        group_id: request.group_id.to_owned(),
        generation_id: request.generation_id_or_member_epoch,
        member_id: request.member_id.to_owned(),
        group_instance_id: None,
        retention_time_ms: -1,
        topics: topics.collect(),
    }
}

pub(super) fn offset_fetch(version: i16) -> &'static [u8] {
    let names = names(100);
    let topics = names.iter().map(|name| {
        let partitions = (0..PARTITIONS).map(|partition_index| OffsetFetchResponsePartitions {
            partition_index,
            committed_offset: 1_000_000_007,
            committed_leader_epoch: 17,
            metadata: Some(""),
            ..Default::default()
        });
        OffsetFetchResponseTopics {
            name,
            partitions: partitions.collect(),
            ..Default::default()
        }
    });
    let message = OffsetFetchResponse {
        groups: vec![OffsetFetchResponseGroup {
            group_id: "payments-enricher",
            topics: topics.collect(),
            ..Default::default()
        }],
        ..Default::default()
    };
    kept(|out| message.write_body(out, version).unwrap())
}

pub(super) fn fetch(version: i16) -> &'static [u8] {
    let names = names(10);
    let responses = names.iter().map(|name| {
        let partitions = (0..PARTITIONS).map(|partition_index| PartitionData {
            partition_index,
            high_watermark: 1_000_000_007,
            last_stable_offset: 1_000_000_007,
            log_start_offset: 1_000,
            aborted_transactions: None,
            records: Some(RECORDS),
            ..Default::default()
        });
        FetchableTopicResponse {
            topic_id: id(name),
            partitions: partitions.collect(),
            ..Default::default()
        }
    });
    let message = FetchResponse {
        session_id: 1,
        responses: responses.collect(),
        ..Default::default()
    };
    kept(|out| message.write_body(out, version).unwrap())
}

fn names(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| format!("shop.orders.enriched-{n:03}"))
        .collect()
}

/// Any will do that differ.
fn id(name: &str) -> TopicId {
    let mut id = [1; 16];
    id.iter_mut()
        .zip(name.bytes().rev())
        .for_each(|(byte, of)| *byte = of);
    TopicId(id)
}

fn kept(write: impl Fn(&mut Vec<u8>)) -> &'static [u8] {
    let mut out = Vec::new();
    write(&mut out);
    out.leak()
}
