//! What stands in a target afterwards, read without the code that wrote it.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::Connection;

/// How often each (partition, offset) of a topic stands in a SQLite target.
pub(crate) fn sqlite_counts(file: &Path, topic: &str) -> HashMap<(i32, i64), u32> {
    let db = Connection::open(file).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let mut query = db
        .prepare(r#"SELECT partition, "offset", count(*) FROM ottla_records WHERE topic = ?1 GROUP BY 1, 2"#)
        .unwrap();
    let rows = query
        .query_map([topic], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// The offset rows of a SQLite target: partition → next offset.
pub(crate) fn sqlite_offsets(file: &Path, group: &str, topic: &str) -> HashMap<i32, i64> {
    let Ok(db) = Connection::open(file) else {
        return HashMap::new();
    };
    db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let Ok(mut query) =
        db.prepare("SELECT partition, next_offset FROM ottla_offsets WHERE group_id = ?1 AND topic = ?2 AND next_offset IS NOT NULL")
    else {
        return HashMap::new();
    };
    let rows = query
        .query_map([group, topic], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// How many records a SQLite target holds.
pub(crate) fn sqlite_total(file: &Path) -> i64 {
    if !file.exists() {
        return 0;
    }
    let db = Connection::open(file).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    // No such table yet: no records yet.
    db.query_row("SELECT count(*) FROM ottla_records", [], |row| row.get(0))
        .unwrap_or(0)
}

/// Holds the file's write lock until it is dropped.
pub(crate) fn locked(file: &Path) -> Connection {
    let db = Connection::open(file).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    db
}

/// Whether somebody holds the file's write lock at this moment.
pub(crate) fn is_locked(file: &Path) -> bool {
    let db = Connection::open(file).unwrap();
    db.busy_timeout(std::time::Duration::ZERO).unwrap();
    db.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err()
}

/// Each record once: as many keys as were sent, none of them twice.
#[track_caller]
pub(crate) fn assert_each_once(counts: &HashMap<(i32, i64), u32>, sent: u64) {
    let twice: Vec<_> = counts
        .iter()
        .filter(|(_, times)| **times != 1)
        .take(5)
        .collect();
    assert!(twice.is_empty(), "written more than once: {twice:?}");
    assert_eq!(counts.len() as u64, sent, "records in the target");
}

/// The keys of tree `records` and the sum of tree `counts` of a sled target.
pub(crate) fn sled_totals(folder: &Path, topic: &str) -> (u64, u64) {
    let db = sled::open(folder).unwrap();
    let mut prefix = topic.as_bytes().to_vec();
    prefix.push(0);
    let records = db
        .open_tree("records")
        .unwrap()
        .scan_prefix(&prefix)
        .count() as u64;
    let counts = db.open_tree("counts").unwrap();
    let sum = counts
        .scan_prefix(&prefix)
        .map(|entry| u64::from_be_bytes(entry.unwrap().1.as_ref().try_into().unwrap()))
        .sum();
    (records, sum)
}
