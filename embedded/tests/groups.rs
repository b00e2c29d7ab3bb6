//! Consumer groups and transactions of this workspace's crates, on a cluster whose coordinators and clocks move.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_client::producer::ProducerRecord;
use ottla_client::protocol::ApiKey;
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientConfig};
use ottla_embedded::EmbeddedCluster;
use ottla_embedded::faults::{Action, Matching, Rule};
use ottla_group::{
    Ended, Group, GroupError, Handler, PartitionClaim, PartitionCommitError, Session, StartPolicy,
};
use ottla_offset_store::memory::MemoryStore;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

const SOON: Duration = Duration::from_secs(30);
const PARTITIONS: i32 = 3;

/// How often each record was handed out.
type Seen = Arc<Mutex<BTreeMap<(i32, i64), usize>>>;

struct Collect(Seen);

impl Handler for Collect {
    type Error = ottla_group::BoxError;

    async fn consume_claim(
        &self,
        _: &Session,
        claim: &mut PartitionClaim,
    ) -> Result<(), Self::Error> {
        while let Some(batch) = claim.next().await {
            for record in &batch {
                let place = (claim.partition().partition, record.offset);
                *self.0.lock().unwrap().entry(place).or_default() += 1;
                claim.mark(record.offset);
            }
            claim.commit().await.ok();
        }
        Ok(())
    }
}

type Member = (CancellationToken, JoinHandle<Result<Ended, GroupError>>);

async fn connect(cluster: &EmbeddedCluster) -> Client {
    let config = ClientConfig::new(&cluster.bootstrap_servers());
    Client::connect(config).await.unwrap()
}

async fn join(cluster: &EmbeddedCluster, seen: &Seen) -> Member {
    let client = connect(cluster).await;
    let group = Group::builder(client, "billing").topics(["orders"]).build();
    let (stop, seen) = (CancellationToken::new(), Arc::clone(seen));
    let running = group.unwrap().run(Collect(seen), stop.clone());
    (stop, tokio::spawn(running))
}

async fn produce(client: &Client, count: usize) {
    let producer = client.producer().build().unwrap();
    let mut sent = Vec::new();
    for number in 0..count {
        let partition = number as i32 % PARTITIONS;
        let record = ProducerRecord::new("orders", "value").partition(partition);
        sent.push(producer.send(record).await.unwrap());
    }
    for delivery in sent {
        delivery.await.unwrap();
    }
}

async fn until_seen(seen: &Seen, count: usize) {
    let all = async {
        while seen.lock().unwrap().len() < count {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, all).await.expect("all records in time");
}

async fn committed(client: &Client) -> Vec<i64> {
    let partitions: Vec<_> = (0..PARTITIONS)
        .map(|partition| TopicPartition::new("orders", partition))
        .collect();
    let group = client.offsets().group("billing");
    let fetched = group.fetch(&partitions, true).await.unwrap();
    let next = fetched.into_iter().map(|(_, found)| found.unwrap());
    next.map(|found| found.map_or(-1, |found| found.next))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_reads_everything_while_its_coordinator_moves_and_commits_are_lost() {
    let builder = EmbeddedCluster::builder().brokers(3);
    let cluster = builder.topic("orders", PARTITIONS).start().await.unwrap();
    let client = connect(&cluster).await;
    let seen = Seen::default();
    let members = [join(&cluster, &seen).await, join(&cluster, &seen).await];
    produce(&client, 300).await;
    until_seen(&seen, 300).await;

    let commits = Matching::api(ApiKey::OffsetCommit).about_group("billing");
    let lost = Rule::new(commits.clone(), Action::ApplyThenCut).times(2);
    cluster.faults().add(lost).unwrap();
    let loading = Action::Error(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
    cluster
        .faults()
        .add(Rule::new(commits, loading).after(2).times(2))
        .unwrap();
    for node in [1, 2, 3, 1] {
        cluster.move_coordinator("billing", node).unwrap();
        produce(&client, 300).await;
    }
    until_seen(&seen, 1500).await;

    for (stop, running) in members {
        stop.cancel();
        assert_eq!(running.await.unwrap().unwrap(), Ended::Stopped);
    }
    assert_eq!(committed(&client).await, [500, 500, 500]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_says_nothing_for_too_long_is_out() {
    let cluster = EmbeddedCluster::builder().topic("orders", PARTITIONS);
    let cluster = cluster.start().await.unwrap();
    let seen = Seen::default();
    let (stop, running) = join(&cluster, &seen).await;
    let client = connect(&cluster).await;
    produce(&client, 30).await;
    until_seen(&seen, 30).await;
    // Longer than any session, for the cluster only: the member notices by its next heartbeat, and is back in.
    cluster.advance_clock(Duration::from_secs(120));
    produce(&client, 30).await;
    until_seen(&seen, 60).await;
    let back = async {
        loop {
            match &cluster.group_members("billing")[..] {
                [member] => break member.clone(),
                _ => sleep(Duration::from_millis(10)).await,
            }
        }
    };
    let member = timeout(SOON, back).await.expect("the member back in time");
    cluster.expire_member("billing", &member);
    produce(&client, 30).await;
    until_seen(&seen, 90).await;
    stop.cancel();
    assert_eq!(running.await.unwrap().unwrap(), Ended::Stopped);
}

/// Marks all and leaves the commit to the end.
struct Mark(Seen);

impl Handler for Mark {
    type Error = ottla_group::BoxError;

    async fn consume_claim(
        &self,
        _: &Session,
        claim: &mut PartitionClaim,
    ) -> Result<(), Self::Error> {
        while let Some(batch) = claim.next().await {
            for record in &batch {
                let place = (claim.partition().partition, record.offset);
                claim.mark(record.offset);
                *self.0.lock().unwrap().entry(place).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// How a run ends whose commits all meet a rule: those of the end, there are no others. And what is committed then.
async fn stopped(rule: Rule) -> (Result<Ended, GroupError>, Vec<i64>) {
    let cluster = EmbeddedCluster::builder().topic("orders", PARTITIONS);
    let cluster = cluster.start().await.unwrap();
    cluster.faults().add(rule).unwrap();
    let (client, seen) = (connect(&cluster).await, Seen::default());
    produce(&client, 30).await;
    let group = Group::builder(connect(&cluster).await, "billing")
        .topics(["orders"])
        .auto_commit(None)
        .build()
        .unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(group.run(Mark(Arc::clone(&seen)), stop.clone()));
    until_seen(&seen, 30).await;
    stop.cancel();
    let ended = timeout(SOON, running).await.expect("an end in time");
    cluster.faults().clear();
    (ended.unwrap(), committed(&client).await)
}

fn commits() -> Matching {
    Matching::api(ApiKey::OffsetCommit).about_group("billing")
}

fn not_committed(ended: Result<Ended, GroupError>) -> Vec<PartitionCommitError> {
    match ended {
        Err(GroupError::NotCommitted { partitions }) => partitions,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_whose_last_commit_is_refused_says_so_for_each_partition() {
    let code = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
    let (ended, committed) = stopped(Rule::new(commits(), Action::Error(code))).await;
    let text = ended.as_ref().unwrap_err().to_string();
    assert!(
        text.contains("orders-1: refused: TOPIC_AUTHORIZATION_FAILED"),
        "{text}"
    );
    let partitions = not_committed(ended);
    let names: Vec<i32> = partitions
        .iter()
        .map(|it| it.partition().partition)
        .collect();
    assert_eq!(names, [0, 1, 2]);
    assert_eq!(committed, [-1; 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_whose_last_commit_is_not_answered_says_so() {
    let (ended, committed) = stopped(Rule::new(commits(), Action::Drop)).await;
    let partitions = not_committed(ended);
    assert_eq!(partitions.len(), 3);
    assert!(partitions.iter().all(PartitionCommitError::is_retriable));
    assert_eq!(committed, [-1; 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_last_commit_that_fails_is_tried_again_while_there_is_time() {
    let loading = Action::Error(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
    let (ended, committed) = stopped(Rule::new(commits(), loading).times(2)).await;
    assert_eq!(ended.unwrap(), Ended::Stopped);
    assert_eq!(committed, [10; 3]);
}

/// The newest would be another one for the member after this, and what came in between would be skipped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_at_the_newest_is_committed_before_anything_is_read() {
    let cluster = EmbeddedCluster::builder().topic("orders", PARTITIONS);
    let cluster = cluster.start().await.unwrap();
    let (client, seen) = (connect(&cluster).await, Seen::default());
    produce(&client, 30).await;
    let group = Group::builder(connect(&cluster).await, "billing")
        .topics(["orders"])
        .start(StartPolicy::Newest)
        .build()
        .unwrap();
    let running = tokio::spawn(group.run(Mark(seen), CancellationToken::new()));
    let kept = async {
        while committed(&client).await != [10; 3] {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, kept).await.expect("the starts in time");
    running.abort();
}

/// A coordinator that has just begun to serve may not know its members: a heartbeat tells that they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mirror_that_was_refused_by_mistake_goes_on() {
    let builder = EmbeddedCluster::builder().topic("orders", PARTITIONS);
    let cluster = builder.start().await.unwrap();
    let seen = Seen::default();
    let group = Group::builder(connect(&cluster).await, "billing").topics(["orders"]);
    let group = group.store(Arc::new(MemoryStore::new())).build().unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(group.run(Collect(Arc::clone(&seen)), stop.clone()));
    let client = connect(&cluster).await;
    produce(&client, 30).await;
    until_seen(&seen, 30).await;
    let refused = Rule::new(
        Matching::api(ApiKey::OffsetCommit),
        Action::Error(ErrorCode::UNKNOWN_MEMBER_ID),
    );
    let refused = cluster.faults().add(refused).unwrap();
    produce(&client, 30).await;
    until_seen(&seen, 60).await;
    let hits = || cluster.faults().report(refused).map_or(0, |it| it.hits);
    let follows = async {
        while hits() == 0 {
            sleep(Duration::from_millis(10)).await;
        }
        cluster.faults().remove(refused);
        // Nothing more is produced, and nobody joins or leaves.
        while committed(&client).await != [20, 20, 20] {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, follows).await.expect("the mirror follows");
    stop.cancel();
    assert_eq!(running.await.unwrap().unwrap(), Ended::Stopped);
}
