//! The conformance suite on SQLite, two connections to one file, and what SQLite alone can get wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use ottla_offset_store::{sqlite::SqliteStore, suite};

suite! { async |place| SqliteStore::open(place.path().join("offsets.db")).await.unwrap() }
suite! { results: async |place| SqliteStore::open(place.path().join("offsets.db")).await.unwrap() }

#[path = "support/kill.rs"]
mod kill;

kill::a_killed_process! { SqliteStore, async |dir| SqliteStore::open(dir.join("offsets.db")).await }

mod sqlite_alone {
    use std::path::Path;
    use std::time::Duration;

    use ottla_offset_store::sqlite::SqliteStore;
    use ottla_offset_store::{
        Claim, CommitError, Committed, Key, OffsetStore, Owner, ResultsStore, StoreError, Wanted,
    };
    use ottla_protocol::types::TopicId;
    use rusqlite::Connection;

    async fn claim(store: &SqliteStore) -> Claim {
        let key = Key::new("", "billing", "orders", 0);
        let seen = store.look(&[key]).await.unwrap().remove(0);
        let wanted = Wanted::new(
            seen.assigned_by_hand(),
            Committed::at(5),
            TopicId::UNKNOWN,
            1,
        );
        let mut claims = store.claim(&Owner::new("one"), vec![wanted]).await.unwrap();
        claims.remove(0).unwrap()
    }

    async fn commit(store: &SqliteStore, claim: Claim, next: i64) -> Result<Claim, CommitError> {
        let results = store.begin();
        let done = store
            .commit_results(results, claim.advance(Committed::at(next)))
            .await;
        done.map(|claim| claim.expect("not refused"))
    }

    fn native(file: &Path) -> Connection {
        let connection = Connection::open(file).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection
    }

    #[tokio::test]
    async fn commits_wait_for_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path().join("a.db")).await.unwrap();
        let pragma = async |name: &'static str| {
            let read = move |c: &mut Connection| {
                c.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
            };
            store.call(read).await.unwrap()
        };
        assert_eq!(
            pragma("synchronous").await,
            rusqlite::types::Value::Integer(2),
            "FULL"
        );
        assert_eq!(
            pragma("journal_mode").await,
            rusqlite::types::Value::Text("wal".into())
        );
    }

    /// As a reader who knows the table by its description alone finds it.
    #[tokio::test]
    async fn the_columns_are_named_and_filled_as_described() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        let store = SqliteStore::open(&file).await.unwrap();
        let owner = claim(&store).await;
        let owner = commit(&store, owner, 9).await.unwrap();
        let row = native(&file).query_row(
            "SELECT cluster_id, group_id, topic, partition, hex(topic_id), hex(former_topic_ids), next_offset,
                    leader_epoch, metadata, lower(hex(fence)), length(replaced), owner, partitions_seen,
                    updated_at > 1600000000000
             FROM ottla_offsets",
            [],
            |row| (0..14).map(|at| row.get(at)).collect::<Result<Vec<rusqlite::types::Value>, _>>(),
        );
        use rusqlite::types::Value::{Integer, Text};
        let text = |text: &str| Text(text.to_owned());
        let expected = [
            text(""),
            text("billing"),
            text("orders"),
            Integer(0),
            text(&"00".repeat(16)),
            text(""),
            Integer(9),
            Integer(-1),
            text(""),
            text(&owner.fence().to_string()),
            Integer(16),
            text("one"),
            Integer(1),
            Integer(1),
        ];
        assert_eq!(row.unwrap(), expected);
    }

    #[tokio::test]
    async fn a_frozen_writer_is_waited_for_and_then_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        let patience = Duration::from_millis(50);
        let store = SqliteStore::open_waiting(&file, patience).await.unwrap();
        let owner = claim(&store).await;
        let frozen = native(&file);
        frozen.execute_batch("BEGIN IMMEDIATE").unwrap();
        let failed = commit(&store, owner, 9).await.expect_err("locked");
        assert!(failed.is_retriable());
        let CommitError::NotWritten { source, mut claims } = failed else {
            panic!("nothing was written, not {failed:?}")
        };
        assert!(matches!(source, StoreError::Busy { waited, .. } if waited == patience));
        assert_eq!(
            store.list(None).await.unwrap()[0].next_offset,
            Some(5),
            "reading goes on"
        );
        frozen.execute_batch("ROLLBACK").unwrap();
        commit(&store, claims.remove(0), 9)
            .await
            .expect("the claim still stands");
    }

    #[tokio::test]
    async fn a_full_disk_is_retriable_and_leaves_the_claim() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path().join("a.db")).await.unwrap();
        store
            .execute_batch("CREATE TABLE blobs (b BLOB); PRAGMA max_page_count = 20")
            .await
            .unwrap();
        let owner = claim(&store).await;
        let mut results = store.begin();
        results.execute("INSERT INTO blobs VALUES (zeroblob(?1))", [1 << 20]);
        let failed = store
            .commit_results(results, owner.advance(Committed::at(9)))
            .await;
        let failed = failed.expect_err("no room for a megabyte");
        assert!(failed.is_retriable(), "{failed:?}");
        let CommitError::NotWritten { source, mut claims } = failed else {
            panic!("nothing was written, not {failed:?}")
        };
        assert!(matches!(source, StoreError::Full { .. }));
        assert!(source.to_string().contains("a.db"), "{source}");
        commit(&store, claims.remove(0), 9)
            .await
            .expect("what is small still fits");
    }

    #[tokio::test]
    async fn a_target_that_can_only_be_read_is_told_and_not_retriable() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path().join("a.db")).await.unwrap();
        let owner = claim(&store).await;
        store.execute_batch("PRAGMA query_only = ON").await.unwrap();
        let failed = commit(&store, owner, 9).await.expect_err("read-only");
        assert!(!failed.is_retriable());
        let told = matches!(
            &failed,
            CommitError::NotWritten {
                source: StoreError::ReadOnly { .. },
                ..
            }
        );
        assert!(told, "{failed:?}");
    }

    #[tokio::test]
    async fn a_table_of_another_make_is_told_by_its_column() {
        let dir = tempfile::tempdir().unwrap();
        let made = [
            ("CREATE TABLE ottla_offsets (cluster_id TEXT)", "cluster_id", "is not column 1 of the primary key"),
            ("CREATE TABLE ottla_offsets (cluster_id TEXT PRIMARY KEY)", "group_id", "is missing"),
            (
                "CREATE TABLE ottla_offsets (cluster_id TEXT, group_id TEXT, topic TEXT, partition REAL,
                    PRIMARY KEY (cluster_id, group_id, topic, partition))",
                "partition",
                "is \"REAL\", not INTEGER",
            ),
        ];
        for (at, (sql, wrong, why)) in made.into_iter().enumerate() {
            let file = dir.path().join(at.to_string());
            native(&file).execute_batch(sql).unwrap();
            let error = SqliteStore::open(&file).await.expect_err("not our table");
            assert!(!error.is_retriable());
            assert_eq!(
                error.to_string(),
                format!("sqlite: table ottla_offsets, column {wrong}: {why}")
            );
        }
    }

    #[tokio::test]
    async fn a_table_with_columns_of_the_users_own_is_fine() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        drop(SqliteStore::open(&file).await.unwrap());
        native(&file)
            .execute_batch("ALTER TABLE ottla_offsets ADD COLUMN note TEXT")
            .unwrap();
        let store = SqliteStore::open(&file).await.unwrap();
        claim(&store).await;
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        std::fs::write(&file, "by no means a database, ".repeat(100)).unwrap();
        let error = SqliteStore::open(&file).await.expect_err("no database");
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        let error = SqliteStore::open(dir.path().join("no/such/folder/a.db")).await;
        assert!(matches!(error, Err(StoreError::Open { .. })), "{error:?}");
    }

    #[tokio::test]
    async fn a_damaged_row_is_told_and_not_retriable() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        let store = SqliteStore::open(&file).await.unwrap();
        claim(&store).await;
        native(&file)
            .execute_batch("UPDATE ottla_offsets SET fence = x'00'")
            .unwrap();
        let error = store.list(None).await.expect_err("a fence of one byte");
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        assert!(!error.is_retriable());
    }

    #[tokio::test]
    async fn results_can_neither_end_the_transaction_nor_be_cut_off_from_the_offset() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path().join("a.db")).await.unwrap();
        let owner = claim(&store).await;
        let mut results = store.begin();
        results.write(|transaction| transaction.execute_batch("ROLLBACK"));
        let failed = store
            .commit_results(results, owner.advance(Committed::at(9)))
            .await;
        assert!(
            matches!(failed, Err(CommitError::Results { .. })),
            "{failed:?}"
        );
        assert_eq!(store.list(None).await.unwrap()[0].next_offset, Some(5));
        // A call that leaves a transaction open would stop every other writer.
        store.execute_batch("BEGIN IMMEDIATE").await.unwrap();
        let other = SqliteStore::open_waiting(dir.path().join("a.db"), Duration::from_millis(50));
        other.await.expect("not locked");
    }
}

#[tokio::test]
async fn a_writer_frozen_in_its_transaction_does_not_keep_others_from_opening() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("offsets.db");
    drop(SqliteStore::open(&file).await.unwrap());
    let frozen = rusqlite::Connection::open(&file).unwrap();
    frozen.execute_batch("BEGIN IMMEDIATE").unwrap();
    let patience = std::time::Duration::ZERO;
    SqliteStore::open_waiting(&file, patience).await.unwrap();
}
