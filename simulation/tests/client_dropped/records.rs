//! Records: read, and sent.

use std::cell::Cell;
use std::time::Duration;

use ottla_client::producer::{Delivery, Producer, ProducerRecord};
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, Consumer, PartitionConsumer, Start};
use tokio::time::sleep;

use crate::polls::at_each_await;
use crate::world::{GROUP, RECORDS, TOPIC, World};

/// On, so that a close commits, and of no matter otherwise.
const SELDOM: Duration = Duration::from_secs(3_600);

fn partition_0() -> TopicPartition {
    TopicPartition::new(TOPIC, 0)
}

/// Reads all that there is from where it stands.
async fn offsets(reading: &mut PartitionConsumer) -> Vec<i64> {
    let mut offsets = Vec::new();
    while reading.position() < RECORDS {
        let batch = reading.next().await.unwrap().unwrap();
        offsets.extend(batch.into_iter().map(|record| record.offset));
    }
    offsets
}

async fn consumer(world: &World) -> (Client, Consumer) {
    let client = world.client().await;
    let consumer = client.consumer().group(GROUP).auto_commit(SELDOM).build();
    (client, consumer)
}

pub(crate) async fn partition() {
    let world = World::start().await;
    let start = || Start::committed_or(Start::Oldest);
    let dropped = at_each_await(
        "Consumer::partition",
        async || consumer(&world).await,
        async |(_, consumer)| drop(consumer.partition(partition_0(), start()).await.unwrap()),
        async |(client, consumer), _| {
            // A dropped call has opened nothing, or this would be refused.
            let mut opened = consumer.partition(partition_0(), start()).await.unwrap();
            assert_eq!(offsets(&mut opened).await, (3..RECORDS).collect::<Vec<_>>());
            drop((client, consumer, opened));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn partitions() {
    let world = World::start().await;
    let wanted = || {
        let both = [0, 1].map(|partition| TopicPartition::new(TOPIC, partition));
        both.map(|partition| (partition, Start::Oldest)).to_vec()
    };
    let dropped = at_each_await(
        "Consumer::partitions",
        async || consumer(&world).await,
        async |(_, consumer)| drop(consumer.partitions(wanted()).await.unwrap()),
        async |(client, consumer), _| {
            let mut opened = consumer.partitions(wanted()).await.unwrap();
            for one in &mut opened {
                assert_eq!(offsets(one).await, (0..RECORDS).collect::<Vec<_>>());
            }
            drop((client, consumer, opened));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

async fn reading(world: &World) -> (Client, Consumer, PartitionConsumer) {
    let (client, consumer) = consumer(world).await;
    let opened = consumer.partition(partition_0(), Start::Oldest).await;
    (client, consumer, opened.unwrap())
}

/// All of what is there, each call of which is dropped at the same await.
pub(crate) async fn next() {
    let world = World::start().await;
    let dropped = at_each_await(
        "next",
        async || (reading(&world).await, 0),
        async |((_, _, opened), due)| {
            let batch = opened.next().await.unwrap().unwrap();
            for record in &batch {
                assert_eq!(record.offset, *due);
                *due += 1;
            }
        },
        async |((client, consumer, mut opened), due), _| {
            assert_eq!(
                offsets(&mut opened).await,
                (due..RECORDS).collect::<Vec<_>>()
            );
            drop((client, consumer, opened));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn seek() {
    let world = World::start().await;
    let dropped = at_each_await(
        "seek",
        async || {
            let (client, consumer, mut opened) = reading(&world).await;
            offsets(&mut opened).await;
            (client, consumer, opened)
        },
        async |(_, _, opened)| opened.seek(Start::Oldest).await.unwrap(),
        async |(client, consumer, mut opened), done| {
            let position = if done.is_some() { 0 } else { RECORDS };
            assert_eq!(
                opened.position(),
                position,
                "a dropped call has moved nothing"
            );
            opened.seek(Start::At(5)).await.unwrap();
            assert_eq!(offsets(&mut opened).await, (5..RECORDS).collect::<Vec<_>>());
            drop((client, consumer, opened));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn commit() {
    let world = World::start().await;
    let dropped = at_each_await(
        "PartitionConsumer::commit",
        async || {
            let (client, consumer, mut opened) = reading(&world).await;
            offsets(&mut opened).await;
            opened.mark(7);
            (client, consumer, opened)
        },
        async |(_, _, opened)| opened.commit().await.unwrap(),
        async |(client, consumer, mut opened), _| {
            opened.commit().await.unwrap();
            assert_eq!(world.cluster.committed(GROUP, TOPIC, 0), Some(8));
            drop((client, consumer, opened));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn close_consumer() {
    let world = World::start().await;
    let dropped = at_each_await(
        "PartitionConsumer::close",
        async || {
            let (client, consumer, mut opened) = reading(&world).await;
            offsets(&mut opened).await;
            opened.mark(7);
            (client, consumer, Some(opened))
        },
        async |(_, _, opened)| opened.take().unwrap().close().await.unwrap(),
        async |(client, consumer, _), closed| {
            let committed = world.cluster.committed(GROUP, TOPIC, 0);
            assert!(closed.is_none() || committed == Some(8));
            // It is closed: it may be opened again.
            let opened = consumer.partition(partition_0(), Start::Oldest).await;
            drop((client, consumer, opened.unwrap()));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

/// A producer for a topic that it has not met, and that no other test writes to.
async fn producing(world: &World, numbers: &Cell<u32>) -> (Client, Producer, String) {
    numbers.set(numbers.get() + 1);
    let topic = format!("new{}", numbers.get());
    world.cluster.create_topic(&topic, 1).unwrap();
    let client = world.client().await;
    let producer = client.producer().build().unwrap();
    (client, producer, topic)
}

fn written(world: &World, topic: &str) -> i64 {
    world.cluster.log(topic, 0).unwrap().stable
}

/// "Dropped before it is done, the record is in no batch": sent again, it is there once.
pub(crate) async fn send() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let dropped = at_each_await(
        "send",
        async || producing(&world, &numbers).await,
        async |(_, producer, topic)| {
            let sent = producer.send(ProducerRecord::new(topic, "1")).await;
            drop(sent.unwrap());
        },
        async |(client, producer, topic), done| {
            if done.is_none() {
                let again = producer.send(ProducerRecord::new(&topic, "1")).await;
                again.unwrap().await.unwrap();
            }
            producer.flush().await.unwrap();
            assert_eq!(written(&world, &topic), 1);
            drop((client, producer));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn send_and_forget() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let dropped = at_each_await(
        "send_and_forget",
        async || producing(&world, &numbers).await,
        async |(_, producer, topic)| {
            let record = ProducerRecord::new(topic, "1");
            producer.send_and_forget(record).await.unwrap();
        },
        async |(client, producer, topic), done| {
            if done.is_none() {
                let record = ProducerRecord::new(&topic, "1");
                producer.send_and_forget(record).await.unwrap();
            }
            producer.flush().await.unwrap();
            assert_eq!(written(&world, &topic), 1);
            drop((client, producer));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

async fn with_three(world: &World, numbers: &Cell<u32>) -> (Client, Producer, String) {
    let (client, producer, topic) = producing(world, numbers).await;
    for _ in 0..3 {
        let record = ProducerRecord::new(&topic, "1");
        producer.send_and_forget(record).await.unwrap();
    }
    (client, producer, topic)
}

pub(crate) async fn flush() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let dropped = at_each_await(
        "flush",
        async || with_three(&world, &numbers).await,
        async |(_, producer, _)| producer.flush().await.unwrap(),
        async |(client, producer, topic), _| {
            // What was flushed is sent all the same.
            sleep(Duration::from_secs(1)).await;
            assert_eq!(written(&world, &topic), 3);
            producer.flush().await.unwrap();
            drop((client, producer));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

pub(crate) async fn close_producer() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let dropped = at_each_await(
        "Producer::close",
        async || {
            let (client, producer, topic) = with_three(&world, &numbers).await;
            (client, Some(producer), topic)
        },
        async |(_, producer, _)| producer.take().unwrap().close().await.unwrap(),
        async |(client, _, topic), closed| {
            let there = written(&world, &topic);
            assert!(there <= 3 && (closed.is_none() || there == 3));
            let another = client.producer().build().unwrap();
            let record = ProducerRecord::new(&topic, "2");
            another.send(record).await.unwrap().await.unwrap();
            drop((client, another));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}

/// Who does not wait for a record's fate changes nothing about it.
pub(crate) async fn delivery() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let dropped = at_each_await(
        "Delivery",
        async || {
            let (client, producer, topic) = producing(&world, &numbers).await;
            let sent = producer.send(ProducerRecord::new(&topic, "1")).await;
            (client, producer, topic, Some(sent.unwrap()))
        },
        async |(_, _, _, delivery): &mut (Client, Producer, String, Option<Delivery>)| {
            delivery.take().unwrap().await.unwrap()
        },
        async |(client, producer, topic, _), _| {
            producer.flush().await.unwrap();
            assert_eq!(written(&world, &topic), 1);
            drop((client, producer));
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 0);
}
