//! What a commit costs in each store, and what the disk alone would take.
//!
//! `offset` moves one partition, `offsets` a hundred in one call, `results` one partition together with 500 records
//! of 100 bytes, as an exactly-once sink does; its elements are records. Every commit of sled and SQLite waits for
//! the disk, so `disk` is the floor: one write of 4 KiB at the end of a file, and fdatasync.

#![allow(clippy::unwrap_used, missing_docs)]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ottla_offset_store::memory::MemoryStore;
use ottla_offset_store::sled::SledStore;
use ottla_offset_store::sqlite::{SqliteStore, SqliteTransaction};
use ottla_offset_store::{
    Advance, Claim, Committed, Key, KeyValueTransaction, OffsetStore, Owner, ResultsStore, Wanted,
};
use ottla_protocol::types::TopicId;
use tokio::runtime::Runtime;

const PARTITIONS: i32 = 100;
const RECORDS: i64 = 500;
const VALUE: [u8; 100] = [b'v'; 100];

/// Puts the records from `from` on into a store's results.
trait Records: ResultsStore {
    fn put(results: &mut Self::Transaction, from: i64);
}

fn put_key_values(results: &mut KeyValueTransaction, from: i64) {
    for offset in from..from + RECORDS {
        results.insert("records", offset.to_be_bytes(), VALUE);
    }
}

impl Records for MemoryStore {
    fn put(results: &mut KeyValueTransaction, from: i64) {
        put_key_values(results, from);
    }
}

impl Records for SledStore {
    fn put(results: &mut KeyValueTransaction, from: i64) {
        put_key_values(results, from);
    }
}

impl Records for SqliteStore {
    fn put(results: &mut SqliteTransaction, from: i64) {
        results.write(move |transaction| {
            let mut insert = transaction.prepare_cached("INSERT INTO records VALUES (?1, ?2)")?;
            for offset in from..from + RECORDS {
                insert.execute((offset, VALUE))?;
            }
            Ok(())
        });
    }
}

fn commit(c: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    // In the target folder, because the folder for temporary files may be in memory.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    disk(c, dir.path());
    let sled = runtime
        .block_on(SledStore::open(dir.path().join("sled")))
        .unwrap();
    let sqlite = runtime.block_on(async {
        let store = SqliteStore::open(dir.path().join("sqlite.db"))
            .await
            .unwrap();
        let table = "CREATE TABLE records (\"offset\" INTEGER, value BLOB)";
        store.execute_batch(table).await.unwrap();
        store
    });
    store(c, &runtime, &MemoryStore::new());
    store(c, &runtime, &sled);
    store(c, &runtime, &sqlite);
}

fn disk(c: &mut Criterion, dir: &Path) {
    let mut file = File::create(dir.join("floor")).unwrap();
    c.bench_function("disk", |b| {
        b.iter(|| {
            file.write_all(&[7; 4096]).unwrap();
            file.sync_data().unwrap();
        });
    });
}

fn store<S: Records>(c: &mut Criterion, runtime: &Runtime, store: &S) {
    let mut group = c.benchmark_group(store.info().name);
    group
        .measurement_time(Duration::from_secs(5))
        .sample_size(20);
    group.bench_function("offset", |b| {
        b.iter_custom(|times| runtime.block_on(offsets(store, 1, times)));
    });
    group.throughput(Throughput::Elements(PARTITIONS as u64));
    group.bench_function("offsets", |b| {
        b.iter_custom(|times| runtime.block_on(offsets(store, PARTITIONS, times)));
    });
    group.throughput(Throughput::Elements(RECORDS as u64));
    group.bench_function("results", |b| {
        b.iter_custom(|times| runtime.block_on(results(store, times)));
    });
    group.finish();
}

async fn offsets(store: &impl OffsetStore, partitions: i32, times: u64) -> Duration {
    let mut claims = claim(store, partitions).await;
    let started = Instant::now();
    for _ in 0..times {
        let advances = claims.into_iter().map(on).collect();
        let moved = store.commit(advances).await.unwrap();
        claims = moved.into_iter().map(Result::unwrap).collect();
    }
    started.elapsed()
}

async fn results<S: Records>(store: &S, times: u64) -> Duration {
    let mut claim = claim(store, 1).await.remove(0);
    let started = Instant::now();
    for _ in 0..times {
        let mut results = store.begin();
        S::put(&mut results, claim.start().next);
        claim = store
            .commit_results(results, on(claim))
            .await
            .unwrap()
            .unwrap();
    }
    started.elapsed()
}

fn on(claim: Claim) -> Advance {
    let next = claim.start().next + RECORDS;
    claim.advance(Committed::at(next))
}

async fn claim(store: &impl OffsetStore, partitions: i32) -> Vec<Claim> {
    let keys: Vec<Key> = (0..partitions)
        .map(|p| Key::new("cluster", "group", "topic", p))
        .collect();
    let wanted = store.look(&keys).await.unwrap().into_iter().map(|seen| {
        Wanted::new(
            seen.assigned_by_hand(),
            Committed::at(0),
            TopicId::UNKNOWN,
            partitions,
        )
    });
    let claims = store
        .claim(&Owner::new("bench"), wanted.collect())
        .await
        .unwrap();
    claims.into_iter().map(Result::unwrap).collect()
}

criterion_group!(benches, commit);
criterion_main!(benches);
