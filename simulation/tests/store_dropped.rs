//! Every public future of this crate, dropped at each of its awaits: what was asked is done or is not, as its documentation says, and the store goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "store_dropped/opening.rs"]
mod opening;
#[path = "pipes/polls.rs"]
mod polls;
#[path = "store_dropped/rows.rs"]
mod rows;
#[path = "store_dropped/slow.rs"]
mod slow;
#[path = "pipes/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ottla_offset_store::OffsetStore;
use ottla_offset_store::kafka::KafkaStore;
use ottla_offset_store::memory::MemoryTable;
use ottla_offset_store::sled::SledStore;
use ottla_offset_store::sqlite::SqliteStore;
use ottla_offset_store::table::TableStore;

/// Each public async function, by file and name, and the test that drops it.
const TABLE: &[(&str, &str)] = &[
    (
        "confirm.rs::confirm",
        "a_confirmation_that_is_dropped_writes_nothing",
    ),
    ("open.rs::open", "opening"),
    ("open.rs::open_with", "opening"),
    ("sled.rs::from_db", "opening"),
    ("sled.rs::open", "opening"),
    ("sqlite.rs::call", "work_on_the_connection"),
    ("sqlite.rs::execute_batch", "work_on_the_connection"),
    ("sqlite.rs::open", "opening"),
    ("sqlite.rs::open_waiting", "opening"),
    ("sqlite/table.rs::call", "work_on_the_connection"),
    (
        "sqlite/table.rs::write_results",
        "results_and_offset_together_in_sqlite",
    ),
    ("store.rs::claim", "rows"),
    ("store.rs::commit", "rows"),
    ("store.rs::delete", "rows"),
    ("store.rs::fetch", "rows"),
    ("store.rs::gaps", "rows"),
    ("store.rs::list", "rows"),
    ("store.rs::look", "rows"),
    ("store.rs::release", "rows"),
    ("store.rs::reset", "rows"),
    ("table.rs::gaps", "rows"),
    ("table.rs::read", "rows"),
    ("table.rs::scan", "rows"),
    ("table.rs::write_if", "rows"),
    (
        "table/store.rs::commit_with",
        "results_and_offset_together_in_sqlite",
    ),
];

/// A table that waits before and after each step, so that there are awaits to be dropped at.
#[tokio::test]
async fn rows_of_a_slow_table() {
    let open = async || {
        let store = TableStore::new(slow::Slow(MemoryTable::default()));
        Arc::new(store) as Arc<dyn OffsetStore>
    };
    rows::rows("slow", open).await;
}

#[tokio::test]
async fn rows_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    let open = async || {
        number.set(number.get() + 1);
        let file = folder.path().join(number.get().to_string());
        Arc::new(SqliteStore::open(file).await.unwrap()) as Arc<dyn OffsetStore>
    };
    rows::rows("sqlite", open).await;
}

#[tokio::test]
async fn rows_in_sled() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    let open = async || {
        number.set(number.get() + 1);
        let file = folder.path().join(number.get().to_string());
        Arc::new(SledStore::open(file).await.unwrap()) as Arc<dyn OffsetStore>
    };
    rows::rows("sled", open).await;
}

#[tokio::test(start_paused = true)]
async fn rows_in_kafka() {
    let world = world::World::start().await;
    let open = async || {
        let store = KafkaStore::new(world.client().await).last_writer_wins();
        Arc::new(store) as Arc<dyn OffsetStore>
    };
    rows::rows("kafka", open).await;
    world.nothing_is_left().await;
}

#[test]
fn the_table_names_every_public_async_function() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../offset-store/src");
    let mut found = BTreeSet::new();
    public(&source, &source, &mut found);
    let table: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(table, found);
    let tests = [
        include_str!("store_dropped.rs"),
        include_str!("store_dropped/opening.rs"),
        include_str!("store_dropped/rows.rs"),
    ]
    .concat();
    for (name, test) in TABLE {
        assert!(
            tests.contains(&format!("async fn {test}")),
            "{name}: {test}"
        );
    }
}

/// Traits for others to implement are public with all of their functions.
const TRAITS: [&str; 2] = ["store.rs", "table.rs"];

fn public(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // The suite is a test itself.
            if !path.ends_with("conformance") {
                public(root, &path, found);
            }
            continue;
        }
        let file = path.strip_prefix(root).unwrap().display().to_string();
        let prefix = match TRAITS.contains(&&*file) {
            true => "async fn ",
            false => "pub async fn ",
        };
        let text = std::fs::read_to_string(&path).unwrap();
        let names = text.lines().filter_map(|line| {
            let rest = line.trim_start().strip_prefix(prefix)?;
            rest.split(['(', '<']).next()
        });
        found.extend(names.map(|name| format!("{file}::{name}")));
    }
}
