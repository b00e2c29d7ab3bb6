//! Opening: what a dropped call has begun does not keep the next one out.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use ottla_offset_store::sled::SledStore;
use ottla_offset_store::sqlite::SqliteStore;
use ottla_offset_store::{StoreError, StoreUrl};

use crate::polls::at_each_await;

/// A file or folder that nobody has had.
struct Fresh {
    folder: tempfile::TempDir,
    number: Cell<u32>,
}

impl Fresh {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            number: Cell::new(0),
        }
    }

    fn path(&self) -> PathBuf {
        self.number.set(self.number.get() + 1);
        self.folder.path().join(self.number.get().to_string())
    }
}

/// A dropped call to sled may still hold the folder's lock, on a thread of its own, for as long as it takes to open it.
async fn open_sled(path: &PathBuf) -> SledStore {
    for _ in 0..200 {
        match SledStore::open(path).await {
            Ok(store) => return store,
            Err(StoreError::InUse { .. }) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("it is never let go");
}

#[tokio::test]
async fn opening() {
    let fresh = Fresh::new();
    let mut dropped = at_each_await(
        "open sqlite",
        async || fresh.path(),
        async |path| drop(SqliteStore::open(&*path).await.unwrap()),
        async |path, _| drop(SqliteStore::open(path).await.unwrap()),
    )
    .await;
    let within = Duration::from_secs(5);
    dropped += at_each_await(
        "open sqlite, waiting",
        async || fresh.path(),
        async |path| drop(SqliteStore::open_waiting(&*path, within).await.unwrap()),
        async |path, _| drop(SqliteStore::open_waiting(path, within).await.unwrap()),
    )
    .await;
    dropped += at_each_await(
        "open sled",
        async || fresh.path(),
        async |path| drop(SledStore::open(&*path).await.unwrap()),
        async |path, _| drop(open_sled(&path).await),
    )
    .await;
    dropped += at_each_await(
        "open a table in sled",
        async || {
            let path = fresh.path();
            (sled::open(&path).unwrap(), path)
        },
        async |(db, path)| drop(SledStore::from_db(db.clone(), &*path).await.unwrap()),
        async |(db, path), _| drop(SledStore::from_db(db, path).await.unwrap()),
    )
    .await;
    dropped += at_each_await(
        "open by URL",
        async || {
            let url = format!("sqlite:{}", fresh.path().display());
            url.parse::<StoreUrl>().unwrap()
        },
        async |url| drop(url.open().await.unwrap()),
        async |url, _| drop(url.open().await.unwrap()),
    )
    .await;
    // One or the other may be done before it is first looked at: that is for threads to say.
    assert!(dropped > 0);
}
