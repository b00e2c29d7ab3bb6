//! A store that is killed after any of its steps, and what a cluster finds that starts in its directory then.

use std::path::Path;
use std::time::Duration;

use ottla_protocol::messages::consumer_group_heartbeat::ConsumerGroupHeartbeatRequest;
use ottla_protocol::messages::delete_groups::DeleteGroupsRequest;
use ottla_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use ottla_protocol::messages::end_txn::{EndTxnRequest, EndTxnResponse};
use ottla_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};
use ottla_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_protocol::messages::produce::{
    PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData,
};
use ottla_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use ottla_protocol::records::{BatchBuilder, BatchOptions, Compressor, Records};
use ottla_protocol::{Request, Response, frame};

use super::*;
use crate::groups::{Caller, Context};
use crate::log::{Isolation, ReadFrom};
use crate::sasl::Login;
use crate::server::{Clock, Core};
use crate::settings::Settings;
use crate::state::asked::Asked;
use crate::state::call::Answer;
use crate::state::config_changes::Resource;
use crate::state::creation::Wanted;
use crate::state::peer::Peer;

const TOPIC: &str = "orders";
const GROUP: &str = "billing";
const ID: &str = "billing-1";
const PARTITIONS: i32 = 3;
/// What the group commits in each transaction.
const OFFSETS: [i64; 3] = [7, 9, 11];
const WALL_MS: i64 = 1_700_000_000_000;

/// A cluster of one broker in a directory, whose process is killed after so many steps.
fn started(directory: &Path, killed_after: Option<u64>) -> Core {
    started_as(Settings::default(), directory, killed_after)
}

fn started_as(settings: Settings, directory: &Path, killed_after: Option<u64>) -> Core {
    let core = Core::new(State::new(settings), Clock::start(Some(WALL_MS)));
    core.with(|state, _| state.add_broker(1, "localhost".to_owned(), 9092, None));
    let mut store = Store::open(directory.to_owned()).unwrap();
    store.disk.killed_after = killed_after;
    core.keep_in(store).unwrap();
    core
}

fn make_topic(core: &Core) {
    let wanted = Wanted {
        name: TOPIC,
        partitions: PARTITIONS,
        replication_factor: -1,
        ..Wanted::default()
    };
    // After a restart it may be there already.
    let _ = core.with(|state, _| state.create_topic(&wanted, false));
}

fn ask<R: Request>(core: &Core, request: &R, version: i16) -> Vec<u8> {
    let mut framed = Vec::new();
    frame::encode_request(request, version, 1, Some("test"), &mut framed).unwrap();
    let mut peer = Peer {
        node: 1,
        connection: 1,
        host: "/127.0.0.1".into(),
        login: Login::default(),
    };
    let header = 8 + usize::from(R::API.response_header_version(version) > 0);
    let answer = core.with(|state, now| {
        let asked = Asked::read(&peer, &framed[4..]).unwrap();
        state.handle(now, &mut peer, asked).unwrap()
    });
    match answer {
        Answer::Now(mut frame) => frame.bytes.split_off(header),
        other => panic!("{other:?}"),
    }
}

fn init(core: &Core, transactional_id: Option<&str>) -> (i64, i16) {
    let request = InitProducerIdRequest {
        transactional_id,
        transaction_timeout_ms: 60_000,
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    };
    let answer = ask(core, &request, 5);
    let answer = InitProducerIdResponse::read_body(&answer, 5).unwrap();
    assert_eq!(answer.error_code, 0);
    (answer.producer_id, answer.producer_epoch)
}

fn batch(options: BatchOptions) -> Vec<u8> {
    let mut batch = BatchBuilder::new();
    batch.append(WALL_MS, None, Some(b"value"), &[]).unwrap();
    batch.finish(&options, &mut Compressor::new()).unwrap()
}

fn produce(core: &Core, transactional_id: Option<&str>, index: i32, records: &[u8]) {
    let request = ProduceRequest {
        transactional_id,
        acks: -1,
        timeout_ms: 1000,
        topic_data: vec![TopicProduceData {
            name: TOPIC,
            partition_data: vec![PartitionProduceData {
                index,
                records: Some(records),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = ask(core, &request, 12);
    let answer = ProduceResponse::read_body(&answer, 12).unwrap();
    assert_eq!(answer.responses[0].partition_responses[0].error_code, 0);
}

fn commit_offset(core: &Core, (producer_id, producer_epoch): (i64, i16), offset: i64) {
    let request = TxnOffsetCommitRequest {
        transactional_id: ID,
        group_id: GROUP,
        producer_id,
        producer_epoch,
        topics: vec![TxnOffsetCommitRequestTopic {
            name: TOPIC,
            partitions: vec![TxnOffsetCommitRequestPartition {
                committed_offset: offset,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    ask(core, &request, 5);
}

/// One transaction in all partitions and a group; gives the producer that goes on.
fn transaction(core: &Core, producer: (i64, i16), offset: i64, committed: bool) -> (i64, i16) {
    let (producer_id, producer_epoch) = producer;
    let records = batch(BatchOptions {
        producer_id,
        producer_epoch,
        base_sequence: 0,
        transactional: true,
        ..BatchOptions::default()
    });
    for partition in 0..PARTITIONS {
        produce(core, Some(ID), partition, &records);
    }
    commit_offset(core, producer, offset);
    let request = EndTxnRequest {
        transactional_id: ID,
        producer_id,
        producer_epoch,
        committed,
        ..Default::default()
    };
    let answer = ask(core, &request, 5);
    let answer = EndTxnResponse::read_body(&answer, 5).unwrap();
    assert_eq!(answer.error_code, 0);
    (answer.producer_id, answer.producer_epoch)
}

fn is_alive(core: &Core) -> bool {
    core.with_store(|store| store.disk.killed_after != Some(0))
}

/// How many transactions are committed in a partition, of which none is open.
fn committed_in(state: &State, partition: i32) -> usize {
    let orders = state.topics.partition(TopicRef::Name(TOPIC), partition);
    let log = &orders.unwrap().log;
    assert_eq!(log.last_stable_offset(), log.log_end(), "one hangs");
    let read = log.read(ReadFrom {
        offset: 0,
        max_bytes: usize::MAX,
        at_least_one: true,
        isolation: Isolation::ReadCommitted,
        current_leader_epoch: None,
        last_fetched_epoch: None,
    });
    let read = read.unwrap();
    let batches = read.batches.iter();
    let batches = batches.map(|bytes| Records::new(bytes).next().unwrap().unwrap());
    batches.filter(|batch| !batch.is_control()).count() - read.aborted.unwrap().len()
}

/// Three transactions, the second aborted; says how many commits were acknowledged before the kill.
fn run_transactions(directory: &Path, killed_after: u64) -> (usize, bool) {
    let core = started(directory, Some(killed_after));
    make_topic(&core);
    let mut producer = init(&core, Some(ID));
    let mut acknowledged = 0;
    for (offset, committed) in OFFSETS.into_iter().zip([true, false, true]) {
        producer = transaction(&core, producer, offset, committed);
        acknowledged += usize::from(committed && is_alive(&core));
    }
    (acknowledged, is_alive(&core))
}

/// Restarts, and lets what is open time out; gives how many transactions are committed.
fn committed_after_restart(directory: &Path) -> usize {
    let core = started(directory, None);
    make_topic(&core);
    core.with_clock(|clock| clock.advance(Duration::from_secs(3600)));
    core.with(|state, _| {
        let counts: Vec<usize> = (0..PARTITIONS).map(|at| committed_in(state, at)).collect();
        assert_eq!(counts, vec![counts[0]; counts.len()], "all or none");
        let offset = state.groups.committed(GROUP, TOPIC, 0);
        let expected = [None, Some(OFFSETS[0]), Some(OFFSETS[2])];
        assert_eq!(offset.map(|it| it.offset), expected[counts[0]]);
        let records = state.groups.encode(GROUP).unwrap();
        let pending = records.iter().any(|record| record.producer_id.is_some());
        assert!(!pending, "an offset is unstable");
        counts[0]
    })
}

#[tokio::test]
async fn a_kill_at_any_time_leaves_transactions_whole() {
    for killed_after in 0.. {
        let directory = tempfile::tempdir().unwrap();
        let (acknowledged, alive) = run_transactions(directory.path(), killed_after);
        let committed = committed_after_restart(directory.path());
        assert!(acknowledged <= committed, "after {killed_after} steps");
        if alive {
            assert_eq!(committed, 2);
            return;
        }
    }
}

fn delete_all(core: &Core) {
    let request = DeleteRecordsRequest {
        topics: vec![DeleteRecordsTopic {
            name: TOPIC,
            partitions: vec![DeleteRecordsPartition {
                offset: -1,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    ask(core, &request, 2);
}

/// Where the first partition's log starts and ends.
fn bounds(core: &Core) -> (i64, i64) {
    core.with(|state, _| {
        let orders = state.topics.partition(TopicRef::Name(TOPIC), 0);
        orders.map_or((0, 0), |it| (it.log.log_start(), it.log.log_end()))
    })
}

#[tokio::test]
async fn a_kill_at_any_time_sets_no_log_back() {
    for killed_after in 0.. {
        let directory = tempfile::tempdir().unwrap();
        let core = started(directory.path(), Some(killed_after));
        make_topic(&core);
        let mut acknowledged = (0, 0);
        for _ in 0..2 {
            produce(&core, None, 0, &batch(BatchOptions::default()));
            produce(&core, None, 0, &batch(BatchOptions::default()));
            if is_alive(&core) {
                acknowledged = bounds(&core);
            }
            delete_all(&core);
            if is_alive(&core) {
                acknowledged = bounds(&core);
            }
        }
        let alive = is_alive(&core);
        drop(core);
        let (start, end) = bounds(&started(directory.path(), None));
        let (least_start, least_end) = acknowledged;
        assert!(least_start <= start, "after {killed_after} steps: {start}");
        assert!(least_end <= end, "after {killed_after} steps: {end}");
        if alive {
            assert_eq!((start, end), (4, 4));
            return;
        }
    }
}

#[tokio::test]
async fn a_kill_leaves_a_topic_that_is_deleted_whole_or_nothing_of_it() {
    for killed_after in 0.. {
        let directory = tempfile::tempdir().unwrap();
        let core = started(directory.path(), Some(killed_after));
        make_topic(&core);
        for partition in 0..PARTITIONS {
            produce(&core, None, partition, &batch(BatchOptions::default()));
        }
        let is_produced = is_alive(&core);
        core.with(|state, _| state.delete_topic(TOPIC));
        let alive = is_alive(&core);
        drop(core);
        let core = started(directory.path(), None);
        let ends: Option<Vec<i64>> = core.with(|state, _| {
            let partitions = &state.topics.named(TOPIC)?.partitions;
            Some(partitions.iter().map(|one| one.log.log_end()).collect())
        });
        if alive {
            assert_eq!(ends, None);
            return;
        }
        if is_produced {
            let whole = ends.is_none_or(|ends| ends == [1; PARTITIONS as usize]);
            assert!(whole, "after {killed_after} steps");
        }
    }
}

fn commit(core: &Core, group_id: &str) {
    let request = OffsetCommitRequest {
        group_id,
        generation_id_or_member_epoch: -1,
        topics: vec![OffsetCommitRequestTopic {
            name: TOPIC,
            partitions: vec![OffsetCommitRequestPartition {
                committed_offset: OFFSETS[0],
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    ask(core, &request, 9);
}

fn fail(core: &Core, killed_after: Option<u64>) {
    core.with_store(|store| store.disk.killed_after = killed_after);
}

fn files(directory: &Path, folder: &str) -> usize {
    directory.join(folder).read_dir().unwrap().count()
}

#[tokio::test]
async fn what_could_not_be_removed_is_removed_with_the_next_change() {
    let directory = tempfile::tempdir().unwrap();
    let core = started(directory.path(), None);
    make_topic(&core);
    commit(&core, GROUP);
    assert_eq!(files(directory.path(), GROUPS), 1);
    fail(&core, Some(0));
    let request = DeleteGroupsRequest {
        groups_names: vec![GROUP],
        ..Default::default()
    };
    ask(&core, &request, 2);
    core.with(|state, _| state.delete_topic(TOPIC));
    fail(&core, None);
    core.with(|_, _| ());
    assert_eq!(files(directory.path(), GROUPS), 0);
    assert_eq!(files(directory.path(), LOGS), 0);
}

/// What comes over the wire is never so long.
#[tokio::test]
async fn what_can_not_be_encoded_takes_no_file_away_and_keeps_nothing_else_from_being_written() {
    let directory = tempfile::tempdir().unwrap();
    let core = started(directory.path(), None);
    make_topic(&core);
    let rack = "r".repeat(40_000);
    let request = ConsumerGroupHeartbeatRequest {
        group_id: GROUP,
        member_id: "member",
        rebalance_timeout_ms: 60_000,
        rack_id: Some(&rack),
        subscribed_topic_names: Some(vec![TOPIC]),
        topic_partitions: Some(Vec::new()),
        ..Default::default()
    };
    commit(&core, GROUP);
    core.with(|state, now| {
        let mut cx = Context {
            now,
            topics: &state.topics,
            rng: &mut state.random,
        };
        let caller = Caller {
            client_id: "test",
            client_host: "/127.0.0.1",
            version: 1,
        };
        state
            .groups
            .consumer_group_heartbeat(&mut cx, caller, &request);
        assert!(state.groups.encode(GROUP).is_err());
    });
    commit(&core, "shipping");
    drop(core);
    let core = started(directory.path(), None);
    for group in [GROUP, "shipping"] {
        let offset = core.with(|state, _| {
            let committed = state.groups.committed(group, TOPIC, 0);
            committed.map(|it| it.offset)
        });
        assert_eq!(offset, Some(OFFSETS[0]), "{group}");
    }
}

fn made(core: &Core, name: &str) -> TopicId {
    let wanted = Wanted {
        name,
        partitions: 1,
        replication_factor: -1,
        ..Wanted::default()
    };
    let made = core.with(|state, _| state.create_topic(&wanted, false));
    made.unwrap().0
}

#[tokio::test]
async fn the_same_seed_gives_other_topics_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let mut ids = std::collections::BTreeSet::new();
    for (run, name) in ["a", "b", "c"].into_iter().enumerate() {
        let core = started(directory.path(), None);
        assert!(ids.insert(made(&core, name)), "run {run}");
        let kept: Vec<TopicId> =
            core.with(|state, _| state.topics.all().map(|topic| topic.id).collect());
        assert_eq!(kept.len(), run + 1);
    }
}

#[tokio::test]
async fn a_cluster_without_topics_is_the_same_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let mut ids = Vec::new();
    for seed in 1..3 {
        let settings = Settings {
            seed,
            ..Settings::default()
        };
        let core = started_as(settings, directory.path(), None);
        ids.push(core.with(|state, _| state.cluster_id.clone()));
    }
    assert_eq!(ids[0], ids[1]);
}

fn committed_by(core: &Core, group: &str) -> Option<i64> {
    core.with(|state, _| {
        let committed = state.groups.committed(group, TOPIC, 0);
        committed.map(|it| it.offset)
    })
}

#[tokio::test]
async fn a_group_that_can_not_be_read_takes_no_other_along_and_one_without_a_name_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let core = started(directory.path(), None);
    make_topic(&core);
    for group in [GROUP, ""] {
        commit(&core, group);
        assert_eq!(committed_by(&core, group), Some(OFFSETS[0]));
    }
    drop(core);
    let unreadable = r#"[{"producer_id":null,"key":[0,1,0,9],"value":[]}]"#;
    fs::write(directory.path().join("groups/a.json"), unreadable).unwrap();
    let core = started(directory.path(), None);
    for group in [GROUP, ""] {
        assert_eq!(committed_by(&core, group), Some(OFFSETS[0]), "{group:?}");
    }
}

#[tokio::test]
async fn what_was_set_for_brokers_outlives_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let resources = [Resource::Broker(None), Resource::Broker(Some(1))];
    let core = started(directory.path(), None);
    for resource in resources {
        let changes = [("message.max.bytes", 0, Some("12345"))];
        core.with(|state, _| state.change_configs(resource, &changes, false, false))
            .unwrap();
    }
    drop(core);
    let core = started(directory.path(), None);
    for resource in resources {
        let values = core.with(|state, _| state.values_of(resource)).unwrap();
        assert_eq!(
            values.get("message.max.bytes").map(String::as_str),
            Some("12345")
        );
    }
}
