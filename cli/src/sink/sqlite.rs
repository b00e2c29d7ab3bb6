//! Records into table `ottla_records` of a SQLite file.

use ottla_group::{Batch, Processor};
use ottla_offset_store::sqlite::{SqliteStore, SqliteTransaction};
use ottla_offset_store::{BoxError, StoreError};
use rusqlite::{Transaction, params};

use crate::record_json::HeadersJson;

/// No primary key and no unique index: after a reset backwards the rows come a second time, and a second insert by
/// mistake must show.
const SCHEMA: &str = r#"CREATE TABLE IF NOT EXISTS ottla_records (
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    timestamp bigint NOT NULL,
    key blob,
    value blob,
    headers text NOT NULL
)"#;

const INSERT: &str = r#"INSERT INTO ottla_records (topic, partition, "offset", timestamp, key, value, headers)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#;

/// Opens the file and makes the tables where they are missing.
///
/// # Errors
/// What the store says.
pub(crate) async fn open(file: &std::path::Path) -> Result<SqliteStore, StoreError> {
    let store = SqliteStore::open(file).await?;
    store.execute_batch(SCHEMA).await?;
    // A table of this name that is another's is told now, not by the first record.
    store.call(|db| db.prepare_cached(INSERT).map(drop)).await?;
    Ok(store)
}

/// Writes each record as a row.
pub(crate) struct IntoSqlite;

impl Processor<SqliteStore> for IntoSqlite {
    type Error = BoxError;

    async fn process(
        &self,
        batch: &Batch,
        results: &mut SqliteTransaction,
    ) -> Result<(), BoxError> {
        // A batch is shared, not copied: its records are walked where the transaction runs.
        let batch = batch.clone();
        results.write(move |db| insert(&batch, db));
        Ok(())
    }
}

fn insert(batch: &Batch, db: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(INSERT)?;
    let partition = batch.partition();
    for record in batch {
        let headers = serde_json::to_string(&HeadersJson(record.headers))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let (offset, timestamp) = (record.offset, record.timestamp);
        insert.execute(params![
            &*partition.topic,
            partition.partition,
            offset,
            timestamp,
            record.key,
            record.value,
            headers
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_table_of_another_is_told_before_the_first_record() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("target");
        let db = rusqlite::Connection::open(&file).unwrap();
        db.execute_batch("CREATE TABLE ottla_records (topic text)")
            .unwrap();
        let error = open(&file).await.unwrap_err();
        assert!(matches!(error, StoreError::Statement { .. }), "{error:?}");
        db.execute_batch("DROP TABLE ottla_records").unwrap();
        open(&file).await.unwrap();
    }
}
