//! Who produces the records.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ottla_client::Client;
use ottla_client::producer::{Delivery, ProduceError, Producer, ProducerRecord};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::calls::CONNECT;
use super::recorder::{Recorder, topic};
use super::{Shared, config, transactional};
use crate::history::{CallKind, Event, Key, Outcome, Payload, Place, Who};
use crate::plan::Dice;

/// So long a record may wait for its topic's metadata, or for room.
pub(super) const MAX_BLOCK: Duration = Duration::from_secs(60);
/// So long it may take then.
pub(super) const DELIVERY: Duration = Duration::from_secs(25);

/// Sends all records, and tells what became of each.
pub(super) async fn run(shared: Arc<Shared>) -> turmoil::Result {
    let shape = shared.plan.shape;
    let mut dice = Dice::new(shared.plan.seed ^ 0x7265_636f_7264_7321);
    let transactions = tokio::spawn(transactional::run(Arc::clone(&shared)));
    let client = connect(&shared, "generator").await;
    let producer = client
        .producer()
        .batch_size(2_000)
        .delivery_timeout(DELIVERY)
        .build()?;
    let mut waiting = JoinSet::new();
    let began = Instant::now();
    let records = transactional::outside(&shared.plan);
    for number in 0..records {
        let due = shape
            .records_until
            .mul_f64(f64::from(number) / f64::from(records));
        sleep_until(began + due).await;
        let payload = Payload(number);
        let key = Key(u16::try_from(dice.index(shape.keys.into())).unwrap_or(0));
        let place = place(&shared.recorder, key, shape.topics);
        shared.recorder.note(
            Who::Generator,
            Event::Sent {
                payload,
                key: Some(key),
                place,
                transaction: None,
            },
        );
        let value = value(payload, dice.between(4, shape.largest.max(4)));
        let (topic, key) = (topic(place.topic), key.0.to_be_bytes());
        let record = || {
            let record = ProducerRecord::new(&topic, &value);
            record.key(&key).partition(place.partition.into())
        };
        let sent = producer.send(record());
        let sent = match shared.troubles.may_drop(Who::Generator, sent).await {
            Some(sent) => sent,
            // Dropped, the record is in no batch, so it may be sent again.
            None => {
                shared.recorder.dropped(Who::Generator, "send");
                producer.send(record()).await
            }
        };
        waiting.spawn(wait(Arc::clone(&shared), payload, sent));
    }
    close(&shared, producer, waiting).await;
    drop(client);
    transactions.await?;
    sleep(Duration::from_millis(200)).await;
    shared.count_tasks_left(0);
    shared.all_sent.store(true, Ordering::Relaxed);
    Ok(())
}

async fn close(shared: &Shared, producer: Producer, mut waiting: JoinSet<()>) {
    let within = DELIVERY + Duration::from_secs(5);
    let flush = || producer.flush();
    // What failed, its delivery has told.
    let _ = shared
        .insist(Who::Generator, ("flush", within), flush)
        .await;
    let call = shared
        .recorder
        .call(Who::Generator, CallKind::CloseProducer, within);
    let closed = producer.close().await;
    // Their tasks were woken by then, and have yet to run.
    while waiting.join_next().await.is_some() {}
    let outcome = match closed {
        Ok(()) => Outcome::Acknowledged,
        Err(_) => Outcome::Refused,
    };
    shared.recorder.call_ended(Who::Generator, call, outcome);
}

pub(super) async fn connect(shared: &Shared, name: &str) -> Client {
    loop {
        let seed = shared.plan.seed ^ 0xffff;
        let settings = || config(name, seed, &shared.recorder).max_block(MAX_BLOCK);
        let connect = || Box::pin(Client::connect(settings()));
        match shared
            .insist(Who::Generator, ("connect", CONNECT), connect)
            .await
        {
            Ok(client) => return client,
            Err(_) => sleep(Duration::from_millis(500)).await,
        }
    }
}

/// A record's value: its number, again and again, so that no part of it can be another's.
pub(super) fn value(Payload(number): Payload, length: u32) -> Vec<u8> {
    let bytes = number.to_be_bytes().into_iter().cycle();
    bytes.take(length as usize).collect()
}

/// Records with one key are of one partition, as long as the topic has as many.
pub(super) fn place(recorder: &Recorder, key: Key, topics: u8) -> Place {
    let topics = u16::from(topics);
    let topic = u8::try_from(key.0 % topics).unwrap_or(0);
    let partitions = recorder.makings.partitions(topic).max(1);
    recorder.makings.latest(topic, key.0 / topics % partitions)
}

async fn wait(shared: Arc<Shared>, payload: Payload, sent: Result<Delivery, ProduceError>) {
    let ended = match sent {
        Ok(delivery) => shared.troubles.may_drop(Who::Generator, delivery).await,
        Err(error) => Some(Err(error)),
    };
    let (outcome, offset) = match ended {
        Some(Ok(written)) => (Outcome::Acknowledged, written.offset),
        Some(Err(error)) if error.possibly_written() => (Outcome::Unknown, None),
        Some(Err(_)) => (Outcome::Refused, None),
        None => {
            shared.recorder.dropped(Who::Generator, "delivery");
            (Outcome::Unknown, None)
        }
    };
    shared.recorder.note(
        Who::Generator,
        Event::SendEnded {
            payload,
            outcome,
            offset,
        },
    );
}
