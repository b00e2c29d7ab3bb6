//! Who produces the records.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ottla_client::Client;
use ottla_client::producer::{Delivery, ProduceError, ProducerRecord};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::recorder::{Recorder, topic};
use super::{Shared, config, transactional};
use crate::history::{CallKind, Event, Key, Outcome, Payload, Place, Who};
use crate::plan::Dice;

/// So long a record may take.
const DELIVERY: Duration = Duration::from_secs(25);

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
        let place = place(key, shape.topics, shape.partitions);
        shared.recorder.note(
            Who::Generator,
            Event::Sent {
                payload,
                key: Some(key),
                place,
                transaction: None,
            },
        );
        let mut value = vec![b'.'; dice.between(4, shape.largest.max(4)) as usize];
        value[..4].copy_from_slice(&number.to_be_bytes());
        let (topic, key) = (topic(place.topic), key.0.to_be_bytes());
        let record = ProducerRecord::new(&topic, &value)
            .key(&key)
            .partition(place.partition.into());
        let sent = producer.send(record).await;
        waiting.spawn(wait(shared.recorder.clone(), payload, sent));
    }
    let within = DELIVERY + Duration::from_secs(5);
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
    drop(client);
    transactions.await?;
    sleep(Duration::from_millis(200)).await;
    shared.all_sent.store(true, Ordering::Relaxed);
    Ok(())
}

pub(super) async fn connect(shared: &Shared, name: &str) -> Client {
    loop {
        let settings = config(name, shared.plan.seed ^ 0xffff, &shared.recorder);
        match Client::connect(settings).await {
            Ok(client) => return client,
            Err(_) => sleep(Duration::from_millis(500)).await,
        }
    }
}

/// Records with one key are of one partition.
pub(super) fn place(key: Key, topics: u8, partitions: u16) -> Place {
    let topics = u16::from(topics);
    let topic = u8::try_from(key.0 % topics).unwrap_or(0);
    Place::new(topic, key.0 / topics % partitions)
}

async fn wait(recorder: Recorder, payload: Payload, sent: Result<Delivery, ProduceError>) {
    let ended = match sent {
        Ok(delivery) => delivery.await,
        Err(error) => Err(error),
    };
    let (outcome, offset) = match ended {
        Ok(written) => (Outcome::Acknowledged, written.offset),
        Err(error) if error.possibly_written() => (Outcome::Unknown, None),
        Err(_) => (Outcome::Refused, None),
    };
    recorder.note(
        Who::Generator,
        Event::SendEnded {
            payload,
            outcome,
            offset,
        },
    );
}
