//! A client among brokers that follow a script, on loopback: what it does when they are not there, leave, come back, or freeze.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "scripted/broker.rs"]
mod broker;

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use broker::Broker;
use ottla_client::error::{Broken, ConnectFault};
use ottla_client::protocol::messages::heartbeat::HeartbeatRequest;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientConfig, ClientError, ConfigError, Lane};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

/// Short enough for a test, long enough for a busy machine.
fn config(addresses: &str) -> ClientConfig {
    ClientConfig::new(addresses)
        .socket_connection_setup_timeout(Duration::from_millis(700))
        .request_timeout(Duration::from_secs(3))
        .default_api_timeout(Duration::from_secs(5))
}

async fn beat(client: &Client, lane: Lane) -> Result<(), ClientError> {
    client
        .call(0, lane, &HeartbeatRequest::default())
        .await?
        .parse()
        .map(drop)
}

/// A port where nobody listens, at least just now.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test]
async fn without_a_broker_every_address_is_named_with_its_reason() {
    let (one, silent) = (
        free_port().await,
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    );
    let two = silent.local_addr().unwrap().port();
    let addresses = format!("127.0.0.1:{one},127.0.0.1:{two},no-such-host.invalid:9092");
    let started = Instant::now();
    let error = Client::connect(config(&addresses)).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(10));
    let ClientError::NoBroker { tried, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(tried.len(), 3);
    let text = error.to_string();
    for part in [
        format!("127.0.0.1:{one}: can't connect (Connection refused"),
        format!("127.0.0.1:{two}: took the connection and said nothing for 0.7 s"),
        "no-such-host.invalid:9092: its name can't be resolved".to_owned(),
    ] {
        assert!(text.contains(&part), "{part:?} is not in {text:?}");
    }
}

#[tokio::test]
async fn a_web_server_is_called_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        stream
    });
    let error = Client::connect(config(&address)).await.unwrap_err();
    let expected = format!(
        "{address} does not speak Kafka's protocol here: it answers as a web server does (\"HTTP/1.1 400 Bad Request\")"
    );
    assert!(error.to_string().ends_with(&expected), "{error}");
    assert!(!error.is_retriable());
    drop(serving);
}

#[tokio::test]
async fn addresses_that_are_none_are_refused_without_waiting() {
    let error = Client::connect(ClientConfig::new("localhost"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, ClientError::Config(ConfigError::Invalid { .. })),
        "{error}"
    );
    let error = Client::connect(ClientConfig::new("")).await.unwrap_err();
    assert!(
        matches!(error, ClientError::Config(ConfigError::Missing { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn one_address_that_answers_is_enough() {
    let broker = Broker::alone().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addresses = format!(
        "127.0.0.1:{},{},{}",
        free_port().await,
        silent.local_addr().unwrap(),
        broker.address()
    );
    let client = Client::connect(config(&addresses)).await.unwrap();
    assert_eq!(client.cluster().cluster_id.as_deref(), Some("scripted"));
    assert_eq!(client.cluster().broker(0).unwrap().port, broker.port);
}

#[tokio::test]
async fn a_broker_gets_one_connection_a_lane_however_many_call() {
    let broker = Broker::alone().await;
    let client = Client::connect(config(&broker.address())).await.unwrap();
    assert_eq!(
        broker.script.connections.load(SeqCst),
        1,
        "the bootstrap connection"
    );
    for lane in [Lane::Fetch, Lane::Group, Lane::General] {
        let calls = (0..50).map(|_| beat(&client, lane));
        let results = futures_util::future::join_all(calls).await;
        assert!(results.iter().all(Result::is_ok));
    }
    assert_eq!(broker.script.connections.load(SeqCst), 4);
    until("the bootstrap connection is closed", || {
        broker.script.open.load(SeqCst) == 3
    })
    .await;
    drop(client);
    until("all are closed with the client", || {
        broker.script.open.load(SeqCst) == 0
    })
    .await;
}

#[tokio::test]
async fn calls_fail_at_once_when_their_broker_leaves_and_work_again_when_it_is_back() {
    let broker = Broker::alone().await;
    let client = Client::connect(config(&broker.address())).await.unwrap();
    beat(&client, Lane::Group).await.unwrap();
    broker.script.frozen.store(true, SeqCst);
    let started = Instant::now();
    let (failed, port) = tokio::join!(beat(&client, Lane::Group), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        broker.stop().await
    });
    let error = failed.unwrap_err();
    assert!(
        matches!(&error, ClientError::Disconnected { .. }),
        "{error:?}"
    );
    assert!(error.is_retriable() && error.outcome_unknown());
    assert!(started.elapsed() < Duration::from_secs(2));
    let error = beat(&client, Lane::Group).await.unwrap_err();
    assert!(
        matches!(
            &error,
            ClientError::Connect {
                why: ConnectFault::Refused(_),
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_retriable() && !error.outcome_unknown());

    let _broker = Broker::on(port).await.cluster(&[port]);
    let mut backoff = client.backoff("beat", Duration::from_secs(5));
    while let Err(error) = beat(&client, Lane::Group).await {
        backoff.pause(error).await.unwrap();
    }
}

#[tokio::test]
async fn when_all_known_brokers_are_gone_the_bootstrap_addresses_are_asked_again() {
    let entrance = Broker::on(0).await;
    let old = Broker::on(0).await;
    *entrance.script.cluster.lock().unwrap() = vec![old.port];
    *old.script.cluster.lock().unwrap() = vec![old.port];
    let client = Client::connect(config(&entrance.address())).await.unwrap();
    beat(&client, Lane::General).await.unwrap();
    old.stop().await;
    let new = Broker::on(0).await;
    *new.script.cluster.lock().unwrap() = vec![new.port];
    *entrance.script.cluster.lock().unwrap() = vec![new.port];
    let mut backoff = client.backoff("beat", Duration::from_secs(5));
    while let Err(error) = beat(&client, Lane::General).await {
        backoff.pause(error).await.unwrap();
    }
    assert_eq!(client.cluster().broker(0).unwrap().port, new.port);
}

#[tokio::test]
async fn a_frozen_broker_does_not_hold_up_metadata() {
    let (one, two) = (Broker::on(0).await, Broker::on(0).await);
    let ports = [one.port, two.port];
    let (one, two) = (one.cluster(&ports), two.cluster(&ports));
    let client = Client::connect(config(&one.address()).request_timeout(Duration::from_secs(20)))
        .await
        .unwrap();
    client.topics(None).await.unwrap();
    one.script.frozen.store(true, SeqCst);
    let started = Instant::now();
    for _ in 0..5 {
        client.topics(None).await.unwrap();
    }
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    drop(two);
}

#[tokio::test]
async fn an_unknown_topic_is_named_after_a_second_look() {
    let broker = Broker::alone().await;
    let client = Client::connect(config(&broker.address())).await.unwrap();
    let error = client.partitions("orders").await.unwrap_err();
    assert_eq!(error.to_string(), "unknown topic orders");
    let error = client.topics(Some(&["orders"])).await.unwrap_err();
    assert_eq!(error.to_string(), "unknown topic orders");
    assert!(!error.is_retriable());
}

#[tokio::test]
async fn a_topic_that_is_just_being_created_is_waited_for() {
    let broker = Broker::alone().await;
    let client = Client::connect(config(&broker.address())).await.unwrap();
    let (count, ()) = tokio::join!(client.partitions("orders"), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        *broker.script.topic.lock().unwrap() = Some(("orders", 3));
    });
    assert_eq!(count.unwrap(), 3);
    assert_eq!(
        client
            .leader(&TopicPartition::new("orders", 2))
            .await
            .unwrap()
            .broker,
        0
    );
    let error = client
        .leader(&TopicPartition::new("orders", 3))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown partition orders-3: the topic has 3, from 0"
    );
}

#[tokio::test]
async fn many_who_find_the_metadata_stale_cost_few_requests() {
    let broker = Broker::alone().await;
    let client = Client::connect(config(&broker.address())).await.unwrap();
    // Only now, so that the first answer does not already hold it.
    *broker.script.topic.lock().unwrap() = Some(("orders", 3));
    let before = broker.script.metadata.load(SeqCst);
    let partitions: Vec<_> = (0..3)
        .map(|partition| TopicPartition::new("orders", partition))
        .collect();
    let looks = (0..300).map(|at| client.leader(&partitions[at % 3]));
    assert!(
        futures_util::future::join_all(looks)
            .await
            .iter()
            .all(Result::is_ok)
    );
    for _ in 0..100 {
        client.stale_metadata();
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let asked = broker.script.metadata.load(SeqCst) - before;
    assert!((2..=4).contains(&asked), "{asked}");
}

#[tokio::test]
async fn a_coordinator_is_remembered_until_it_is_said_to_have_moved() {
    let broker = Broker::alone().await;
    let client = Client::connect(config(&broker.address())).await.unwrap();
    assert_eq!(client.coordinator("group").await.unwrap(), 0);
    broker.script.frozen.store(true, SeqCst);
    assert_eq!(client.coordinator("group").await.unwrap(), 0, "from memory");
    client.forget_coordinator("group");
    let error = client.coordinator("group").await.unwrap_err();
    assert!(
        matches!(
            error,
            ClientError::GaveUp {
                what: "find the group's coordinator",
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_connection_that_the_broker_closed_while_idle_costs_no_error() {
    let broker = Broker::alone().await;
    let client = Client::connect(config(&broker.address())).await.unwrap();
    beat(&client, Lane::Group).await.unwrap();
    let port = broker.stop().await;
    let _broker = Broker::on(port).await.cluster(&[port]);
    let mut failures = 0;
    for _ in 0..20 {
        match beat(&client, Lane::Group).await {
            Ok(()) => {}
            // The one that was written before the close was seen.
            Err(ClientError::Disconnected {
                source: Broken::ByPeer | Broken::Io(_),
                ..
            }) => failures += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(failures <= 1, "{failures}");
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "not in time: {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
