//! The statements: rows out, guarded writes in.

use ottla_protocol::types::TopicId;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, params};

use crate::model::{Fence, Gap, Key, Row};
use crate::table::{Expect, Write, Written};

const READ: &str = include_str!("../sql/sqlite/read.sql");
const SCAN: &str = include_str!("../sql/sqlite/scan.sql");
const INSERT: &str = include_str!("../sql/sqlite/insert.sql");
const UPDATE: &str = include_str!("../sql/sqlite/update.sql");
const DELETE: &str = include_str!("../sql/sqlite/delete.sql");
const NOTE_GAP: &str = include_str!("../sql/sqlite/note_gap.sql");
const GAPS: &str = include_str!("../sql/sqlite/gaps.sql");

pub(super) fn read(connection: &Connection, key: &Key) -> rusqlite::Result<Option<Row>> {
    let mut statement = connection.prepare_cached(READ)?;
    let key = params![key.cluster_id, key.group_id, key.topic, key.partition];
    statement.query_row(key, row).optional()
}

pub(super) fn scan(connection: &Connection, group: Option<&str>) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(SCAN)?;
    let rows = statement.query_map([group], row)?;
    rows.collect()
}

pub(super) fn gaps(connection: &Connection, group: Option<&str>) -> rusqlite::Result<Vec<Gap>> {
    let mut statement = connection.prepare_cached(GAPS)?;
    let gaps = statement.query_map([group], |row| {
        Ok(Gap {
            key: key(row)?,
            from: row.get("from")?,
            to: row.get("to")?,
            reason: row.get("reason")?,
            at: row.get("at")?,
        })
    })?;
    gaps.collect()
}

/// Does one write if its guard holds: exactly one row changes, or none.
pub(super) fn guarded(connection: &Connection, write: &Write) -> rusqlite::Result<Written> {
    let changed = match (&write.row, write.expect) {
        (Some(row), Expect::Absent) => insert(connection, row)?,
        (Some(row), Expect::Fence(fence)) => update(connection, row, fence)?,
        (None, Expect::Fence(fence)) => delete(connection, &write.key, fence)?,
        // Removing what must be absent: done if it is.
        (None, Expect::Absent) => usize::from(read(connection, &write.key)?.is_none()),
    };
    if changed != 1 {
        return Ok(Written::Refused);
    }
    if let Some(gap) = &write.gap {
        note(connection, gap)?;
    }
    Ok(Written::Done)
}

/// Prepares the guard of a commit, so that nothing is left to prepare once the lock is held.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached(UPDATE).map(drop)
}

fn insert(connection: &Connection, row: &Row) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(INSERT)?;
    statement.execute(params![
        row.key.cluster_id,
        row.key.group_id,
        row.key.topic,
        row.key.partition,
        row.topic_id.0,
        former(row),
        row.next_offset,
        row.leader_epoch,
        row.metadata,
        row.fence.0,
        row.replaced.0,
        row.owner,
        row.partitions_seen,
        row.updated_at,
    ])
}

fn update(connection: &Connection, row: &Row, held: Fence) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(UPDATE)?;
    statement.execute(params![
        row.key.cluster_id,
        row.key.group_id,
        row.key.topic,
        row.key.partition,
        row.topic_id.0,
        former(row),
        row.next_offset,
        row.leader_epoch,
        row.metadata,
        row.fence.0,
        row.replaced.0,
        row.owner,
        row.partitions_seen,
        row.updated_at,
        held.0,
    ])
}

fn delete(connection: &Connection, key: &Key, held: Fence) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(DELETE)?;
    statement.execute(params![
        key.cluster_id,
        key.group_id,
        key.topic,
        key.partition,
        held.0,
    ])
}

fn note(connection: &Connection, gap: &Gap) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(NOTE_GAP)?;
    statement.execute(params![
        gap.key.cluster_id,
        gap.key.group_id,
        gap.key.topic,
        gap.key.partition,
        gap.from,
        gap.to,
        gap.reason,
        gap.at,
    ])
}

fn former(row: &Row) -> Vec<u8> {
    row.former_topic_ids.iter().flat_map(|id| id.0).collect()
}

fn key(row: &rusqlite::Row<'_>) -> rusqlite::Result<Key> {
    Ok(Key::new(
        row.get::<_, String>("cluster_id")?,
        row.get::<_, String>("group_id")?,
        row.get::<_, String>("topic")?,
        row.get("partition")?,
    ))
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        key: key(row)?,
        topic_id: TopicId(row.get("topic_id")?),
        former_topic_ids: former_topic_ids(row)?,
        next_offset: row.get("next_offset")?,
        leader_epoch: row.get("leader_epoch")?,
        metadata: row.get("metadata")?,
        fence: Fence(row.get("fence")?),
        replaced: Fence(row.get("replaced")?),
        owner: row.get("owner")?,
        partitions_seen: row.get("partitions_seen")?,
        updated_at: row.get("updated_at")?,
    })
}

fn former_topic_ids(row: &rusqlite::Row<'_>) -> rusqlite::Result<Vec<TopicId>> {
    let at = row.as_ref().column_index("former_topic_ids")?;
    let bytes: Vec<u8> = row.get(at)?;
    let (ids, rest) = bytes.as_chunks::<16>();
    if rest.is_empty() {
        return Ok(ids.iter().copied().map(TopicId).collect());
    }
    let why = format!("{} bytes are no list of topic ids", bytes.len());
    Err(rusqlite::Error::FromSqlConversionFailure(
        at,
        Type::Blob,
        why.into(),
    ))
}
