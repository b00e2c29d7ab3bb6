//! Opening: pragmas, tables, and whether a table that was there is ours.

use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::fault::Place;
use crate::error::StoreError;

const SCHEMA: &str = include_str!("../sql/sqlite/schema.sql");

/// Name, type and place in the primary key (from 1; 0: outside) of each column that the statements name.
const COLUMNS: [(&str, &str, i64); 14] = [
    ("cluster_id", "TEXT", 1),
    ("group_id", "TEXT", 2),
    ("topic", "TEXT", 3),
    ("partition", "INTEGER", 4),
    ("topic_id", "BLOB", 0),
    ("former_topic_ids", "BLOB", 0),
    ("next_offset", "INTEGER", 0),
    ("leader_epoch", "INTEGER", 0),
    ("metadata", "TEXT", 0),
    ("fence", "BLOB", 0),
    ("replaced", "BLOB", 0),
    ("owner", "TEXT", 0),
    ("partitions_seen", "INTEGER", 0),
    ("updated_at", "INTEGER", 0),
];

/// Statements that stay prepared: ours and some dozens of the user's.
const CACHED_STATEMENTS: usize = 64;

/// Opens the file and makes the tables. Several processes may do so at once.
pub(super) fn open(file: &Path, place: &Place) -> Result<Connection, StoreError> {
    let connection = Connection::open(file).map_err(|error| cannot_open(place, error))?;
    let failed = |error| place.error("opening", error);
    connection
        .busy_timeout(place.busy_timeout)
        .map_err(failed)?;
    use_wal(&connection, place.busy_timeout).map_err(failed)?;
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(failed)?;
    finish(connection, place)
}

/// Makes a database without a file: nobody else writes there, and there is no disk to wait for.
pub(super) fn open_in_memory(place: &Place) -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory().map_err(|error| cannot_open(place, error))?;
    finish(connection, place)
}

fn finish(connection: Connection, place: &Place) -> Result<Connection, StoreError> {
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    make_tables(&connection).map_err(|error| place.error("opening", error))?;
    check(&connection, place)?;
    Ok(connection)
}

fn cannot_open(place: &Place, error: rusqlite::Error) -> StoreError {
    StoreError::Open {
        store: "sqlite",
        place: place.file.clone(),
        source: Box::new(error),
    }
}

/// Makes what is missing. That takes the write lock, which a frozen writer may hold for long: where nothing is missing,
/// opening does not ask for it.
fn make_tables(connection: &Connection) -> rusqlite::Result<()> {
    let there = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('ottla_offsets', 'ottla_gaps')",
        [],
        |row| row.get::<_, i64>(0),
    )?;
    if there == 2 {
        return Ok(());
    }
    connection.execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} COMMIT;"))
}

/// Switching to WAL needs the file for itself for a moment, and SQLite does not call the busy handler for that.
fn use_wal(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(10);
    let mut left = patience.as_millis() / PAUSE.as_millis();
    loop {
        let switched = connection.pragma_update(None, "journal_mode", "WAL");
        let busy = matches!(&switched, Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy));
        if !busy || left == 0 {
            return switched;
        }
        left -= 1;
        thread::sleep(PAUSE);
    }
}

/// A table of this name that somebody else made would fail at the first commit, or worse, not guard.
fn check(connection: &Connection, place: &Place) -> Result<(), StoreError> {
    let found = columns(connection).map_err(|error| place.error("reading the schema", error))?;
    for (name, kind, primary_key) in COLUMNS {
        let column = found
            .iter()
            .find(|(found, ..)| found.eq_ignore_ascii_case(name));
        let why = match column {
            None => "is missing".to_owned(),
            Some((_, other, _)) if affinity(other) != kind => {
                format!("is {other:?}, not {kind}")
            }
            Some((.., at)) if *at != primary_key => match primary_key {
                0 => "is part of the primary key".to_owned(),
                n => format!("is not column {n} of the primary key"),
            },
            Some(_) => continue,
        };
        return Err(StoreError::Schema {
            store: "sqlite",
            table: "ottla_offsets",
            column: name.to_owned(),
            why,
        });
    }
    Ok(())
}

/// What SQLite makes of a declared type (datatype3, section 3.1), as far as our columns go.
fn affinity(declared: &str) -> &'static str {
    let declared = declared.to_ascii_uppercase();
    let has = |word: &str| declared.contains(word);
    if has("INT") {
        "INTEGER"
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        "TEXT"
    } else if has("BLOB") || declared.is_empty() {
        "BLOB"
    } else {
        "NUMERIC"
    }
}

fn columns(connection: &Connection) -> rusqlite::Result<Vec<(String, String, i64)>> {
    let mut statement =
        connection.prepare("SELECT name, type, pk FROM pragma_table_info('ottla_offsets')")?;
    let columns = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    columns.collect()
}
