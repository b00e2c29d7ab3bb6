//! What is asked of brokers and of what is known of them.

use std::fmt::Debug;

use ottla_client::protocol::messages::metadata::MetadataRequest;
use ottla_client::protocol::messages::produce::ProduceRequest;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{CallOptions, Client, ClientError, Lane};

use crate::polls::at_each_await;
use crate::world::{GROUP, TOPIC, World};

/// What only reads: asked again after each drop, it says what it says to somebody who never drops anything.
pub(crate) async fn reads<T: Debug>(what: &str, ask: impl AsyncFn(&Client) -> T) {
    let world = World::start().await;
    let told = async |client: &Client| format!("{:?}", ask(client).await);
    let right = told(&world.client().await).await;
    let dropped = at_each_await(
        what,
        async || world.client().await,
        async |client| ask(client).await,
        async |client, answer| {
            if let Some(answer) = answer {
                assert_eq!(format!("{answer:?}"), right, "{what}");
            }
            assert_eq!(told(&client).await, right, "{what}");
            drop(client);
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0, "{what}: it never waits");
}

pub(crate) async fn connect() {
    let world = World::start().await;
    let dropped = at_each_await(
        "connect",
        async || (),
        async |()| Client::connect(world.config()).await.unwrap(),
        async |(), client| {
            drop(client);
            world.nothing_is_left().await;
            let client = world.client().await;
            assert_eq!(client.cluster().brokers().count(), 2);
        },
    )
    .await;
    assert!(dropped > 2, "{dropped}");
}

pub(crate) async fn topics() {
    reads("topics", async |client| client.topics(None).await).await;
    reads("topics", async |client| client.topics(Some(&[TOPIC])).await).await;
}

pub(crate) async fn partitions() {
    reads("partitions", async |client| client.partitions(TOPIC).await).await;
}

pub(crate) async fn leader() {
    let partition = TopicPartition::new(TOPIC, 1);
    reads("leader", async |client| client.leader(&partition).await).await;
}

/// Known since it connected: nothing is asked.
pub(crate) async fn controller() {
    let world = World::start().await;
    let dropped = at_each_await(
        "controller",
        async || world.client().await,
        async |client| client.controller().await.unwrap(),
        async |client, _| assert!(client.controller().await.is_ok()),
    )
    .await;
    assert_eq!(dropped, 0);
}

pub(crate) async fn coordinator() {
    reads("coordinator", async |client| {
        client.coordinator(GROUP).await
    })
    .await;
}

fn metadata() -> MetadataRequest<'static> {
    MetadataRequest {
        topics: None,
        ..MetadataRequest::default()
    }
}

pub(crate) async fn call() {
    reads("call", async |client| {
        let reply = client.call(2, Lane::General, &metadata()).await?;
        Ok::<_, ClientError>(reply.parse()?.topics.len())
    })
    .await;
}

pub(crate) async fn call_with() {
    reads("call_with", async |client| {
        let options = CallOptions::new().up_to_version(9);
        let reply = client.call_with(2, Lane::General, options, |_| metadata());
        Ok::<_, ClientError>(reply.await?.parse()?.topics.len())
    })
    .await;
}

pub(crate) async fn call_any() {
    reads("call_any", async |client| {
        let reply = client.call_any(&metadata()).await?;
        Ok::<_, ClientError>(reply.parse()?.topics.len())
    })
    .await;
}

pub(crate) async fn call_any_with() {
    reads("call_any_with", async |client| {
        let options = CallOptions::new().up_to_version(9);
        let reply = client.call_any_with(options, |_| metadata()).await?;
        Ok::<_, ClientError>(reply.parse()?.topics.len())
    })
    .await;
}

pub(crate) async fn send() {
    let request = ProduceRequest {
        acks: 0,
        timeout_ms: 1_000,
        ..ProduceRequest::default()
    };
    reads("send", async |client| {
        client.send(2, Lane::General, &request).await
    })
    .await;
}

pub(crate) async fn pause() {
    let world = World::start().await;
    let failure = || ClientError::UnknownBroker { broker: 9 };
    let dropped = at_each_await(
        "pause",
        async || {
            let client = world.client().await;
            let within = client.config().default_api_timeout;
            client.backoff("try", within)
        },
        async |backoff| backoff.pause(failure()).await,
        async |mut backoff, _| {
            assert_eq!(backoff.attempts(), 1);
            let _ = backoff.pause(failure()).await;
            assert_eq!(backoff.attempts(), 2);
            world.nothing_is_left().await;
        },
    )
    .await;
    assert_eq!(dropped, 1);
}
