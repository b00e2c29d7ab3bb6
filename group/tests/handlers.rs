//! `run`: marks, acknowledgements and commits with Kafka's own offsets, and handlers that misbehave.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/kafka.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod kafka;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kafka::{Place, eventually};
use ottla_group::{
    Batch, BoxError, Ended, Ending, Group, GroupError, Handler, PartitionClaim,
    PartitionCommitError, Session, StartPolicy,
};
use ottla_offset_store::OffsetStore;
use ottla_offset_store::memory::MemoryStore;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A handler made of a closure, to write each test's handler where the test is.
struct Each<F>(F);

impl<F, R> Handler for Each<F>
where
    F: Fn(&mut PartitionClaim, Batch) -> R + Send + Sync + 'static,
    R: Into<Result<(), BoxError>> + Send,
{
    type Error = BoxError;

    async fn consume_claim(&self, _: &Session, claim: &mut PartitionClaim) -> Result<(), BoxError> {
        while let Some(batch) = claim.next().await {
            (self.0)(claim, batch).into()?;
        }
        Ok(())
    }
}

type Running = (CancellationToken, JoinHandle<Result<Ended, GroupError>>);

fn start(group: Group, handler: impl Handler) -> Running {
    let stop = CancellationToken::new();
    let running = tokio::spawn(group.run(handler, stop.clone()));
    (stop, running)
}

async fn finish((stop, running): Running) {
    stop.cancel();
    assert_eq!(running.await.unwrap().unwrap(), Ended::Stopped);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_marked_is_committed_by_itself_and_nothing_else() {
    let Some(place) = Place::new("auto", 2).await else {
        return;
    };
    place.append(0, 30).await;
    place.append(1, 30).await;
    let every = Some(Duration::from_millis(300));
    let group = place.member().await.auto_commit(every).build().unwrap();
    let running = start(
        group,
        Each(|claim: &mut PartitionClaim, batch: Batch| {
            for record in &batch {
                if claim.partition().partition == 0 || record.offset < 12 {
                    claim.mark(record.offset);
                }
            }
            Ok(())
        }),
    );
    eventually("both are committed", async || {
        place.committed_offsets(2).await == [30, 12]
    })
    .await;
    finish(running).await;
    assert_eq!(place.committed_offsets(2).await, [30, 12]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_marked_is_committed_at_the_end() {
    let Some(place) = Place::new("end", 1).await else {
        return;
    };
    place.append(0, 20).await;
    let group = place.member().await.auto_commit(None).build().unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&seen);
    let running = start(
        group,
        Each(move |claim: &mut PartitionClaim, batch: Batch| {
            claim.mark(batch.last_offset().unwrap());
            counted.fetch_add(batch.record_count(), Ordering::SeqCst);
            Ok(())
        }),
    );
    eventually("all are seen", async || seen.load(Ordering::SeqCst) == 20).await;
    assert_eq!(place.committed_offsets(1).await, [-1]);
    finish(running).await;
    assert_eq!(place.committed_offsets(1).await, [20]);
}

/// Commits each batch with metadata and sends what came of it.
struct Committing(mpsc::UnboundedSender<Result<i64, PartitionCommitError>>);

impl Handler for Committing {
    type Error = BoxError;

    async fn consume_claim(&self, s: &Session, claim: &mut PartitionClaim) -> Result<(), BoxError> {
        assert_eq!(s.partitions(), [claim.partition().clone()]);
        while let Some(batch) = claim.next().await {
            let last = batch.last_offset().unwrap();
            claim.mark(last);
            let result = claim.commit_with(format!("up to {last}")).await;
            self.0.send(result.map(|committed| committed.next))?;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_says_where_the_partition_stands() {
    let Some(place) = Place::new("commit", 1).await else {
        return;
    };
    place.append(0, 20).await;
    let (results, mut committed) = mpsc::unbounded_channel();
    let group = place.member().await.auto_commit(None).build().unwrap();
    let running = start(group, Committing(results));
    assert_eq!(committed.recv().await.unwrap().unwrap(), 10);
    assert_eq!(committed.recv().await.unwrap().unwrap(), 20);
    let stored = place.committed(1).await.remove(0).unwrap();
    assert_eq!(
        (stored.next, stored.metadata.as_str()),
        (20, "up to 19"),
        "{stored:?}"
    );
    assert!(stored.leader_epoch.is_some());
    finish(running).await;
}

/// Too much metadata for the coordinator, then for the protocol: the handler hears of it, and the run goes on.
struct Wordy(mpsc::UnboundedSender<Result<i64, PartitionCommitError>>);

impl Handler for Wordy {
    type Error = BoxError;

    async fn consume_claim(&self, s: &Session, claim: &mut PartitionClaim) -> Result<(), BoxError> {
        let Some(batch) = claim.next().await else {
            return Ok(());
        };
        claim.mark(batch.last_offset().unwrap());
        for too_many in [20_000, 100_000] {
            claim.mark_with(batch.last_offset().unwrap(), "x".repeat(too_many));
            for (_, result) in s.commit().await {
                self.0.send(result.map(|committed| committed.next))?;
            }
        }
        let result = claim.commit_with("short").await;
        self.0.send(result.map(|committed| committed.next))?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_commit_is_told_and_marks_stay() {
    let Some(place) = Place::new("refused", 1).await else {
        return;
    };
    place.append(0, 10).await;
    let (results, mut committed) = mpsc::unbounded_channel();
    let running = start(place.member().await.build().unwrap(), Wordy(results));
    for _ in 0..2 {
        let refused = committed.recv().await.unwrap().unwrap_err();
        assert!(
            refused.to_string().ends_with("OFFSET_METADATA_TOO_LARGE"),
            "{refused}"
        );
    }
    assert_eq!(committed.recv().await.unwrap().unwrap(), 10);
    finish(running).await;
}

/// Acknowledges every other record at once, the rest from another task, later.
struct OutOfOrder;

impl Handler for OutOfOrder {
    type Error = BoxError;

    async fn consume_claim(&self, _: &Session, claim: &mut PartitionClaim) -> Result<(), BoxError> {
        let mut late = Vec::new();
        while let Some(batch) = claim.next().await {
            for record in &batch {
                if record.offset % 2 == 0 {
                    late.push(record.offset);
                } else {
                    assert!(claim.ack(record.offset));
                }
            }
            let acknowledger = claim.acknowledger();
            let late = std::mem::take(&mut late);
            tokio::spawn(async move {
                for offset in late.into_iter().rev() {
                    tokio::task::yield_now().await;
                    assert!(acknowledger.ack(offset));
                }
            });
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledgement_in_any_order_ends_up_committed() {
    let Some(place) = Place::new("ack", 1).await else {
        return;
    };
    place.append(0, 500).await;
    let group = place
        .member()
        .await
        .auto_commit(Some(Duration::from_millis(200)))
        .max_in_flight_records(20)
        .build()
        .unwrap();
    let running = start(group, OutOfOrder);
    eventually("all are committed", async || {
        place.committed_offsets(1).await == [500]
    })
    .await;
    finish(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_may_live_in_a_store() {
    let Some(place) = Place::new("store", 1).await else {
        return;
    };
    place.append(0, 30).await;
    let store = MemoryStore::new();
    let group = place
        .member()
        .await
        .auto_commit(Some(Duration::from_millis(200)))
        .store(Arc::new(store.clone()))
        .build()
        .unwrap();
    let running = start(
        group,
        Each(|claim: &mut PartitionClaim, batch: Batch| {
            claim.mark(batch.last_offset().unwrap());
            Ok(())
        }),
    );
    eventually("committed and mirrored", async || {
        let rows = store.list(None).await.unwrap();
        let stored = rows.first().and_then(|row| row.next_offset);
        stored == Some(30) && place.committed_offsets(1).await == [30]
    })
    .await;
    finish(running).await;
    let rows = store.list(None).await.unwrap();
    assert_eq!(rows[0].owner, None, "given back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handlers_error_ends_the_run_with_its_partition() {
    let Some(place) = Place::new("error", 2).await else {
        return;
    };
    place.append(1, 10).await;
    let (_stop, running) = start(
        place.member().await.build().unwrap(),
        Each(|_: &mut PartitionClaim, _: Batch| Err("no such thing".into())),
    );
    let error = running.await.unwrap().unwrap_err();
    let GroupError::Handler { partition, source } = error else {
        panic!("{error:?}");
    };
    assert_eq!(partition, Some(place.partition(1)));
    assert_eq!(source.to_string(), "no such thing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_ends_the_run_and_leaves_the_group() {
    let Some(place) = Place::new("panic", 1).await else {
        return;
    };
    place.append(0, 10).await;
    let handler = Each(|claim: &mut PartitionClaim, batch: Batch| {
        claim.mark(batch.last_offset().unwrap());
        assert!(batch.is_empty(), "this is a test");
        Ok(())
    });
    let (_stop, running) = start(place.member().await.build().unwrap(), handler);
    let error = running.await.unwrap().unwrap_err();
    let GroupError::HandlerPanicked { partition, message } = error else {
        panic!("{error:?}");
    };
    assert_eq!(partition, Some(place.partition(0)));
    assert_eq!(message, "this is a test");
    assert_eq!(place.committed_offsets(1).await, [-1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_committed_offsets_the_policy_decides() {
    let Some(place) = Place::new("policy", 1).await else {
        return;
    };
    place.append(0, 10).await;
    let fail = place.member().await.start(StartPolicy::Fail);
    let nothing = Each(|_: &mut PartitionClaim, _: Batch| Ok(()));
    let (_stop, running) = start(fail.build().unwrap(), nothing);
    let error = running.await.unwrap().unwrap_err();
    assert!(matches!(error, GroupError::NothingCommitted { .. }));
}

/// Never looks at `next` again once it has a batch.
struct Stuck(mpsc::UnboundedSender<()>);

impl Handler for Stuck {
    type Error = BoxError;

    async fn consume_claim(&self, _: &Session, claim: &mut PartitionClaim) -> Result<(), BoxError> {
        if let Some(batch) = claim.next().await {
            claim.mark(batch.last_offset().unwrap());
            self.0.send(())?;
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_handler_is_cut_off_without_a_commit_and_that_is_said() {
    let Some(place) = Place::new("stuck", 1).await else {
        return;
    };
    place.append(0, 10).await;
    let (stuck, mut is_stuck) = mpsc::unbounded_channel();
    let group = place.member().await.auto_commit(None).build().unwrap();
    let (stop, running) = start(group, Stuck(stuck));
    is_stuck.recv().await.unwrap();
    let asked = Instant::now();
    stop.cancel();
    let error = running.await.unwrap().unwrap_err();
    let GroupError::NotCommitted { partitions } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(partitions.len(), 1);
    assert!(
        error
            .to_string()
            .ends_with("its work did not finish in time"),
        "{error}"
    );
    assert!(asked.elapsed() < Duration::from_secs(15));
    assert_eq!(place.committed_offsets(1).await, [-1]);
}

/// Tells what its claims end with.
struct Endings(mpsc::UnboundedSender<Ending>);

impl Handler for Endings {
    type Error = BoxError;

    async fn consume_claim(&self, _: &Session, claim: &mut PartitionClaim) -> Result<(), BoxError> {
        while claim.next().await.is_some() {}
        self.0.send(claim.ending().unwrap())?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_knows_why_it_ends() {
    let Some(place) = Place::new("endings", 1).await else {
        return;
    };
    let (endings, mut ended) = mpsc::unbounded_channel();
    let first = start(
        place.member().await.build().unwrap(),
        Endings(endings.clone()),
    );
    tokio::time::sleep(Duration::from_secs(4)).await;
    let second = start(place.member().await.build().unwrap(), Endings(endings));
    assert!(matches!(ended.recv().await, Some(Ending::Revoked { .. })));
    tokio::time::sleep(Duration::from_secs(2)).await;
    finish(first).await;
    finish(second).await;
    let mut rest = Vec::new();
    while let Some(ending) = ended.recv().await {
        rest.push(ending);
    }
    assert!(
        rest.iter().any(|e| matches!(e, Ending::Stopping { .. })),
        "{rest:?}"
    );
}
