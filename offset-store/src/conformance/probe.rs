//! How the suite reads and writes results in stores whose transactions have nothing in common.

use std::future::Future;

use crate::ResultsStore;

/// Named numbers as results. Implemented for each store by its tests.
pub trait Probe: ResultsStore {
    /// Adds to a named number, which is 0 at first, when the transaction runs.
    fn add(results: &mut Self::Transaction, name: &str, number: i64);

    /// Writes something that can't be written: a broken statement, a tree that is not the user's.
    fn fail(results: &mut Self::Transaction);

    /// Panics when the transaction runs.
    fn panic(results: &mut Self::Transaction);

    /// Reads a named number; 0 if it was never written.
    fn read(&self, name: &str) -> impl Future<Output = i64> + Send;
}

#[cfg(any(feature = "memory", feature = "sled"))]
mod key_values {
    use super::Probe;
    use crate::KeyValueTransaction;

    const TREE: &str = "numbers";

    fn number(bytes: Option<&[u8]>) -> i64 {
        bytes.map_or(0, |bytes| {
            i64::from_be_bytes(bytes.try_into().expect("8 bytes"))
        })
    }

    fn add(results: &mut KeyValueTransaction, name: &str, by: i64) {
        results.update(TREE, name, move |stored| {
            Some((number(stored) + by).to_be_bytes().to_vec())
        });
    }

    fn panic(results: &mut KeyValueTransaction) {
        results.update(TREE, "panic", |_| panic!("a result that panics"));
    }

    #[cfg(feature = "memory")]
    impl Probe for crate::memory::MemoryStore {
        fn add(results: &mut KeyValueTransaction, name: &str, by: i64) {
            add(results, name, by);
        }

        /// Nothing fails in memory but what panics.
        fn fail(results: &mut KeyValueTransaction) {
            panic(results);
        }

        fn panic(results: &mut KeyValueTransaction) {
            panic(results);
        }

        async fn read(&self, name: &str) -> i64 {
            number(self.results(TREE).get(name.as_bytes()).map(Vec::as_slice))
        }
    }

    #[cfg(feature = "sled")]
    impl Probe for crate::sled::SledStore {
        fn add(results: &mut KeyValueTransaction, name: &str, by: i64) {
            add(results, name, by);
        }

        fn fail(results: &mut KeyValueTransaction) {
            results.insert("offsets", "not", "yours");
        }

        fn panic(results: &mut KeyValueTransaction) {
            panic(results);
        }

        async fn read(&self, name: &str) -> i64 {
            let tree = self.db().open_tree(TREE).expect("a tree");
            number(tree.get(name).expect("a value").as_deref())
        }
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use rusqlite::types::Value;
    use rusqlite::{OptionalExtension, params};

    use super::Probe;
    use crate::sqlite::{SqliteStore, SqliteTransaction};

    const TABLE: &str =
        "CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, number INTEGER)";

    impl Probe for SqliteStore {
        fn add(results: &mut SqliteTransaction, name: &str, by: i64) {
            results.execute(TABLE, Vec::<Value>::new());
            let name = name.to_owned();
            results.write(move |transaction| {
                let mut add = transaction.prepare_cached(
                    "INSERT INTO numbers VALUES (?1, ?2) ON CONFLICT DO UPDATE SET number = number + ?2",
                )?;
                add.execute(params![name, by]).map(drop)
            });
        }

        fn fail(results: &mut SqliteTransaction) {
            results.execute("INSERT INTO nowhere VALUES (?1)", [1]);
        }

        fn panic(results: &mut SqliteTransaction) {
            results.write(|_| panic!("a result that panics"));
        }

        async fn read(&self, name: &str) -> i64 {
            let name = name.to_owned();
            let number = self.call(move |connection| {
                connection.execute(TABLE, [])?;
                let select = "SELECT number FROM numbers WHERE name = ?1";
                connection
                    .query_row(select, [name], |row| row.get(0))
                    .optional()
            });
            number.await.expect("a number").unwrap_or(0)
        }
    }
}
