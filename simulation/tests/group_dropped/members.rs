//! Members that drop what they call, and members that are dropped.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_group::{Batch, BoxError, Group, Handler, PartitionClaim, Processor, Session};
use ottla_offset_store::memory::MemoryStore;
use ottla_offset_store::{KeyValueTransaction, OffsetStore};
use tokio_util::sync::CancellationToken;

use crate::polls::{at_each_await, polled};
use crate::world::{RECORDS, TOPIC, World};

const ALL: usize = 2 * RECORDS as usize;
const SEEN: &str = "seen";

/// Which future of a handler is dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drops {
    None,
    Next,
    Commit,
    CommitWith,
    CommitSession,
}

/// How often each record came.
type Seen = Arc<Mutex<BTreeMap<(i32, i64), usize>>>;

/// Marks each record, and stops when all have come.
#[derive(Clone)]
struct Marks {
    seen: Seen,
    stop: CancellationToken,
    drops: Drops,
    polls: usize,
    dropped: Arc<AtomicUsize>,
}

impl Marks {
    fn new(drops: Drops, polls: usize) -> Self {
        Self {
            seen: Seen::default(),
            stop: CancellationToken::new(),
            drops,
            polls,
            dropped: Arc::default(),
        }
    }

    /// A future that may be dropped; none: it was.
    async fn may_drop<F: Future>(&self, which: Drops, future: F) -> Option<F::Output> {
        if self.drops != which {
            return Some(future.await);
        }
        let ended = polled(self.polls, future).await;
        if ended.is_none() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        ended
    }

    async fn next(&self, claim: &mut PartitionClaim) -> Option<Batch> {
        // Once each: who drops at its first await for ever never gets anything.
        match self.may_drop(Drops::Next, claim.next()).await {
            Some(next) => next,
            None => claim.next().await,
        }
    }
}

impl Handler for Marks {
    type Error = Infallible;

    async fn consume_claim(
        &self,
        session: &Session,
        claim: &mut PartitionClaim,
    ) -> Result<(), Infallible> {
        let mut due = claim.start().next;
        while let Some(batch) = self.next(claim).await {
            for record in &batch {
                assert_eq!(record.offset, due, "in order, and nothing left out");
                due += 1;
                let place = (claim.partition().partition, record.offset);
                *self.seen.lock().unwrap().entry(place).or_default() += 1;
                claim.mark(record.offset);
            }
            match self.drops {
                Drops::Commit => drop(self.may_drop(Drops::Commit, claim.commit()).await),
                Drops::CommitWith => {
                    let commit = claim.commit_with("a word");
                    drop(self.may_drop(Drops::CommitWith, commit).await);
                }
                Drops::CommitSession => {
                    drop(self.may_drop(Drops::CommitSession, session.commit()).await);
                }
                _ => {}
            }
            if self.seen.lock().unwrap().len() == ALL {
                self.stop.cancel();
            }
        }
        Ok(())
    }
}

async fn group(world: &World, id: &str) -> Group {
    Group::builder(world.client().await, id)
        .topics([TOPIC])
        .session_timeout(Duration::from_secs(6))
        .heartbeat_interval(Duration::from_secs(1))
        .rebalance_timeout(Duration::from_secs(8))
        .auto_commit(Some(Duration::from_millis(50)))
        .batch_records(5)
        .build()
        .unwrap()
}

fn name(numbers: &Cell<u32>) -> String {
    numbers.set(numbers.get() + 1);
    format!("group{}", numbers.get())
}

fn all_is_committed(world: &World, id: &str) {
    for partition in 0..2 {
        let committed = world.cluster.committed(id, TOPIC, partition);
        assert_eq!(committed, Some(RECORDS), "{partition}");
    }
}

/// Each record comes to the one or to the other; nothing of a dropped run goes on.
pub(crate) async fn run() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let dropped = at_each_await(
        "run",
        async || {
            let id = name(&numbers);
            let group = group(&world, &id).await;
            (id, Some(group), Marks::new(Drops::None, 0))
        },
        async |(_, group, marks)| {
            let group = group.take().unwrap();
            group.run(marks.clone(), marks.stop.clone()).await.unwrap()
        },
        async |(id, _, marks), done| {
            world.nothing_is_left().await;
            let before = marks.seen.lock().unwrap().clone();
            tokio::time::sleep(Duration::from_secs(20)).await;
            assert_eq!(*marks.seen.lock().unwrap(), before);
            if done.is_none() {
                // What was committed before does not come again, so the next one is not told to stop by what it has seen.
                let next = Marks::new(Drops::None, 0);
                let stop = next.stop.clone();
                let running = group(&world, &id).await.run(next.clone(), stop.clone());
                let stopping = async {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                    stop.cancel();
                };
                tokio::join!(async { running.await.unwrap() }, stopping);
                let mut seen = before;
                seen.append(&mut next.seen.lock().unwrap().clone());
                assert_eq!(seen.len(), ALL);
            }
            all_is_committed(&world, &id);
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 10, "{dropped}");
}

/// Counts each record in the store, in the transaction that moves the offset.
#[derive(Clone)]
struct Counts {
    stop: CancellationToken,
    store: MemoryStore,
}

impl Processor<MemoryStore> for Counts {
    type Error = BoxError;

    async fn process(
        &self,
        batch: &Batch,
        results: &mut KeyValueTransaction,
    ) -> Result<(), BoxError> {
        for record in batch {
            let key = format!("{}-{}", batch.partition().partition, record.offset);
            results.update(SEEN, key, |times| {
                Some(vec![times.map_or(0, |times| times[0]) + 1])
            });
        }
        let more = batch.into_iter().count();
        if self.store.results(SEEN).len() + more >= ALL {
            self.stop.cancel();
        }
        Ok(())
    }
}

pub(crate) async fn process() {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let counts = |store: &MemoryStore| Counts {
        stop: CancellationToken::new(),
        store: store.clone(),
    };
    let dropped = at_each_await(
        "process",
        async || {
            let id = name(&numbers);
            let group = group(&world, &id).await;
            (id, Some(group), MemoryStore::new())
        },
        async |(_, group, store)| {
            let (group, counts) = (group.take().unwrap(), counts(store));
            let stop = counts.stop.clone();
            group.process(store.clone(), counts, stop).await.unwrap()
        },
        async |(id, _, store), _| {
            world.nothing_is_left().await;
            let group = group(&world, &id).await;
            let counts = counts(&store);
            let stop = counts.stop.clone();
            let stopping = async {
                tokio::time::sleep(Duration::from_secs(30)).await;
                stop.cancel();
            };
            let running = group.process(store.clone(), counts, stop.clone());
            tokio::join!(async { running.await.unwrap() }, stopping);
            let results = store.results(SEEN);
            assert_eq!(results.len(), ALL);
            assert!(results.values().all(|times| *times == [1]), "{results:?}");
            let rows = store.list(None).await.unwrap();
            let next: Vec<_> = rows.iter().map(|row| row.next_offset).collect();
            assert_eq!(next, [Some(RECORDS); 2]);
            world.nothing_is_left().await;
        },
    )
    .await;
    assert!(dropped > 10, "{dropped}");
}

/// A handler that drops one kind of call with each of its polls, until there is none at which it could.
async fn handlers(drops: Drops) {
    let (world, numbers) = (World::start().await, Cell::new(0));
    let mut most = 0;
    for polls in 1.. {
        let (id, marks) = (name(&numbers), Marks::new(drops, polls));
        let running = group(&world, &id)
            .await
            .run(marks.clone(), marks.stop.clone());
        let ended = tokio::time::timeout(Duration::from_secs(60), running).await;
        ended.expect("it hangs").unwrap();
        let seen = marks.seen.lock().unwrap().clone();
        assert_eq!(seen.len(), ALL);
        assert!(seen.values().all(|times| *times == 1), "{seen:?}");
        // A dropped commit goes on, and the last one is not dropped.
        all_is_committed(&world, &id);
        world.nothing_is_left().await;
        if marks.dropped.load(Ordering::Relaxed) == 0 {
            break;
        }
        most = polls;
    }
    assert!(most > 0, "it never waits");
}

pub(crate) async fn next() {
    handlers(Drops::Next).await;
}

pub(crate) async fn commit() {
    handlers(Drops::Commit).await;
}

pub(crate) async fn commit_with() {
    handlers(Drops::CommitWith).await;
}

pub(crate) async fn commit_session() {
    handlers(Drops::CommitSession).await;
}
