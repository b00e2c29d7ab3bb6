//! Administration: what a dropped call did, another call tells.

use std::cell::Cell;

use ottla_client::admin::NewTopic;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, CommittedOffset};

use super::calls::reads;
use crate::polls::at_each_await;
use crate::world::{GROUP, TOPIC, World};

/// A name that nobody has had.
fn fresh(of: &str, numbers: &Cell<u32>) -> String {
    numbers.set(numbers.get() + 1);
    format!("{of}{}", numbers.get())
}

pub(crate) async fn list_groups() {
    reads("list_groups", async |client| {
        client.admin().list_groups().await
    })
    .await;
}

pub(crate) async fn describe_groups() {
    reads("describe_groups", async |client| {
        client.admin().describe_groups(&[GROUP, "nobody"]).await
    })
    .await;
}

pub(crate) async fn describe_topics() {
    reads("describe_topics", async |client| {
        client.admin().describe_topics(&[TOPIC]).await
    })
    .await;
}

pub(crate) async fn create_topics() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let dropped = at_each_await(
        "create_topics",
        async || (world.client().await, fresh("made", &numbers)),
        async |(client, name)| {
            let topic = NewTopic::new(&**name, 3);
            client.admin().create_topics(&[topic]).await
        },
        async |(client, name), _| {
            // Refused, if it was made meanwhile.
            let topic = NewTopic::new(&*name, 3);
            client.admin().create_topics(&[topic]).await;
            assert_eq!(client.partitions(&name).await.unwrap(), 3);
            drop(client);
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn delete_topics() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let dropped = at_each_await(
        "delete_topics",
        async || {
            let name = fresh("gone", &numbers);
            world.cluster.create_topic(&name, 1).unwrap();
            (world.client().await, name)
        },
        async |(client, name)| client.admin().delete_topics(&[&**name]).await,
        async |(client, name), _| {
            client.admin().delete_topics(&[&*name]).await;
            assert!(client.topics(Some(&[&*name])).await.is_err());
            drop(client);
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

async fn with_offset(world: &World, group: &str) -> Client {
    let client = world.client().await;
    let offset = [(TopicPartition::new(TOPIC, 0), CommittedOffset::new(4))];
    let committed = client.offsets().group(group).commit(None, &offset).await;
    committed.unwrap();
    client
}

pub(crate) async fn delete_groups() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let dropped = at_each_await(
        "delete_groups",
        async || {
            let group = fresh("group", &numbers);
            (with_offset(&world, &group).await, group)
        },
        async |(client, group)| client.admin().delete_groups(&[&**group]).await,
        async |(client, group), _| {
            client.admin().delete_groups(&[&*group]).await;
            assert_eq!(world.cluster.committed(&group, TOPIC, 0), None);
            drop(client);
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn delete_offsets() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let partitions = [TopicPartition::new(TOPIC, 0)];
    let dropped = at_each_await(
        "delete_offsets",
        async || {
            let group = fresh("group", &numbers);
            (with_offset(&world, &group).await, group)
        },
        async |(client, group)| {
            client
                .admin()
                .delete_offsets(group, &partitions)
                .await
                .is_ok()
        },
        async |(client, group), _| {
            // The group goes with its last offset, and then there is none to ask about.
            let _ = client.admin().delete_offsets(&group, &partitions).await;
            assert_eq!(world.cluster.committed(&group, TOPIC, 0), None);
            drop(client);
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}
