//! What stands in the stores afterwards, counted without the code that wrote it.

use std::path::Path;

use anyhow::Context;
use rusqlite::Connection;

use crate::cluster::Sent;

/// Results, of how many different records, and the sum of their numbers.
pub(crate) struct Audit {
    pub(crate) rows: u64,
    pub(crate) different: u64,
    pub(crate) sum: i64,
}

impl Audit {
    pub(crate) fn is_each_once(&self, sent: &Sent) -> bool {
        self.rows == sent.records && self.different == sent.records && self.sum == sent.sum()
    }
}

/// While the members are at work; 0 before they have begun.
pub(crate) fn sqlite_rows_so_far(file: &Path) -> u64 {
    let count = |db: Connection| {
        db.query_row("SELECT count(*) FROM results", [], |row| {
            row.get::<_, i64>(0)
        })
    };
    Connection::open(file)
        .and_then(count)
        .map_or(0, i64::unsigned_abs)
}

pub(crate) fn sqlite(file: &Path) -> anyhow::Result<Audit> {
    let db = Connection::open(file)?;
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
    Ok(Audit {
        rows: count("SELECT count(*) FROM results")?.unsigned_abs(),
        different: count(
            "SELECT count(*) FROM (SELECT DISTINCT partition, \"offset\" FROM results)",
        )?
        .unsigned_abs(),
        sum: count("SELECT sum(number) FROM results")?,
    })
}

pub(crate) fn sled(folder: &Path) -> anyhow::Result<Audit> {
    let db = sled::open(folder)?;
    let rows = db
        .open_tree("counts")?
        .get("rows")?
        .context("nothing was written")?;
    let (mut different, mut sum) = (0, 0);
    for entry in &db.open_tree("results")? {
        let (_, number) = entry?;
        different += 1;
        sum += i64::from_be_bytes(number.as_ref().try_into()?);
    }
    Ok(Audit {
        rows: u64::from_be_bytes(rows.as_ref().try_into()?),
        different,
        sum,
    })
}
