//! Who produces in transactions, beside the usual generator: several producers at a time, whose transactions overlap, are committed and
//! aborted, time out, and are taken over by another; and the plan's faults that are transactions.
//!
//! | part | what |
//! | --- | --- |
//! | `producer` | the requests, and what their answers mean |
//! | `transaction` | one transaction, and what is noted of it |
//! | `faults` | faults of the plan that are transactions |
//! | `decided` | which records of a log were aborted, by the log's own word |

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_client::Client;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

mod decided;
mod faults;
mod producer;
mod transaction;

pub(super) use decided::Decided;
pub(super) use faults::{lasted, move_coordinators, plays, unstable};

use producer::{Producer, Version};
use transaction::{Life, Script};

use super::{Shared, generator, lock};
use crate::history::{FaultId, Key, Payload, Place, Transaction};
use crate::plan::{Dice, Plan};

/// Producers that are there from the beginning to the end.
const PRODUCERS: u8 = 2;
/// Keys from here on are one a partition: those of transactions that are after a certain one.
const OWN_KEYS: u16 = 1_000;

/// What is counted of transactions.
#[derive(Debug)]
pub(super) struct Transactions {
    number: AtomicU32,
    payload: AtomicU32,
    hits: Mutex<BTreeMap<FaultId, u32>>,
    waiting: Mutex<BTreeMap<FaultId, faults::Waiting>>,
}

impl Transactions {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            number: AtomicU32::new(0),
            payload: AtomicU32::new(outside(plan)),
            hits: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    fn begin(&self) -> Transaction {
        Transaction(self.number.fetch_add(1, Ordering::Relaxed))
    }

    fn payload(&self) -> Payload {
        Payload(self.payload.fetch_add(1, Ordering::Relaxed))
    }

    fn hit(&self, fault: FaultId) {
        *lock(&self.hits).entry(fault).or_default() += 1;
    }
}

/// How many of the plan's records come outside of transactions.
pub(super) fn outside(plan: &Plan) -> u32 {
    match plan.workload.transactional {
        true => plan.shape.records / 2,
        false => plan.shape.records,
    }
}

/// All transactions of the plan; returns when each of them has ended.
pub(super) async fn run(shared: Arc<Shared>) {
    let is_transactional = shared.plan.workload.transactional;
    let mut faults = shared.plan.faults.iter();
    if !is_transactional && !faults.any(|fault| plays(fault.kind)) {
        return;
    }
    let client = generator::connect(&shared, "transactions").await;
    let mut tasks = JoinSet::new();
    for number in (0..PRODUCERS).filter(|_| is_transactional) {
        tasks.spawn(produce(life(
            &shared,
            &client,
            &name(number),
            number.into(),
            60,
        )));
    }
    for fault in shared.plan.faults.clone() {
        if plays(fault.kind) {
            tasks.spawn(faults::play(Arc::clone(&shared), client.clone(), fault));
        }
    }
    while tasks.join_next().await.is_some() {}
}

fn name(number: u8) -> String {
    format!("tx{number}")
}

/// One producer's life; an even `number` speaks transaction version 2.
fn life(shared: &Arc<Shared>, client: &Client, id: &str, number: u64, seconds: u64) -> Life {
    let version = match number % 2 {
        0 => Version::Two,
        _ => Version::One,
    };
    Life {
        shared: Arc::clone(shared),
        producer: Producer::new(client, id.to_owned(), version, Duration::from_secs(seconds)),
        dice: Dice::new(shared.plan.seed ^ 0x7472_616e_7361_6374 ^ number << 48),
    }
}

/// Transaction after transaction, until all records are out.
async fn produce(mut life: Life) {
    let shape = life.shared.plan.shape;
    let began = Instant::now();
    life.producer.init().await;
    while began.elapsed() < shape.records_until && life.left() > 0 {
        let script = life.draw();
        life.live(&script).await;
        let gap = life.dice.between(100, 2_500);
        sleep(Duration::from_millis(gap.into())).await;
    }
    while life.left() > 0 {
        let script = Script {
            pause: Duration::ZERO,
            is_zombie: false,
            ..life.draw()
        };
        life.live(&script).await;
    }
    // Behind it nothing comes: the partition ends in what nobody may see.
    let script = Script {
        commit: false,
        ..life.draw()
    };
    life.live(&script).await;
}

impl Life {
    fn left(&self) -> u32 {
        let sent = self.shared.transactions.payload.load(Ordering::Relaxed);
        self.shared.plan.shape.records.saturating_sub(sent)
    }

    fn draw(&mut self) -> Script {
        let (shape, recorder) = (self.shared.plan.shape, &self.shared.recorder);
        let sends = self.dice.between(1, 4);
        let mut any = || {
            let key = Key(u16::try_from(self.dice.index(shape.keys.into())).unwrap_or(0));
            (key, generator::place(recorder, key, shape.topics))
        };
        Script {
            sends: (0..sends).map(|_| any()).collect(),
            records: self.dice.between(1, 5),
            pause: Duration::from_millis(self.dice.between(20, 900).into()),
            held: Duration::ZERO,
            commit: !self.dice.once_in(4),
            is_zombie: self.dice.once_in(10),
            fault: None,
        }
    }
}

/// A key that only records of this partition have.
fn own_key(plan: &Plan, place: Place) -> Key {
    Key(OWN_KEYS + u16::from(place.topic) * plan.shape.partitions + place.partition)
}
