//! Faults on command, as a client sees them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::{Duration, Instant};

use ottla_client::producer::ProducerRecord;
use ottla_client::protocol::ApiKey;
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::messages::find_coordinator::FindCoordinatorRequest;
use ottla_client::protocol::messages::heartbeat::HeartbeatRequest;
use ottla_client::protocol::messages::init_producer_id::InitProducerIdRequest;
use ottla_client::{Client, ClientConfig, ClientError, Lane};
use ottla_embedded::EmbeddedCluster;
use ottla_embedded::faults::{Action, Matching, Outcome, Rule};

async fn start() -> (EmbeddedCluster, Client) {
    let builder = EmbeddedCluster::builder().topic("orders", 1);
    let cluster = builder.start().await.unwrap();
    let config =
        ClientConfig::new(&cluster.bootstrap_servers()).request_timeout(Duration::from_millis(800));
    let client = Client::connect(config).await.unwrap();
    (cluster, client)
}

/// The error code of a heartbeat of nobody.
async fn beat(client: &Client) -> Result<i16, ClientError> {
    let request = HeartbeatRequest {
        group_id: "billing",
        member_id: "nobody",
        ..Default::default()
    };
    let reply = client.call(1, Lane::Group, &request).await?;
    Ok(reply.parse()?.error_code)
}

fn heartbeats() -> Matching {
    Matching::api(ApiKey::Heartbeat).about_group("billing")
}

#[tokio::test]
async fn a_request_is_refused_as_often_as_the_rule_says() {
    let (cluster, client) = start().await;
    let error = Action::Error(ErrorCode::NOT_COORDINATOR);
    let rule = Rule::new(heartbeats(), error).after(1).times(2);
    let rule = cluster.faults().add(rule).unwrap();
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(beat(&client).await.unwrap());
    }
    assert_eq!(codes, [25, 16, 16, 25]);
    assert_eq!(cluster.faults().report(rule).unwrap().hits, 2);
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_the_outcome_unknown() {
    let (cluster, client) = start().await;
    let before = init(&client).await.unwrap();
    for (action, error) in [
        (Action::ApplyThenCut, "no answer, the connection broke"),
        (Action::ApplyThenSilence, "no answer within"),
        (Action::Truncate(9), "no answer, the connection broke"),
    ] {
        let matching = Matching::api(ApiKey::InitProducerId);
        let rule = Rule::new(matching, action).times(1);
        cluster.faults().add(rule).unwrap();
        let failed = init(&client).await.unwrap_err();
        assert!(failed.outcome_unknown(), "{failed}");
        assert!(failed.to_string().contains(error), "{failed}");
    }
    let after = init(&client).await.unwrap();
    assert!(after >= before + 4, "each took effect: {before}, {after}");
}

/// A new producer id.
async fn init(client: &Client) -> Result<i64, ClientError> {
    let request = InitProducerIdRequest::default();
    let reply = client.call(1, Lane::General, &request).await?;
    Ok(reply.parse()?.producer_id)
}

#[tokio::test]
async fn a_request_that_is_cut_before_it_takes_effect_takes_none() {
    let (cluster, client) = start().await;
    let before = init(&client).await.unwrap();
    for action in [Action::Cut, Action::Drop] {
        let rule = Rule::new(Matching::api(ApiKey::InitProducerId), action).times(1);
        cluster.faults().add(rule).unwrap();
        init(&client).await.unwrap_err();
    }
    // A connection with a request that was never answered is of no more use.
    let config = ClientConfig::new(&cluster.bootstrap_servers());
    let client = Client::connect(config).await.unwrap();
    assert_eq!(init(&client).await.unwrap(), before + 1);
}

#[tokio::test]
async fn delays_and_throttles_take_their_time() {
    let (cluster, client) = start().await;
    let delay = Duration::from_millis(150);
    for action in [Action::Delay(delay), Action::Throttle(delay)] {
        beat(&client).await.unwrap();
        cluster
            .faults()
            .add(Rule::new(heartbeats(), action).times(1))
            .unwrap();
        let started = Instant::now();
        beat(&client).await.unwrap();
        beat(&client).await.unwrap();
        assert!(started.elapsed() >= delay, "{action:?}");
    }
    let throttle = Rule::new(
        Matching::api(ApiKey::FindCoordinator),
        Action::Throttle(delay),
    );
    cluster.faults().add(throttle).unwrap();
    let request = FindCoordinatorRequest {
        coordinator_keys: vec!["billing"],
        ..Default::default()
    };
    let reply = client.call(1, Lane::General, &request).await.unwrap();
    assert_eq!(reply.parse().unwrap().throttle_time_ms, 150);
}

#[tokio::test]
async fn each_request_is_seen() {
    let (cluster, client) = start().await;
    let mut observer = cluster.observe();
    beat(&client).await.unwrap();
    let seen = loop {
        let seen = observer.next().await.unwrap();
        if seen.api_key == ApiKey::Heartbeat {
            break seen;
        }
    };
    assert_eq!((seen.node, seen.groups.len()), (1, 1));
    assert_eq!(&*seen.groups[0], "billing");
    let (outcome, _) = seen.finished.unwrap();
    let unknown = ErrorCode::UNKNOWN_MEMBER_ID;
    assert_eq!(outcome, Outcome::Answered(unknown), "nobody is a member");
    assert!(
        cluster
            .requests(seen.id)
            .first()
            .is_some_and(|first| first.id == seen.id)
    );
}

#[tokio::test]
async fn an_error_can_be_told_of_what_took_effect() {
    let (cluster, client) = start().await;
    let before = init(&client).await.unwrap();
    let error = Action::ApplyThenError(ErrorCode::COORDINATOR_NOT_AVAILABLE);
    let rule = Rule::new(Matching::api(ApiKey::InitProducerId), error).times(1);
    let rule = cluster.faults().add(rule).unwrap();
    let request = InitProducerIdRequest::default();
    let reply = client.call(1, Lane::General, &request).await.unwrap();
    let told = reply.parse().unwrap();
    assert_eq!((told.error_code, told.producer_id), (15, -1));
    assert_eq!(cluster.faults().report(rule).unwrap().hits, 1);
    assert_eq!(init(&client).await.unwrap(), before + 2);
}

/// An answer that comes later is replaced, too, and no sooner than it would have come.
#[tokio::test]
async fn an_error_is_told_when_the_answer_would_have_come() {
    let (cluster, client) = start().await;
    let error = Action::ApplyThenError(ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    let rule = Rule::new(Matching::api(ApiKey::Produce), error).times(1);
    cluster.faults().add(rule).unwrap();
    cluster.hold_high_watermark("orders", 0, Some(0)).unwrap();
    let mut observer = cluster.observe();
    let producer = client.producer().build().unwrap();
    let record = ProducerRecord::new("orders", "value");
    let delivery = producer.send(record).await.unwrap();
    let end = || cluster.log("orders", 0).unwrap().batches.len();
    while end() == 0 {
        tokio::task::yield_now().await;
    }
    cluster.hold_high_watermark("orders", 0, None).unwrap();
    // The producer tries again, and the broker knows the batch.
    assert_eq!(delivery.await.unwrap().offset, Some(0));
    assert_eq!(end(), 1);
    let mut outcomes = Vec::new();
    while outcomes.len() < 2 {
        let seen = observer.next().await.unwrap();
        let outcome = seen.finished.map(|(outcome, _)| outcome);
        outcomes.extend(outcome.filter(|_| seen.api_key == ApiKey::Produce));
    }
    assert_eq!(
        outcomes,
        [Outcome::Spoiled, Outcome::Answered(ErrorCode::NONE)]
    );
}

#[tokio::test]
async fn a_rule_that_can_do_nothing_to_the_api_it_names_is_refused() {
    let (cluster, _) = start().await;
    let error = ErrorCode::UNKNOWN_SERVER_ERROR;
    for (api, action) in [
        (ApiKey::ApiVersions, Action::Error(error)),
        (ApiKey::Fetch, Action::ApplyThenError(error)),
        (ApiKey::Produce, Action::CorruptBatch),
        (ApiKey::Produce, Action::CutRecords),
        (ApiKey::Heartbeat, Action::RepeatPartition),
    ] {
        let added = cluster.faults().add(Rule::new(Matching::api(api), action));
        assert!(added.is_err(), "{api} {action:?}");
    }
}

#[tokio::test]
async fn an_older_version_is_spoken_where_the_cluster_knows_no_newer_one() {
    let builder = EmbeddedCluster::builder().newest_version(ApiKey::Heartbeat, 2);
    let cluster = builder.start().await.unwrap();
    let config = ClientConfig::new(&cluster.bootstrap_servers());
    let client = Client::connect(config.clone()).await.unwrap();
    let spoken = async |client: &Client| {
        let mut observer = cluster.observe();
        beat(client).await.unwrap();
        loop {
            let seen = observer.next().await.unwrap();
            if seen.api_key == ApiKey::Heartbeat {
                break seen.api_version;
            }
        }
    };
    assert_eq!(spoken(&client).await, 2);
    cluster.faults().set_newest_version(ApiKey::Heartbeat, None);
    let client = Client::connect(config).await.unwrap();
    assert_eq!(spoken(&client).await, 4);
}
