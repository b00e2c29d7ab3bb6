//! Faults on command, as a client sees them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::{Duration, Instant};

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
