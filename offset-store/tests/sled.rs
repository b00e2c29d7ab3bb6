//! The conformance suite on sled, two clones of one database, and what sled alone can get wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use ottla_offset_store::{sled::SledStore, suite};

suite! { async |place| place.shared(async { SledStore::open(place.path()).await.unwrap() }).await }
suite! { results: async |place| place.shared(async { SledStore::open(place.path()).await.unwrap() }).await }

#[path = "support/kill.rs"]
mod kill;

kill::a_killed_process! { SledStore, async |dir| SledStore::open(dir).await }

mod sled_alone {
    use ottla_offset_store::sled::SledStore;
    use ottla_offset_store::{
        Committed, Key, OffsetStore, Owner, ResultsStore, StoreError, Wanted,
    };
    use ottla_protocol::types::TopicId;

    #[tokio::test]
    async fn a_folder_in_use_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let first = SledStore::open(dir.path()).await.unwrap();
        let error = SledStore::open(dir.path())
            .await
            .expect_err("sled locks its folder");
        assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
        assert!(!error.is_retriable());
        assert!(
            error.to_string().ends_with("is in use by another process"),
            "{error}"
        );
        drop(first);
        SledStore::open(dir.path()).await.expect("free again");
    }

    #[tokio::test]
    async fn a_path_that_is_no_folder_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let error = SledStore::open(&file).await.expect_err("a file");
        assert!(matches!(error, StoreError::Open { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn several_trees_move_with_the_offset() {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).await.unwrap();
        let seen = store
            .look(&[Key::new("", "g", "t", 0)])
            .await
            .unwrap()
            .remove(0);
        let wanted = Wanted::new(
            seen.assigned_by_hand(),
            Committed::at(0),
            TopicId::UNKNOWN,
            1,
        );
        let claim = store
            .claim(&Owner::new("one"), vec![wanted])
            .await
            .unwrap()
            .remove(0)
            .unwrap();
        let mut results = store.begin();
        results.insert("records", "a", "1");
        results.insert("records", "b", "2");
        results.remove("records", "a");
        for _ in 0..3 {
            results.update("counts", "n", |stored| {
                let count = stored.map_or(0, |bytes| bytes[0]);
                Some(vec![count + 1])
            });
        }
        results.update("counts", "gone", |_| None);
        let done = store
            .commit_results(results, claim.advance(Committed::at(2)))
            .await
            .unwrap();
        assert_eq!(done.unwrap().start().next, 2);
        let tree = |name| {
            let tree = store.db().open_tree(name).unwrap();
            tree.iter()
                .map(|entry| entry.unwrap())
                .map(|(k, v)| (k.to_vec(), v.to_vec()))
                .collect::<Vec<_>>()
        };
        assert_eq!(tree("records"), [(b"b".to_vec(), b"2".to_vec())]);
        assert_eq!(
            tree("counts"),
            [(b"n".to_vec(), vec![3])],
            "each update sees the one before"
        );
    }

    /// sled keeps what is too large for its log in files of their own.
    #[tokio::test]
    async fn values_of_megabytes_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).await.unwrap();
        let seen = store
            .look(&[Key::new("", "g", "t", 0)])
            .await
            .unwrap()
            .remove(0);
        let wanted = Wanted::new(
            seen.assigned_by_hand(),
            Committed::at(0),
            TopicId::UNKNOWN,
            1,
        );
        let mut claim = store
            .claim(&Owner::new("one"), vec![wanted])
            .await
            .unwrap()
            .remove(0)
            .unwrap();
        for offset in 0..3_u8 {
            let mut results = store.begin();
            results.insert("records", [offset], vec![offset; 3 << 20]);
            let advance = claim.advance(Committed::at(i64::from(offset) + 1));
            claim = store
                .commit_results(results, advance)
                .await
                .unwrap()
                .unwrap();
        }
        assert!(
            dir.path()
                .join("blobs")
                .read_dir()
                .unwrap()
                .next()
                .is_some(),
            "no blobs: the test is too small"
        );
        drop(store);
        let store = SledStore::open(dir.path()).await.unwrap();
        let tree = store.db().open_tree("records").unwrap();
        for offset in 0..3_u8 {
            assert_eq!(tree.get([offset]).unwrap().unwrap(), vec![offset; 3 << 20]);
        }
    }
}
